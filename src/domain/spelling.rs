//! What was meant by a word that nobody knows.

/// The known word that is nearest to one, if any is near at all.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().filter(|known| distance(word, known) <= (known.chars().count() / 2).min(3));
    near.min_by_key(|known| distance(word, known)).copied()
}

/// How many letters have to be put in, taken out or changed to get from one word to the other.
pub fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(to.chars()) {
            let above = *cell;
            left = (diagonal + usize::from(a != b)).min(above + 1).min(left + 1);
            *cell = left;
            diagonal = above;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let known = ["within", "workflow", "method", "acr"];
        assert_eq!(nearest("wihtin", &known), Some("within"));
        assert_eq!(nearest("workflows", &known), Some("workflow"));
        assert_eq!(nearest("title", &known), None);
        assert_eq!(nearest("xyz", &known), None);
        assert_eq!((distance("", "abc"), distance("kitten", "sitting")), (3, 3));
    }
}
