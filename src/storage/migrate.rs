//! Brings a database to this program's schema, and refuses one that a newer program has migrated.

use diesel::{connection::SimpleConnection, migration::MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{
    connection::{EitherConnection, on_each_engine},
    faults::fault,
    transaction::{begin, commit, rollback},
};
use crate::ports::fault::Fault;

// The folders are read when this file is compiled: after adding a migration, touch it.
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Runs what is pending, all of it in one transaction that keeps other starting programs waiting.
pub fn migrate(connection: &mut EitherConnection) -> Result<(), Fault> {
    match connection {
        EitherConnection::Sqlite(_) => begin(connection, "BEGIN IMMEDIATE").map_err(fault)?,
        EitherConnection::Postgres(_) => begin(connection, "BEGIN").map_err(fault)?,
    }
    let outcome = run_pending(connection);
    match outcome {
        Ok(()) => commit(connection).map_err(fault),
        Err(cause) => {
            // The connection is given up with the program's start, so a rollback that fails changes nothing.
            let _ = rollback(connection);
            Err(cause)
        }
    }
}

fn run_pending(connection: &mut EitherConnection) -> Result<(), Fault> {
    let ours = match connection {
        EitherConnection::Sqlite(_) => SQLITE,
        EitherConnection::Postgres(inner) => {
            // Any number will do, as long as every Facestep takes the same one.
            inner.batch_execute("SELECT pg_advisory_xact_lock(5278105171)").map_err(fault)?;
            POSTGRES
        }
    };
    on_each_engine!(connection, |inner| {
        let known = known_versions(&ours, inner)?;
        let applied = inner.applied_migrations().map_err(failed)?;
        if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
            return Err(Fault::Internal(format!(
                "the database was migrated by a newer program (migration {newer} is unknown here); run that program, or restore a backup from before"
            )));
        }
        inner.run_pending_migrations(ours).map(drop).map_err(failed)
    })
}

fn known_versions<DB: diesel::backend::Backend>(
    ours: &EmbeddedMigrations,
    _engine: &impl diesel::Connection<Backend = DB>,
) -> Result<Vec<MigrationVersion<'static>>, Fault> {
    use diesel::migration::{Migration, MigrationSource};
    let all = MigrationSource::<DB>::migrations(ours).map_err(failed)?;
    Ok(all.iter().map(|migration| migration.name().version().as_owned()).collect())
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> Fault {
    Fault::Internal(format!("the database cannot be migrated: {error}"))
}
