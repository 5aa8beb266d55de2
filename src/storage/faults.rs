//! What becomes of an engine's errors.

use diesel::result::{ConnectionError, DatabaseErrorKind, Error};

use crate::ports::fault::Fault;

/// Names an engine's error. Only its message is taken, never the values of the statement, which diesel does not repeat.
pub fn fault(error: Error) -> Fault {
    use DatabaseErrorKind as Kind;
    match &error {
        Error::DatabaseError(Kind::UniqueViolation, _) => Fault::Conflict("a row of this name was added"),
        Error::DatabaseError(Kind::ForeignKeyViolation, _) => {
            Fault::Conflict("the row that this one belongs to is gone")
        }
        Error::DatabaseError(Kind::SerializationFailure, _) => Fault::Conflict("transactions crossed"),
        Error::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, about) => {
            Fault::Unavailable(format!("the database connection was lost: {}", about.message()))
        }
        Error::DatabaseError(_, about) => by_message(about.message()),
        _ => Fault::Internal(format!("the database: {error}")),
    }
}

/// What diesel has no kind for is known by its words: SQLite's are fixed; PostgreSQL's are English unless its
/// `lc_messages` says otherwise, and then the cause is still right but called internal.
fn by_message(message: &str) -> Fault {
    let says = |words: &str| message.contains(words);
    if says("deadlock detected") {
        Fault::Conflict("transactions waited for each other")
    } else if says("database is locked") || says("lock timeout") || says("terminating connection") {
        Fault::Unavailable(format!("the database is busy: {message}"))
    } else if says("disk is full") || says("No space left") {
        Fault::Unavailable(format!("the database's disk is full: {message}"))
    } else {
        Fault::Internal(format!("the database: {message}"))
    }
}

/// Names a failure to connect, without the URL: it may hold a password.
pub fn cannot_connect(error: ConnectionError) -> Fault {
    match error {
        ConnectionError::BadConnection(message) => {
            Fault::Unavailable(format!("the database cannot be reached: {message}"))
        }
        _ => Fault::Unavailable("the database cannot be reached".into()),
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        fault(error)
    }
}
