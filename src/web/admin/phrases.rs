//! How the console says things: texts of the catalogue with names and numbers in them, times, and lengths of time.

use fluent_templates::fluent_bundle::FluentValue;
use jiff::{Timestamp, tz::TimeZone};

use crate::{domain::authn::age::Age, web::pages::text};

/// The text under a key, with names filled in. A key without a text is our fault: it is logged, and stands for itself.
pub fn say(key: &str, names: &[(&'static str, &str)]) -> String {
    let values = names.iter().map(|(name, value)| (*name, FluentValue::from((*value).to_owned()))).collect();
    said(key, values)
}

/// The text under a key for so many.
pub fn say_count(key: &str, count: u64) -> String {
    said(key, vec![("count", FluentValue::from(count))])
}

fn said(key: &str, values: Vec<(&'static str, FluentValue<'static>)>) -> String {
    text::find_with(key, &values).unwrap_or_else(|| {
        tracing::error!(key, "the catalogue has no such text");
        key.to_owned()
    })
}

/// A moment as it is shown everywhere in the console.
pub fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A length of time in its largest whole unit, as `5 minutes`.
pub fn age(age: Age) -> String {
    let text = age.to_string();
    let number = text.trim_end_matches(char::is_alphabetic);
    let unit = text.get(number.len()..).unwrap_or_default();
    say_count(&format!("admin-age-{unit}"), number.parse().unwrap_or_default())
}

/// The names of a list as a sentence has them: `a, b or c`.
pub fn any_of<T: ToString>(names: &[T]) -> String {
    joined(names, "admin-or")
}

/// The same of things that hold together: `a, b and c`.
pub fn all_of<T: ToString>(names: &[T]) -> String {
    joined(names, "admin-and")
}

fn joined<T: ToString>(names: &[T], last: &str) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((end, others)) => say(last, &[("first", &others.join(", ")), ("last", end)]),
    }
}

/// A text with a capital letter at its start.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_and_lists_read_as_people_say_them() {
        let words = |text: &str| age(Age::parse(text).unwrap());
        assert_eq!(
            [words("1m"), words("5m"), words("30d"), words("90s")],
            ["1 minute", "5 minutes", "30 days", "90 seconds"]
        );
        assert_eq!(any_of(&["a"]), "a");
        assert_eq!(any_of(&["a", "b", "c"]), "a, b or c");
        assert_eq!(all_of(&["a", "b"]), "a and b");
        assert_eq!(sentence("ein Wort"), "Ein Wort");
        assert_eq!(sentence(""), "");
        assert_eq!(moment("2026-11-23T16:03:39.5Z".parse().unwrap()), "2026-11-23 16:03:39 UTC");
    }
}
