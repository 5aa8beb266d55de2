//! How often a comparison errs, counted over many trials (ISO/IEC 19795-1: FMR, FNMR, EER). Scores come in as
//! comparisons of templates and do not leave: what goes out are counts, rates and thresholds.
//!
//! Thresholds lie on a grid of [`STEPS`] to 1. A comparison matches at a threshold exactly where the verdict says so
//! ([`FaceTemplate::compare`](super::template::FaceTemplate) reaches it), so counts at a threshold are exact and only the
//! threshold that is looked for is rounded, up, by less than 2e-6.
//!
//! Every rate comes in two weightings ([`Weighting`]). With each comparison counted alike, a person with hundreds of
//! pictures, or one pair of brothers, decides the rate; with each identity alike, nobody weighs more than another.

mod folds;
mod tally;
mod trials;

#[cfg(test)]
mod tests;

pub use folds::{Fold, cross_validate};
pub use tally::{FalseMatches, PairMatches, Tally};
pub use trials::{ListedPair, Population, Specimen, Trials};

/// Fewest false matches that must stand behind a threshold: with 30 independent errors the true rate lies within 30 % of the
/// measured one, nine times in ten (ISO/IEC 19795-1, "rule of 30").
pub const LEAST_FALSE_MATCHES: u64 = 30;
/// Fewest pairs of identities that these must be of. Comparisons of the same two people are not independent: two brothers
/// with many pictures make hundreds of false matches and are one observation. With ten the true rate lies within half of the
/// measured one, nine times in ten.
pub const LEAST_PAIRS: u64 = 10;

/// Whether enough stands behind a threshold.
pub fn is_supported(false_matches: u64, pairs_of_identities: u64) -> bool {
    false_matches >= LEAST_FALSE_MATCHES && pairs_of_identities >= LEAST_PAIRS
}

/// Thresholds per unit of cosine.
pub const STEPS: i32 = 1 << 19;

/// How trials are counted into a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighting {
    /// Each comparison alike: the plain share.
    Comparisons,
    /// FNMR: each identity alike; FMR: each pair of identities alike.
    Identities,
}

/// A similarity from which a comparison is a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(i32);

impl Threshold {
    /// The lowest threshold on the grid that is not below a cosine.
    pub fn at_least(cosine: f64) -> Self {
        Self((cosine * f64::from(STEPS)).ceil().clamp(-f64::from(STEPS), f64::from(STEPS + 1)) as i32)
    }

    /// The cosine.
    pub fn cosine(self) -> f64 {
        f64::from(self.0) / f64::from(STEPS)
    }

    fn place(self) -> usize {
        (self.0 + STEPS).max(0) as usize
    }

    fn of_place(place: usize) -> Self {
        Self(i32::try_from(place).map_or(STEPS + 1, |place| place - STEPS))
    }
}

/// Trials that err, of those there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many trials.
    pub trials: u32,
    /// How many of them err.
    pub errors: u32,
}

/// The rates of a set of trials at every threshold.
pub struct ErrorRates {
    /// At a place: how many impostor trials reach its threshold, and their mass by pairs of identities.
    impostor: Vec<(u64, f64)>,
    /// At a place: how many genuine trials stay below its threshold, and their mass by identities.
    genuine: Vec<(u64, f64)>,
    /// The steps of every identity's genuine trials, in order.
    by_identity: Vec<Vec<i32>>,
    identities_compared: usize,
    pairs_compared: f64,
}

/// Rounding of sums of shares: a rate this much over its target still keeps it.
const ROUNDING: f64 = 1e-9;

impl ErrorRates {
    /// Sums up what was tallied.
    pub fn conclude(tally: Tally, population: &Population) -> Self {
        let by_identity = tally.genuine_by_identity(population.identities());
        let mut below = vec![(0_u64, 0.0_f64); tally::PLACES + 1];
        for steps in &by_identity {
            for step in steps {
                // A trial stays below every threshold that is above its own step.
                if let Some((count, mass)) = below.get_mut(Threshold(*step).place() + 1) {
                    *count += 1;
                    *mass += 1.0 / steps.len() as f64;
                }
            }
        }
        accumulate(below.iter_mut());
        let mut from = tally.into_impostors();
        from.push((0, 0.0));
        accumulate(from.iter_mut().rev());
        Self {
            impostor: from,
            genuine: below,
            identities_compared: by_identity.iter().filter(|steps| !steps.is_empty()).count(),
            by_identity,
            pairs_compared: population.pairs(),
        }
    }

    /// How many genuine trials there were.
    pub fn genuine(&self) -> u64 {
        self.genuine.last().map_or(0, |(count, _)| *count)
    }

