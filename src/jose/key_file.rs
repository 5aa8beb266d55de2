//! A key as a file: 32 bytes that its owner alone may read, written as a whole or not at all.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
    path::Path,
};

use zeroize::Zeroizing;

/// Length of the key in bytes.
pub(super) const LENGTH: usize = 32;

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

impl KeyFileProblem {
    /// Whether there is no such file.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Unusable { source, .. } if source.kind() == ErrorKind::NotFound)
    }

    /// Whether somebody else made the file meanwhile.
    pub(super) fn is_taken(&self) -> bool {
        matches!(self, Self::Unusable { source, .. } if source.kind() == ErrorKind::AlreadyExists)
    }
}

/// Reads a key that its owner alone may read.
pub(super) fn read(path: &Path) -> Result<Zeroizing<[u8; LENGTH]>, KeyFileProblem> {
    let mut file = File::open(path).map_err(|source| unusable(path, source))?;
    let metadata = file.metadata().map_err(|source| unusable(path, source))?;
    if is_open_to_others(&metadata) {
        return Err(KeyFileProblem::ReadableByOthers(path.display().to_string()));
    }
    let mut key = Zeroizing::new([0; LENGTH]);
    let is_whole = metadata.len() == LENGTH as u64 && file.read_exact(key.as_mut()).is_ok();
    if is_whole { Ok(key) } else { Err(KeyFileProblem::WrongLength(path.display().to_string())) }
}

fn unusable(path: &Path, source: std::io::Error) -> KeyFileProblem {
    KeyFileProblem::Unusable { path: path.display().to_string(), source }
}

/// Writes a new key; refuses to replace one.
pub(super) fn write_new(path: &Path, key: &[u8; LENGTH]) -> Result<(), KeyFileProblem> {
    link_new(path, key).map_err(|source| unusable(path, source))
}

/// Overwrites a key and removes its file. A file system that copies on writing, and a backup, may still have it.
pub(super) fn destroy(path: &Path) -> Result<(), KeyFileProblem> {
    let overwritten = OpenOptions::new().write(true).open(path).and_then(|mut file| {
        file.write_all(&[0; LENGTH])?;
        file.sync_all()
    });
    overwritten.and_then(|()| std::fs::remove_file(path)).map_err(|source| unusable(path, source))
}

/// Writes the whole file under another name first, so that nobody ever reads half a key; `hard_link` refuses to replace. The
/// folder is synced too: what is wrapped by a key must not outlive the key's name.
fn link_new(path: &Path, key: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // A draft that a crash left behind is of nobody who still runs: whoever does holds its name for moments.
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = new_private_file(&draft).and_then(|mut file| {
        file.write_all(key)?;
        file.sync_all()?;
        std::fs::hard_link(&draft, path)
    });
    let removed = std::fs::remove_file(&draft);
    written.and(removed).and_then(|()| sync_folder(folder))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
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
