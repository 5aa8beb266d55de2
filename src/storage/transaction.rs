//! One open transaction: what a flow's closure is run with, and how it begins and ends.

use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::{
    connection::{AnsiTransactionManager, TransactionManager},
    result::QueryResult,
};

use super::connection::{EitherConnection, on_each_engine};
use crate::{
    domain::oidc::client::Client,
    ports::{
        fault::Fault,
        store::{Db, Work},
    },
};

/// One open transaction. Each aggregate's file implements its trait for it.
pub struct Transaction<'c> {
    connection: &'c mut EitherConnection,
    spoiled: bool,
    /// The client that was read last: a flow and what it calls ask for the same one.
    pub(super) client: Option<Client>,
}

impl Db for Transaction<'_> {}

impl Transaction<'_> {
    /// Runs one method's statements. After a fault the transaction is spoiled: nothing of it is kept, even if the flow
    /// goes on, since PostgreSQL would turn its commit into a rollback without a word.
    pub fn step<T>(
        &mut self,
        statements: impl FnOnce(&mut EitherConnection) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let outcome = statements(self.connection);
        self.spoiled |= outcome.is_err();
        outcome
    }
}

/// Runs work inside a transaction that the caller has begun and will end: to be committed on `Ok` only. A panic in it
/// is a fault like another; the panic hook has reported it by then.
pub fn attempt(connection: &mut EitherConnection, work: Work) -> Result<(), Fault> {
    let mut transaction = Transaction { connection, spoiled: false, client: None };
    let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut transaction)))
        .unwrap_or_else(|_| Err(Fault::Internal("a transaction panicked".into())));
    match outcome {
        Ok(()) if transaction.spoiled => {
            Err(Fault::Internal("a transaction went on after a fault and was rolled back".into()))
        }
        outcome => outcome,
    }
}

/// Begins a transaction with an engine's own words.
pub fn begin(connection: &mut EitherConnection, sql: &str) -> QueryResult<()> {
    on_each_engine!(connection, |inner| AnsiTransactionManager::begin_transaction_sql(inner, sql))
}

/// Begins a transaction inside another: a SAVEPOINT.
pub fn begin_nested(connection: &mut EitherConnection) -> QueryResult<()> {
    on_each_engine!(connection, |inner| AnsiTransactionManager::begin_transaction(inner))
}

/// Commits the innermost transaction.
pub fn commit(connection: &mut EitherConnection) -> QueryResult<()> {
    on_each_engine!(connection, |inner| AnsiTransactionManager::commit_transaction(inner))
}

/// Rolls the innermost transaction back.
pub fn rollback(connection: &mut EitherConnection) -> QueryResult<()> {
    on_each_engine!(connection, |inner| AnsiTransactionManager::rollback_transaction(inner))
}

/// Whether no transaction is open and the next can begin.
pub fn is_at_rest(connection: &mut EitherConnection) -> bool {
    on_each_engine!(connection, |inner| {
        let status = AnsiTransactionManager::transaction_manager_status_mut(inner);
        matches!(status.transaction_depth(), Ok(None))
    })
}
