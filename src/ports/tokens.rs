//! Signing and checking tokens.

use serde_json::{Map, Value};

use super::fault::Fault;
use crate::domain::{
    id::KeyId,
    keys::{SigningAlgorithm, SigningKey},
};

/// The `typ` header of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// An ID token (`JWT`).
    IdToken,
    /// An access token (`at+jwt`, RFC 9068 §2.1).
    AccessToken,
}

/// Makes keys, signs claims, checks signatures.
pub trait TokenSigner: Send + Sync {
    /// Makes a key pair; the private half comes sealed.
    fn new_key(
        &self,
        id: KeyId,
        algorithm: SigningAlgorithm,
        now: jiff::Timestamp,
    ) -> Result<SigningKey, Fault>;

    /// Signs claims as a compact JWS (RFC 7515 §3.1) with `kid` and `typ` in its header.
    fn sign(&self, key: &SigningKey, typ: TokenType, claims: &Map<String, Value>) -> Result<String, Fault>;

    /// The claims of a compact JWS of this type that one of the keys signed; `None` for anything else. Times, issuer
    /// and audience are the caller's to check.
    fn verify(&self, keys: &[SigningKey], typ: TokenType, token: &str) -> Option<Map<String, Value>>;
}
