//! The one key that an operator must keep: a file of 32 random bytes beside, never inside, the database. Every other key
//! is derived from it, each for one purpose.

use std::{path::Path, sync::Arc};

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{
    key_file::{self, LENGTH},
    vault::AesVault,
};
use crate::{
    domain::{
        audit::AuditKey, face::challenge::ChallengeKey, oidc::subject::PairwiseKey,
        workflow::enrolment::ProofKey,
    },
    ports::entropy::Entropy,
};

pub use super::key_file::KeyFileProblem;

/// The key that all others come from.
pub struct MasterKey(Zeroizing<[u8; LENGTH]>);

impl MasterKey {
    /// Takes a key that is kept elsewhere.
    pub fn new(bytes: [u8; LENGTH]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads the key file, or makes one, with its folder, that its owner alone may read. Of two processes that start at
    /// once, one makes it and the other reads it.
    pub fn load_or_create(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeyFileProblem> {
        match key_file::read(path) {
            Err(problem) if problem.is_missing() => {}
            read => return read.map(Self),
        }
        let key = Zeroizing::new(entropy.bytes::<LENGTH>());
        match key_file::write_new(path, &key) {
            Ok(()) => Ok(Self(key)),
            Err(problem) if problem.is_taken() => key_file::read(path).map(Self),
            Err(problem) => Err(problem),
        }
    }

    /// The vault for secrets at rest.
    pub fn vault(&self, entropy: Arc<dyn Entropy>) -> AesVault {
        AesVault::new(Zeroizing::new(self.derive("facestep vault v1")), entropy)
    }

    /// The key of enrolment proofs.
    pub fn proof_key(&self) -> ProofKey {
        ProofKey::new(self.derive("facestep enrolment proof v1"))
    }

    /// The key of pairwise subjects.
    pub fn pairwise_key(&self) -> PairwiseKey {
        PairwiseKey::new(self.derive("facestep pairwise subject v1"))
    }

    /// The key that challenges are derived from.
    pub fn challenge_key(&self) -> ChallengeKey {
        ChallengeKey::new(self.derive("facestep challenge key v2"))
    }

    /// The key of the audit chain.
    pub fn audit_key(&self) -> AuditKey {
        AuditKey::new(self.derive("facestep audit chain v1"))
    }

    /// A key for one purpose, by HKDF-SHA-256 (RFC 5869). A purpose is a fixed text with a version.
    pub fn derive(&self, purpose: &'static str) -> [u8; LENGTH] {
        let mut key = [0; LENGTH];
        // Fails only beyond 255 blocks; a key of 32 bytes is one.
        let expanded = Hkdf::<Sha256>::new(None, self.0.as_ref()).expand(purpose.as_bytes(), &mut key);
        debug_assert!(expanded.is_ok());
        key
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    struct Sevens;

    impl Entropy for Sevens {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    #[test]
    fn a_key_file_is_made_once_for_its_owner_alone_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/facestep.key");
        let made = MasterKey::load_or_create(&path, &Sevens).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        fs::write(&path, [9; 32]).unwrap();
        let read = MasterKey::load_or_create(&path, &Sevens).unwrap();
        assert_ne!(made.derive("x"), read.derive("x"));
        assert_ne!(read.derive("x"), read.derive("y"));
    }

    #[test]
    fn a_key_file_that_others_may_read_or_that_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, [9; 33]).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let refused = MasterKey::load_or_create(&path, &Sevens);
        assert!(matches!(refused, Err(KeyFileProblem::WrongLength(_))));
        fs::write(&path, [9; 32]).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = MasterKey::load_or_create(&path, &Sevens);
        assert!(matches!(refused, Err(KeyFileProblem::ReadableByOthers(_))));
    }
}
