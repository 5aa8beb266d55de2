//! Signing keys: which algorithms there are and what is kept of a key.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::KeyId;

/// A JWS algorithm that tokens are signed with (RFC 7518 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// RSASSA-PKCS1-v1_5 with SHA-256; every provider must offer it (OpenID Connect Discovery 1.0 §3).
    RS256,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// EdDSA on Ed25519 (RFC 8037 §3.1).
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlgorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ES256, Self::RS256, Self::PS256, Self::EdDsa];

    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ES256 => "ES256",
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads a registered name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// A signing key as it is kept: public half in the clear, private half sealed.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// The `kid`.
    pub id: KeyId,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// The public JWK as JSON (RFC 7517).
    pub public_jwk: String,
    /// The private JWK, sealed by the vault.
    pub sealed_private_jwk: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}
