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

/// The row of a query by a unique key, if there is one.
///
/// Made for one engine, a query is found prepared by its type; made for both at once it is written out several times
/// before it runs. And it has no `LIMIT 1`: SQLite plans a statement anew whenever a bound limit is bound again, which
/// costs more than to run it.
macro_rules! find_one {
    ($connection:expr, $query:expr) => {
        $crate::storage::connection::on_each_engine!($connection, |inner| $query.get_result(inner)).optional()
    };
}
pub(super) use find_one;

/// Runs a statement made for one engine, for the same reason; how many rows it changed.
macro_rules! run {
    ($connection:expr, $statement:expr) => {
        $crate::storage::connection::on_each_engine!($connection, |inner| $statement.execute(inner))
    };
}
pub(super) use run;

/// For one that writes: `synchronous=FULL` syncs the write-ahead log before a commit returns, so that what was answered
/// survives a power cut; `secure_delete` overwrites what is deleted, so that an erased template does not stay in a free
/// page; another process (the command line) is waited for. The log may grow to 32 MB before it is folded into the file: a
/// page that was written several times meanwhile is copied once.
const SQLITE_WRITES: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; \
     PRAGMA wal_autocheckpoint = 8000;";

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
