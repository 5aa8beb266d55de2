//! Versions of what administrators decide: who changed it, when, and why. Nothing is ever changed in place; going back makes
//! a new version.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::id::{ClientId, UserId};

/// Who changed something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Author(String);

impl Author {
    /// Whoever runs commands on the machine itself.
    pub fn installer() -> Self {
        Self("installer".into())
    }

    /// An administrator in the console, or by the API.
    pub fn operator(user: &UserId) -> Self {
        Self(format!("operator:{user}"))
    }

    /// A client that registered itself.
    pub fn client(client: &ClientId) -> Self {
        Self(format!("client:{client}"))
    }

    /// As it was kept.
    pub fn from_kept(text: String) -> Self {
        Self(text)
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A version of the policy document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyVersion {
    /// From 1, without gaps.
    pub number: i64,
    /// The document as JSON text.
    pub document: String,
    /// Who applied it.
    pub author: Author,
    /// Why, in their own words.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// A version of a client's registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientVersion {
    /// Whose.
    pub client: ClientId,
    /// From 1, without gaps, for each client.
    pub number: i64,
    /// The registration by the members of client metadata, without any secret; none where the client was removed.
    pub snapshot: Option<Value>,
    /// Who changed it.
    pub author: Author,
    /// Why, in their own words.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}
