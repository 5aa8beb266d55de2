//! Reads `models/manifest.toml`: what the models are, and what the thresholds stand for.
//!
//! The manifest is compiled into the program. The copy among the built models must be the same one, so a folder of another
//! build, or a manifest edited to fit an exchanged model, is refused.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{runtime::TensorShape, tensor::Colours};
use crate::domain::face::operating_point::{OperatingPoint, OperatingPoints, TargetFmr};

/// The manifest that this program was built with.
pub const BUILT_WITH: &str = include_str!("../../models/manifest.toml");

/// What the program runs. The parts that only the builder needs (sources, recipes) are not read.
#[derive(Clone, Debug, Deserialize)]
pub struct Manifest {
    /// The runtime library.
    pub runtime: RuntimePin,
    /// The models.
    pub model: ModelPins,
    /// Thresholds, each with what it stands for.
    pub thresholds: Thresholds,
}

/// The runtime library, pinned.
#[derive(Clone, Debug, Deserialize)]
pub struct RuntimePin {
    /// Its name in the folder of built files.
    pub file: String,
    /// Its version.
    pub version: String,
    /// Its hash for each architecture.
    pub build: BTreeMap<String, FilePin>,
}

/// The bytes that a file must have.
#[derive(Clone, Debug, Deserialize)]
pub struct FilePin {
    /// SHA-256, hex.
    pub sha256: String,
}

/// The models by what they do.
#[derive(Clone, Debug, Deserialize)]
pub struct ModelPins {
    /// Finds faces.
    pub detector: ModelPin,
    /// Lays points over a face.
    pub mesh: ModelPin,
    /// Looks for presentation attacks close to the face.
    pub attack_near: ModelPin,
    /// Looks for presentation attacks in the face's surroundings.
    pub attack_far: ModelPin,
    /// Make a vector of a face, side by side. At least one; the first one's norm tells a picture's quality.
    pub embedders: Vec<EmbedderPin>,
}

/// One embedder, pinned.
#[derive(Clone, Debug, Deserialize)]
pub struct EmbedderPin {
    /// The file.
    #[serde(flatten)]
    pub model: ModelPin,
    /// How it is used.
    #[serde(flatten)]
    pub recipe: EmbedderRecipe,
}

/// How an embedder takes a face, and what its vector counts.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EmbedderRecipe {
    /// The order of the numbers.
    pub layout: Layout,
    /// The order of the colours.
    pub colours: Colours,
    /// What is taken off each value of 0..255.
    pub centre: f32,
    /// What the rest is divided by.
    pub range: f32,
    /// Its share of the cosine.
    pub weight: f32,
    /// Whether the mirror image is embedded too, and the two are added.
    pub mirror: bool,
    /// The point from which its vectors are seen; zero where it says nothing.
    #[serde(default)]
    pub origin: Vec<f32>,
}

/// The order in which a network wants a picture's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// One colour after the other (NCHW).
    Planes,
    /// One pixel after the other (NHWC).
    Pixels,
}

/// One model, pinned.
#[derive(Clone, Debug, Deserialize)]
pub struct ModelPin {
    /// Its name in the folder of built files.
    pub file: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// Its licence as upstream declares it (SPDX).
    pub licence: String,
    /// What it takes.
    pub input: TensorShape,
    /// What it gives, in order.
    pub outputs: Vec<TensorShape>,
    /// A made-up picture and what the model answers to it.
    pub golden: Golden,
}

/// A made-up picture and what a model answers to it.
#[derive(Clone, Debug, Deserialize)]
pub struct Golden {
    /// The picture's shape.
    pub shape: Vec<usize>,
    /// Its values lie in 0..`high`.
    pub high: f32,
    /// How far an answer may lie from the golden one: processors differ in the last digits.
    pub tolerance: f32,
    /// Values at equal distances of every output, by its name.
    pub outputs: BTreeMap<String, Vec<f32>>,
}

