//! A pool of connections, each used by one transaction at a time on a blocking thread.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use diesel::r2d2::{self, ManageConnection, R2D2Connection};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

use super::{
    connection::EitherConnection,
    faults::fault,
    transaction::{attempt, begin, commit, rollback},
};
use crate::ports::{fault::Fault, store::Work};

/// How long a transaction waits for its turn before the caller is told to come back.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a connection may have lain unused and still be trusted without asking: asking takes PostgreSQL as long as a
/// statement, and a connection that breaks in its use is dropped all the same.
const TRUSTED: Duration = Duration::from_secs(1);

/// A pool of connections of one kind.
pub struct Pool {
    connections: r2d2::Pool<Opener>,
    /// One permit for each connection: waiting happens here, where it holds no thread.
    turns: Arc<Semaphore>,
}

impl Pool {
    /// Opens as many connections as asked; fails when the first cannot be opened.
    pub fn open(
        size: u32,
        connect: impl Fn() -> Result<EitherConnection, Fault> + Send + Sync + 'static,
    ) -> Result<Self, Fault> {
        // The pool itself would retry a wrong password for a while and then name a timeout.
        connect()?;
        let connections = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build(Opener(Box::new(connect)))
            .map_err(unavailable)?;
        Ok(Self { connections, turns: Arc::new(Semaphore::new(size as usize)) })
    }

    /// Runs work in a transaction begun with these words. A caller who goes away does not stop it half way.
    pub async fn run(&self, begin_sql: &'static str, work: Work) -> Result<(), Fault> {
        let turn = timeout(PATIENCE, self.turns.clone().acquire_owned())
            .await
            .map_err(|_| Fault::Unavailable("every database connection is in use".into()))?
            .map_err(|_| Fault::Unavailable("the database is closed".into()))?;
        let connections = self.connections.clone();
        let running = spawn_blocking(move || {
            let _turn = turn;
            let mut connection = connections.get().map_err(unavailable)?;
            let outcome = transact(&mut connection.inner, begin_sql, work);
            // After a fault it is asked before it is used again.
            connection.good_at = outcome.is_ok().then(Instant::now);
            outcome
        });
        running.await.map_err(|error| Fault::Internal(format!("a transaction did not end: {error}")))?
    }
}

fn transact(connection: &mut EitherConnection, begin_sql: &str, work: Work) -> Result<(), Fault> {
    begin(connection, begin_sql).map_err(fault)?;
    match attempt(connection, work) {
        Ok(()) => commit(connection).map_err(fault),
        Err(cause) => {
            // A rollback that fails leaves the connection marked as broken, and the pool drops it.
            let _ = rollback(connection);
            Err(cause)
        }
    }
}

fn unavailable(error: r2d2::PoolError) -> Fault {
    Fault::Unavailable(format!("no database connection: {error}"))
}

/// A connection, and when it was last known to be good.
struct Pooled {
    inner: EitherConnection,
    good_at: Option<Instant>,
}

/// Opens a pool's connections.
struct Opener(Box<dyn Fn() -> Result<EitherConnection, Fault> + Send + Sync>);

impl ManageConnection for Opener {
    type Connection = Pooled;
    type Error = Fault;

    fn connect(&self) -> Result<Pooled, Fault> {
        Ok(Pooled { inner: (self.0)()?, good_at: Some(Instant::now()) })
    }

    fn is_valid(&self, connection: &mut Pooled) -> Result<(), Fault> {
        if connection.good_at.is_some_and(|at| at.elapsed() < TRUSTED) {
            return Ok(());
        }
        connection.inner.ping().map_err(fault)
    }

    fn has_broken(&self, connection: &mut Pooled) -> bool {
        connection.inner.is_broken()
    }
}
