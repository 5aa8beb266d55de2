//! The database: SQLite or PostgreSQL behind one [`Store`], by the same diesel code.
//!
//! What is decided here: which engine a URL names, how transactions are grouped and committed, and how rows become
//! values. What may be written when is left to the flows.

use std::sync::Arc;

use crate::ports::{fault::Fault, store::Store};

mod access_consents;
mod access_tokens;
mod accounts;
mod administrators;
mod assertions;
mod attempts;
mod audit;
mod audit_search;
mod backend;
mod ceremonies;
mod clients;
mod connection;
mod device_keys;
mod devices;
mod enrolments;
mod faults;
mod grants;
mod identity_checks;
mod initial_access;
mod interactions;
mod key_encryption;
mod logout_notices;
mod migrate;
mod personas;
mod policies;
mod pool;
mod postgres;
mod prepared;
mod pushed_requests;
mod refresh_tokens;
mod row;
mod runs;
mod schema;
mod sessions;
mod shown_captures;
mod signing_keys;
mod sqlite;
mod sqlite_reader;
mod sqlite_writer;
mod transaction;

pub use backend::Backend;

/// Opens the database that a URL names, creates it where the engine allows, and brings it to this program's schema.
/// Refuses a database that a newer program has migrated.
///
/// It blocks while it connects and migrates: call it at start.
pub fn open(url: &str) -> Result<Arc<dyn Store>, Fault> {
    Ok(match Backend::parse(url)? {
        Backend::SqliteMemory => Arc::new(sqlite::SqliteStore::in_memory()?),
        Backend::SqliteFile(path) => Arc::new(sqlite::SqliteStore::in_file(path)?),
        Backend::Postgres(url) => Arc::new(postgres::PostgresStore::connect(url)?),
    })
}
