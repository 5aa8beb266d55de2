//! What the renewable transform costs and gives, in figures: do comparisons come out as without it, and does what is kept
//! of one enrolment tell which other one is of the same person (ISO/IEC 24745; ISO/IEC 30136)? Scores stay in here: what goes
//! out are counts, shares and the measure of linkability.

use zeroize::Zeroizing;

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

use super::{
    error_rates::{STEPS, Specimen},
    renewal::{FaceReference, ProtectedReference, TransformKey},
};

mod linkability;

#[cfg(test)]
mod tests;

pub use linkability::{Chance, Linkability};

use linkability::linkability;

/// The thresholds at which decisions are held against each other.
pub const THRESHOLDS: [f64; 5] = [0.35, 0.40, 0.45, 0.50, 0.55];

/// How comparisons come out with the transform and without it.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Comparisons of one person.
    pub genuine: u64,
    /// Comparisons of two.
    pub impostor: u64,
    /// The largest difference that the transform made to a cosine, rounded up to the grid that it is measured on.
    pub largest_difference: f64,
    /// The decisions at each of [`THRESHOLDS`].
    pub decisions: Vec<Decisions>,
}

/// Decisions at one threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decisions {
    /// The cosine.
    pub threshold: f64,
    /// False non-matches without the transform and with it.
    pub false_non_matches: [u64; 2],
    /// False matches without the transform and with it.
    pub false_matches: [u64; 2],
    /// Comparisons that were decided otherwise.
    pub different: u64,
}

/// How well enrolments can be linked.
#[derive(Clone, Debug, PartialEq)]
pub struct Unlinkability {
    /// Two templates of a person, compared without any transform: what linking looks like.
    pub plain: Linkability,
    /// Two templates of a person, each under its own transform.
    pub two_enrolments: Linkability,
    /// One template twice, each time under another transform: before and after a renewal.
    pub renewed: Linkability,
    /// The same as the last, told apart by the spread of the values instead of by their cosine.
    pub renewed_by_spread: Linkability,
}

/// Compares every template with the next of the same person and with so many drawn from all, without the transform and
/// with it, each enrolment under a key of its own.
pub fn agreement(specimens: &[Specimen], others: usize, seed: u64) -> Agreement {
    let mut stream = ChaCha20Rng::seed_from_u64(seed);
    let mut agreement = Agreement {
        genuine: 0,
        impostor: 0,
        largest_difference: 0.0,
        decisions: THRESHOLDS.map(|threshold| Decisions { threshold, ..Decisions::default() }).to_vec(),
    };
    for (place, specimen) in specimens.iter().enumerate() {
        let kept = protect(specimen, &mut stream);
        let comparing = kept.comparing();
        let next = specimens.get(place + 1).filter(|next| next.identity == specimen.identity);
        let drawn: Vec<&Specimen> = (0..others).filter_map(|_| drawn(specimens, &mut stream)).collect();
        for live in next.into_iter().chain(drawn) {
            let plain = specimen.template.compare(&live.template);
            let there = comparing.compare(&live.template);
            if let (Some(plain), Some(there), true) = (plain, there, !std::ptr::eq(live, specimen)) {
                agreement.count(live.identity == specimen.identity, plain.step(STEPS), there.step(STEPS));
            }
        }
    }
    agreement
}

impl Agreement {
    fn count(&mut self, is_genuine: bool, plain: i32, there: i32) {
        let slot = if is_genuine { &mut self.genuine } else { &mut self.impostor };
        *slot += 1;
        let difference = f64::from((plain - there).abs()) / f64::from(STEPS);
        self.largest_difference = self.largest_difference.max(difference);
        for at in &mut self.decisions {
            let matches = [plain, there].map(|step| f64::from(step) / f64::from(STEPS) >= at.threshold);
            let wrong = if is_genuine { &mut at.false_non_matches } else { &mut at.false_matches };
            for (count, matches) in wrong.iter_mut().zip(matches) {
                *count += u64::from(matches != is_genuine);
            }
            at.different += u64::from(matches.first() != matches.last());
        }
    }
}