    /// How many impostor trials there were.
    pub fn impostor(&self) -> u64 {
        self.impostor.first().map_or(0, |(count, _)| *count)
    }

    /// How many identities have genuine trials.
    pub fn identities(&self) -> usize {
        self.identities_compared
    }

    /// How many pairs of identities have impostor trials.
    pub fn pairs_of_identities(&self) -> f64 {
        self.pairs_compared
    }

    /// How many impostor trials match.
    pub fn false_matches(&self, at: Threshold) -> u64 {
        self.impostor.get(at.place()).map_or(0, |(count, _)| *count)
    }

    /// How many genuine trials do not match.
    pub fn false_non_matches(&self, at: Threshold) -> u64 {
        self.genuine.get(at.place()).map_or_else(|| self.genuine(), |(count, _)| *count)
    }

    /// The false match rate; 0 of nothing.
    pub fn fmr(&self, at: Threshold, weighting: Weighting) -> f64 {
        let (count, mass) = self.impostor.get(at.place()).copied().unwrap_or_default();
        match weighting {
            Weighting::Comparisons => share(count as f64, self.impostor() as f64),
            Weighting::Identities => share(mass, self.pairs_compared),
        }
    }

    /// The false non-match rate; 0 of nothing.
    pub fn fnmr(&self, at: Threshold, weighting: Weighting) -> f64 {
        let (count, mass) = self.genuine.get(at.place()).or(self.genuine.last()).copied().unwrap_or_default();
        match weighting {
            Weighting::Comparisons => share(count as f64, self.genuine() as f64),
            Weighting::Identities => share(mass, self.identities_compared as f64),
        }
    }

    /// The lowest threshold whose FMR is not above the target.
    pub fn threshold_at(&self, target: f64, weighting: Weighting) -> Threshold {
        let most = target * (1.0 + ROUNDING);
        let places = self.impostor.len();
        let above = |place: &usize| self.fmr(Threshold::of_place(*place), weighting) > most;
        // The rate only falls, so the places divide into those above the target and those not.
        let (mut low, mut high) = (0, places);
        while low < high {
            let middle = usize::midpoint(low, high);
            if above(&middle) { low = middle + 1 } else { high = middle }
        }
        Threshold::of_place(low)
    }

    /// Where FMR and FNMR are equal, on the line between the two neighbouring thresholds.
    pub fn equal_error_rate(&self, weighting: Weighting) -> f64 {
        let rates = |place: usize| {
            let at = Threshold::of_place(place);
            (self.fmr(at, weighting), self.fnmr(at, weighting))
        };
        let (mut low, mut high) = (0, self.impostor.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let (fmr, fnmr) = rates(middle);
            if fnmr < fmr { low = middle + 1 } else { high = middle }
        }
        let ((fmr, fnmr), (fmr_before, fnmr_before)) = (rates(low), rates(low.saturating_sub(1)));
        let (before, after) = (fmr_before - fnmr_before, fnmr - fmr);
        if before + after <= 0.0 { fmr } else { fmr_before + (fmr - fmr_before) * before / (before + after) }
    }

    /// The least mean of FMR and FNMR at any threshold.
    pub fn least_mean_error(&self, weighting: Weighting) -> f64 {
        (0..self.impostor.len())
            .map(Threshold::of_place)
            .map(|at| (self.fmr(at, weighting) + self.fnmr(at, weighting)) / 2.0)
            .fold(f64::INFINITY, f64::min)
    }

    /// FMR and FNMR at the thresholds of FMRs that fall from one half by a factor of ten in `per_decade` steps.
    pub fn trade_off(&self, per_decade: u32, weighting: Weighting) -> Vec<(f64, f64)> {
        let factor = 10_f64.powf(-1.0 / f64::from(per_decade.max(1)));
        let least = share(0.5, self.impostor() as f64);
        let mut points: Vec<(f64, f64)> = Vec::new();
        let mut target = 0.5;
        while target > least && least > 0.0 {
            let at = self.threshold_at(target, weighting);
            let point = (self.fmr(at, weighting), self.fnmr(at, weighting));
            if points.last() != Some(&point) {
                points.push(point);
            }
            target *= factor;
        }
        points
    }

    /// Each identity's genuine trials, and how many of them do not match.
    pub fn non_matches_by_identity(&self, at: Threshold) -> Vec<Share> {
        let of = |steps: &Vec<i32>| Share {
            trials: steps.len() as u32,
            errors: steps.partition_point(|step| *step < at.0) as u32,
        };
        self.by_identity.iter().map(of).collect()
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 }
}

fn accumulate<'a>(places: impl Iterator<Item = &'a mut (u64, f64)>) {
    places.fold((0, 0.0), |(count, mass), place| {
        *place = (count + place.0, mass + place.1);
        *place
    });
}
