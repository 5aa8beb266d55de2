//! Accuracy as Labeled Faces in the Wild's view 2 defines it: the threshold is chosen on nine tenths of a list and judged
//! on the tenth, ten times (Huang et al., UMass Amherst TR 07-49, §3).

use super::trials::{ListedPair, Specimen, step};

/// One fold's outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Pairs in it.
    pub pairs: usize,
    /// How many of them were told right.
    pub right: usize,
}

/// Splits a list into `folds` parts, genuine and impostor rows each in equal runs of the list's order (so that a list that
/// is ordered by folds keeps them), and judges each with the threshold that is best on the others. A list that has fewer
/// genuine or impostor rows than folds gets fewer folds, and one without two of each gets none.
pub fn cross_validate(specimens: &[Specimen], pairs: &[ListedPair], folds: usize) -> Vec<Fold> {
    let steps = |same: bool| -> Vec<i32> {
        pairs
            .iter()
            .filter(|pair| pair.same == same)
            .filter_map(|pair| step(specimens.get(pair.left)?, specimens.get(pair.right)?))
            .collect()
    };
    let (genuine, impostor) = (steps(true), steps(false));
    let folds = folds.min(genuine.len()).min(impostor.len());
    if folds < 2 {
        return Vec::new();
    }
    (0..folds)
        .map(|fold| judge(Part::cut(&genuine, fold, folds), Part::cut(&impostor, fold, folds)))
        .collect()
}

/// A fold's rows, and the others.
struct Part {
    inside: Vec<i32>,
    outside: Vec<i32>,
}

impl Part {
    fn cut(rows: &[i32], fold: usize, folds: usize) -> Self {
        let (start, end) = (rows.len() * fold / folds, rows.len() * (fold + 1) / folds);
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        for (place, step) in rows.iter().enumerate() {
            if (start..end).contains(&place) { inside.push(*step) } else { outside.push(*step) }
        }
        outside.sort_unstable();
        Self { inside, outside }
    }
}

fn judge(genuine: Part, impostor: Part) -> Fold {
    let threshold = best(&genuine.outside, &impostor.outside);
    let right = genuine.inside.iter().filter(|step| **step >= threshold).count()
        + impostor.inside.iter().filter(|step| **step < threshold).count();
    Fold { pairs: genuine.inside.len() + impostor.inside.len(), right }
}

/// The threshold that tells most rows right; of several, the middle one.
fn best(genuine: &[i32], impostor: &[i32]) -> i32 {
    let right = |threshold: i32| {
        genuine.len() - genuine.partition_point(|step| *step < threshold)
            + impostor.partition_point(|step| *step < threshold)
    };
    // The number only changes where a row's own step is passed.
    let mut candidates: Vec<i32> =
        genuine.iter().chain(impostor).flat_map(|step| [*step, *step + 1]).collect();
    candidates.sort_unstable();
    candidates.dedup();
    let most = candidates.iter().map(|candidate| right(*candidate)).max().unwrap_or_default();
    let equal: Vec<i32> = candidates.into_iter().filter(|candidate| right(*candidate) == most).collect();
    let middle = equal.first().zip(equal.last()).map_or(0, |(first, last)| first.midpoint(*last));
    if right(middle) == most { middle } else { equal.get(equal.len() / 2).copied().unwrap_or_default() }
}
