//! What comparing 3D maps is worth, alone and beside the 2D templates. A map is made of different pictures of a person, not of
//! one capture: other days, expressions and cameras are in it, so a map of one capture is at least as good.

use std::collections::BTreeMap;

use serde::Serialize;

use super::faces::SeenFace;
use crate::{
    domain::face::{
        error_rates::{Specimen, Trials, Weighting},
        face_map::FaceMap,
        template::FaceTemplate,
    },
    evaluation::{
        report::{LeftOut, Measured, OperatingPoint},
        setting::Setting,
    },
};

/// The share of the map's similarity in the whole.
const SHARES: [f32; 6] = [0.0, 0.05, 0.1, 0.15, 0.2, 1.0];

/// Maps and templates of so many pictures each.
#[derive(Debug, Serialize)]
pub struct Maps {
    /// How many pictures make one.
    pub of: usize,
    /// The template alone (0), the map alone (1) and what lies between.
    pub comparisons: Vec<Comparison>,
    /// What share of the map was best for even and for odd identities, each judged on the other half.
    pub cross_validated: Vec<CrossValidated>,
}

/// What is told of a comparison.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// The share of the map.
    pub share: f32,
    /// How many genuine comparisons.
    pub genuine: u64,
    /// Of how many identities.
    pub identities: usize,
    /// How many impostor comparisons.
    pub impostor: u64,
    /// The equal error rate, each identity alike.
    pub eer: f64,
    /// The FNMR at the target FMRs, each identity alike.
    pub operating_points: Vec<OperatingPoint>,
}

/// The share that was best on one half of the identities at an FMR, and what it brings on the other.
#[derive(Debug, Serialize)]
pub struct CrossValidated {
    /// The FMR.
    pub fmr: f64,
    /// The share of the map.
    pub share: f32,
    /// The FNMR of the template alone on the other half.
    pub fnmr_alone: f64,
    /// The FNMR with that share of the map there.
    pub fnmr_with_map: f64,
    /// How many genuine comparisons there are.
    pub genuine: u64,
}

/// One made of a run of pictures.
struct Pair {
    identity: u32,
    pictures: std::ops::Range<u32>,
    template: FaceTemplate,
    map: FaceMap,
}

/// Measures maps of so many pictures.
pub fn measure(faces: &[SeenFace], of: usize, setting: &Setting<'_>) -> Maps {
    let pairs = pairs(faces, of, setting);
    let halves =
        [0, 1].map(|half| -> Vec<&Pair> { pairs.iter().filter(|pair| pair.identity % 2 == half).collect() });
    let all: Vec<&Pair> = pairs.iter().collect();
    let comparisons = SHARES.map(|share| compare(&all, share, setting)).into_iter().collect();
    let [even, odd] = halves.map(|half| SHARES.map(|share| compare(&half, share, setting)));
    let cross_validated = [(&even, &odd), (&odd, &even)]
        .into_iter()
        .flat_map(|(chosen, judged)| across(chosen, judged))
        .collect();
    Maps { of, comparisons, cross_validated }
}

/// Disjoint runs of each person's pictures, the most frontal one of a run as its centre.
fn pairs(faces: &[SeenFace], of: usize, setting: &Setting<'_>) -> Vec<Pair> {
    let mut people: BTreeMap<&str, Vec<&SeenFace>> = BTreeMap::new();
    faces.iter().for_each(|face| people.entry(&face.identity).or_default().push(face));
    let mut pairs = Vec::new();
    for (identity, pictures) in people.into_values().enumerate() {
        for (run, chosen) in pictures.chunks_exact(of.max(1)).enumerate() {
            let aside = |seen: &&&SeenFace| seen.face.pose.yaw.hypot(seen.face.pose.pitch);
            let Some(centre) = chosen.iter().min_by(|a, b| aside(a).total_cmp(&aside(b))) else { continue };
            let others = chosen.iter().filter(|seen| !std::ptr::eq(**seen, *centre)).map(|seen| &seen.face);
            let embeddings = chosen.iter().map(|seen| &seen.embedding);
            let (Ok(template), Some(map)) =
                (FaceTemplate::mean_of(setting.model(), embeddings), FaceMap::fuse(&centre.face, others))
            else {
                continue;
            };
            let start = (run * of) as u32;
            pairs.push(Pair { identity: identity as u32, pictures: start..start + of as u32, template, map });
        }
    }
    pairs
}

fn compare(pairs: &[&Pair], share: f32, setting: &Setting<'_>) -> Comparison {
    let specimens: Vec<Specimen> = pairs
        .iter()
        .filter_map(|pair| {
            let template = pair.map.beside(&pair.template, share).ok()?;
            Some(Specimen { identity: pair.identity, pictures: pair.pictures.clone(), template })
        })
        .collect();
    let measured = Measured::count(Trials::Among(&specimens), LeftOut::default(), setting.resampling);
    Comparison {
        share,
        genuine: measured.rates.genuine(),
        identities: measured.rates.identities(),
        impostor: measured.rates.impostor(),
        eer: measured.rates.equal_error_rate(Weighting::Identities),
        operating_points: measured.operating_points(Weighting::Identities),
    }
}

fn across(chosen: &[Comparison], judged: &[Comparison]) -> Vec<CrossValidated> {
    let at = |comparison: &Comparison, fmr: f64| {
        comparison.operating_points.iter().find(|point| point.fmr == fmr).map(|point| point.fnmr)
    };
    let targets = judged.first().map(|alone| alone.operating_points.iter().map(|point| point.fmr).collect());
    let targets: Vec<f64> = targets.unwrap_or_default();
    let best = |fmr: f64| {
        let rated = chosen.iter().enumerate().filter_map(|(place, one)| Some((place, at(one, fmr)?)));
        rated.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(place, _)| place)
    };
    let told = targets.into_iter().filter_map(|fmr| {
        let (alone, with) = (judged.first()?, judged.get(best(fmr)?)?);
        Some(CrossValidated {
            fmr,
            share: with.share,
            fnmr_alone: at(alone, fmr)?,
            fnmr_with_map: at(with, fmr)?,
            genuine: alone.genuine,
        })
    });
    told.collect()
}
