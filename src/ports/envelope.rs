//! Sealing: captures on their way, and everything secret at rest.

use zeroize::Zeroizing;

use super::{BoxFuture, fault::Fault};
use crate::domain::{
    face::{
        capture::{CaptureBundle, CaptureNonce, EncodedFrame},
        ceremony::CeremonyKeys,
    },
    id::{CeremonyId, KekId},
    key_encryption::WrappedKey,
};

/// What a sealed thing is for. It is authenticated with it, so that one sealed thing cannot stand in for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedKind {
    /// A private signing key.
    SigningKey,
    /// The private keys of a ceremony.
    CeremonyKeys,
    /// A portrait's template during a parent run.
    Portrait,
    /// A simulator persona's portrait.
    Persona,
    /// What the frames of a judged capture were like.
    ShownCapture,
    /// A client's secret, where assertions are checked with it.
    ClientSecret,
    /// The portrait of a document that an officer checked.
    CheckedPortrait,
}

/// Seals secrets at rest with an authenticated cipher under keys that are never in the database.
pub trait Vault: Send + Sync {
    /// Seals bytes for one purpose and one owner.
    fn seal(&self, kind: SealedKind, owner: &str, plain: &[u8]) -> Result<Vec<u8>, Fault>;

    /// Opens what was sealed for this purpose and owner; `Damaged` for anything else.
    fn unseal(&self, kind: SealedKind, owner: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault>;

    /// Seals bytes under a data key of their own, bound to a text.
    fn seal_under(&self, key: &[u8; 32], binding: &str, plain: &[u8]) -> Result<Vec<u8>, Fault>;

    /// Opens what was sealed under this data key with this text; `Damaged` for anything else.
    fn unseal_under(&self, key: &[u8; 32], binding: &str, sealed: &[u8])
    -> Result<Zeroizing<Vec<u8>>, Fault>;
}

/// Wraps and unwraps keys of 256 bits under the key-encryption keys of one purpose. Asynchronous, so that a key management
/// service can stand behind it; never called inside a transaction.
///
/// Which key is in use is the database's to say: a change of it is a transaction, and every server sees it at once.
pub trait KeyEncryption: Send + Sync {
    /// The keys at hand, to choose one from where the database knows none yet.
    fn offered(&self) -> BoxFuture<'_, Result<Vec<KekId>, Fault>>;

    /// Makes a key of this name; refuses to replace one.
    fn make<'a>(&'a self, kek: &'a KekId) -> BoxFuture<'a, Result<(), Fault>>;

    /// Destroys a key by which nothing is wrapped any more; `false` where it is not ours to destroy.
    fn destroy<'a>(&'a self, kek: &'a KekId) -> BoxFuture<'a, Result<bool, Fault>>;

    /// Wraps a key, bound to a text.
    fn wrap<'a>(
        &'a self,
        kek: &'a KekId,
        binding: &'a str,
        key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<WrappedKey, Fault>>;

    /// Unwraps a key that was wrapped with this text; `Damaged` for anything else, `Unavailable` where the
    /// key-encryption key is not at hand.
    fn unwrap<'a>(
        &'a self,
        wrapped: &'a WrappedKey,
        binding: &'a str,
    ) -> BoxFuture<'a, Result<Zeroizing<[u8; 32]>, Fault>>;
}

/// Why a sealed capture was not opened. It looks the same from outside whatever the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptureRefusal {
    /// Not a compact JWE of the accepted algorithms.
    #[error("the sealed capture is malformed")]
    Malformed,
    /// It was sealed to another key or changed on the way.
    #[error("the sealed capture does not open")]
    NotForThisKey,
    /// It names another ceremony or nonce.
    #[error("the sealed capture belongs to another ceremony")]
    OtherCeremony,
    /// It says that a device key signed it, and the signature is not of this capture.
    #[error("the capture's device signature does not verify")]
    Forged,
    /// Too many frames or bytes.
    #[error("the sealed capture is too large")]
    TooLarge,
}

/// Makes a ceremony's keys and opens what is sealed to them: compact JWE, ECDH-ES with A256GCM, without compression
/// (RFC 7516, RFC 7518 §4.6).
pub trait CaptureOpener: Send + Sync {
    /// Makes both key pairs; the private halves come sealed.
    fn new_keys(&self, ceremony: &CeremonyId) -> Result<CeremonyKeys, Fault>;

    /// Opens a hint frame.
    fn open_hint(
        &self,
        ceremony: &CeremonyId,
        nonce: &CaptureNonce,
        keys: &CeremonyKeys,
        jwe: &str,
    ) -> Result<EncodedFrame, CaptureRefusal>;

    /// Opens a whole capture and proves it to be made for this ceremony and nonce. Where it says that a device key signed
    /// it, that is proven too (RFC 7515 §5.2); the bundle then names the key.
    fn open_capture(
        &self,
        ceremony: &CeremonyId,
        nonce: &CaptureNonce,
        keys: &CeremonyKeys,
        jwe: &str,
    ) -> Result<CaptureBundle, CaptureRefusal>;
}
