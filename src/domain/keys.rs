//! Signing keys: which algorithms there are and what is kept of a key.

pub mod history;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::history::{KeyHistory, KeyPolicy, KeyState};
use super::{id::KeyId, secret::from_base64url};

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

/// Some of the algorithms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Algorithms(u8);

impl Algorithms {
    /// Whether it is one of them.
    pub fn contains(self, algorithm: SigningAlgorithm) -> bool {
        self.0 & Self::bit(algorithm) != 0
    }

    /// Each of them, in the order of [`SigningAlgorithm::ALL`].
    pub fn iter(self) -> impl Iterator<Item = SigningAlgorithm> {
        SigningAlgorithm::ALL.into_iter().filter(move |algorithm| self.contains(*algorithm))
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is signed with where no client has a say, as access tokens: the first of them.
    pub fn preferred(self) -> SigningAlgorithm {
        self.iter().next().unwrap_or(SigningAlgorithm::RS256)
    }

    fn bit(algorithm: SigningAlgorithm) -> u8 {
        1 << algorithm as u8
    }
}

impl FromIterator<SigningAlgorithm> for Algorithms {
    fn from_iter<I: IntoIterator<Item = SigningAlgorithm>>(algorithms: I) -> Self {
        Self(algorithms.into_iter().fold(0, |all, algorithm| all | Self::bit(algorithm)))
    }
}

/// A signing key as it is kept: public half in the clear, private half sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// The `kid`.
    pub id: KeyId,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// Its number among the keys of its algorithm.
    pub generation: i64,
    /// The public JWK as JSON (RFC 7517).
    pub public_jwk: String,
    /// The private JWK, sealed by the vault; empty once it was destroyed.
    pub sealed_private_jwk: Vec<u8>,
    /// A self-issued certificate as DER, where it was asked for.
    pub certificate: Option<Vec<u8>>,
    /// When it was made, and published.
    pub created_at: Timestamp,
    /// When it signs from.
    pub signs_from: Timestamp,
    /// When it was taken out of the key set before its time.
    pub withdrawn_at: Option<Timestamp>,
}

/// The key that a compact JWS says it was signed with (RFC 7515 §4.1.4). Nothing is verified by it.
pub fn named_in(token: &str) -> Option<KeyId> {
    #[derive(Deserialize)]
    struct Header {
        kid: String,
    }
    let header = from_base64url(token.split('.').next()?)?;
    KeyId::parse(&serde_json::from_slice::<Header>(&header).ok()?.kid)
}
