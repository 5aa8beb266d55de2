//! What a person allows a client: the scopes, resources and claims that it asks for. It is remembered until they take it
//! back, and asked again only for more. (The consent to face processing is another matter: `flows::consent`.)

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{client::Client, grant::GrantTerms};
use crate::domain::{
    id::{ClientId, UserId},
    secret::{base64url, sha256},
};

/// What a client asks to get at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// The scopes (RFC 6749 §3.3).
    pub scopes: BTreeSet<String>,
    /// The resources that its tokens are for (RFC 8707 §2).
    pub resources: BTreeSet<String>,
    /// The claims that it names one by one (OpenID Connect Core 1.0 §5.5).
    pub claims: BTreeSet<String>,
}

impl Access {
    /// What the terms of a grant give access to.
    pub fn of(terms: &GrantTerms) -> Self {
        Self {
            scopes: terms.scope.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            resources: terms.resource.iter().cloned().collect(),
            claims: terms.claims.id_token.union(&terms.claims.userinfo).cloned().collect(),
        }
    }

    /// Whether all of the other is in this.
    pub fn covers(&self, other: &Self) -> bool {
        self.scopes.is_superset(&other.scopes)
            && self.resources.is_superset(&other.resources)
            && self.claims.is_superset(&other.claims)
    }

    /// What a page that asked for this sends back, so that nothing else is allowed by it.
    pub fn digest(&self) -> String {
        let parts = [&self.scopes, &self.resources, &self.claims];
        // No name holds a line end: scopes and resources have no control characters, and claims are told as JSON names them.
        let text: String = parts.iter().map(|names| format!("{names:?}\n")).collect();
        base64url(&sha256(text.as_bytes()))
    }

    fn add(&mut self, other: Self) {
        self.scopes.extend(other.scopes);
        self.resources.extend(other.resources);
        self.claims.extend(other.claims);
    }
}

/// What one person allowed one client, remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessConsent {
    /// Who allowed it.
    pub user: UserId,
    /// Whom.
    pub client: ClientId,
    /// What, over all requests.
    pub allowed: Access,
    /// When something was allowed last.
    pub allowed_at: Timestamp,
}

impl AccessConsent {
    /// What was allowed before, if anything, and this beside it.
    pub fn with(
        before: Option<Self>,
        user: UserId,
        client: ClientId,
        asked: Access,
        allowed_at: Timestamp,
    ) -> Self {
        let mut allowed = before.map(|consent| consent.allowed).unwrap_or_default();
        allowed.add(asked);
        Self { user, client, allowed, allowed_at }
    }
}

/// What it depends on whether a person is asked.
#[derive(Clone, Copy, Debug)]
pub struct AccessFacts<'a> {
    /// Who asks.
    pub client: &'a Client,
    /// Where the answer goes.
    pub redirect_uri: &'a str,
    /// What is asked.
    pub asked: &'a Access,
    /// What was allowed before.
    pub remembered: Option<&'a AccessConsent>,
    /// Whether the request has `prompt=consent`.
    pub prompted: bool,
    /// Whether the person allowed it in this very request.
    pub allowed_here: bool,
}

impl AccessFacts<'_> {
    /// Whether the person must be asked: always with `prompt=consent` (OpenID Connect Core 1.0 §3.1.2.1), else where the
    /// client is not the operator's own and asks for more than was allowed. What was allowed before is not held for a
    /// client that may be another program by the same name (RFC 6749 §10.2, RFC 8252 §8.6).
    pub fn must_ask(&self) -> bool {
        let covered = self.remembered.is_some_and(|consent| consent.allowed.covers(self.asked));
        if self.allowed_here && covered {
            return false;
        }
        self.prompted || !(self.client.metadata.first_party || (covered && self.is_assured()))
    }

    /// Whether whoever is answered can only be the registered client: it authenticates, or its address is its own.
    fn is_assured(&self) -> bool {
        !self.client.is_public() || self.redirect_uri.starts_with("https:")
    }
}
