//! Signing and checking tokens.

use serde_json::{Map, Value};

use super::fault::Fault;
use crate::domain::{
    id::KeyId,
    keys::{SigningAlgorithm, SigningKey},
    oidc::issuer::Issuer,
};

/// The `typ` header of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// An ID token (`JWT`).
    IdToken,
    /// An access token (`at+jwt`, RFC 9068 §2.1).
    AccessToken,
    /// A logout token (`logout+jwt`, OpenID Connect Back-Channel Logout 1.0 §2.4).
    LogoutToken,
    /// A UserInfo answer (`JWT`, OpenID Connect Core 1.0 §5.3.2).
    UserInfo,
}

/// Makes keys, signs claims, checks signatures.
pub trait TokenSigner: Send + Sync {
    /// Makes a key pair that signs from now on, the first of its algorithm; the private half comes sealed.
    fn new_key(
        &self,
        id: KeyId,
        algorithm: SigningAlgorithm,
        now: jiff::Timestamp,
    ) -> Result<SigningKey, Fault>;

    /// Signs claims as a compact JWS (RFC 7515 §3.1) with `kid` and `typ` in its header.
    fn sign(&self, key: &SigningKey, typ: TokenType, claims: &Map<String, Value>) -> Result<String, Fault>;

    /// The claims of a compact JWS of this type that the key signed and names; `None` for anything else. Times, issuer
    /// and audience are the caller's to check.
    fn verify(&self, key: &SigningKey, typ: TokenType, token: &str) -> Option<Map<String, Value>>;

    /// A self-issued certificate of the key, as DER, on the issuer's host.
    fn certify(&self, key: &SigningKey, issuer: &Issuer) -> Result<Vec<u8>, Fault>;
}

/// A JWT of a client whose signature or MAC was verified; claims and times are the caller's to check.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedJwt {
    /// The protected header.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
}

/// Checks what clients signed: assertions (RFC 7523) and request objects (RFC 9101). `none` is never accepted, nor a key
/// of another type than the algorithm's (RFC 8725 §3.1).
pub trait ClientJwtVerifier: Send + Sync {
    /// A compact JWS that one key of the set signed with one of the algorithms: the key that its `kid` names, or, without
    /// a `kid`, any that fits.
    fn verify_signed(
        &self,
        jwks: &Value,
        algorithms: &[SigningAlgorithm],
        token: &str,
    ) -> Option<VerifiedJwt>;

    /// A compact JWS under HS256, HS384 or HS512 with a client's secret.
    fn verify_keyed(&self, secret: &[u8], token: &str) -> Option<VerifiedJwt>;
}
