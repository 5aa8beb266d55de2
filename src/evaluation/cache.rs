//! Keeps what was made of each picture, so that a measurement that was cut off goes on where it was and a second one is
//! quick. One append-only file per recipe, owner-only; it holds biometric templates in the clear and is to be deleted
//! after the measurement.
//!
//! A record is the SHA-256 of the picture, what came of it, the embedding's length and bytes, and eight bytes of the SHA-256
//! of all that. Whatever follows the last whole record was cut off and is dropped.

use std::{
    collections::HashMap,
    fs::{DirBuilder, File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::EvaluationFault;
use crate::domain::face::template::Embedding;

/// What came of a picture.
#[derive(Clone)]
pub enum Acquired {
    /// A face.
    Face(Embedding),
    /// No face was found.
    NoFace,
    /// The picture cannot be decoded.
    Unreadable,
}

/// SHA-256 of a picture's bytes.
pub type PictureHash = [u8; 32];

/// The kept results of one recipe.
pub struct Cache {
    path: PathBuf,
    file: File,
    known: HashMap<PictureHash, Acquired>,
}

const MAGIC: &[u8] = b"facestep embeddings 1\n";
const HEAD: usize = 32 + 1 + 4;
const SEAL: usize = 8;

impl Cache {
    /// Opens or begins the file of a recipe in a folder, which is made where it is missing. Another measurement with the
    /// same file is waited for.
    pub fn open(folder: &Path, recipe: &str) -> Result<Self, EvaluationFault> {
        let path = folder.join(format!("embeddings-{recipe}.cache"));
        let fault = |error: std::io::Error| {
            EvaluationFault::file(&path, format!("cannot be used as a cache ({error})"))
        };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(fault)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(fault)?;
        if file.try_lock().is_err() {
            eprintln!("waiting for another measurement that uses {}", path.display());
            file.lock().map_err(fault)?;
        }
        let mut bytes = Zeroizing::new(Vec::new());
        file.read_to_end(&mut bytes).map_err(fault)?;
        let (known, whole) = read_records(&bytes);
        file.set_len(whole as u64).map_err(fault)?;
        file.seek(SeekFrom::Start(whole as u64)).map_err(fault)?;
        if whole == 0 {
            file.write_all(MAGIC).map_err(fault)?;
        }
        Ok(Self { path, file, known })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many pictures it knows.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What came of a picture, if it is known.
    pub fn find(&self, picture: &PictureHash) -> Option<&Acquired> {
        self.known.get(picture)
    }

    /// What it knew when it was opened.
    pub fn known(&self) -> &HashMap<PictureHash, Acquired> {
        &self.known
    }

    /// Gives up what is known and keeps the file, to be added to.
    pub fn into_parts(self) -> (HashMap<PictureHash, Acquired>, CacheFile) {
        (self.known, CacheFile { path: self.path, file: self.file })
    }
}

/// The file of a cache.
pub struct CacheFile {
    path: PathBuf,
    file: File,
}

impl CacheFile {
    /// Adds what came of a picture. One write: a program that is killed leaves the record whole or cut off at the end.
    pub fn add(&mut self, picture: &PictureHash, acquired: &Acquired) -> Result<(), EvaluationFault> {
        self.file
            .write_all(&record(picture, acquired))
            .map_err(|error| EvaluationFault::file(&self.path, format!("cannot be written ({error})")))
    }

    /// Deletes the file.
    pub fn forget(self) -> Result<(), EvaluationFault> {
        std::fs::remove_file(&self.path)
            .map_err(|error| EvaluationFault::file(&self.path, format!("cannot be deleted ({error})")))
    }
}

fn record(picture: &PictureHash, acquired: &Acquired) -> Zeroizing<Vec<u8>> {
    let (kind, payload) = match acquired {
        Acquired::Face(embedding) => (1_u8, embedding.to_bytes()),
        Acquired::NoFace => (2, Zeroizing::default()),
        Acquired::Unreadable => (3, Zeroizing::default()),
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(HEAD + payload.len() + SEAL));
    bytes.extend_from_slice(picture);
    bytes.push(kind);
    bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&payload);
    let seal = Sha256::digest(bytes.as_slice());
    bytes.extend(seal.iter().take(SEAL));
    bytes
}

/// The whole records, and where they end: 0 for a file that is none of ours.
fn read_records(bytes: &[u8]) -> (HashMap<PictureHash, Acquired>, usize) {
    let mut known = HashMap::new();
    let Some(mut rest) = bytes.strip_prefix(MAGIC) else { return (known, 0) };
    while let Some((picture, acquired, after)) = read_record(rest) {
        known.insert(picture, acquired);
        rest = after;
    }
    (known, bytes.len() - rest.len())
}

fn read_record(bytes: &[u8]) -> Option<(PictureHash, Acquired, &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let (picture, head) = head.split_first_chunk::<32>()?;
    let (kind, length) = head.split_first_chunk::<1>()?;
    let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
    let (payload, rest) = rest.split_at_checked(length)?;
    let (seal, rest) = rest.split_at_checked(SEAL)?;
    let sealed = Sha256::digest(bytes.get(..HEAD + length)?);
    if sealed.get(..SEAL)? != seal {
        return None;
    }
    let acquired = match kind {
        [1] => Acquired::Face(Embedding::from_bytes(payload)?),
        [2] => Acquired::NoFace,
        [3] => Acquired::Unreadable,
        _ => return None,
    };
    Some((*picture, acquired, rest))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn face(value: f32) -> Acquired {
        Acquired::Face(Embedding::new(vec![value, 0.0]))
    }

    fn value(acquired: Option<&Acquired>) -> Option<f32> {
        match acquired? {
            Acquired::Face(embedding) => Some(embedding.norm()),
            _ => None,
        }
    }

    #[test]
    fn what_was_kept_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let (_, mut file) = Cache::open(folder.path(), "a").unwrap().into_parts();
        file.add(&[1; 32], &face(0.5)).unwrap();
        file.add(&[2; 32], &Acquired::NoFace).unwrap();
        file.add(&[3; 32], &Acquired::Unreadable).unwrap();
        drop(file);
        let cache = Cache::open(folder.path(), "a").unwrap();
        assert_eq!((cache.len(), value(cache.find(&[1; 32]))), (3, Some(0.5)));
        assert!(matches!(cache.find(&[2; 32]), Some(Acquired::NoFace)));
        assert!(matches!(cache.find(&[3; 32]), Some(Acquired::Unreadable)));
        assert!(Cache::open(folder.path(), "b").unwrap().is_empty(), "another recipe has another file");
    }

    #[test]
    fn a_record_that_was_cut_off_is_dropped_and_the_next_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (_, mut file) = Cache::open(folder.path(), "a").unwrap().into_parts();
        file.add(&[1; 32], &face(0.5)).unwrap();
        file.add(&[2; 32], &face(0.6)).unwrap();
        let path = file.path.clone();
        drop(file);
        let whole = std::fs::read(&path).unwrap();
        for cut in 1..53 {
            std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let cache = Cache::open(folder.path(), "a").unwrap();
            assert_eq!((cache.len(), value(cache.find(&[1; 32]))), (1, Some(0.5)), "cut by {cut}");
            let (_, mut file) = cache.into_parts();
            file.add(&[2; 32], &face(0.6)).unwrap();
            drop(file);
            assert_eq!(std::fs::read(&path).unwrap(), whole, "cut by {cut}");
        }
    }

    #[test]
    fn only_the_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("new/deep");
        let cache = Cache::open(&inside, "a").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&inside), mode(cache.path())), (0o700, 0o600));
    }
}
