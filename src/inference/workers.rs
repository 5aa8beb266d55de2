//! Runs work on threads that own what it needs, behind bounded lanes.
//!
//! A full lane refuses at once: a caller who is told to come back is better served than one who waits behind others until
//! nobody listens any more. Work whose time is over before a thread takes it is dropped. Hints have a lane of their own,
//! so that neither a crowd before its cameras nor a few uploads shut the other out.

use std::{
    collections::VecDeque,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Instant,
};

use tokio::sync::oneshot;

/// Why work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// The lane is full, or the work waited in it for too long.
    #[error("the queue is full")]
    Busy,
    /// The work panicked, or the threads are gone.
    #[error("the worker failed")]
    Failed,
}

/// Where work waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Short work that someone watches. Takes turns with the rest.
    Hint,
    /// The beginning of long work.
    Capture,
    /// The rest of long work that was let in before: goes before new work and is never refused, since what was let in is
    /// bounded already.
    Begun,
}

/// How much may wait in each bounded lane.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Hints.
    pub hints: usize,
    /// Captures; to the workers themselves, single pieces of work in that lane.
    pub captures: usize,
}

/// Threads that each own an `S`.
pub struct Workers<S> {
    lanes: Arc<Lanes<S>>,
    threads: Vec<thread::JoinHandle<()>>,
}

/// One piece of work: whoever dropped it unrun has not sent an answer.
type Work<S> = Box<dyn FnOnce(&mut S) + Send>;
/// What a thread says once it is done, or says by silence.
type Answer<T> = oneshot::Receiver<thread::Result<T>>;

impl<S: Send + 'static> Workers<S> {
    /// Starts one thread per state.
    pub fn start(states: Vec<S>, waiting: Waiting) -> io::Result<Self> {
        let lanes = Arc::new(Lanes { queues: Mutex::default(), filled: Condvar::new(), waiting });
        let mut workers = Self { lanes: Arc::clone(&lanes), threads: Vec::with_capacity(states.len()) };
        for (number, state) in states.into_iter().enumerate() {
            let lanes = Arc::clone(&lanes);
            let named = thread::Builder::new().name(format!("inference-{number}"));
            workers.threads.push(named.spawn(move || lanes.serve(state))?);
        }
        Ok(workers)
    }

    /// Does one piece of work on the next free thread, if one takes it before `until`.
    pub async fn run<T, F>(&self, lane: Lane, until: Instant, work: F) -> Result<T, NotDone>
    where
        T: Send + 'static,
        F: FnOnce(&mut S) -> T + Send + 'static,
    {
        let answers = self.run_all(lane, until, vec![work]).await?;
        answers.into_iter().next().ok_or(NotDone::Failed)
    }

    /// Does pieces of one work on whichever threads are free, and answers in their order. All of them are let in or none.
    pub async fn run_all<T, F>(&self, lane: Lane, until: Instant, works: Vec<F>) -> Result<Vec<T>, NotDone>
    where
        T: Send + 'static,
        F: FnOnce(&mut S) -> T + Send + 'static,
    {
        let (works, answers): (Vec<Work<S>>, Vec<Answer<T>>) = works.into_iter().map(answering).unzip();
        self.lanes.push(lane, until, works)?;
        let mut done = Vec::with_capacity(answers.len());
        for answer in answers {
            // Silence means that the work was dropped because its time was over.
            let answer = answer.await.map_err(|_| NotDone::Busy)?;
            done.push(answer.map_err(|_| NotDone::Failed)?);
        }
        Ok(done)
    }
}

impl<S> Drop for Workers<S> {
    /// Waits for the piece that each thread is at: the runtime must not be taken apart, as at the end of the process, under
    /// a model that runs.
    fn drop(&mut self) {
        self.lanes.queues().closed = true;
        self.lanes.filled.notify_all();
        for thread in self.threads.drain(..) {
            // Work that panics is caught; whatever else ended the thread ended it.
            let _ = thread.join();
        }
    }
}

/// Wraps work so that it sends its answer, or its panic: that costs its own request and not the thread, since sessions
/// hold no state between runs.
fn answering<S, T, F>(work: F) -> (Work<S>, Answer<T>)
where
    T: Send + 'static,
    F: FnOnce(&mut S) -> T + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    let work = move |state: &mut S| {
        // Nobody listens any more when the request was given up; the answer is then dropped.
        let _ = answer.send(catch_unwind(AssertUnwindSafe(|| work(state))));
    };
    (Box::new(work), answered)
}

struct Lanes<S> {
    queues: Mutex<Queues<S>>,
    filled: Condvar,
    waiting: Waiting,
}

struct Queues<S> {
    hints: VecDeque<(Instant, Work<S>)>,
    captures: VecDeque<(Instant, Work<S>)>,
    begun: VecDeque<(Instant, Work<S>)>,
    hint_was_last: bool,
    closed: bool,
}

impl<S> Default for Queues<S> {
    fn default() -> Self {
        let empty = VecDeque::new;
        Self { hints: empty(), captures: empty(), begun: empty(), hint_was_last: false, closed: false }
    }
}

impl<S> Queues<S> {
    /// The next piece: a hint unless the last one was, then what was begun, then what is new.
    fn next(&mut self) -> Option<(Instant, Work<S>)> {
        let long_waits = !self.begun.is_empty() || !self.captures.is_empty();
        let hint = if self.hint_was_last && long_waits { None } else { self.hints.pop_front() };
        self.hint_was_last = hint.is_some();
        hint.or_else(|| self.begun.pop_front()).or_else(|| self.captures.pop_front())
    }
}

impl<S> Lanes<S> {
    fn queues(&self) -> MutexGuard<'_, Queues<S>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, lane: Lane, until: Instant, works: Vec<Work<S>>) -> Result<(), NotDone> {
        let mut queues = self.queues();
        let (queue, most) = match lane {
            Lane::Hint => (&mut queues.hints, self.waiting.hints),
            Lane::Capture => (&mut queues.captures, self.waiting.captures),
            Lane::Begun => (&mut queues.begun, usize::MAX),
        };
        if most - queue.len().min(most) < works.len() {
            return Err(NotDone::Busy);
        }
        queue.extend(works.into_iter().map(|work| (until, work)));
        self.filled.notify_all();
        Ok(())
    }

    /// A thread's life: takes work until the workers are dropped.
    fn serve(&self, mut state: S) {
        loop {
            let mut queues = self.queues();
            let (until, work) = loop {
                if queues.closed {
                    return;
                }
                match queues.next() {
                    Some(next) => break next,
                    None => queues = self.filled.wait(queues).unwrap_or_else(PoisonError::into_inner),
                }
            };
            drop(queues);
            if Instant::now() < until {
                work(&mut state);
            }
        }
    }
}
