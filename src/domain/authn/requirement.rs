//! What a client asks of an authentication.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{acr::Acr, age::Age};
use crate::domain::id::Subject;

/// The contexts that are asked for, in order of preference, by the names that the client uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AcrRequest {
    /// None in particular.
    Any,
    /// A wish: tried, and where it is not reached the session's own context is returned (`acr_values` alone,
    /// OpenID Connect Core 1.0 §3.1.2.1).
    Preferred(Vec<Acr>),
    /// A condition: one of these or an error (an essential `acr` claim, OpenID Connect Core 1.0 §5.5.1.1; `resource`
    /// or a protected scope, RFC 9470 §5; the client's registration).
    Required(Vec<Acr>),
}

/// What may be shown (OpenID Connect Core 1.0 §3.1.2.1, `prompt`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prompt {
    /// Whatever is needed.
    AsNeeded,
    /// Nothing at all.
    None,
    /// The sign-in page, even in a live session.
    Login,
}

/// Who demands the least that will do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demander {
    /// The client's registration.
    Client,
    /// A scope that the client's registration protects.
    Scope(String),
    /// A policy, by its name.
    Policy(String),
}

/// A context that must be reached whatever the request says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minimum {
    /// Which.
    pub acr: Acr,
    /// How old its deciding proof may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Age>,
    /// Who demands it.
    pub by: Demander,
}

/// Everything about an authentication that one request, with its client's registration, asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The contexts asked for.
    pub acr: AcrRequest,
    /// What the client's registration demands whatever the request says; each of them must be met.
    pub minima: Vec<Minimum>,
    /// How old the deciding entry may be.
    pub max_age: Option<SignedDuration>,
    /// What may be shown.
    pub prompt: Prompt,
    /// The one user whom the answer may be about (OpenID Connect Core 1.0 §3.1.2.2); anyone where none is named.
    pub subject: Option<Subject>,
}
