//! Counts trials on all processors.

use std::{
    num::NonZeroUsize,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::domain::face::error_rates::{ErrorRates, FalseMatches, Population, Tally, Threshold, Trials};

/// The rates of a set of trials.
pub fn rates(trials: &Trials<'_>, population: &Population) -> ErrorRates {
    let mut whole = Tally::default();
    in_pieces(
        trials.pieces(),
        Tally::default,
        |tally, piece| tally.add(trials, population, piece),
        |tally| whole.merge(tally),
    );
    ErrorRates::conclude(whole, population)
}

/// Whose the false matches at some thresholds are.
pub fn false_matches(trials: &Trials<'_>, thresholds: &[Threshold]) -> FalseMatches {
    let mut whole = FalseMatches::at(thresholds);
    in_pieces(
        trials.pieces(),
        || FalseMatches::at(thresholds),
        |matches, piece| matches.add(trials, piece),
        |matches| whole.merge(matches),
    );
    whole
}

/// Has every thread take pieces until none is left, and merges what each made.
fn in_pieces<T: Send>(
    pieces: usize,
    begin: impl Fn() -> T + Sync,
    add: impl Fn(&mut T, usize) + Sync,
    merge: impl FnMut(T) + Send,
) {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(pieces.max(1));
    let next = AtomicUsize::new(0);
    let merge = Mutex::new(merge);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = begin();
                loop {
                    let piece = next.fetch_add(1, Ordering::Relaxed);
                    if piece >= pieces {
                        break;
                    }
                    add(&mut own, piece);
                }
                (merge.lock().unwrap_or_else(PoisonError::into_inner))(own);
            });
        }
    });
}
