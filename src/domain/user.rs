//! A local account and the attributes that were verified elsewhere.

pub mod profile;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use self::profile::Profile;
use super::id::UserId;

/// A local account.
#[derive(Clone, Debug)]
pub struct User {
    /// Its stable name; the `sub`.
    pub id: UserId,
    /// What the person types to sign in, lower case.
    pub username: Username,
    /// An argon2id PHC string.
    pub password: PasswordHash,
    /// Name and birth date as they were verified before, by whoever opened the account.
    pub verified: Option<VerifiedAttributes>,
    /// What an operator says of the person.
    pub profile: Profile,
    /// The groups that policies know the account by, sorted.
    pub groups: Vec<String>,
    /// When the account was added.
    pub created_at: Timestamp,
    /// When that was said, or else when the account was added.
    pub updated_at: Timestamp,
}

/// What someone verified about the person behind an account before Facestep knew of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedAttributes {
    /// Given name or names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Date of birth.
    pub birth_date: Date,
}

/// A sign-in name: trimmed, lower case, 1 to 128 characters without control characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Username(String);

impl Username {
    /// Accepts a name as typed.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim().to_lowercase();
        (!name.is_empty() && name.chars().count() <= 128 && !name.chars().any(char::is_control))
            .then_some(Self(name))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An argon2id PHC string (RFC 9106); not a secret to guess from, and still never printed.
#[derive(Clone)]
pub struct PasswordHash(pub String);

impl PasswordHash {
    /// No password: nobody can sign in until one is set.
    pub fn unset() -> Self {
        Self(String::new())
    }

    /// Whether there is one.
    pub fn is_set(&self) -> bool {
        !self.0.is_empty()
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}
