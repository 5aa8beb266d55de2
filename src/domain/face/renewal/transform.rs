//! The keyed orthogonal transform: three rounds of sign flips, a permutation and a normalised Walsh-Hadamard transform, all
//! drawn from the key (N. Ailon and B. Chazelle, SIAM J. Comput. 39, 2009; three rounds as in A. Andoni et al., "Practical
//! and Optimal LSH for Angular Distance", 2015). Lengths and angles stay, so two vectors compare after it as before it, and
//! only after the same one. It takes n log n steps and no matrix.

use hkdf::Hkdf;
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use sha2::Sha256;
use zeroize::Zeroizing;

/// How many rounds: after one, a vector with a single value is still told by its pattern of signs; after three, entries look
/// like those of a random rotation.
const ROUNDS: usize = 3;

/// What a transform is for. Each part of a reference has its own, all from one key, so that parts do not compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The 2D template.
    Template,
    /// The 3D map's direction.
    MapDirection,
    /// The 3D map's uncertainty.
    MapUncertainty,
}

impl Part {
    /// What separates its transform from the others'; never changed, or no enrolment is known again.
    fn name(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::MapDirection => "map direction",
            Self::MapUncertainty => "map uncertainty",
        }
    }
}

/// The key of one enrolment's transforms: 256 random bits, drawn at enrolment and at each renewal. Never printed.
#[derive(Clone)]
pub struct TransformKey(Zeroizing<[u8; 32]>);

impl TransformKey {
    /// Takes random bits.
    pub fn new(bits: Zeroizing<[u8; 32]>) -> Self {
        Self(bits)
    }

    /// The bits, to be wrapped.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Transforms a vector, which is filled up with zeros to a power of two.
    pub(super) fn apply(&self, part: Part, vector: &[f32]) -> Zeroizing<Vec<f32>> {
        self.transform(part, vector.len()).apply(vector)
    }

    /// Takes a vector of this length back to what [`Self::apply`] was given: for a renewal alone, which applies the next
    /// key at once.
    pub(super) fn undo(&self, part: Part, transformed: &[f32], length: usize) -> Zeroizing<Vec<f32>> {
        self.transform(part, length).undo(transformed, length)
    }

    /// Draws the rounds for vectors of this length: ChaCha20 under HKDF-SHA-256 of key, part and the power of two (RFC
    /// 5869, RFC 8439).
    pub(super) fn transform(&self, part: Part, length: usize) -> Transform {
        let length = length.next_power_of_two();
        let mut seed = Zeroizing::new([0; 32]);
        let purpose = format!("facestep renewable transform v1\0{}\0{length}", part.name());
        // Fails only beyond 255 blocks; a seed of 32 bytes is one.
        let expanded = Hkdf::<Sha256>::new(None, self.0.as_ref()).expand(purpose.as_bytes(), seed.as_mut());
        debug_assert!(expanded.is_ok());
        let mut stream = ChaCha20Rng::from_seed(*seed);
        Transform((0..ROUNDS).map(|_| Round::draw(&mut stream, length)).collect())
    }
}

/// A key's transform of one part, ready for any number of vectors of one length.
pub(super) struct Transform(Vec<Round>);

impl Transform {
    /// Transforms a vector.
    pub(super) fn apply(&self, vector: &[f32]) -> Zeroizing<Vec<f32>> {
        let mut values = widened(vector);
        self.0.iter().for_each(|round| round.forth(&mut values));
        narrowed(&values, values.len())
    }

    fn undo(&self, transformed: &[f32], length: usize) -> Zeroizing<Vec<f32>> {
        let mut values = widened(transformed);
        self.0.iter().rev().for_each(|round| round.back(&mut values));
        narrowed(&values, length)
    }
}

/// One round: where each value comes from, and its sign.
struct Round {
    sources: Zeroizing<Vec<u32>>,
    signs: Zeroizing<Vec<f64>>,
}

impl Round {
    fn draw(stream: &mut ChaCha20Rng, length: usize) -> Self {
        let signs = (0..length).map(|_| if stream.next_u32() & 1 == 0 { 1.0 } else { -1.0 }).collect();
        let mut sources: Zeroizing<Vec<u32>> = Zeroizing::new((0..length as u32).collect());
        // R. Durstenfeld, Algorithm 235: Random permutation, 1964.
        for last in (1..length).rev() {
            sources.swap(last, below(stream, last as u32 + 1) as usize);
        }
        Self { sources, signs: Zeroizing::new(signs) }
    }

    fn forth(&self, values: &mut Zeroizing<Vec<f64>>) {
        let moved = self.sources.iter().zip(self.signs.iter());
        let moved = moved.map(|(source, sign)| sign * values.get(*source as usize).copied().unwrap_or(0.0));
        let mut moved: Zeroizing<Vec<f64>> = Zeroizing::new(moved.collect());
        walsh_hadamard(&mut moved);
        *values = moved;
    }

    fn back(&self, values: &mut Zeroizing<Vec<f64>>) {
        // The normalised Walsh-Hadamard transform is its own inverse.
        walsh_hadamard(values);
        let mut moved = Zeroizing::new(vec![0.0; values.len()]);
        for ((source, sign), value) in self.sources.iter().zip(self.signs.iter()).zip(values.iter()) {
            if let Some(place) = moved.get_mut(*source as usize) {
                *place = sign * value;
            }
        }
        *values = moved;
    }
}

/// A number below a bound, each as likely as another: draws beyond the last whole multiple are thrown away.
fn below(stream: &mut ChaCha20Rng, bound: u32) -> u32 {
    let rest = (u32::MAX % bound + 1) % bound;
    loop {
        let drawn = stream.next_u32();
        if drawn <= u32::MAX - rest {
            return drawn % bound;
        }
    }
}

/// The normalised Walsh-Hadamard transform in place; the length is a power of two.
fn walsh_hadamard(values: &mut [f64]) {
    let mut half = 1;
    while half < values.len() {
        for block in values.chunks_exact_mut(2 * half) {
            let (left, right) = block.split_at_mut(half);
            for (a, b) in left.iter_mut().zip(right) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
    let scale = 1.0 / (values.len() as f64).sqrt();
    values.iter_mut().for_each(|value| *value *= scale);
}

/// In 64 bits, so that renewals do not add up their rounding, and as long as a power of two.
fn widened(vector: &[f32]) -> Zeroizing<Vec<f64>> {
    let mut values = Zeroizing::new(vec![0.0; vector.len().next_power_of_two()]);
    values.iter_mut().zip(vector).for_each(|(wide, value)| *wide = f64::from(*value));
    values
}

fn narrowed(values: &[f64], length: usize) -> Zeroizing<Vec<f32>> {
    Zeroizing::new(values.iter().take(length).map(|value| *value as f32).collect())
}
