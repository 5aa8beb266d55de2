//! Lists that are read page by page.

/// Some of what is listed, and where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, P> {
    /// What is on it.
    pub items: Vec<T>,
    /// Behind what the next page begins, where there is one.
    pub next: Option<P>,
}

impl<T, P> Page<T, P> {
    /// A page of at most so many, of one more that was read to know whether there is another page.
    pub fn of(mut items: Vec<T>, most: usize, place: impl Fn(&T) -> P) -> Self {
        let is_more = items.len() > most;
        items.truncate(most);
        let next = items.last().filter(|_| is_more).map(place);
        Self { items, next }
    }
}

/// How many are read for a page of so many: one more tells whether there is another page.
pub fn one_more(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1)
}
