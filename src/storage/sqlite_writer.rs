//! The one thread that writes to SQLite. It takes whatever transactions wait, runs each in a SAVEPOINT of its own, and
//! answers all of them after one COMMIT: a sync of the disk is paid once for the group, and writers never wait for each
//! other's locks.

use std::thread::{self, JoinHandle};

use diesel::connection::SimpleConnection;
use tokio::sync::{mpsc, oneshot};

use super::{
    connection::EitherConnection,
    transaction::{attempt, begin, begin_nested, commit, is_at_rest, rollback},
};
use crate::ports::{
    fault::Fault,
    store::{Access, Work},
};

/// The most transactions in one commit; more gained nothing when it was measured.
const GROUP: usize = 64;

/// How many transactions may wait; the callers behind them wait in turn, off any thread.
const QUEUE: usize = 1024;

/// A transaction that waits, and whom to tell.
struct Job {
    access: Access,
    work: Work,
    answer: oneshot::Sender<Result<(), Fault>>,
}

/// The handle on the writer's thread. Dropping it commits what waits and ends the thread.
pub struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. With a path, a connection that went bad can be opened anew.
    pub fn start(connection: EitherConnection, path: Option<String>) -> Result<Self, Fault> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || WriterThread { connection, path }.serve(queue))
            .map_err(|error| Fault::Unavailable(format!("the writer's thread did not start: {error}")))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Runs work in a transaction; answered after its COMMIT. A caller who goes away does not stop it.
    pub async fn run(&self, access: Access, work: Work) -> Result<(), Fault> {
        let closed = || Fault::Unavailable("the database is closed".into());
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(closed)?;
        jobs.send(Job { access, work, answer }).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The queue ends when its only sender is gone, and the thread when the queue is empty.
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct WriterThread {
    connection: EitherConnection,
    path: Option<String>,
}

impl WriterThread {
    fn serve(mut self, mut queue: mpsc::Receiver<Job>) {
        while let Some(first) = queue.blocking_recv() {
            let group = std::iter::once(first)
                .chain(std::iter::from_fn(|| queue.try_recv().ok()))
                .take(GROUP)
                .collect();
            self.commit_group(group);
            self.mend();
        }
    }

    /// Runs a group and answers each member: with its own outcome when the commit succeeds, else all with its failure.
    fn commit_group(&mut self, group: Vec<Job>) {
        // IMMEDIATE takes the write lock now and waits for another process; a lock taken later would fail at once.
        if let Err(error) = begin(&mut self.connection, "BEGIN IMMEDIATE") {
            let members = group.into_iter().map(|job| job.answer);
            return refuse(members, error);
        }
        let mut answers = Vec::with_capacity(group.len());
        let mut jobs = group.into_iter();
        while let Some(job) = jobs.next() {
            match self.run_one(job.access, job.work) {
                Ok(outcome) => answers.push((job.answer, outcome)),
                Err(error) => {
                    // The group's own transaction is broken, as when the disk is full: nothing of it is kept.
                    let _ = rollback(&mut self.connection);
                    let members = answers.into_iter().map(|(answer, _)| answer);
                    let rest = jobs.map(|job| job.answer);
                    return refuse(members.chain([job.answer]).chain(rest), error);
                }
            }
        }
        match commit(&mut self.connection) {
            // Whoever does not listen any more has gone away.
            Ok(()) => answers.into_iter().for_each(|(answer, outcome)| drop(answer.send(outcome))),
            Err(error) => refuse(answers.into_iter().map(|(answer, _)| answer), error),
        }
    }

    /// Runs one member in its SAVEPOINT. `Err` means that the group's own transaction is broken.
    fn run_one(&mut self, access: Access, work: Work) -> diesel::QueryResult<Result<(), Fault>> {
        begin_nested(&mut self.connection)?;
        self.forbid_writes(access == Access::Read)?;
        let outcome = attempt(&mut self.connection, work);
        self.forbid_writes(false)?;
        if outcome.is_ok() {
            commit(&mut self.connection)?
        } else {
            rollback(&mut self.connection)?
        }
        Ok(outcome)
    }

    /// Reads of a database in memory run here, and must not write either.
    fn forbid_writes(&mut self, forbid: bool) -> diesel::QueryResult<()> {
        match (&self.path, &mut self.connection) {
            (None, EitherConnection::Sqlite(inner)) if forbid => {
                inner.batch_execute("PRAGMA query_only = ON")
            }
            (None, EitherConnection::Sqlite(inner)) => inner.batch_execute("PRAGMA query_only = OFF"),
            _ => Ok(()),
        }
    }

    /// Replaces a connection that a failure left inside a transaction.
    fn mend(&mut self) {
        if is_at_rest(&mut self.connection) {
            return;
        }
        let reopened = self.path.as_deref().map(EitherConnection::sqlite_writer);
        if let Some(Ok(fresh)) = reopened {
            self.connection = fresh;
        }
    }
}

/// Tells every member of a group that nothing of it was kept.
fn refuse(members: impl Iterator<Item = oneshot::Sender<Result<(), Fault>>>, error: diesel::result::Error) {
    let cause = error.to_string();
    for answer in members {
        let _ = answer.send(Err(Fault::Unavailable(format!("the database did not commit: {cause}"))));
    }
}
