//! SQLite: one writer thread, and readers beside it.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use super::{connection::EitherConnection, migrate::migrate, sqlite_reader::Readers, sqlite_writer::Writer};
use crate::ports::{
    BoxFuture,
    fault::Fault,
    store::{Access, Store, Work},
};

/// SQLite in a file or in memory.
pub struct SqliteStore {
    // Above the writer, so dropped first: the last connection to close folds the log into the database file.
    readers: Option<Readers>,
    writer: Writer,
}

impl SqliteStore {
    /// A database of its own in memory. Reads run on the writer, as nobody else can see it.
    pub fn in_memory() -> Result<Self, Fault> {
        let mut connection = EitherConnection::sqlite_writer(":memory:")?;
        migrate(&mut connection)?;
        Ok(Self { readers: None, writer: Writer::start(connection, None)? })
    }

    /// A database in a file, created with its folder when absent, for this user's eyes only.
    pub fn in_file(path: PathBuf) -> Result<Self, Fault> {
        create_private(&path).map_err(|error| {
            Fault::Unavailable(format!("the database file {path:?} cannot be opened: {error}"))
        })?;
        let path = path.to_str().ok_or_else(|| Fault::Internal("the database's path is not UTF-8".into()))?;
        let mut connection = EitherConnection::sqlite_writer(path)?;
        migrate(&mut connection)?;
        let readers = Readers::start(path)?;
        Ok(Self { readers: Some(readers), writer: Writer::start(connection, Some(path.to_owned()))? })
    }
}

impl Store for SqliteStore {
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), Fault>> {
        match (&self.readers, access) {
            (Some(readers), Access::Read) => Box::pin(readers.run(work)),
            _ => Box::pin(self.writer.run(access, work)),
        }
    }
}

/// Makes folder and file if they are not there, unreadable for others. SQLite gives its log the file's permissions.
fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}
