//! The measure of M. Gomez-Barrero, J. Galbally, C. Rathgeb and C. Busch, "General Framework to Evaluate Unlinkability in
//! Biometric Template Protection Systems", IEEE TIFS 13(6), 2018: D of a score is how much likelier it makes "of one person"
//! than "of two", from 0 to 1; D_sys is its mean over the scores of one person. 0 is unlinkable, 1 fully linkable.
//!
//! Taken from a histogram, D_sys is above 0 even where there is nothing to find. So it comes with what chance gives: the
//! same with labels shuffled.

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

use super::Cross;

/// How often labels are shuffled.
const SHUFFLES: usize = 200;

/// How well scores tell one person from two.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Linkability {
    /// Pairs of one person.
    pub mated: usize,
    /// Pairs of two.
    pub non_mated: usize,
    /// From 0, unlinkable, to 1.
    pub d_sys: f64,
    /// How often a pair of one person scores above a pair of two; one half is chance.
    pub above: f64,
    /// What chance gives.
    pub chance: Chance,
}

/// What labels give that mean nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Chance {
    /// The median of D_sys, and what 97.5 % of shuffles stay below.
    pub d_sys: [f64; 2],
    /// What 95 % of shuffles lie between.
    pub above: [f64; 2],
}

/// Measures scores, of which only the order and the distances matter.
pub(super) fn linkability(scores: &Cross, seed: u64) -> Linkability {
    let mated = scores.mated.len();
    let all: Vec<f64> = scores.mated.iter().chain(&scores.non_mated).copied().collect();
    let table = Table::of(&all, mated);
    let mut places: Vec<usize> = (0..all.len()).collect();
    let (d_sys, above) = table.measure(&places, mated);
    let mut stream = ChaCha20Rng::seed_from_u64(seed);
    let (mut by_d, mut by_above): (Vec<f64>, Vec<f64>) = (0..SHUFFLES)
        .map(|_| {
            // Who is called mated is drawn anew; the rest of the order does not matter.
            for place in 0..mated {
                let left = (places.len() - place) as u64;
                places.swap(place, place + (stream.next_u64() % left) as usize);
            }
            table.measure(&places, mated)
        })
        .unzip();
    by_d.sort_by(f64::total_cmp);
    by_above.sort_by(f64::total_cmp);
    let chance = Chance {
        d_sys: [quantile(&by_d, 0.5), quantile(&by_d, 0.975)],
        above: [quantile(&by_above, 0.025), quantile(&by_above, 0.975)],
    };
    Linkability { mated, non_mated: scores.non_mated.len(), d_sys, above, chance }
}

/// Of each score, its bin and its rank.
struct Table {
    bins: usize,
    bin_of: Vec<usize>,
    /// Ranks from 1; equal scores share the mean of theirs.
    rank_of: Vec<f64>,
}

impl Table {
    fn of(all: &[f64], mated: usize) -> Self {
        // As many bins as the authors' own program takes.
        let bins = (mated / 10).clamp(1, 100);
        let low = all.iter().copied().fold(f64::INFINITY, f64::min);
        let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let width = ((high - low) / bins as f64).max(f64::MIN_POSITIVE);
        let bin_of = all.iter().map(|score| (((score - low) / width) as usize).min(bins - 1)).collect();
        Self { bins, bin_of, rank_of: ranks(all) }
    }

    /// D_sys and the share above, where the first places of this order are the mated ones.
    fn measure(&self, order: &[usize], mated: usize) -> (f64, f64) {
        let non_mated = order.len() - mated;
        if mated == 0 || non_mated == 0 {
            return (0.0, 0.5);
        }
        let mut counts = vec![[0.0_f64; 2]; self.bins];
        let mut ranks = 0.0;
        for (n, place) in order.iter().enumerate() {
            let is_mated = n < mated;
            if let Some([of_one, of_two]) = self.bin_of.get(*place).and_then(|bin| counts.get_mut(*bin)) {
                *(if is_mated { of_one } else { of_two }) += 1.0;
            }
            ranks += if is_mated { self.rank_of.get(*place).copied().unwrap_or(0.0) } else { 0.0 };
        }
        let d_sys = counts
            .iter()
            .map(|[of_one, of_two]| (of_one / mated as f64, of_two / non_mated as f64))
            .map(
                |(of_one, of_two)| {
                    if of_one > of_two { of_one * (of_one - of_two) / (of_one + of_two) } else { 0.0 }
                },
            )
            .sum();
        // H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18, 1947.
        let (m, n) = (mated as f64, non_mated as f64);
        (d_sys, (ranks - m * (m + 1.0) / 2.0) / (m * n))
    }
}

fn ranks(all: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = all.iter().copied().zip(0..).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![0.0; all.len()];
    let mut behind = 0;
    for equal in order.chunk_by(|a, b| a.0 == b.0) {
        let mean = behind as f64 + (equal.len() as f64 + 1.0) / 2.0;
        behind += equal.len();
        for (_, place) in equal {
            if let Some(rank) = ranks.get_mut(*place) {
                *rank = mean;
            }
        }
    }
    ranks
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(place).copied().unwrap_or(0.0)
}