impl Golden {
    /// The made-up picture: element i is `high * ((i * 2654435769 mod 2^32) >> 8) / 2^24`, exact in every language.
    pub fn picture(&self) -> Vec<f32> {
        const MULTIPLIER: u32 = 2_654_435_769;
        const STEPS: f32 = 16_777_216.0;
        let count = self.shape.iter().product::<usize>() as u32;
        (0..count).map(|i| (i.wrapping_mul(MULTIPLIER) >> 8) as f32 / STEPS * self.high).collect()
    }

    /// Whether an output agrees with its golden values.
    pub fn agrees(&self, output: &str, values: &[f32]) -> bool {
        let Some(golden) = self.outputs.get(output) else { return false };
        !golden.is_empty()
            && golden.iter().enumerate().all(|(i, expected)| {
                let found = values.get(values.len() * i / golden.len());
                found.is_some_and(|found| (found - expected).abs() <= self.tolerance)
            })
    }
}

/// The thresholds of comparisons by target, and the others by name.
#[derive(Clone, Debug, Deserialize)]
pub struct Thresholds {
    /// One picture with one: what a measurement of single pictures is held to.
    pub match_picture: Comparison,
    /// A mean of live frames with one portrait.
    pub match_portrait: Comparison,
    /// A mean of live frames with the template of an enrolment.
    pub match_template: Comparison,
    /// The others.
    #[serde(flatten)]
    pub others: BTreeMap<String, Threshold>,
}

/// A comparison's threshold for each target false match rate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// What is compared with what.
    pub of: String,
    /// One false match in ten thousand.
    pub standard: MeasuredPoint,
    /// One in a hundred thousand.
    pub high: MeasuredPoint,
}

/// A threshold and what was measured at it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredPoint {
    /// The threshold: the higher of the two that keep the target, counted by comparisons and by pairs of identities.
    pub value: f32,
    /// The false match rate there, as the mean over pairs of identities.
    pub fmr_by_pair: f64,
    /// The false match rate there, as the share of comparisons.
    pub fmr_by_comparison: f64,
    /// The false non-match rate there, as the mean over identities.
    pub fnmr: f64,
    /// How many genuine comparisons.
    pub genuine: u64,
    /// How many impostor comparisons.
    pub impostor: u64,
    /// How many of them match at the threshold that keeps the target by comparisons.
    pub false_matches: u64,
    /// How many pairs of identities match at the threshold that keeps the target by pairs of identities.
    pub false_match_pairs: u64,
    /// On which data.
    pub data: String,
    /// When.
    pub date: String,
    /// How.
    pub method: String,
}

impl Comparison {
    /// The point of a target.
    pub fn at(&self, target: TargetFmr) -> OperatingPoint {
        let measured = match target {
            TargetFmr::Standard => &self.standard,
            TargetFmr::High => &self.high,
        };
        OperatingPoint {
            target,
            threshold: measured.value,
            fmr: measured.fmr_by_pair.max(measured.fmr_by_comparison),
            fnmr: measured.fnmr,
            genuine: measured.genuine,
            impostor: measured.impostor,
            false_matches: measured.false_matches,
            false_match_pairs: measured.false_match_pairs,
        }
    }
}

impl Thresholds {
    /// The points of a target, for the comparisons that verdicts make.
    pub fn at(&self, target: TargetFmr) -> OperatingPoints {
        OperatingPoints { template: self.match_template.at(target), portrait: self.match_portrait.at(target) }
    }
}

/// A threshold and the error rates it was measured to have. Without them a threshold is not written at all.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The value.
    pub value: f32,
    /// What is compared with it.
    pub of: String,
    /// The error rates, as measured.
    pub rates: Vec<ErrorRate>,
}

/// One measured error rate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorRate {
    /// Which rate: FMR, FNMR, APCER or BPCER (ISO/IEC 19795-1, ISO/IEC 30107-3).
    pub kind: String,
    /// The rate, 0..1.
    pub rate: f64,
    /// How many comparisons or presentations it was measured on.
    pub n: u64,
    /// On which data.
    pub data: String,
    /// When.
    pub date: String,
    /// How.
    pub method: String,
}

impl Manifest {
    /// Reads a manifest.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
