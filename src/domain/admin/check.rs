//! What the installer or an officer attested of a person: they held a document in their hands, took its portrait, and answer
//! for it by name. One check carries one enrolment.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::{
    change::Author,
    id::{IdentityCheckId, UserId},
    user::VerifiedAttributes,
    workflow::{
        document::DocumentHash,
        evidence::{IdentityEvidence, MatchClass},
    },
};

/// How long a person has to enrol on a check.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Who attested it, told apart for ever in the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckSource {
    /// Whoever may run the program on its machine, on their own word.
    Installer,
    /// An administrator, in the console.
    Officer,
}

impl CheckSource {
    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Installer, Self::Officer].into_iter().find(|source| source.name() == name)
    }

    /// The stable name; the `source` of the evidence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Installer => "installer",
            Self::Officer => "officer",
        }
    }
}

/// A document that someone checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityCheck {
    /// Its name; the `transaction` of the evidence.
    pub id: IdentityCheckId,
    /// About whom.
    pub user: UserId,
    /// Who attested it.
    pub source: CheckSource,
    /// Which kind of document, in words.
    pub document: String,
    /// Keyed hash of its number.
    pub document_hash: DocumentHash,
    /// Name and birth date on it.
    pub attested: VerifiedAttributes,
    /// Its portrait (JPEG), sealed; empty once the check was used or withdrawn.
    pub sealed_portrait: Vec<u8>,
    /// SHA-256 of the portrait, base64url.
    pub portrait_sha256: String,
    /// Who checked it.
    pub checked_by: Author,
    /// By which name they answer for it.
    pub answered_for_by: String,
    /// When.
    pub checked_at: Timestamp,
    /// Until when an enrolment may rest on it.
    pub expires_at: Timestamp,
    /// When one did.
    pub used_at: Option<Timestamp>,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
}

/// What a check is still good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckStanding {
    /// The person may enrol on it.
    Open,
    /// They did.
    Used,
    /// They did not in time.
    Lapsed,
    /// It was taken back.
    Withdrawn,
}

impl CheckStanding {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Used => "used",
            Self::Lapsed => "lapsed",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl IdentityCheck {
    /// What it is still good for.
    pub fn standing(&self, now: Timestamp) -> CheckStanding {
        if self.withdrawn_at.is_some() {
            CheckStanding::Withdrawn
        } else if self.used_at.is_some() {
            CheckStanding::Used
        } else if now >= self.expires_at {
            CheckStanding::Lapsed
        } else {
            CheckStanding::Open
        }
    }

    /// The evidence that it gives to a parent run.
    pub fn evidence(&self) -> IdentityEvidence {
        IdentityEvidence {
            source: self.source.name().to_owned(),
            transaction: self.id.to_string(),
            document_hash: self.document_hash.as_str().to_owned(),
            class: MatchClass::Exact,
            given_name: self.attested.given_name.clone(),
            family_name: self.attested.family_name.clone(),
            birth_date: self.attested.birth_date,
            portrait_sha256: self.portrait_sha256.clone(),
            checked_at: self.checked_at,
        }
    }
}
