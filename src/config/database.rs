//! Where the database is, with its password kept out of every log and error.

use std::fmt;
use std::path::{Path, PathBuf};

/// The address of the database: a file for SQLite, a server for PostgreSQL.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    url: String,
    file: Option<PathBuf>,
}

impl DatabaseUrl {
    /// Understands `sqlite:PATH`, `sqlite::memory:` and `postgres://…`; nothing else is a database that we know.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        if let Some(rest) = url.strip_prefix("sqlite:") {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let named = !path.is_empty() && !path.contains(['?', '#']);
            let file = (path != ":memory:").then(|| PathBuf::from(path));
            return named.then(|| Self { url: url.to_owned(), file });
        }
        let server = url.starts_with("postgres://") || url.starts_with("postgresql://");
        (server && url::Url::parse(url).is_ok()).then(|| Self { url: url.to_owned(), file: None })
    }

    /// What stands in for an address that could not be read, until the check ends with that problem.
    pub(super) fn unknown() -> Self {
        Self { url: String::new(), file: None }
    }

    /// The whole address, with the password: for the storage adapter alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.url
    }

    /// The SQLite file; nothing for a server or for memory.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(path) => write!(f, "SQLite in {}", path.display()),
            None if self.url.starts_with("sqlite:") => f.write_str("SQLite in memory"),
            None => {
                let host = url::Url::parse(&self.url).ok().and_then(|url| url.host_str().map(str::to_owned));
                write!(f, "PostgreSQL at {}", host.as_deref().unwrap_or("localhost"))
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}
