//! What an operator says of the person behind an account: standard claims in their standard shapes (OpenID Connect Core 1.0
//! §5.1). What was verified is kept apart and goes before it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

/// The longest text of a claim, in bytes.
const LONGEST: usize = 1024;

/// The shape of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Text,
    Page,
    Truth,
    Birthdate,
    Email,
    Address,
}

/// The claims that can be said, each with its shape. `sub` and `updated_at` are ours to say.
const CLAIMS: [(&str, Shape); 18] = [
    ("name", Shape::Text),
    ("given_name", Shape::Text),
    ("family_name", Shape::Text),
    ("middle_name", Shape::Text),
    ("nickname", Shape::Text),
    ("preferred_username", Shape::Text),
    ("profile", Shape::Page),
    ("picture", Shape::Page),
    ("website", Shape::Page),
    ("email", Shape::Email),
    ("email_verified", Shape::Truth),
    ("gender", Shape::Text),
    ("birthdate", Shape::Birthdate),
    ("zoneinfo", Shape::Text),
    ("locale", Shape::Text),
    ("phone_number", Shape::Text),
    ("phone_number_verified", Shape::Truth),
    ("address", Shape::Address),
];

/// The members of an address (OpenID Connect Core 1.0 §5.1.1).
const ADDRESS: [&str; 6] = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

/// Why claims cannot be said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileRefusal {
    /// No such claim.
    #[error("{0}: is no standard claim that can be set (OpenID Connect Core 1.0 §5.1)")]
    Unknown(String),
    /// Not its shape.
    #[error("{0}: must be {1} (OpenID Connect Core 1.0 §5.1)")]
    Misshapen(String, &'static str),
}

/// Claims of one person, each in its shape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Profile(Map<String, Value>);

impl Profile {
    /// Checks claims; `null` is the same as leaving one out.
    pub fn parse(claims: Map<String, Value>) -> Result<Self, ProfileRefusal> {
        let mut kept = Map::new();
        for (name, value) in claims {
            let shape = CLAIMS.iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape);
            let shape = shape.ok_or_else(|| ProfileRefusal::Unknown(name.clone()))?;
            if value.is_null() {
                continue;
            }
            if !shape.fits(&value) {
                return Err(ProfileRefusal::Misshapen(name, shape.words()));
            }
            kept.insert(name, value);
        }
        Ok(Self(kept))
    }

    /// The claims.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl Shape {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Truth => value.is_boolean(),
            Self::Address => value.as_object().is_some_and(is_address),
            text => value.as_str().filter(|text| is_text(text)).is_some_and(|value| text.fits_text(value)),
        }
    }

    fn fits_text(self, text: &str) -> bool {
        match self {
            Self::Page => Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http")),
            Self::Email => text.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty() && !domain.is_empty() && !text.chars().any(char::is_whitespace)
            }),
            Self::Birthdate => is_birthdate(text),
            Self::Text => true,
            Self::Truth | Self::Address => false,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Page => "an https or http address",
            Self::Truth => "true or false",
            Self::Birthdate => "a date YYYY-MM-DD, a year YYYY, or a day without its year 0000-MM-DD",
            Self::Email => "an e-mail address",
            Self::Address => "an object with some of the members of an address, each a text",
        }
    }
}

fn is_text(text: &str) -> bool {
    let allowed = |c: char| !c.is_control() || c == '\n';
    !text.trim().is_empty() && text.len() <= LONGEST && text.chars().all(allowed)
}

fn is_address(members: &Map<String, Value>) -> bool {
    let fits = |(name, value): (&String, &Value)| {
        ADDRESS.contains(&name.as_str()) && value.as_str().is_some_and(is_text)
    };
    !members.is_empty() && members.iter().all(fits)
}

fn is_birthdate(text: &str) -> bool {
    let is_year = text.len() == 4 && text.bytes().all(|c| c.is_ascii_digit());
    // A leap year stands in for the year that is not told.
    let day = text.strip_prefix("0000-").map_or_else(|| text.to_owned(), |day| format!("2000-{day}"));
    is_year || (day.len() == 10 && day.parse::<Date>().is_ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(claims: Value) -> Result<Profile, ProfileRefusal> {
        Profile::parse(claims.as_object().unwrap().clone())
    }

    #[test]
    fn each_claim_has_its_shape() {
        // OpenID Connect Core 1.0 §5.1, §5.1.1
        let whole = json!({
            "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "middle_name": "King",
            "nickname": "Ada", "preferred_username": "ada", "profile": "https://ada.example/",
            "picture": "https://ada.example/ada.png", "website": "http://ada.example/", "email": "ada@ada.example",
            "email_verified": true, "gender": "female", "birthdate": "0000-12-10", "zoneinfo": "Europe/London",
            "locale": "en-GB", "phone_number": "+44 20 7946 0000", "phone_number_verified": false,
            "address": { "formatted": "12 St James's Square\nLondon", "country": "UK" },
        });
        assert_eq!(parse(whole.clone()).unwrap().claims(), whole.as_object().unwrap());
        for (name, value) in [
            ("name", json!(1)),
            ("name", json!(" ")),
            ("picture", json!("data:image/png;base64,AAAA")),
            ("email", json!("ada")),
            ("email_verified", json!("true")),
            ("birthdate", json!("10.12.1815")),
            ("birthdate", json!("1815-13-10")),
            ("address", json!("London")),
            ("address", json!({ "planet": "Earth" })),
            ("address", json!({})),
            ("phone_number_verified", json!(1)),
        ] {
            let refused = parse(json!({ name: value })).unwrap_err();
            assert!(
                matches!(&refused, ProfileRefusal::Misshapen(named, _) if named == name),
                "{name} {value}"
            );
        }
        for birthdate in ["1815-12-10", "1815", "0000-02-29"] {
            assert!(parse(json!({ "birthdate": birthdate })).is_ok(), "{birthdate}");
        }
    }

    #[test]
    fn what_is_not_an_operators_to_say_is_refused_and_null_is_left_out() {
        // OpenID Connect Core 1.0 §5.1
        for name in ["sub", "updated_at", "acr", "admin", "name#ja"] {
            assert_eq!(parse(json!({ name: "x" })), Err(ProfileRefusal::Unknown(name.into())));
        }
        assert_eq!(parse(json!({ "name": null })), Ok(Profile::default()));
    }
}
