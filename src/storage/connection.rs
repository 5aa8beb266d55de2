//! One connection of either engine, and the sharp edges between them in one place.

use diesel::{Connection as _, PgConnection, SqliteConnection, connection::SimpleConnection};

use super::faults::{cannot_connect, fault};
use crate::ports::fault::Fault;

/// A connection to either engine. Diesel compiles each query for both.
///
/// Never established from a URL: diesel would try one engine after the other, and where PostgreSQL is down create an
/// SQLite file named like its URL.
#[derive(diesel::MultiConnection)]
pub enum EitherConnection {
    /// To SQLite.
    Sqlite(SqliteConnection),
    /// To PostgreSQL.
    Postgres(PgConnection),
}

/// Runs one body with the connection of whichever engine it is, compiled once for each: for what diesel cannot say
/// over both at once (upserts).
macro_rules! on_each_engine {
    ($connection:expr, |$inner:ident| $body:expr) => {
        match $connection {
            $crate::storage::connection::EitherConnection::Sqlite($inner) => $body,
            $crate::storage::connection::EitherConnection::Postgres($inner) => $body,
        }
    };
}
pub(super) use on_each_engine;

/// For one that writes: `synchronous=FULL` syncs the write-ahead log before a commit returns, so that what was answered
/// survives a power cut; `secure_delete` overwrites what is deleted, so that an erased template does not stay in a free
/// page; another process (the command line) is waited for.
const SQLITE_WRITES: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;";

/// For one that reads: SQLite itself refuses a write.
const SQLITE_READS: &str = "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON; PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;";

/// No statement may hold a connection for ever, and nobody waits longer for a lock than for a page.
const POSTGRES: &str = "SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '60s';";

impl EitherConnection {
    /// Opens SQLite for writing.
    pub fn sqlite_writer(path: &str) -> Result<Self, Fault> {
        Self::sqlite(path, SQLITE_WRITES)
    }

    /// Opens SQLite for reading.
    pub fn sqlite_reader(path: &str) -> Result<Self, Fault> {
        Self::sqlite(path, SQLITE_READS)
    }

    fn sqlite(path: &str, pragmas: &str) -> Result<Self, Fault> {
        let mut connection = SqliteConnection::establish(path).map_err(cannot_connect)?;
        connection.batch_execute(pragmas).map_err(fault)?;
        Ok(Self::Sqlite(connection))
    }

    /// Connects to PostgreSQL.
    pub fn postgres(url: &str) -> Result<Self, Fault> {
        let mut connection = PgConnection::establish(url).map_err(cannot_connect)?;
        connection.batch_execute(POSTGRES).map_err(fault)?;
        Ok(Self::Postgres(connection))
    }
}
