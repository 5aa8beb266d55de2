//! One authorization request in progress in one browser: from `/authorize` to the code.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::{
    authn::policy::MissReason,
    id::{ClientId, InteractionId, SessionId},
    workflow::definition::WorkflowName,
};

/// The request's parameters as they came; parsed, and so proven, again each time they are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuthorizationParameters(pub BTreeMap<String, String>);

impl AuthorizationParameters {
    /// One parameter; an empty value counts as absent (RFC 6749 §3.1).
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// How an interaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InteractionEnd {
    /// A code was issued.
    Answered,
    /// The client got an error.
    Refused,
}

/// One authorization request in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interaction {
    /// Its name, part of every page's address.
    pub id: InteractionId,
    /// Who asks.
    pub client: ClientId,
    /// What is asked.
    pub parameters: AuthorizationParameters,
    /// The browser that it belongs to; none until a posted request came back as a GET with its cookie.
    pub session: Option<SessionId>,
    /// When the person chose the account in it, by signing in or from those of the browser.
    pub account_chosen_at: Option<Timestamp>,
    /// When the person allowed what is asked in it.
    pub allowed_at: Option<Timestamp>,
    /// The workflow that was decided upon last.
    pub workflow: Option<WorkflowName>,
    /// How a try at the face context ended without success, if one did.
    pub missed: Option<MissReason>,
    /// How many captures were opened in it; bounded, so that nobody can shop for an easy challenge.
    pub ceremonies_opened: i32,
    /// When the request came to its browser; a proof given since then was given for it.
    pub opened_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// How it ended, if it did: an interaction answers its client once.
    pub end: Option<InteractionEnd>,
    /// Guards concurrent writers; storage raises it.
    pub version: i64,
}

impl Interaction {
    /// Opens one.
    pub fn open(
        id: InteractionId,
        client: ClientId,
        parameters: AuthorizationParameters,
        session: Option<SessionId>,
        now: Timestamp,
        lifetime: SignedDuration,
    ) -> Self {
        Self {
            id,
            client,
            parameters,
            session,
            account_chosen_at: None,
            allowed_at: None,
            workflow: None,
            missed: None,
            ceremonies_opened: 0,
            opened_at: now,
            expires_at: now.saturating_add(lifetime).unwrap_or(Timestamp::MAX),
            end: None,
            version: 0,
        }
    }

    /// Whether it still waits for an answer.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.end.is_none() && now < self.expires_at
    }

    /// Whether it belongs to this browser's session.
    pub fn belongs_to(&self, session: &SessionId) -> bool {
        self.session.as_ref() == Some(session)
    }
}
