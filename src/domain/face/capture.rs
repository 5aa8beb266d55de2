//! What a capture page sends: encoded frames, their hashes, and the bundle that seals them together.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::injection::camera::Claims;
use crate::domain::{
    device::DeviceKey,
    id::CeremonyId,
    secret::{base64url, from_base64url, sha256},
};

/// One JPEG as it came; wiped when dropped, never printed.
#[derive(Clone)]
pub struct EncodedFrame(Zeroizing<Vec<u8>>);

impl EncodedFrame {
    /// Takes the bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for the decoder.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its hash, to hold against what was committed.
    pub fn hash(&self) -> FrameHash {
        FrameHash(base64url(&sha256(&self.0)))
    }
}

impl std::fmt::Debug for EncodedFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EncodedFrame(..)")
    }
}

/// SHA-256 of a frame's JPEG, base64url.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FrameHash(String);

impl FrameHash {
    /// Accepts a hash as sent: 32 bytes in base64url.
    pub fn parse(text: &str) -> Option<Self> {
        (from_base64url(text)?.len() == 32).then(|| Self(text.to_owned()))
    }
}

/// 256 random bits that bind a sealed capture to one ceremony.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaptureNonce(String);

impl CaptureNonce {
    /// Makes a nonce.
    pub fn from_random(bits: [u8; 32]) -> Self {
        Self(base64url(&bits))
    }

    /// Accepts a nonce as sent: 32 bytes in base64url.
    pub fn parse(text: &str) -> Option<Self> {
        (from_base64url(text)?.len() == 32).then(|| Self(text.to_owned()))
    }

    /// The nonce as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its 32 bytes.
    pub fn bytes(&self) -> Vec<u8> {
        from_base64url(&self.0).unwrap_or_default()
    }
}

/// An opened capture: the frames in the order in which they were taken.
#[derive(Debug)]
pub struct CaptureBundle {
    /// The ceremony it says it was made for.
    pub ceremony: CeremonyId,
    /// The nonce it says it was made for.
    pub nonce: CaptureNonce,
    /// The frames.
    pub frames: Vec<EncodedFrame>,
    /// What the client says of its camera.
    pub claims: Claims,
    /// The device key that signed it, where one did.
    pub signed_by: Option<DeviceKey>,
}
