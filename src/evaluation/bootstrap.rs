//! Intervals for rates whose trials hang together: identities are drawn anew, with replacement, and all their trials with
//! them (ISO/IEC 19795-1 Annex B; Bolle, Ratha and Pankanti, "Error analysis of pattern recognition systems: the subsets
//! bootstrap", CVIU 93, 2004).
//!
//! An identity that was drawn w times counts w times in its genuine trials, and its impostor trials with an identity that
//! was drawn v times count w·v times. The threshold stays where it is: an interval says how far the rate at this threshold
//! may be off, not how far the threshold may be.

use rand_chacha::{
    ChaCha12Rng,
    rand_core::{Rng, SeedableRng},
};

use super::intervals::clopper_pearson;
use crate::domain::face::error_rates::{PairMatches, Population, Share};

/// How identities are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Resampling {
    /// How often.
    pub rounds: u32,
    /// From which seed: the same seed gives the same intervals.
    pub seed: u64,
}

/// A 95 % interval.
pub type Interval = [f64; 2];

/// The intervals of one operating point; `None` where there was nothing to draw from.
#[derive(Clone, Copy, Debug, Default)]
pub struct PointIntervals {
    /// Of the plain FNMR.
    pub fnmr: Option<Interval>,
    /// Of the FNMR as the mean over identities.
    pub fnmr_by_identity: Option<Interval>,
    /// Of the plain FMR.
    pub fmr: Option<Interval>,
    /// Of the FMR as the mean over pairs of identities.
    pub fmr_by_pair: Option<Interval>,
}

impl Resampling {
    /// The intervals at a threshold with these errors.
    pub fn intervals(
        &self,
        genuine: &[Share],
        impostor: &[PairMatches],
        population: &Population,
    ) -> PointIntervals {
        let mut random = ChaCha12Rng::seed_from_u64(self.seed);
        let identities = population.identities();
        let mut drawn = vec![0_u32; identities];
        let mut rates: [Vec<f64>; 4] = Default::default();
        for _ in 0..self.rounds {
            drawn.fill(0);
            for _ in 0..identities {
                if let Some(times) = drawn.get_mut(below(&mut random, identities)) {
                    *times += 1;
                }
            }
            let (fnmr, fnmr_by_identity) = non_match_rates(genuine, &drawn);
            let (fmr, fmr_by_pair) = match_rates(impostor, population, &drawn);
            for (all, rate) in rates.iter_mut().zip([fnmr, fnmr_by_identity, fmr, fmr_by_pair]) {
                all.extend(rate);
            }
        }
        let [fnmr, fnmr_by_identity, fmr, fmr_by_pair] = rates.map(middle_95);
        match without_error(genuine) {
            Some(up_to) => {
                PointIntervals { fnmr: Some(up_to), fnmr_by_identity: Some(up_to), fmr, fmr_by_pair }
            }
            None => PointIntervals { fnmr, fnmr_by_identity, fmr, fmr_by_pair },
        }
    }
}

/// Where nobody was falsely refused, drawing anew shows no error either, and would give the interval 0 to 0. What is known is
/// that none of so many identities was: they are independent, so Clopper and Pearson's interval is theirs.
fn without_error(genuine: &[Share]) -> Option<Interval> {
    let compared = genuine.iter().filter(|share| share.trials > 0).count();
    let is_clean = genuine.iter().all(|share| share.errors == 0);
    if is_clean { clopper_pearson(0, compared as u64) } else { None }
}

/// A place below a length, each as likely as the other (to one in 2^32).
fn below(random: &mut ChaCha12Rng, length: usize) -> usize {
    (((random.next_u64() >> 32) * length as u64) >> 32) as usize
}

fn non_match_rates(genuine: &[Share], drawn: &[u32]) -> (Option<f64>, Option<f64>) {
    let (mut trials, mut errors, mut identities, mut shares) = (0.0, 0.0, 0.0, 0.0);
    for (share, times) in genuine.iter().zip(drawn).filter(|(share, _)| share.trials > 0) {
        let times = f64::from(*times);
        trials += times * f64::from(share.trials);
        errors += times * f64::from(share.errors);
        identities += times;
        shares += times * f64::from(share.errors) / f64::from(share.trials);
    }
    (rate(errors, trials), rate(shares, identities))
}

