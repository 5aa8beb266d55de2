//! What stands behind the question mark of a console page's address.

use actix_web::HttpRequest;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use url::form_urlencoded;

/// The longest value that is looked at, in characters; a longer one is cut off.
const LONGEST: usize = 500;

/// The parameters of an address.
pub struct Asked(Vec<(String, String)>);

impl Asked {
    /// Reads them.
    pub fn of(request: &HttpRequest) -> Self {
        Self::parse(request.query_string())
    }

    /// Reads them from an address' query.
    pub fn parse(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let cut = |value: &str| value.trim().chars().filter(|c| *c != '\0').take(LONGEST).collect::<String>();
        Self(pairs.map(|(name, value)| (name.into_owned(), cut(&value))).collect())
    }

    /// A value that is there and not empty; of several, the first.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(one, value)| one == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The same as it stands in a field: nothing where there is none.
    pub fn field(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().to_owned()
    }

    /// The same address with one parameter in the place of those of its name.
    pub fn address_with(&self, path: &str, name: &str, value: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (one, kept) in
            self.0.iter().filter(|(one, kept)| one != name && one != "done" && !kept.is_empty())
        {
            query.append_pair(one, kept);
        }
        if let Some(value) = value {
            query.append_pair(name, value);
        }
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}

/// A field of a form that asks, with what is wrong with what was typed in it.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What may be typed, as `input` has it.
    pub kind: &'static str,
    /// What was typed.
    pub value: String,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// A moment of UTC as a browser's field writes it, or with a zone of its own.
pub fn time(text: &str) -> Option<Timestamp> {
    let local = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| local().map(|time| time.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_browsers_write_them() {
        let read = |text| time(text).map(|at| at.to_string());
        assert_eq!(read("2026-11-23T16:03").as_deref(), Some("2026-11-23T16:03:00Z"));
        assert_eq!(read("2026-11-23T16:03:00+01:00").as_deref(), Some("2026-11-23T15:03:00Z"));
        assert_eq!(read("yesterday"), None);
    }

    #[test]
    fn an_address_keeps_what_was_asked_and_takes_one_parameter_anew() {
        let asked = Asked::parse("kind=decided&words=&before=1.2&done=x");
        assert_eq!(asked.address_with("/a", "before", Some("3.4")), "/a?kind=decided&before=3.4");
        assert_eq!(Asked::parse("before=1.2").address_with("/a", "before", None), "/a");
    }
}
