//! PostgreSQL: a pool of connections.
//!
//! READ COMMITTED is enough for writers: every decision that must not be made twice is one conditional statement or a
//! version guard, and both look again at the row after waiting for its lock.

use super::{connection::EitherConnection, migrate::migrate, pool::Pool};
use crate::ports::{
    BoxFuture,
    fault::Fault,
    store::{Access, Store, Work},
};

/// How many transactions run at once.
const CONNECTIONS: u32 = 16;

const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// All reads of one transaction see one moment, as on SQLite.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// PostgreSQL at a URL.
pub struct PostgresStore {
    pool: Pool,
}

impl PostgresStore {
    /// Connects and migrates.
    pub fn connect(url: String) -> Result<Self, Fault> {
        migrate(&mut EitherConnection::postgres(&url)?)?;
        Ok(Self { pool: Pool::open(CONNECTIONS, move || EitherConnection::postgres(&url))? })
    }
}

impl Store for PostgresStore {
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), Fault>> {
        let begin = match access {
            Access::Read => READ,
            Access::Write => WRITE,
        };
        Box::pin(self.pool.run(begin, work))
    }
}
