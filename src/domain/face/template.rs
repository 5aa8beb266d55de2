//! Embeddings and templates: what a face becomes. They compare inside the face core and nowhere else.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Names the model that made an embedding: the SHA-256 of its file, hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelId(pub String);

impl ModelId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One face in one picture as a vector, before it is normalised; its norm tells the picture's quality.
#[derive(Clone)]
pub struct Embedding(Zeroizing<Vec<f32>>);

impl Embedding {
    /// Takes a model's output.
    pub fn new(values: Vec<f32>) -> Self {
        Self(Zeroizing::new(values))
    }

    /// The length of the vector.
    pub fn norm(&self) -> f32 {
        self.0.iter().map(|v| v * v).sum::<f32>().sqrt()
    }

    /// The values, for the mean and for sealing.
    pub fn values(&self) -> &[f32] {
        &self.0
    }

    /// All that it holds, little-endian f32: for the cache of a measurement, which holds biometric templates by it.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    /// Reads back what [`Self::to_bytes`] wrote; `None` of what is no direction.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if !bytes.len().is_multiple_of(4) {
            return None;
        }
        let values =
            bytes.chunks_exact(4).filter_map(|b| b.try_into().ok()).map(f32::from_le_bytes).collect();
        Some(Self::new(values)).filter(|embedding| embedding.norm().is_normal())
    }
}

/// A face as it is compared: the normalised mean of normalised embeddings of one model.
#[derive(Clone)]
pub struct FaceTemplate {
    model: ModelId,
    values: Zeroizing<Vec<f32>>,
}

/// Why embeddings make no template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no template can be made of these embeddings")]
pub struct NoTemplate;

impl FaceTemplate {
    /// The normalised mean of normalised embeddings; fails for none, for zero vectors and for unequal lengths.
    pub fn mean_of<'a>(
        model: ModelId,
        embeddings: impl IntoIterator<Item = &'a Embedding>,
    ) -> Result<Self, NoTemplate> {
        let mut sum: Zeroizing<Vec<f32>> = Zeroizing::new(Vec::new());
        for embedding in embeddings {
            let norm = embedding.norm();
            if !norm.is_normal() {
                return Err(NoTemplate);
            }
            if sum.is_empty() {
                sum.resize(embedding.values().len(), 0.0);
            }
            if sum.len() != embedding.values().len() {
                return Err(NoTemplate);
            }
            sum.iter_mut().zip(embedding.values()).for_each(|(total, value)| *total += value / norm);
        }
        let norm = sum.iter().map(|v| v * v).sum::<f32>().sqrt();
        if !norm.is_normal() {
            return Err(NoTemplate);
        }
        sum.iter_mut().for_each(|value| *value /= norm);
        Ok(Self { model, values: sum })
    }

    /// The values of the unit vector, for what transforms it.
    pub(in crate::domain::face) fn values(&self) -> &[f32] {
        &self.values
    }

    /// The model that made it.
    pub fn model(&self) -> &ModelId {
        &self.model
    }

    /// The bytes that are sealed: little-endian f32.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    /// Reads back what [`Self::to_bytes`] wrote.
    pub fn from_bytes(model: ModelId, bytes: &[u8]) -> Result<Self, NoTemplate> {
        if bytes.is_empty() || !bytes.len().is_multiple_of(4) {
            return Err(NoTemplate);
        }
        let values: Vec<f32> =
            bytes.chunks_exact(4).filter_map(|b| b.try_into().ok()).map(f32::from_le_bytes).collect();
        Self::mean_of(model, [&Embedding::new(values)])
    }

    /// Compares two templates of one model; `None` for different models.
    pub(in crate::domain::face) fn compare(&self, other: &Self) -> Option<Similarity> {
        let comparable = self.model == other.model && self.values.len() == other.values.len();
        comparable.then(|| Similarity::of_directions(&self.values, &other.values))
    }
}

/// Sum of products, in sixteen lanes: added one after the other, no processor could do more than one at a time.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 16];
    let ((a, rest_of_a), (b, rest_of_b)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    for (x, y) in a.iter().zip(b) {
        lanes.iter_mut().zip(x).zip(y).for_each(|((lane, x), y)| *lane += x * y);
    }
    let rest: f32 = rest_of_a.iter().zip(rest_of_b).map(|(x, y)| x * y).sum();
    lanes.iter().sum::<f32>() + rest
}

/// How alike two templates are. It can be held against a threshold, inside the face core, and nothing else: it is not
/// printed, not serialised, not copied out (a score that leaks lets a stranger climb towards a face).
pub(in crate::domain::face) struct Similarity(f32);

impl Similarity {
    /// How alike two unit vectors are: their dot product.
    pub(in crate::domain::face) fn of_directions(a: &[f32], b: &[f32]) -> Self {
        Self(dot(a, b))
    }

    /// Whether it reaches a threshold; never, where it is not a number.
    pub(in crate::domain::face) fn reaches(self, least: f32) -> bool {
        self.0 >= least
    }

    /// On which step of a measurement's grid it lies: how many whole `1 / per_unit` it reaches. For counting alone.
    pub(in crate::domain::face) fn step(self, per_unit: i32) -> i32 {
        // `as` takes what is not a number to 0, so a broken vector is like a stranger's.
        ((f64::from(self.0) * f64::from(per_unit)).floor() as i32).clamp(-per_unit, per_unit)
    }
}
