//! Times and proofs in the words of the console.

use jiff::{Timestamp, tz::TimeZone};

use crate::{domain::authn::ledger::AssuranceEntry, flows::admin::sessions::SessionLine, web::pages::text};

/// A time as the console says it: to the minute, in UTC.
pub fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The day of a time, in UTC.
pub fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// A proof in plain words, and when it was given.
#[derive(Clone, Debug)]
pub struct ProofWords {
    /// The key of what was proven.
    pub key: String,
    /// When.
    pub at: String,
    /// Whether it came by a browser's key.
    pub by_key: bool,
    /// The provider that saw it, where that was another.
    pub issuer: Option<String>,
}

impl ProofWords {
    fn of(entry: &AssuranceEntry) -> Self {
        let key = match entry.evidence.way() {
            Some(way) => format!("admin-proof-face-{}", way.name()),
            None => "admin-proof-pwd".to_owned(),
        };
        Self {
            key,
            at: moment(entry.achieved_at),
            by_key: entry.device_key.is_some(),
            issuer: entry.issuer.clone(),
        }
    }
}

/// A session as the console lists it.
#[derive(Clone, Debug)]
pub struct SessionWords {
    /// Its name.
    pub id: String,
    /// Whose: the account's id.
    pub user: String,
    /// Their name.
    pub username: String,
    /// When it was opened.
    pub opened: String,
    /// When it was used last.
    pub seen: String,
    /// What was proven.
    pub proofs: Vec<ProofWords>,
    /// The context that it earns now, and until when, where it ends by itself.
    pub worth: Option<(String, Option<String>)>,
    /// Whether it is the one that looks at it.
    pub is_own: bool,
}

impl SessionWords {
    /// The words of a session, seen from one.
    pub fn of(line: SessionLine, own: &str) -> Self {
        let worth = line.worth.map(|worth| (worth.acr.0, worth.expires_at.map(moment)));
        Self {
            is_own: line.id.as_str() == own,
            id: line.id.to_string(),
            user: line.user.to_string(),
            username: line.username.as_str().to_owned(),
            opened: moment(line.opened_at),
            seen: moment(line.seen_at),
            proofs: line.entries.iter().map(ProofWords::of).collect(),
            worth,
        }
    }

    /// Two of them, for the render test.
    pub fn samples() -> Vec<Self> {
        let proof = |key: &str| ProofWords {
            key: key.into(),
            at: "2026-11-23 12:01 UTC".into(),
            by_key: key != "admin-proof-pwd",
            issuer: None,
        };
        let own = Self {
            id: "s4Kd9wPz".into(),
            user: "u1".into(),
            username: "ada".into(),
            opened: "2026-11-23 12:00 UTC".into(),
            seen: "2026-11-23 12:04 UTC".into(),
            proofs: vec![proof("admin-proof-pwd"), proof("admin-proof-face-turns")],
            worth: Some(("urn:facestep:acr:face".into(), Some("2026-11-23 12:06 UTC".into()))),
            is_own: true,
        };
        let other = Self {
            id: "s1Yt7mQe".into(),
            username: "a.rather.long.name.that.somebody.chose@department.example.org".into(),
            proofs: vec![proof("admin-proof-pwd")],
            worth: Some(("urn:facestep:acr:pwd".into(), None)),
            is_own: false,
            ..own.clone()
        };
        vec![own, other]
    }
}

/// The name of a source of identity, where there are words for it.
pub fn source(name: &str) -> String {
    text::find(&format!("admin-source-{name}")).unwrap_or_else(|| name.to_owned())
}
