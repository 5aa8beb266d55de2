//! The one key that an operator must keep: a file of 32 random bytes beside, never inside, the database. Every other key
//! is derived from it, each for one purpose.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
    path::Path,
    sync::Arc,
};

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::vault::AesVault;
use crate::{
    domain::{audit::AuditKey, workflow::enrolment::ProofKey},
    ports::entropy::Entropy,
};

/// Length of the key in bytes.
const LENGTH: usize = 32;

/// Why the key file cannot be used; the text names the mend.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileProblem {
    /// It cannot be read or written.
    #[error("the key file {path} cannot be used: {source}")]
    Unusable {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others may read it.
    #[error("the key file {0} can be read by others than its owner: run `chmod 600` on it")]
    ReadableByOthers(String),
    /// It is not a key.
    #[error("the key file {0} must hold exactly 32 bytes: restore it from a backup")]
    WrongLength(String),
}

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
        match Self::load(path) {
            Err(KeyFileProblem::Unusable { source, .. }) if source.kind() == ErrorKind::NotFound => {}
            loaded => return loaded,
        }
        let key = Zeroizing::new(entropy.bytes::<LENGTH>());
        match write_new(path, key.as_ref()) {
            Ok(()) => Ok(Self(key)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::load(path),
            Err(source) => Err(unusable(path, source)),
        }
    }

    fn load(path: &Path) -> Result<Self, KeyFileProblem> {
        let file = File::open(path).map_err(|source| unusable(path, source))?;
        let metadata = file.metadata().map_err(|source| unusable(path, source))?;
        if is_open_to_others(&metadata) {
            return Err(KeyFileProblem::ReadableByOthers(path.display().to_string()));
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH + 1));
        let most = LENGTH as u64 + 1;
        file.take(most).read_to_end(&mut bytes).map_err(|source| unusable(path, source))?;
        let key: [u8; LENGTH] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| KeyFileProblem::WrongLength(path.display().to_string()))?;
        Ok(Self::new(key))
    }

    /// The vault for secrets at rest.
    pub fn vault(&self, entropy: Arc<dyn Entropy>) -> AesVault {
        AesVault::new(Zeroizing::new(self.derive("facestep vault v1")), entropy)
    }

    /// The key of enrolment proofs.
    pub fn proof_key(&self) -> ProofKey {
        ProofKey::new(self.derive("facestep enrolment proof v1"))
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

fn unusable(path: &Path, source: std::io::Error) -> KeyFileProblem {
    KeyFileProblem::Unusable { path: path.display().to_string(), source }
}

/// Writes the whole file under another name first, so that nobody ever reads half a key; `hard_link` refuses to replace.
fn write_new(path: &Path, key: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let written = new_private_file(&draft).and_then(|mut file| {
        file.write_all(key)?;
        file.sync_all()?;
        std::fs::hard_link(&draft, path)
    });
    let removed = std::fs::remove_file(&draft);
    written.and(removed)
}

#[cfg(unix)]
fn new_private_file(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn new_private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
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
