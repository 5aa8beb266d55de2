//! What clients sign: whose it is, by their registered keys, those at an address of theirs, or their secret.
//!
//! Claims, times and replays are left to who asked: assertions (RFC 7523) and request objects (RFC 9101) have rules of their own.

mod key_sets;

use std::sync::Arc;

use self::key_sets::KeySets;
use super::Unserved;
use crate::{
    domain::{keys::SigningAlgorithm, oidc::client::Client},
    ports::{
        clock::Clock,
        envelope::{SealedKind, Vault},
        outbound::{Outbound, OutboundFailure},
        tokens::{ClientJwtVerifier, VerifiedJwt},
    },
};

/// Why a JWT is not the client's; for the operator's log, and for words that name no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientJwtRefusal {
    /// It registered nothing that this could be verified with.
    #[error("the client has no key for it")]
    NoKey,
    /// Its keys could not be had from its `jwks_uri`.
    #[error("the client's keys could not be fetched: {0}")]
    NotFetched(#[from] OutboundFailure),
    /// What stands at its `jwks_uri` is no JWK set (RFC 7517 §5).
    #[error("what stands at the client's jwks_uri is no key set")]
    NoKeySet,
    /// None of its keys made this signature or MAC, by none of the algorithms that are accepted.
    #[error("no key of the client verifies it")]
    NotVerified,
}

/// Verifies what clients signed.
pub struct ClientJwts {
    verifier: Arc<dyn ClientJwtVerifier>,
    vault: Arc<dyn Vault>,
    key_sets: KeySets,
}

impl ClientJwts {
    /// Over its ports.
    pub fn new(
        verifier: Arc<dyn ClientJwtVerifier>,
        vault: Arc<dyn Vault>,
        outbound: Arc<dyn Outbound>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { verifier, vault, key_sets: KeySets::new(outbound, clock) }
    }

    /// A JWT that a key of the client signed with one of the algorithms (OpenID Connect Core 1.0 §10.1): of those registered,
    /// or of those at its address, which are fetched again when none of the ones at hand verifies it, so that a key that the
    /// client has just put in use counts at once.
    pub async fn verify_signed(
        &self,
        client: &Client,
        algorithms: &[SigningAlgorithm],
        token: &str,
    ) -> Result<VerifiedJwt, ClientJwtRefusal> {
        if let Some(jwks) = &client.metadata.jwks {
            let verified = self.verifier.verify_signed(jwks, algorithms, token);
            return verified.ok_or(ClientJwtRefusal::NotVerified);
        }
        let address = client.metadata.jwks_uri.as_deref().ok_or(ClientJwtRefusal::NoKey)?;
        let kept = self.key_sets.of(address).await?;
        if let Some(verified) = self.verifier.verify_signed(&kept, algorithms, token) {
            return Ok(verified);
        }
        let newer = self.key_sets.newer(address, &kept).await;
        newer
            .and_then(|jwks| self.verifier.verify_signed(&jwks, algorithms, token))
            .ok_or(ClientJwtRefusal::NotVerified)
    }

    /// A JWT under a MAC of the client's secret (OpenID Connect Core 1.0 §9, `client_secret_jwt`).
    pub fn verify_keyed(
        &self,
        client: &Client,
        token: &str,
    ) -> Result<VerifiedJwt, Unserved<ClientJwtRefusal>> {
        let sealed = client.sealed_secret.as_deref().ok_or(Unserved::Refused(ClientJwtRefusal::NoKey))?;
        let secret = self.vault.unseal(SealedKind::ClientSecret, client.id.as_str(), sealed)?;
        let verified = self.verifier.verify_keyed(&secret, token);
        verified.ok_or(Unserved::Refused(ClientJwtRefusal::NotVerified))
    }
}
