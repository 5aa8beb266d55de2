//! How far a measurement is: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

/// Tells how far a measurement is, on standard error.
pub struct Progress {
    what: &'static str,
    total: u64,
    done: u64,
    told: u64,
    bar: Option<ProgressBar>,
}

/// Plain lines tell every so many per cent.
const EVERY: u64 = 10;

impl Progress {
    /// Begins.
    pub fn begin(what: &'static str, total: usize) -> Self {
        let total = total as u64;
        let bar = stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len}, {eta} left");
            ProgressBar::new(total)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                .with_message(what)
        });
        Self { what, total, done: 0, told: 0, bar }
    }

    /// One more is done.
    pub fn step(&mut self) {
        self.done += 1;
        match &self.bar {
            Some(bar) => bar.inc(1),
            None => {
                let share = self.done * 100 / self.total.max(1);
                if share >= self.told + EVERY {
                    self.told = share - share % EVERY;
                    eprintln!("{}: {} of {} ({share} %)", self.what, self.done, self.total);
                }
            }
        }
    }

    /// Ends.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
