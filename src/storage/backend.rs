//! Which engine a database URL names.

use std::path::PathBuf;

use crate::ports::fault::Fault;

/// An engine, and where its database is. Without `Debug`: a PostgreSQL URL may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub enum Backend {
    /// SQLite in memory, gone with the process.
    SqliteMemory,
    /// SQLite in a file.
    SqliteFile(PathBuf),
    /// PostgreSQL at a URL.
    Postgres(String),
}

impl Backend {
    /// Reads `postgres://…` or `postgresql://…`, `sqlite::memory:`, `sqlite:path`, `sqlite://path` or a bare path.
    pub fn parse(url: &str) -> Result<Self, Fault> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
        match path {
            "" => Err(Fault::Internal("the database URL names no path".into())),
            ":memory:" => Ok(Self::SqliteMemory),
            // SQLite would read `file:` as its own kind of URL; another scheme is a mistyped URL, not a path.
            _ if path.starts_with("file:") || path.contains("://") => {
                Err(Fault::Internal("the database URL is of an unknown kind".into()))
            }
            _ => Ok(Self::SqliteFile(PathBuf::from(path))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_its_engine() {
        let file = |path: &str| Backend::SqliteFile(PathBuf::from(path));
        for (url, backend) in [
            ("sqlite::memory:", Backend::SqliteMemory),
            (":memory:", Backend::SqliteMemory),
            ("sqlite:var/db/facestep.db", file("var/db/facestep.db")),
            ("sqlite:///srv/facestep.db", file("/srv/facestep.db")),
            ("var/db/facestep.db", file("var/db/facestep.db")),
            ("postgres://u@h/d", Backend::Postgres("postgres://u@h/d".into())),
            ("postgresql://u@h/d", Backend::Postgres("postgresql://u@h/d".into())),
        ] {
            assert!(Backend::parse(url).unwrap() == backend, "{url}");
        }
    }

    #[test]
    fn a_url_of_another_kind_is_refused() {
        for url in ["", "sqlite:", "mysql://h/d", "sqlite:file:x?mode=ro"] {
            assert!(Backend::parse(url).is_err(), "{url}");
        }
    }
}
