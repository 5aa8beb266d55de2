//! Embeddings and templates: what a face becomes. They compare inside the face core and nowhere else.

use serde::{Deserialize, Serialize};
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// Names what made an embedding: a SHA-256 over the models and how they are used, hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelId(pub String);

impl ModelId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One face in one picture: a direction, and a length that tells the picture's quality.
#[derive(Clone)]
pub struct Embedding {
    direction: Zeroizing<Vec<f32>>,
    norm: f32,
}

impl Embedding {
    /// Takes one model's output: where it points, and how long it is.
    pub fn new(values: Vec<f32>) -> Self {
        Self::seen_from(&[], values)
    }

    /// The same, but the direction is that from another point than zero: what all faces have in common tells nothing of
    /// one, and the less of its own a picture shows, the nearer it lies to that. Missing values of the point are zero.
    pub fn seen_from(point: &[f32], values: Vec<f32>) -> Self {
        let mut direction = Zeroizing::new(values);
        let norm = length(&direction);
        direction.iter_mut().zip(point).for_each(|(value, origin)| *value -= origin);
        let distance = length(&direction);
        direction.iter_mut().for_each(|value| *value /= distance);
        Self { direction, norm }
    }

    /// One model's answers to a face and to its mirror image, which are the same face: half way between the two
    /// directions. The norm is that of the face as it was seen.
    pub fn seen_twice(seen: Self, mirrored: Option<Self>) -> Self {
        let Some(mirrored) = mirrored else { return seen };
        let sum = seen.direction.iter().zip(mirrored.direction.iter()).map(|(a, b)| a + b).collect();
        Self { norm: seen.norm, ..Self::new(sum) }
    }

    /// Several models' answers to one face, each with its weight: one vector whose dot product with another such vector is
    /// the weighted mean of the models' cosines. The norm is the first model's. `None` when one of them has no direction.
    pub fn joined(parts: &[(f32, Self)]) -> Option<Self> {
        let (_, first) = parts.first()?;
        let mut direction =
            Zeroizing::new(Vec::with_capacity(parts.iter().map(|(_, p)| p.direction.len()).sum()));
        for (weight, part) in parts {
            if !part.norm.is_normal() || !length(&part.direction).is_normal() {
                return None;
            }
            direction.extend(part.direction.iter().map(|value| value * weight.sqrt()));
        }
        Some(Self { direction, norm: first.norm })
    }

    /// The length of the first model's vector before it was brought to 1: the quality of the picture.
    pub fn norm(&self) -> f32 {
        self.norm
    }

    /// The direction, for the mean and for sealing.
    pub fn values(&self) -> &[f32] {
        &self.direction
    }

    /// All that it holds, little-endian f32, the norm first: for the cache of a measurement, which holds biometric templates
    /// by it.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let values = std::iter::once(&self.norm).chain(self.direction.iter());
        Zeroizing::new(values.flat_map(|value| value.to_le_bytes()).collect())
    }

    /// Reads back what [`Self::to_bytes`] wrote; `None` of what is no direction.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (numbers, rest) = bytes.as_chunks::<4>();
        let (norm, direction) = numbers.split_first()?;
        let norm = f32::from_le_bytes(*norm);
        let direction: Vec<f32> = direction.iter().copied().map(f32::from_le_bytes).collect();
        let direction = Zeroizing::new(direction);
        let is_whole = rest.is_empty() && norm.is_normal() && length(&direction).is_normal();
        is_whole.then_some(Self { direction, norm })
    }
}

/// Its directions are, and its norm says nothing of whose face it is.
impl ZeroizeOnDrop for Embedding {}

fn length(values: &[f32]) -> f32 {
    values.iter().map(|v| v * v).sum::<f32>().sqrt()
}

/// A face as it is compared: the normalised mean of normalised embeddings of one model.
#[derive(Clone)]
pub struct FaceTemplate {
    model: ModelId,
    values: Zeroizing<Vec<f32>>,
}

