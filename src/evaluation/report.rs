//! What a measurement of comparisons found, as `report.json` holds it. Its counts, rates and thresholds are plain numbers.

use serde::Serialize;

use super::setting::Setting;
use super::{
    bootstrap::{Interval, PointIntervals, Resampling},
    counting,
    det::Curve,
};
use crate::domain::face::error_rates::{
    ErrorRates, FalseMatches, PairMatches, Population, Threshold, Trials, Weighting, is_supported,
};

/// The FMRs for which a threshold is looked up.
pub const TARGETS: [f64; 4] = [1e-2, 1e-3, 1e-4, 1e-5];

/// What a measurement of comparisons found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// What was compared with what.
    pub comparison: String,
    /// How many genuine comparisons.
    pub genuine: u64,
    /// How many impostor comparisons.
    pub impostor: u64,
    /// How many pictures have no usable face; they are in no comparison.
    pub failure_to_acquire: usize,
    /// The share of comparisons told right.
    pub accuracy: f64,
    /// How that share was made.
    pub accuracy_method: String,
    /// The equal error rate.
    pub eer: f64,
    /// The equal error rate with each identity and each pair of identities alike.
    pub eer_by_identity: f64,
    /// How trials weigh in `fmr`, `fnmr`, `eer` and the threshold: `comparisons` or `identities` alike.
    pub weighting: &'static str,
    /// The thresholds of the target FMRs.
    pub operating_points: Vec<OperatingPoint>,
    /// How many pictures were looked at.
    pub pictures: usize,
    /// How many identities they are of.
    pub identities: usize,
    /// How many of these have genuine comparisons.
    pub identities_with_genuine: usize,
    /// How many pairs of identities have impostor comparisons.
    pub pairs_of_identities: u64,
    /// Comparisons that were left out because a picture has no usable face.
    pub left_out: LeftOut,
    /// The comparisons of the list, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<Listed>,
    /// How it was measured.
    pub method: Method,
    /// The curves to draw; not part of the report's text.
    #[serde(skip)]
    pub curves: Vec<Curve>,
}

/// Comparisons that were left out.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct LeftOut {
    /// Genuine ones.
    pub genuine: u64,
    /// Impostor ones.
    pub impostor: u64,
}

/// The comparisons of a list, judged in folds.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Genuine rows that were compared.
    pub genuine: usize,
    /// Impostor rows that were compared.
    pub impostor: usize,
    /// Rows that were left out because a picture has no usable face.
    pub left_out: usize,
    /// How many folds.
    pub folds: usize,
    /// The standard error of the mean over folds.
    pub standard_error: f64,
}

/// How it was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Method {
    /// The recipe that made the embeddings.
    pub model: String,
    /// The program's version.
    pub program: &'static str,
    /// When.
    pub date: String,
    /// How often identities were drawn anew for the intervals.
    pub resamples: u32,
    /// The seed of the drawing.
    pub seed: u64,
}

/// The lowest threshold that keeps a target FMR, and what holds there.
#[derive(Clone, Debug, Serialize)]
pub struct OperatingPoint {
    /// The target.
    pub fmr: f64,
    /// The cosine.
    pub threshold: f64,
    /// The FNMR there.
    pub fnmr: f64,
    /// How many impostor comparisons match there.
    pub false_matches: u64,
    /// The 95 % interval of `fnmr`, the threshold held fixed.
    pub fnmr_ci95: Option<Interval>,
    /// The FNMR as the mean over identities.
    pub fnmr_by_identity: f64,
    /// The 95 % interval of that.
    pub fnmr_by_identity_ci95: Option<Interval>,
    /// The share of genuine comparisons that do not match.
    pub fnmr_by_comparison: f64,
    /// The FNMR with every comparison that was left out counted as one that does not match.
    pub fnmr_with_failure_to_acquire: f64,
    /// The FMR there, which is at most the target.
    pub measured_fmr: f64,
    /// The 95 % interval of that, the threshold held fixed.
    pub fmr_ci95: Option<Interval>,
    /// The share of impostor comparisons that match.
    pub fmr_by_comparison: f64,
    /// The FMR as the mean over pairs of identities.
    pub fmr_by_pair_of_identities: f64,
    /// How many different pairs of identities the false matches are of.
    pub false_match_pairs: u64,
    /// Whether enough stands behind the threshold: 30 false matches, of ten pairs of identities.
    pub supported: bool,
    /// The point that the same target has in the other weighting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise_weighted: Option<Box<OperatingPoint>>,
}

