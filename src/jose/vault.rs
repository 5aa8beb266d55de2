//! Seals secrets at rest with AES-256-GCM. Each kind of secret has a key of its own, and each sealed thing is bound to
//! its kind and its owner: moved to another row, it does not open.

use std::sync::Arc;

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead, KeyInit, Payload},
};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::ports::{
    entropy::Entropy,
    envelope::{SealedKind, Vault},
    fault::Fault,
};

/// The layout of what is written: this byte, the nonce, then ciphertext and tag.
const VERSION: u8 = 1;
/// Length of a nonce (NIST SP 800-38D §8.2: 96 random bits).
pub(super) const NONCE: usize = 12;
/// What is authenticated with a reference before the text that it is bound to.
const REFERENCE: &[u8] = b"facestep reference v1\0";

/// The vault over one root key.
pub struct AesVault {
    root: Zeroizing<[u8; 32]>,
    entropy: Arc<dyn Entropy>,
}

impl AesVault {
    /// Opens the vault; the root key is [`MasterKey`](super::master_key::MasterKey)'s to derive.
    pub fn new(root: Zeroizing<[u8; 32]>, entropy: Arc<dyn Entropy>) -> Self {
        Self { root, entropy }
    }

    /// The key of one kind, by HKDF-SHA-256 (RFC 5869).
    fn cipher(&self, kind: SealedKind) -> Result<Aes256Gcm, Fault> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, self.root.as_ref())
            .expand(name(kind).as_bytes(), key.as_mut())
            .map_err(|_| Fault::Internal("a vault key could not be derived".into()))?;
        cipher_of(&key)
    }
}

impl Vault for AesVault {
    fn seal(&self, kind: SealedKind, owner: &str, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        seal(&self.cipher(kind)?, self.entropy.bytes(), &bound_to(kind, owner), plain)
    }

    fn unseal(&self, kind: SealedKind, owner: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        open(&self.cipher(kind)?, &bound_to(kind, owner), sealed)
            .ok_or_else(|| Fault::Damaged(format!("a sealed {} does not open", name(kind))))
    }

    fn seal_under(&self, key: &[u8; 32], binding: &str, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        let bound = [REFERENCE, binding.as_bytes()].concat();
        seal(&cipher_of(key)?, self.entropy.bytes(), &bound, plain)
    }

    fn unseal_under(
        &self,
        key: &[u8; 32],
        binding: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let bound = [REFERENCE, binding.as_bytes()].concat();
        open(&cipher_of(key)?, &bound, sealed)
            .ok_or_else(|| Fault::Damaged("a sealed reference does not open".into()))
    }
}

/// The cipher with a key.
pub(super) fn cipher_of(key: &[u8; 32]) -> Result<Aes256Gcm, Fault> {
    Aes256Gcm::new_from_slice(key).map_err(|_| Fault::Internal("a key has no length".into()))
}

/// Version, nonce, then ciphertext and tag.
pub(super) fn seal(
    cipher: &Aes256Gcm,
    nonce: [u8; NONCE],
    bound: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, Fault> {
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: bound })
        .map_err(|_| Fault::Internal("sealing failed".into()))?;
    Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
}

/// The plain bytes, where these were sealed by [`seal`] under this key and with this text.
pub(super) fn open(cipher: &Aes256Gcm, bound: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.strip_prefix(&[VERSION])?.split_first_chunk::<NONCE>()?;
    cipher.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: bound }).map(Zeroizing::new).ok()
}

/// What is authenticated beside the secret: version, kind and owner.
fn bound_to(kind: SealedKind, owner: &str) -> Vec<u8> {
    [&[VERSION], name(kind).as_bytes(), &[0], owner.as_bytes()].concat()
}

/// A kind's name, for key derivation and binding; never changed, or what was sealed is lost.
fn name(kind: SealedKind) -> &'static str {
    match kind {
        SealedKind::SigningKey => "signing key",
        SealedKind::CeremonyKeys => "ceremony keys",
        SealedKind::Portrait => "portrait",
        SealedKind::Persona => "persona",
        SealedKind::ShownCapture => "shown capture",
        SealedKind::ClientSecret => "client secret",
        SealedKind::CheckedPortrait => "checked portrait",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    fn vault(root: u8) -> AesVault {
        AesVault::new(Zeroizing::new([root; 32]), Arc::new(Counting(AtomicU8::new(0))))
    }

    #[test]
    fn what_was_sealed_opens_for_its_kind_and_owner_alone() {
        let vault_of_one = vault(1);
        let sealed = vault_of_one.seal(SealedKind::Persona, "ada", b"secret").unwrap();
        let open = |vault: &AesVault, kind, owner| vault.unseal(kind, owner, &sealed).ok();
        assert_eq!(open(&vault_of_one, SealedKind::Persona, "ada").unwrap().as_slice(), b"secret");
        assert!(open(&vault_of_one, SealedKind::Persona, "bob").is_none());
        assert!(open(&vault_of_one, SealedKind::Portrait, "ada").is_none());
        assert!(open(&vault(2), SealedKind::Persona, "ada").is_none());
    }

    #[test]
    fn any_changed_or_missing_byte_is_found() {
        let vault = vault(1);
        let sealed = vault.seal(SealedKind::SigningKey, "kid", b"secret").unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(vault.unseal(SealedKind::SigningKey, "kid", &changed).is_err(), "{place}");
            assert!(vault.unseal(SealedKind::SigningKey, "kid", &sealed[..place]).is_err(), "{place}");
        }
    }

    #[test]
    fn what_was_sealed_under_a_data_key_opens_with_that_key_and_text_alone() {
        let vault = vault(1);
        let sealed = vault.seal_under(&[5; 32], "ada/0", b"secret").unwrap();
        assert_eq!(vault.unseal_under(&[5; 32], "ada/0", &sealed).unwrap().as_slice(), b"secret");
        assert!(vault.unseal_under(&[6; 32], "ada/0", &sealed).is_err());
        assert!(vault.unseal_under(&[5; 32], "ada/1", &sealed).is_err());
        assert!(vault.unseal_under(&[5; 32], "bob/0", &sealed).is_err());
    }

    #[test]
    fn sealing_twice_never_gives_the_same_bytes() {
        let vault = vault(1);
        let [one, two] = [0; 2].map(|_| vault.seal(SealedKind::Persona, "p", b"secret").unwrap());
        assert_ne!(one, two);
    }
}
