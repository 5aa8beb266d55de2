//! Runs work on threads that own what it needs, behind a bounded queue.
//!
//! A full queue refuses at once: a caller who is told to come back is better served than one who waits behind others until
//! nobody listens any more. Work whose time is over before a thread takes it is dropped.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::Instant,
};

use tokio::sync::oneshot;

/// Why work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// The queue is full, or the work waited in it for too long.
    #[error("the queue is full")]
    Busy,
    /// The work panicked, or the threads are gone.
    #[error("the worker failed")]
    Failed,
}

type Work<S> = Box<dyn FnOnce(&mut S) + Send>;

/// Threads that each own an `S`.
pub struct Workers<S> {
    queue: SyncSender<(Instant, Work<S>)>,
}

impl<S: Send + 'static> Workers<S> {
    /// Starts one thread per state; at most `waiting` pieces of work wait for them.
    pub fn start(states: Vec<S>, waiting: usize) -> io::Result<Self> {
        let (queue, work) = sync_channel(waiting);
        let work = Arc::new(Mutex::new(work));
        for (number, state) in states.into_iter().enumerate() {
            let work = Arc::clone(&work);
            thread::Builder::new().name(format!("inference-{number}")).spawn(move || serve(state, &work))?;
        }
        Ok(Self { queue })
    }

    /// Does one piece of work on the next free thread, if one takes it before `until`.
    pub async fn run<T, F>(&self, until: Instant, work: F) -> Result<T, NotDone>
    where
        T: Send + 'static,
        F: FnOnce(&mut S) -> T + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        // An unanswered channel means that the work was dropped or that it panicked; `Taken` tells which.
        let taken = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let mark = Arc::clone(&taken);
        let work: Work<S> = Box::new(move |state| {
            mark.store(true, std::sync::atomic::Ordering::Release);
            // Nobody listens any more when the request was given up; the answer is then dropped.
            let _ = answer.send(work(state));
        });
        self.queue.try_send((until, work)).map_err(|refused| match refused {
            TrySendError::Full(_) => NotDone::Busy,
            TrySendError::Disconnected(_) => NotDone::Failed,
        })?;
        answered.await.map_err(|_| match taken.load(std::sync::atomic::Ordering::Acquire) {
            true => NotDone::Failed,
            false => NotDone::Busy,
        })
    }
}

/// A thread's life: takes work until the queue is closed.
fn serve<S>(mut state: S, work: &Mutex<Receiver<(Instant, Work<S>)>>) {
    loop {
        // The lock is held while waiting, so idle threads wait for the lock and one for the queue.
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((until, work)) = next else { return };
        if Instant::now() < until {
            // A panic costs its own request, not the thread: sessions hold no state between runs.
            let _ = catch_unwind(AssertUnwindSafe(|| work(&mut state)));
        }
    }
}