fn match_rates(
    impostor: &[PairMatches],
    population: &Population,
    drawn: &[u32],
) -> (Option<f64>, Option<f64>) {
    let (trials, pairs) = population.weighted(drawn);
    let times = |identity: u32| f64::from(drawn.get(identity as usize).copied().unwrap_or_default());
    let (mut matches, mut shares) = (0.0, 0.0);
    for PairMatches { pair: (one, other), matches: count } in impostor {
        let times = times(*one) * times(*other);
        if times > 0.0 {
            matches += times * f64::from(*count);
            shares += times * f64::from(*count) / f64::from(population.trials_of(*one, *other));
        }
    }
    (rate(matches, trials), rate(shares, pairs))
}

fn rate(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then_some(part / whole)
}

/// What lies between the lowest and the highest fortieth.
fn middle_95(mut rates: Vec<f64>) -> Option<Interval> {
    rates.sort_unstable_by(f64::total_cmp);
    let last = rates.len().checked_sub(1)?;
    let at = |share: f64| rates.get((last as f64 * share).round() as usize).copied();
    Some([at(0.025)?, at(0.975)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::face::{
        error_rates::{Specimen, Trials},
        template::{Embedding, FaceTemplate, ModelId},
    };

    fn population(identities: u32) -> Population {
        let template = FaceTemplate::mean_of(ModelId("m".into()), [&Embedding::new(vec![1.0])]).unwrap();
        let specimen = |identity| Specimen { identity, pictures: 0..1, template: template.clone() };
        let specimens: Vec<Specimen> = (0..identities).map(specimen).collect();
        Population::of(&Trials::Among(&specimens))
    }

    const RESAMPLING: Resampling = Resampling { rounds: 2000, seed: 1 };

    #[test]
    fn no_error_among_so_many_identities_leaves_room_for_some() {
        // Clopper and Pearson: 0 of 147 is up to 2.48 %.
        let genuine = [Share { trials: 6, errors: 0 }; 147];
        let [low, high] = RESAMPLING.intervals(&genuine, &[], &population(147)).fnmr_by_identity.unwrap();
        assert!(low == 0.0 && (high - 0.0248).abs() < 1e-4, "{high}");
    }

    #[test]
    fn independent_trials_give_the_interval_of_the_binomial_distribution() {
        // 100 identities with one trial each, 20 errors: 0.2 ± 1.96 √(0.2·0.8/100) = 0.1216 to 0.2784.
        let genuine: Vec<Share> = (0..100).map(|i| Share { trials: 1, errors: u32::from(i < 20) }).collect();
        let found = RESAMPLING.intervals(&genuine, &[], &population(100));
        let [low, high] = found.fnmr.unwrap();
        assert!((low - 0.1216).abs() < 0.015 && (high - 0.2784).abs() < 0.015, "{low} {high}");
        assert_eq!(found.fnmr, found.fnmr_by_identity);
        assert_eq!(found.fmr, Some([0.0, 0.0]));
    }

    #[test]
    fn trials_of_one_identity_stand_and_fall_together() {
        // 10 identities with 1000 trials each, one of which always errs: the interval is that of 10 trials, not of 10,000.
        let genuine: Vec<Share> =
            (0..10).map(|i| Share { trials: 1000, errors: if i == 0 { 1000 } else { 0 } }).collect();
        let [low, high] = RESAMPLING.intervals(&genuine, &[], &population(10)).fnmr.unwrap();
        assert_eq!(low, 0.0);
        assert!((0.25..=0.45).contains(&high), "{high}");
    }

    #[test]
    fn one_pair_of_brothers_makes_a_false_match_rate_uncertain() {
        let brothers = [PairMatches { pair: (3, 7), matches: 1 }];
        let [low, high] = RESAMPLING.intervals(&[], &brothers, &population(50)).fmr.unwrap();
        // 1 of 1225; both brothers are drawn in about 0.4 of the rounds.
        assert!(low == 0.0 && high > 2.0 / 1225.0, "{low} {high}");
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        let genuine: Vec<Share> = (0..30).map(|i| Share { trials: 1 + i, errors: i % 2 }).collect();
        let of = |seed| Resampling { rounds: 50, seed }.intervals(&genuine, &[], &population(30)).fnmr;
        assert_eq!(of(4), of(4));
        assert_ne!(of(4), of(5));
    }

    #[test]
    fn nothing_to_draw_from_has_no_interval() {
        let found = RESAMPLING.intervals(&[], &[], &population(0));
        assert!(found.fnmr.is_none() && found.fmr.is_none());
    }
}
