//! Processor time, and the middle and the tail of what was measured.

use std::time::Duration;

use cpu_time::{ProcessTime, ThreadTime};

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Processor time of this thread that some work takes, in milliseconds.
pub fn of_thread<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begun = ThreadTime::now();
    let done = work();
    (done, ms(begun.elapsed()))
}

/// Processor time of the whole process so far, in milliseconds.
pub fn of_process() -> f64 {
    ms(ProcessTime::now().as_duration())
}

/// What was measured, in milliseconds.
#[derive(Default)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// Takes one measurement.
    pub fn take(&mut self, value: f64) {
        self.0.push(value);
    }

    /// How many were taken.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The value below which so great a share lies.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let place = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(place.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
    }

    /// The middle value.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The least value: what the work costs when nothing disturbs it.
    pub fn least(&self) -> f64 {
        self.quantile(0.0)
    }
}
