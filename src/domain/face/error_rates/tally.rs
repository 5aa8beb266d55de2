//! Counts trials: first all of them by the step that each lies on, then those that match by the pair of identities that
//! they are of. Pieces of work can be tallied on several threads and merged.

use std::collections::BTreeMap;

use super::{
    STEPS, Threshold,
    trials::{Population, Trial, Trials},
};

/// Steps from -1 to 1.
pub(super) const PLACES: usize = 2 * STEPS as usize + 1;

/// Trials by their steps.
pub struct Tally {
    /// How many impostor trials lie on a step, and their mass where each pair of identities weighs one.
    impostor: Vec<(u64, f64)>,
    /// Whose a genuine trial is, and its step.
    genuine: Vec<(u32, i32)>,
}

impl Default for Tally {
    fn default() -> Self {
        Self { impostor: vec![(0, 0.0); PLACES], genuine: Vec::new() }
    }
}

impl Tally {
    /// Adds a piece of a set of trials.
    pub fn add(&mut self, trials: &Trials<'_>, population: &Population, piece: usize) {
        let Self { impostor, genuine } = self;
        trials.each(piece, &mut |trial, step| match trial {
            Trial::Genuine(identity) => genuine.push((identity, step)),
            Trial::Impostor(one, other) => {
                if let Some((count, mass)) = impostor.get_mut(Threshold(step).place()) {
                    *count += 1;
                    *mass += 1.0 / f64::from(population.trials_of(one, other));
                }
            }
        });
    }

    /// Adds what another thread tallied.
    pub fn merge(&mut self, other: Self) {
        for ((count, mass), (more, heavier)) in self.impostor.iter_mut().zip(other.impostor) {
            *count += more;
            *mass += heavier;
        }
        self.genuine.extend(other.genuine);
    }

    pub(super) fn into_impostors(self) -> Vec<(u64, f64)> {
        self.impostor
    }

    /// The steps of every identity's genuine trials, in order.
    pub(super) fn genuine_by_identity(&self, identities: usize) -> Vec<Vec<i32>> {
        let mut steps = vec![Vec::new(); identities];
        for (identity, step) in &self.genuine {
            if let Some(own) = steps.get_mut(*identity as usize) {
                own.push(*step);
            }
        }
        steps.iter_mut().for_each(|own| own.sort_unstable());
        steps
    }
}

/// The false matches of one pair of identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairMatches {
    /// The pair, as the population names it.
    pub pair: (u32, u32),
    /// How many of its trials match.
    pub matches: u32,
}

/// Whose the false matches at some thresholds are.
pub struct FalseMatches {
    thresholds: Vec<Threshold>,
    least: Threshold,
    by_pair: BTreeMap<(u32, u32), Vec<u32>>,
}

impl FalseMatches {
    /// Begins to count at these thresholds.
    pub fn at(thresholds: &[Threshold]) -> Self {
        let least = thresholds.iter().min().copied().unwrap_or(Threshold(STEPS + 1));
        Self { thresholds: thresholds.to_vec(), least, by_pair: BTreeMap::new() }
    }

    /// Adds a piece of a set of trials.
    pub fn add(&mut self, trials: &Trials<'_>, piece: usize) {
        let Self { thresholds, least, by_pair } = self;
        trials.each(piece, &mut |trial, step| {
            let Trial::Impostor(one, other) = trial else { return };
            if step < least.0 {
                return;
            }
            let counts = by_pair.entry((one, other)).or_insert_with(|| vec![0; thresholds.len()]);
            for (count, threshold) in counts.iter_mut().zip(thresholds.iter()) {
                *count += u32::from(step >= threshold.0);
            }
        });
    }

    /// Adds what another thread counted at the same thresholds.
    pub fn merge(&mut self, other: Self) {
        for (pair, more) in other.by_pair {
            let counts = self.by_pair.entry(pair).or_insert_with(|| vec![0; more.len()]);
            counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        }
    }

    /// The pairs with false matches at the threshold of this place.
    pub fn of(&self, place: usize) -> Vec<PairMatches> {
        let at = |(pair, counts): (&(u32, u32), &Vec<u32>)| {
            let matches = counts.get(place).copied().filter(|count| *count > 0)?;
            Some(PairMatches { pair: *pair, matches })
        };
        self.by_pair.iter().filter_map(at).collect()
    }
}
