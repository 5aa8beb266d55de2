//! Which frames of a capture are looked at, and how closely: what a verdict needs and no more, since every look costs.
//!
//! Poses are read first, from frames that the challenge's windows name. What passes the cheap questions gets the costly
//! models, on two kinds of frames: the sharpest frontal ones, by which the face is judged to be live and compared; and some
//! of every turn, so that a verdict can see that one person made the whole capture, and not one the turns and another, or a
//! picture, the rest.

use super::observation::{Bounds, CloserLook, FrameObservation, ObservedFace, Point};

/// Which of the costly models a face is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Attack models and embedder.
    Everything,
    /// The embedder alone: a turned head is not what the attack models know.
    Embedding,
}

/// A face to look at more closely: where it is, and by which models.
#[derive(Clone)]
pub struct WorthyFace {
    /// The place of its frame in the capture.
    pub place: usize,
    /// By which models.
    pub worth: Worth,
    /// The detector's box.
    pub bounds: Bounds,
    /// The detector's five points.
    pub landmarks: [Point; 5],
}

impl WorthyFace {
    /// A face of a frame that was observed.
    pub fn new(place: usize, face: &ObservedFace, worth: Worth) -> Self {
        Self { place, worth, bounds: face.bounds, landmarks: face.landmarks }
    }
}

/// What was seen of a capture so far: one entry per frame, `None` for a frame that was passed over.
pub type Seen = [Option<FrameObservation>];

/// What the costly models said, with the place of each frame in the capture.
pub struct CloserLooks(Vec<(usize, CloserLook)>);

impl CloserLooks {
    /// Takes the looks with their frames' places.
    pub fn new(looks: Vec<(usize, CloserLook)>) -> Self {
        Self(looks)
    }

    /// The look at one frame.
    pub fn at(&self, place: usize) -> Option<&CloserLook> {
        self.0.iter().find(|(looked, _)| *looked == place).map(|(_, look)| look)
    }
}

/// The frames whose poses are read: every frame of the capture.
pub fn frames_to_observe(frames: usize) -> Vec<usize> {
    (0..frames).collect()
}

/// At most `most` of these, evenly spread.
pub(super) fn spread<T: Copy>(all: &[T], most: usize) -> impl Iterator<Item = T> {
    let count = most.min(all.len());
    (0..count).filter_map(move |i| all.get((2 * i + 1) * all.len() / (2 * count)).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_of_many_are_spread_over_them() {
        assert_eq!(spread(&[7, 8, 9, 10, 11, 12], 3).collect::<Vec<_>>(), [8, 10, 12]);
        assert_eq!(spread(&[7, 8], 3).collect::<Vec<_>>(), [7, 8]);
        assert_eq!(spread::<u8>(&[], 3).count(), 0);
    }
}
