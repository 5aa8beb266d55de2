//! Refresh tokens: one chain for each grant. Each use puts the next token in the place of the last one, and a token that
//! comes back after that was stolen, from the client or from the thief: the grant is revoked (RFC 9700 §2.2.2, §4.14.2).
//!
//! There is no grace for an answer that was lost on its way: the two cases look alike, and then the person signs in again.

use jiff::{SignedDuration, Timestamp};

use super::{
    client::{Client, metadata::GrantType},
    error::{ErrorCode, ProtocolError},
    grant::Grant,
    request::ReceivedParameters,
    share::resources,
};
use crate::domain::{
    id::{GrantId, RefreshId},
    secret::{SecretToken, TokenHash},
};

/// How long refresh tokens live.
#[derive(Clone, Copy, Debug)]
pub struct RefreshLifetimes {
    /// Longest time between two uses.
    pub idle: SignedDuration,
    /// Longest time in all, where the grant outlives its session.
    pub absolute: SignedDuration,
    /// Longest time in all, where it does not: no longer than a session can be.
    pub session: SignedDuration,
}

/// The one refresh token of a grant that can be used now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// Names the chain; the first part of every token's text in it.
    pub id: RefreshId,
    /// What it refreshes.
    pub grant: GrantId,
    /// Hash of the second part, which is new with every use.
    pub secret_hash: TokenHash,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it lapses unused.
    pub expires_at: Timestamp,
    /// When the chain ends, however busy it is.
    pub ends_at: Timestamp,
}

/// A refresh token as a client presents it.
#[derive(Clone, Debug)]
pub struct PresentedRefresh {
    /// The chain that it names.
    pub id: RefreshId,
    /// Its secret.
    pub secret: SecretToken,
}

/// Why a refresh token is refused; all are `invalid_grant` outside (RFC 6749 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefreshRefusal {
    /// No such token, or another client's.
    #[error("the refresh token is not known")]
    Unknown,
    /// Unused for too long, or too old.
    #[error("the refresh token has expired")]
    Expired,
    /// What it refreshes was revoked.
    #[error("the grant was revoked")]
    Revoked,
    /// A second use.
    #[error("the refresh token was used before")]
    Reused,
}

impl RefreshToken {
    /// Whether a grant yields one: to a client that registered for it, bound to the session, or beyond it with
    /// `offline_access` (OpenID Connect Core 1.0 §11).
    pub fn is_due(client: &Client) -> bool {
        client.may_use(GrantType::RefreshToken)
    }

    /// The first of a grant.
    pub fn open(
        id: RefreshId,
        grant: &Grant,
        secret: &SecretToken,
        now: Timestamp,
        lifetimes: RefreshLifetimes,
    ) -> Self {
        let whole = if grant.is_offline() { lifetimes.absolute } else { lifetimes.session };
        let ends_at = after(grant.issued_at, whole);
        let grant = grant.id.clone();
        Self { id, grant, secret_hash: secret.hash(), issued_at: now, expires_at: ends_at, ends_at }
            .sliding(now, lifetimes)
    }

    /// The one that takes its place.
    pub fn next(&self, secret: &SecretToken, now: Timestamp, lifetimes: RefreshLifetimes) -> Self {
        Self { secret_hash: secret.hash(), issued_at: now, ..self.clone() }.sliding(now, lifetimes)
    }

    fn sliding(mut self, now: Timestamp, lifetimes: RefreshLifetimes) -> Self {
        self.expires_at = after(now, lifetimes.idle).min(self.ends_at);
        self
    }

    /// Checks that this presentation may yield tokens; single use is the storage's conditional update.
    pub fn judge(
        &self,
        grant: &Grant,
        client: &Client,
        presented: &PresentedRefresh,
        now: Timestamp,
    ) -> Result<(), RefreshRefusal> {
        if grant.client != client.id {
            return Err(RefreshRefusal::Unknown);
        }
        if grant.revoked_at.is_some() {
            return Err(RefreshRefusal::Revoked);
        }
        if self.secret_hash != presented.secret.hash() {
            return Err(RefreshRefusal::Reused);
        }
        if now >= self.expires_at {
            return Err(RefreshRefusal::Expired);
        }
        Ok(())
    }
}

impl PresentedRefresh {
    /// Reads the two parts of a token's text; `None` for what was never one.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        let secret =
            (!secret.is_empty() && !secret.contains('.')).then(|| SecretToken::from_outside(secret))?;
        Some(Self { id: RefreshId::parse(id)?, secret })
    }

    /// The token's text.
    pub fn text(&self) -> SecretToken {
        SecretToken::from_outside(&format!("{}.{}", self.id.as_str(), self.secret.expose()))
    }
}

fn after(moment: Timestamp, span: SignedDuration) -> Timestamp {
    moment.saturating_add(span).unwrap_or(Timestamp::MAX)
}

/// A well-formed request for tokens by a refresh token (RFC 6749 §6).
#[derive(Clone, Debug)]
pub struct RefreshRequest {
    /// The token.
    pub token: SecretToken,
    /// Which of the granted scopes the access token shall have; all of them where it names none.
    pub scope: Option<String>,
    /// For which of the granted resources it shall be; all of them where it names none (RFC 8707 §2.2).
    pub resource: Vec<String>,
}

impl RefreshRequest {
    /// Reads the body's parameters.
    pub fn parse(received: &ReceivedParameters) -> Result<Self, ProtocolError> {
        let value = |name| received.parameters.value(name);
        let token = value("refresh_token")
            .ok_or(ProtocolError::invalid_request("refresh_token_missing", "refresh_token is missing"))?;
        Ok(Self {
            token: SecretToken::from_outside(token),
            scope: value("scope").map(str::to_owned),
            resource: resources(received),
        })
    }
}

impl From<RefreshRefusal> for ProtocolError {
    fn from(refusal: RefreshRefusal) -> Self {
        let (reason, text) = match refusal {
            RefreshRefusal::Unknown => ("refresh_token_unknown", "the refresh token is not known"),
            RefreshRefusal::Expired => ("refresh_token_expired", "the refresh token has expired"),
            RefreshRefusal::Revoked => ("grant_revoked", "what the refresh token stands for was revoked"),
            RefreshRefusal::Reused => ("refresh_token_used", "the refresh token was used before"),
        };
        Self::new(ErrorCode::InvalidGrant, reason, text)
    }
}