/// Tries to link enrolments, each under a key of its own: pairs of one person, none of them sharing a template, against as
/// many times `others` pairs of two.
pub fn unlinkability(specimens: &[Specimen], others: usize, seed: u64) -> Unlinkability {
    let mut stream = ChaCha20Rng::seed_from_u64(seed);
    let kept: Vec<Kept<'_>> = specimens
        .iter()
        .map(|specimen| Kept { specimen, protected: protect(specimen, &mut stream) })
        .collect();
    let mut scores = Scores::default();
    for [one, other] in disjoint_pairs(&kept) {
        let again = protect(one.specimen, &mut stream);
        let compared = one.specimen.template.compare(&other.specimen.template);
        scores.plain.mated.extend(compared.map(|similarity| f64::from(similarity.step(STEPS))));
        scores.two_enrolments.mated.push(cosine(&one.protected, &other.protected));
        scores.renewed.mated.push(cosine(&one.protected, &again));
        scores.spread.mated.push(likeness_of_spread(&one.protected, &again));
        for stranger in (0..others).filter_map(|_| drawn(&kept, &mut stream)).collect::<Vec<_>>() {
            if stranger.specimen.identity == one.specimen.identity {
                continue;
            }
            let compared = one.specimen.template.compare(&stranger.specimen.template);
            scores.plain.non_mated.extend(compared.map(|similarity| f64::from(similarity.step(STEPS))));
            scores.two_enrolments.non_mated.push(cosine(&one.protected, &stranger.protected));
            scores.renewed.non_mated.push(cosine(&again, &stranger.protected));
            scores.spread.non_mated.push(likeness_of_spread(&again, &stranger.protected));
        }
    }
    Unlinkability {
        plain: linkability(&scores.plain, seed),
        two_enrolments: linkability(&scores.two_enrolments, seed),
        renewed: linkability(&scores.renewed, seed),
        renewed_by_spread: linkability(&scores.spread, seed),
    }
}

/// A template, and what its enrolment would keep of it.
struct Kept<'a> {
    specimen: &'a Specimen,
    protected: ProtectedReference,
}

/// What a would-be linker has of pairs of one person, and of pairs of two.
#[derive(Default)]
struct Cross {
    mated: Vec<f64>,
    non_mated: Vec<f64>,
}

#[derive(Default)]
struct Scores {
    plain: Cross,
    two_enrolments: Cross,
    renewed: Cross,
    spread: Cross,
}

/// Neighbours of one identity, each template in one pair at most.
fn disjoint_pairs<'a>(kept: &'a [Kept<'a>]) -> Vec<[&'a Kept<'a>; 2]> {
    let mut pairs = Vec::new();
    let mut waiting: Option<&Kept<'_>> = None;
    for one in kept {
        match waiting.take().filter(|before| before.specimen.identity == one.specimen.identity) {
            Some(before) => pairs.push([before, one]),
            None => waiting = Some(one),
        }
    }
    pairs
}

fn protect(specimen: &Specimen, stream: &mut ChaCha20Rng) -> ProtectedReference {
    let mut key = Zeroizing::new([0; 32]);
    stream.fill_bytes(key.as_mut());
    let reference = FaceReference { template: specimen.template.clone(), map: None };
    ProtectedReference::protect(&reference, TransformKey::new(key))
}

fn drawn<'a, T>(all: &'a [T], stream: &mut ChaCha20Rng) -> Option<&'a T> {
    all.get(stream.next_u64().checked_rem(all.len() as u64)? as usize)
}

fn cosine(one: &ProtectedReference, other: &ProtectedReference) -> f64 {
    f64::from(one.cross_compare(other).step(STEPS))
}

/// How alike the fourth moments are: what a transform that does not mix well would leave of a vector.
fn likeness_of_spread(one: &ProtectedReference, other: &ProtectedReference) -> f64 {
    let moment = |kept: &ProtectedReference| -> f64 {
        kept.values().iter().map(|value| f64::from(*value).powi(4)).sum()
    };
    -(moment(one) - moment(other)).abs()
}
