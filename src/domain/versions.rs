//! Versions of what administrators decide: who changed it, when, and why. Nothing is ever changed in place; going back makes
//! a new version.

use jiff::Timestamp;
use serde_json::Value;

use super::{change::Author, id::ClientId};

/// A version of the policy document.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