impl ZeroizeOnDrop for FaceTemplate {}

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
            if !embedding.norm().is_normal() {
                return Err(NoTemplate);
            }
            if sum.is_empty() {
                sum.resize(embedding.values().len(), 0.0);
            }
            if sum.len() != embedding.values().len() {
                return Err(NoTemplate);
            }
            sum.iter_mut().zip(embedding.values()).for_each(|(total, value)| *total += value);
        }
        let norm = length(&sum);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(a: &Embedding, b: &Embedding) -> f32 {
        a.values().iter().zip(b.values()).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn an_embedding_keeps_where_a_models_vector_points_and_how_long_it_is() {
        let embedding = Embedding::new(vec![3.0, 4.0]);
        assert_eq!((embedding.values(), embedding.norm()), ([0.6, 0.8].as_slice(), 5.0));
    }

    #[test]
    fn a_direction_is_that_from_the_given_point_and_the_length_is_that_from_zero() {
        let embedding = Embedding::seen_from(&[0.0, 7.0], vec![3.0, 4.0]);
        let half = 0.5_f32.sqrt();
        assert!((embedding.values()[0] - half).abs() < 1e-6 && (embedding.values()[1] + half).abs() < 1e-6);
        assert_eq!(embedding.norm(), 5.0);
    }

    #[test]
    fn an_embedding_read_back_points_where_it_did_and_is_as_long() {
        let parts = [(0.64, Embedding::seen_from(&[1.0], vec![3.0, 4.0])), (0.36, Embedding::new(vec![2.0]))];
        let embedding = Embedding::joined(&parts).unwrap();
        let read = Embedding::from_bytes(&embedding.to_bytes()).unwrap();
        assert_eq!((read.norm(), read.values()), (5.0, embedding.values()));
        assert!(Embedding::from_bytes(&embedding.to_bytes()[..7]).is_none());
        assert!(Embedding::from_bytes(&[0; 8]).is_none() && Embedding::from_bytes(&[]).is_none());
    }

    #[test]
    fn the_dot_product_of_joined_embeddings_is_the_weighted_mean_of_the_cosines() {
        let joined = |first: Vec<f32>, second: Vec<f32>| {
            Embedding::joined(&[(0.75, Embedding::new(first)), (0.25, Embedding::new(second))]).unwrap()
        };
        // The first model says 0.6, the second 0; the first model's lengths do not matter.
        let (one, other) =
            (joined(vec![2.0, 0.0], vec![1.0, 0.0, 0.0]), joined(vec![3.0, 4.0], vec![0.0, 0.0, 9.0]));
        assert!((dot(&one, &other) - 0.75 * 0.6).abs() < 1e-6);
        assert!((dot(&other, &other) - 1.0).abs() < 1e-6);
        assert_eq!(other.norm(), 5.0);
    }

    #[test]
    fn a_face_and_its_mirror_image_meet_half_way_whatever_their_lengths() {
        let both =
            Embedding::seen_twice(Embedding::new(vec![9.0, 0.0]), Some(Embedding::new(vec![0.0, 1.0])));
        let half = 0.5_f32.sqrt();
        assert!(both.values().iter().all(|value| (value - half).abs() < 1e-6));
        assert_eq!(both.norm(), 9.0);
    }

    #[test]
    fn a_model_without_an_answer_makes_no_embedding() {
        let good = || (0.5, Embedding::new(vec![1.0, 0.0]));
        let opposed = Embedding::seen_twice(Embedding::new(vec![1.0]), Some(Embedding::new(vec![-1.0])));
        for bad in
            [Embedding::new(vec![]), Embedding::new(vec![0.0; 4]), Embedding::new(vec![f32::NAN; 4]), opposed]
        {
            assert!(Embedding::joined(&[good(), (0.5, bad)]).is_none());
        }
        assert!(Embedding::joined(&[]).is_none());
        assert!(Embedding::joined(&[good(), good()]).is_some());
    }
}
