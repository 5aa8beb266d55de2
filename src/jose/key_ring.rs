//! Key-encryption keys of one purpose: files of a folder of their own, `NAME.key`, and keys that came from elsewhere, as from
//! the environment. Each wraps by AES-256-GCM, bound to purpose, name and the caller's text.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use zeroize::Zeroizing;

use super::{
    key_file::{self, KeyFileProblem, LENGTH},
    vault::{NONCE, cipher_of, open, seal},
};
use crate::{
    domain::{
        id::KekId,
        key_encryption::{KeyPurpose, WrappedKey},
    },
    ports::{BoxFuture, entropy::Entropy, envelope::KeyEncryption, fault::Fault},
};

/// What is authenticated with a wrapped key before everything else.
const LABEL: &[u8] = b"facestep key wrap v1";

/// How a key's file is named, behind its name.
const ENDING: &str = ".key";

type Key = Zeroizing<[u8; LENGTH]>;

/// The keys at hand.
pub struct KeyRing {
    purpose: KeyPurpose,
    folder: Option<PathBuf>,
    given: BTreeMap<KekId, Arc<Key>>,
    /// Files that were read; one that another process makes is read when it is asked for.
    read: RwLock<BTreeMap<KekId, Arc<Key>>>,
    entropy: Arc<dyn Entropy>,
}

impl KeyRing {
    /// A ring of the keys in a folder, if there is one, and of those given.
    pub fn new(
        purpose: KeyPurpose,
        folder: Option<PathBuf>,
        given: impl IntoIterator<Item = (KekId, Key)>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let given = given.into_iter().map(|(id, key)| (id, Arc::new(key))).collect();
        Self { purpose, folder, given, read: RwLock::default(), entropy }
    }

    fn path(&self, kek: &KekId) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(format!("{kek}{ENDING}")))
    }

    fn key(&self, kek: &KekId) -> Result<Arc<Key>, Fault> {
        if let Some(key) = self.given.get(kek) {
            return Ok(key.clone());
        }
        if let Some(key) = self.read.read().unwrap_or_else(PoisonError::into_inner).get(kek) {
            return Ok(key.clone());
        }
        let path = self.path(kek).ok_or_else(|| self.absent(kek))?;
        let key = match key_file::read(&path) {
            Ok(key) => Arc::new(key),
            Err(problem) if problem.is_missing() => return Err(self.absent(kek)),
            Err(problem) => return Err(Fault::Unavailable(problem.to_string())),
        };
        self.read.write().unwrap_or_else(PoisonError::into_inner).insert(kek.clone(), key.clone());
        Ok(key)
    }

    fn absent(&self, kek: &KekId) -> Fault {
        let place = match self.path(kek) {
            Some(path) => format!("it would be {}", path.display()),
            None => "there is no folder of keys".to_owned(),
        };
        Fault::Unavailable(format!("the key-encryption key {kek} is not at hand: {place}"))
    }

    fn names(&self) -> Result<Vec<KekId>, Fault> {
        let mut names: Vec<KekId> = self.given.keys().cloned().collect();
        let entries = match self.folder.as_ref().map(std::fs::read_dir) {
            Some(Ok(entries)) => entries,
            Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Fault::Unavailable(format!("the folder of keys cannot be read: {error}")));
            }
            Some(Err(_)) | None => return Ok(names),
        };
        names.extend(entries.flatten().filter_map(|entry| {
            let name = entry.file_name();
            KekId::parse(name.to_str()?.strip_suffix(ENDING)?)
        }));
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn make_file(&self, kek: &KekId) -> Result<(), Fault> {
        let path = self.path(kek).ok_or_else(|| self.absent(kek))?;
        let key = Zeroizing::new(self.entropy.bytes::<LENGTH>());
        key_file::write_new(&path, &key).map_err(unusable)
    }

    fn destroy_file(&self, kek: &KekId) -> Result<bool, Fault> {
        self.read.write().unwrap_or_else(PoisonError::into_inner).remove(kek);
        let Some(path) = self.path(kek).filter(|_| !self.given.contains_key(kek)) else { return Ok(false) };
        match key_file::destroy(&path) {
            Ok(()) => Ok(true),
            Err(problem) if problem.is_missing() => Ok(false),
            Err(problem) => Err(unusable(problem)),
        }
    }

    fn bound(&self, kek: &KekId, binding: &str) -> Vec<u8> {
        [LABEL, self.purpose.name().as_bytes(), kek.as_str().as_bytes(), binding.as_bytes()].join(&0)
    }

    fn wrap_now(&self, kek: &KekId, binding: &str, key: &[u8; LENGTH]) -> Result<WrappedKey, Fault> {
        let nonce = self.entropy.bytes::<NONCE>();
        let cipher = cipher_of(&**self.key(kek)?)?;
        let bytes = seal(&cipher, nonce, &self.bound(kek, binding), key)?;
        Ok(WrappedKey { kek: kek.clone(), bytes })
    }

    fn unwrap_now(&self, wrapped: &WrappedKey, binding: &str) -> Result<Key, Fault> {
        let kek = &wrapped.kek;
        let cipher = cipher_of(&**self.key(kek)?)?;
        let damaged = || Fault::Damaged(format!("a key wrapped by {kek} does not unwrap"));
        let plain = open(&cipher, &self.bound(kek, binding), &wrapped.bytes).ok_or_else(damaged)?;
        let mut key = Zeroizing::new([0; LENGTH]);
        if plain.len() != LENGTH {
            return Err(damaged());
        }
        key.copy_from_slice(&plain);
        Ok(key)
    }
}