/// Everything that operating points are made from.
pub struct Measured<'a> {
    /// The comparisons.
    pub trials: Trials<'a>,
    /// Whose they are.
    pub population: Population,
    /// How they came out.
    pub rates: ErrorRates,
    /// Those that were left out.
    pub left_out: LeftOut,
    /// How identities are drawn for intervals.
    pub resampling: Resampling,
}

impl<'a> Measured<'a> {
    /// Counts a set of comparisons.
    pub fn count(trials: Trials<'a>, left_out: LeftOut, resampling: Resampling) -> Self {
        let population = Population::of(&trials);
        let rates = counting::rates(&trials, &population);
        Self { trials, population, rates, left_out, resampling }
    }

    /// The points of all targets, each with the point of the other weighting.
    pub fn operating_points(&self, weighting: Weighting) -> Vec<OperatingPoint> {
        let other = match weighting {
            Weighting::Comparisons => Weighting::Identities,
            Weighting::Identities => Weighting::Comparisons,
        };
        let thresholds: Vec<Threshold> = [weighting, other]
            .into_iter()
            .flat_map(|each| TARGETS.map(|target| self.rates.threshold_at(target, each)))
            .collect();
        let matches = counting::false_matches(&self.trials, &thresholds);
        let point = |place: usize, target: f64, each: Weighting| {
            let threshold = thresholds.get(place).copied()?;
            Some(self.point(target, threshold, each, &matches.of(place)))
        };
        let points = TARGETS.into_iter().enumerate().filter_map(|(place, target)| {
            let otherwise = point(TARGETS.len() + place, target, other)?;
            let point = point(place, target, weighting)?;
            Some(OperatingPoint { otherwise_weighted: Some(Box::new(otherwise)), ..point })
        });
        points.collect()
    }

    /// What holds at a threshold.
    pub fn at(&self, target: f64, threshold: Threshold, weighting: Weighting) -> OperatingPoint {
        let matches: FalseMatches = counting::false_matches(&self.trials, &[threshold]);
        self.point(target, threshold, weighting, &matches.of(0))
    }

    fn point(
        &self,
        target: f64,
        at: Threshold,
        weighting: Weighting,
        matches: &[PairMatches],
    ) -> OperatingPoint {
        let rates = &self.rates;
        let found = self.resampling.intervals(&rates.non_matches_by_identity(at), matches, &self.population);
        let (fnmr_ci95, fmr_ci95) = of_weighting(&found, weighting);
        let (misses, lost) = (rates.false_non_matches(at), self.left_out.genuine);
        OperatingPoint {
            fmr: target,
            threshold: at.cosine(),
            fnmr: rates.fnmr(at, weighting),
            false_matches: rates.false_matches(at),
            fnmr_ci95,
            fnmr_by_identity: rates.fnmr(at, Weighting::Identities),
            fnmr_by_identity_ci95: found.fnmr_by_identity,
            fnmr_by_comparison: rates.fnmr(at, Weighting::Comparisons),
            fnmr_with_failure_to_acquire: (misses + lost) as f64 / (rates.genuine() + lost).max(1) as f64,
            measured_fmr: rates.fmr(at, weighting),
            fmr_ci95,
            fmr_by_comparison: rates.fmr(at, Weighting::Comparisons),
            fmr_by_pair_of_identities: rates.fmr(at, Weighting::Identities),
            false_match_pairs: distinct(matches),
            supported: is_supported(rates.false_matches(at), distinct(matches)),
            otherwise_weighted: None,
        }
    }

    /// The curve of a weighting.
    pub fn curve(&self, name: &str, weighting: Weighting) -> Curve {
        Curve { name: name.to_owned(), points: self.rates.trade_off(20, weighting) }
    }
}

fn of_weighting(found: &PointIntervals, weighting: Weighting) -> (Option<Interval>, Option<Interval>) {
    match weighting {
        Weighting::Comparisons => (found.fnmr, found.fmr),
        Weighting::Identities => (found.fnmr_by_identity, found.fmr_by_pair),
    }
}

/// Pairs of identities, whichever of the two is the reference.
fn distinct(matches: &[PairMatches]) -> u64 {
    let mut pairs: Vec<(u32, u32)> =
        matches.iter().map(|of| (of.pair.0.min(of.pair.1), of.pair.0.max(of.pair.1))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs.len() as u64
}

impl Method {
    /// This program, at the setting's date.
    pub fn of(model: &str, setting: &Setting<'_>) -> Self {
        Self {
            model: model.to_owned(),
            program: concat!("facestep ", env!("CARGO_PKG_VERSION")),
            date: setting.date.to_string(),
            resamples: setting.resampling.rounds,
            seed: setting.resampling.seed,
        }
    }
}
