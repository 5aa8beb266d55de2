//! The threads that read from SQLite, each with a connection of its own. A thread takes its share of the reads that wait and
//! runs them in one transaction, so that waking a thread and beginning a transaction are paid once for several reads.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use tokio::sync::{mpsc, oneshot};

use super::{
    connection::EitherConnection,
    transaction::{attempt, begin, commit, is_at_rest, rollback},
};
use crate::ports::{fault::Fault, store::Work};

/// How many threads read at once.
const THREADS: usize = 4;

/// The most reads that see one moment together.
const GROUP: usize = 16;

/// How many reads may wait; the callers behind them wait in turn, off any thread.
const QUEUE: usize = 1024;

/// A deferred transaction takes its snapshot with its first read and keeps it: nothing in a group sees less than what was
/// committed before it was asked for.
const BEGIN: &str = "BEGIN DEFERRED";

/// A read that waits, and whom to tell.
struct Job {
    work: Work,
    answer: oneshot::Sender<Result<(), Fault>>,
}

/// The handle on the threads. Dropping it ends them when nothing waits any more.
pub struct Readers {
    jobs: Option<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts the threads on a database file; fails when it cannot be opened.
    pub fn start(path: &str) -> Result<Self, Fault> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        let threads = (0..THREADS)
            .map(|_| {
                let (queue, path) = (queue.clone(), path.to_owned());
                let connection = EitherConnection::sqlite_reader(&path)?;
                thread::Builder::new()
                    .name("sqlite-reader".into())
                    .spawn(move || Reader { connection, path }.serve(&queue))
                    .map_err(|error| Fault::Unavailable(format!("a reader's thread did not start: {error}")))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { jobs: Some(jobs), threads })
    }

    /// Runs work that only reads.
    pub async fn run(&self, work: Work) -> Result<(), Fault> {
        let closed = || Fault::Unavailable("the database is closed".into());
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(closed)?;
        jobs.send(Job { work, answer }).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        // The queue ends when its only sender is gone, and the threads when the queue is empty.
        drop(self.jobs.take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

struct Reader {
    connection: EitherConnection,
    path: String,
}

impl Reader {
    fn serve(mut self, queue: &Mutex<mpsc::Receiver<Job>>) {
        while let Some(group) = next_group(queue) {
            self.answer_group(group);
            self.mend();
        }
    }

    /// Runs a group, and answers each member as soon as it is done. A failure ends the moment that the others shared.
    fn answer_group(&mut self, group: Vec<Job>) {
        let mut is_open = false;
        for Job { work, answer } in group {
            let begun = if is_open { Ok(()) } else { begin(&mut self.connection, BEGIN) };
            let outcome = match begun {
                Ok(()) => attempt(&mut self.connection, work),
                Err(error) => Err(Fault::Unavailable(format!("the database did not begin: {error}"))),
            };
            is_open = outcome.is_ok();
            if !is_open {
                let _ = rollback(&mut self.connection);
            }
            // Whoever does not listen any more has gone away.
            let _ = answer.send(outcome);
        }
        if is_open && commit(&mut self.connection).is_err() {
            let _ = rollback(&mut self.connection);
        }
    }

    /// Replaces a connection that a failure left inside a transaction.
    fn mend(&mut self) {
        if is_at_rest(&mut self.connection) {
            return;
        }
        if let Ok(fresh) = EitherConnection::sqlite_reader(&self.path) {
            self.connection = fresh;
        }
    }
}

/// This thread's share of the reads that wait, once there are any; `None` when there will be none.
fn next_group(queue: &Mutex<mpsc::Receiver<Job>>) -> Option<Vec<Job>> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    let first = queue.blocking_recv()?;
    let share = (queue.len() / THREADS).min(GROUP - 1);
    Some(std::iter::once(first).chain(std::iter::from_fn(|| queue.try_recv().ok()).take(share)).collect())
}