impl KeyEncryption for KeyRing {
    fn offered(&self) -> BoxFuture<'_, Result<Vec<KekId>, Fault>> {
        Box::pin(async { self.names() })
    }

    fn make<'a>(&'a self, kek: &'a KekId) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async { self.make_file(kek) })
    }

    fn destroy<'a>(&'a self, kek: &'a KekId) -> BoxFuture<'a, Result<bool, Fault>> {
        Box::pin(async { self.destroy_file(kek) })
    }

    fn wrap<'a>(
        &'a self,
        kek: &'a KekId,
        binding: &'a str,
        key: &'a [u8; LENGTH],
    ) -> BoxFuture<'a, Result<WrappedKey, Fault>> {
        Box::pin(async move { self.wrap_now(kek, binding, key) })
    }

    fn unwrap<'a>(&'a self, wrapped: &'a WrappedKey, binding: &'a str) -> BoxFuture<'a, Result<Key, Fault>> {
        Box::pin(async move { self.unwrap_now(wrapped, binding) })
    }
}

fn unusable(problem: KeyFileProblem) -> Fault {
    Fault::Unavailable(problem.to_string())
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::PermissionsExt,
        sync::atomic::{AtomicU8, Ordering},
    };

    use super::*;

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    fn ring(purpose: KeyPurpose, folder: Option<PathBuf>, given: &[(&str, u8)]) -> KeyRing {
        let given = given.iter().map(|(id, byte)| (kek(id), Zeroizing::new([*byte; LENGTH])));
        KeyRing::new(purpose, folder, given, Arc::new(Counting(AtomicU8::new(1))))
    }

    fn kek(id: &str) -> KekId {
        KekId::parse(id).unwrap()
    }

    #[tokio::test]
    async fn a_wrapped_key_unwraps_with_its_text_purpose_and_key_alone() {
        let own = ring(KeyPurpose::Template, None, &[("a", 1), ("b", 2), ("c", 1)]);
        let wrapped = own.wrap(&kek("a"), "e1/0", &[7; LENGTH]).await.unwrap();
        assert_eq!(*own.unwrap(&wrapped, "e1/0").await.unwrap(), [7; LENGTH]);
        assert!(own.unwrap(&wrapped, "e1/1").await.is_err());
        for other in ["b", "c"] {
            let moved = WrappedKey { kek: kek(other), ..wrapped.clone() };
            assert!(own.unwrap(&moved, "e1/0").await.is_err(), "{other}");
        }
        let other = ring(KeyPurpose::Transform, None, &[("a", 1)]);
        assert!(other.unwrap(&wrapped, "e1/0").await.is_err());
        for place in 0..wrapped.bytes.len() {
            let mut changed = wrapped.clone();
            changed.bytes[place] ^= 1;
            assert!(own.unwrap(&changed, "e1/0").await.is_err(), "{place}");
        }
    }

    #[tokio::test]
    async fn a_key_that_another_process_made_is_read_when_it_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let place = Some(folder.path().join("keys"));
        let [server, command] = [0; 2].map(|_| ring(KeyPurpose::Template, place.clone(), &[("given", 1)]));
        assert_eq!(server.offered().await.unwrap(), [kek("given")]);
        assert!(matches!(server.wrap(&kek("new"), "e", &[7; 32]).await, Err(Fault::Unavailable(_))));
        command.make(&kek("new")).await.unwrap();
        assert!(command.make(&kek("new")).await.is_err(), "a key is never replaced");
        let file = folder.path().join("keys/new.key");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let wrapped = command.wrap(&kek("new"), "e", &[7; 32]).await.unwrap();
        assert_eq!(*server.unwrap(&wrapped, "e").await.unwrap(), [7; 32]);
        assert_eq!(server.offered().await.unwrap(), [kek("given"), kek("new")]);
    }

    #[tokio::test]
    async fn a_destroyed_key_is_gone_and_a_given_one_is_not_ours_to_destroy() {
        let folder = tempfile::tempdir().unwrap();
        let ring = ring(KeyPurpose::Template, Some(folder.path().into()), &[("given", 1)]);
        ring.make(&kek("old")).await.unwrap();
        let wrapped = ring.wrap(&kek("old"), "e", &[7; 32]).await.unwrap();
        assert!(ring.destroy(&kek("old")).await.unwrap());
        assert!(ring.unwrap(&wrapped, "e").await.is_err());
        assert!(!ring.destroy(&kek("old")).await.unwrap());
        assert!(!ring.destroy(&kek("given")).await.unwrap());
    }

    #[tokio::test]
    async fn a_key_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let ring = ring(KeyPurpose::Template, Some(folder.path().into()), &[]);
        ring.make(&kek("open")).await.unwrap();
        fs::set_permissions(folder.path().join("open.key"), fs::Permissions::from_mode(0o640)).unwrap();
        let refused = ring.wrap(&kek("open"), "e", &[7; 32]).await.unwrap_err();
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
    }
}
