//! What the geometry of faces is worth: the 3D map for telling people apart, parallax and perspective for telling a head from
//! a picture.
//!
//! Collections of pictures hold no captures, so each measurement stands in for one, and says how: maps are made of
//! different pictures of a person ([`maps`]); pairs of pictures of a person at different poses stand in for a turn, and
//! turned planes for a turned photograph ([`parallax`]); nearer and farther are rendered ([`approach`], [`stage`]).

mod approach;
mod faces;
mod maps;
mod parallax;
mod stage;

use std::path::PathBuf;

use serde::Serialize;

use super::{
    EvaluationFault, bootstrap::Interval, intervals::clopper_pearson, report::Method, setting::Setting,
};

pub use approach::Approach;
pub use maps::{Comparison, Maps};
pub use parallax::Parallax;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The folder of pictures.
    pub images: PathBuf,
    /// How many pictures make a map.
    pub of: usize,
    /// How many portraits, of different people, are turned and rendered.
    pub portraits: usize,
}

/// What the geometry of faces is worth.
#[derive(Debug, Serialize)]
pub struct Report {
    /// How many pictures were looked at.
    pub pictures: usize,
    /// How many of them have no usable face.
    pub failure_to_acquire: usize,
    /// The 3D map alone and beside the template: of one picture, and of several.
    pub maps: Vec<Maps>,
    /// The residual that a homography leaves, of heads and of planes.
    pub parallax: Vec<Parallax>,
    /// The change of perspective, of rendered heads and of planes.
    pub approach: Vec<Approach>,
    /// How it was measured.
    pub method: Method,
}

/// A share of independent trials.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Rate {
    /// From which value a trial counts.
    pub at: f32,
    /// How many trials count.
    pub count: u64,
    /// Their share.
    pub share: f64,
    /// Its 95 % interval.
    pub ci95: Option<Interval>,
}

/// How values are spread.
#[derive(Clone, Debug, Serialize)]
pub struct Spread {
    /// How many there are.
    pub n: usize,
    /// The 5th percentile.
    pub p5: f32,
    /// The median.
    pub median: f32,
    /// The 95th percentile.
    pub p95: f32,
    /// How many reach some values.
    pub reach: Vec<Rate>,
}

impl Spread {
    /// Of some values, with the shares that reach each of some thresholds.
    pub fn of(mut values: Vec<f32>, thresholds: &[f32]) -> Self {
        values.sort_unstable_by(f32::total_cmp);
        let at = |share: usize| {
            let place = (values.len() * share / 100).min(values.len().saturating_sub(1));
            values.get(place).copied().unwrap_or_default()
        };
        let reach = thresholds.iter().map(|least| {
            let count = values.iter().filter(|value| *value >= least).count() as u64;
            let n = values.len() as u64;
            let share = count as f64 / n.max(1) as f64;
            Rate { at: *least, count, share, ci95: clopper_pearson(count, n) }
        });
        Self { n: values.len(), p5: at(5), median: at(50), p95: at(95), reach: reach.collect() }
    }
}

/// Measures.
pub fn measure(setting: &Setting<'_>, request: &Request) -> Result<Report, EvaluationFault> {
    let seen = faces::of_folder(setting.models, &request.images)?;
    Ok(Report {
        pictures: seen.pictures,
        failure_to_acquire: seen.pictures - seen.faces.len(),
        maps: [1, request.of].into_iter().map(|of| maps::measure(&seen.faces, of, setting)).collect(),
        parallax: parallax::measure(setting.models, &seen.faces, request)?,
        approach: approach::measure(setting.models, &seen.faces, request)?,
        method: Method::of(setting.model().as_str(), setting),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_tells_quantiles_and_who_reaches_what() {
        let spread = Spread::of((0..100).map(|n| n as f32).rev().collect(), &[90.0, 1000.0]);
        assert_eq!((spread.n, spread.p5, spread.median, spread.p95), (100, 5.0, 50.0, 95.0));
        assert_eq!(spread.reach.iter().map(|rate| rate.count).collect::<Vec<_>>(), [10, 0]);
        assert_eq!(Spread::of(vec![], &[0.0]).n, 0);
    }
}
