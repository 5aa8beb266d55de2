//! An authorization code's life: issued, redeemed, replayed, expired. `acr`, `amr` and `auth_time` are frozen in it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{client::Client, scope::OFFLINE_ACCESS};
use crate::domain::{
    authn::acr::Assurance,
    id::{ClientId, GrantId, SessionId, Subject, UserId},
    secret::{SecretToken, TokenHash, base64url, sha256},
};

/// What was granted to a client, and the code that redeems it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its name; the `jti` of every access token that it yields begins with it.
    pub id: GrantId,
    /// Hash of the code.
    pub code_hash: TokenHash,
    /// For whom the code is.
    pub client: ClientId,
    /// Who granted.
    pub user: UserId,
    /// By which the client knows them; the `sub` of all that it yields.
    pub subject: Subject,
    /// In which session; the `sid`.
    pub session: SessionId,
    /// What the request said that the token needs.
    pub terms: GrantTerms,
    /// What the session was worth when the code was issued.
    pub assurance: Assurance,
    /// When the code was issued.
    pub issued_at: Timestamp,
    /// When the code lapses.
    pub expires_at: Timestamp,
    /// When the code was redeemed; storage sets it for one winner.
    pub redeemed_at: Option<Timestamp>,
    /// When what the code yielded was revoked, as after a replay (RFC 6749 §4.1.2).
    pub revoked_at: Option<Timestamp>,
}

/// The parts of the request that the token endpoint needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantTerms {
    /// The address that the code was sent to.
    pub redirect_uri: String,
    /// The scopes granted, space-separated.
    pub scope: String,
    /// The `nonce`, verbatim.
    pub nonce: Option<String>,
    /// The S256 code challenge (RFC 7636 §4.2).
    pub code_challenge: Option<String>,
    /// The resources asked for (RFC 8707), the audience of the access token.
    pub resource: Vec<String>,
    /// The claims asked for by name.
    #[serde(default)]
    pub claims: AskedClaims,
}

/// Claims that the `claims` parameter asks for by name, essential or not, and where they shall stand (OpenID Connect Core
/// 1.0 §5.5). Names that do not exist here are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AskedClaims {
    /// In the ID token.
    pub id_token: BTreeSet<String>,
    /// In the UserInfo answer.
    pub userinfo: BTreeSet<String>,
}

/// Why a code is refused; all are `invalid_grant` outside (RFC 6749 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantRefusal {
    /// No such code.
    #[error("the code is not known")]
    Unknown,
    /// Another client's code.
    #[error("the code was issued to another client")]
    OtherClient,
    /// Too late.
    #[error("the code has expired")]
    Expired,
    /// A second use.
    #[error("the code was used before")]
    Replayed,
    /// Not the address that the code was sent to (RFC 6749 §4.1.3).
    #[error("redirect_uri differs from the authorization request")]
    OtherAddress,
    /// The verifier does not fit the challenge (RFC 7636 §4.6).
    #[error("code_verifier does not match the code_challenge")]
    WrongVerifier,
    /// A verifier without a challenge or the other way round (RFC 9700 §2.1.1, downgrade).
    #[error("code_verifier and code_challenge must come together")]
    VerifierMismatch,
}

impl Grant {
    /// Issues one and its code.
    #[allow(clippy::too_many_arguments)]
    pub fn issue(
        id: GrantId,
        code: &SecretToken,
        client: &Client,
        user: UserId,
        subject: Subject,
        session: SessionId,
        terms: GrantTerms,
        assurance: Assurance,
        now: Timestamp,
        lifetime: SignedDuration,
    ) -> Self {
        Self {
            id,
            code_hash: code.hash(),
            client: client.id.clone(),
            user,
            subject,
            session,
            terms,
            assurance,
            issued_at: now,
            expires_at: now.saturating_add(lifetime).unwrap_or(now),
            redeemed_at: None,
            revoked_at: None,
        }
    }

    /// Whether it outlives its session: refresh tokens without `offline_access` end with it (OpenID Connect Core 1.0 §11).
    pub fn is_offline(&self) -> bool {
        self.terms.scope.split(' ').any(|name| name == OFFLINE_ACCESS)
    }

    /// Checks that this presentation of the code may yield tokens; single use is the storage's conditional update.
    pub fn redeem(
        &self,
        client: &Client,
        redirect_uri: Option<&str>,
        verifier: Option<&str>,
        now: Timestamp,
    ) -> Result<(), GrantRefusal> {
        if self.client != client.id {
            return Err(GrantRefusal::OtherClient);
        }
        if self.redeemed_at.is_some() || self.revoked_at.is_some() {
            return Err(GrantRefusal::Replayed);
        }
        if now >= self.expires_at {
            return Err(GrantRefusal::Expired);
        }
        if redirect_uri != Some(self.terms.redirect_uri.as_str()) {
            return Err(GrantRefusal::OtherAddress);
        }
        match (&self.terms.code_challenge, verifier) {
            (None, None) => Ok(()),
            (Some(challenge), Some(verifier)) if is_verifier_of(challenge, verifier) => Ok(()),
            (Some(_), Some(_)) => Err(GrantRefusal::WrongVerifier),
            _ => Err(GrantRefusal::VerifierMismatch),
        }
    }
}

/// `BASE64URL(SHA256(verifier)) == challenge`, in constant time (RFC 7636 §4.6).
fn is_verifier_of(challenge: &str, verifier: &str) -> bool {
    SecretToken::from_outside(challenge).matches(&base64url(&sha256(verifier.as_bytes())))
}
