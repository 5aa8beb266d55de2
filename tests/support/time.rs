//! A clock that stands until it is moved, and randomness that is the same in every run.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use facestep::{
    domain::secret::sha256,
    ports::{clock::Clock, entropy::Entropy},
};
use jiff::{SignedDuration, Timestamp};

/// A clock that stands at a whole second until it is moved.
pub struct TestClock(Mutex<Timestamp>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Mutex::new(Timestamp::from_second(1_800_000_000).unwrap()))
    }
}

impl TestClock {
    /// Moves it on.
    pub fn advance(&self, seconds: i64) {
        self.advance_millis(seconds * 1000);
    }

    /// The time in whole seconds, as tokens tell it.
    pub fn now_seconds(&self) -> i64 {
        self.now().as_second()
    }

    /// Moves it on a little.
    pub fn advance_millis(&self, millis: i64) {
        let mut now = self.0.lock().unwrap();
        *now += SignedDuration::from_millis(millis);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// SHA-256 of a seed and a counter.
pub struct SeededEntropy {
    seed: u64,
    count: AtomicU64,
}

impl SeededEntropy {
    pub fn new(seed: u64) -> Self {
        Self { seed, count: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let count = self.count.fetch_add(1, Ordering::Relaxed);
            let block = sha256(&[self.seed.to_be_bytes(), count.to_be_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}
