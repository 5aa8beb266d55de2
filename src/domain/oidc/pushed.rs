//! A request that a client pushed, before its browser comes for it (RFC 9126).

use jiff::{SignedDuration, Timestamp};

use super::{error::ErrorCode, error::ProtocolError, interaction::AuthorizationParameters};
use crate::domain::{
    id::{ClientId, InteractionId},
    secret::{SecretToken, TokenHash},
};

/// What every reference begins with (RFC 9126 §2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// What is told of a reference that leads nowhere, whatever the cause (RFC 9126 §2.2, §4).
pub const UNKNOWN: ProtocolError = ProtocolError::new(
    ErrorCode::InvalidRequestUri,
    "request_uri_unknown",
    "this request_uri is not known, has lapsed or was used",
);

/// A pushed request, whose parameters passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedRequest {
    /// Hash of the secret part of its reference.
    pub reference: TokenHash,
    /// Who pushed it.
    pub client: ClientId,
    /// What is asked.
    pub parameters: AuthorizationParameters,
    /// Whether the client signed it.
    pub signed: bool,
    /// When it lapses: once opened, together with what it was opened as.
    pub expires_at: Timestamp,
    /// What its browser opened with it; storage sets it for one winner.
    pub opened_as: Option<InteractionId>,
}

impl PushedRequest {
    /// Keeps a request under a secret that only its client and the browser learn.
    pub fn keep(
        secret: &SecretToken,
        client: ClientId,
        parameters: AuthorizationParameters,
        signed: bool,
        now: Timestamp,
        lifetime: SignedDuration,
    ) -> Self {
        let expires_at = now.saturating_add(lifetime).unwrap_or(now);
        Self { reference: secret.hash(), client, parameters, signed, expires_at, opened_as: None }
    }

    /// The `request_uri` of a secret.
    pub fn reference_of(secret: &SecretToken) -> SecretToken {
        SecretToken::from_outside(&format!("{PREFIX}{}", secret.expose()))
    }

    /// The hash of the secret in a `request_uri`; `None` where it is an address.
    pub fn hash_in(request_uri: &str) -> Option<TokenHash> {
        request_uri.strip_prefix(PREFIX).map(|secret| SecretToken::from_outside(secret).hash())
    }

    /// Whether its browser may open it now.
    pub fn may_open(&self, now: Timestamp) -> bool {
        self.opened_as.is_none() && now < self.expires_at
    }
}
