//! What the models saw in a frame. None of it can be printed or serialised.

use super::{fingerprint::Fingerprint, template::Embedding};

/// A point in pixels of the frame, x to the right and y down.
#[derive(Clone, Copy, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

/// A rectangle in pixels of the frame.
#[derive(Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// Where a head points, in degrees.
#[derive(Clone, Copy, PartialEq)]
pub struct Pose {
    /// Positive when the subject turns towards the image's right: the person's own left in an unmirrored frame.
    pub yaw: f32,
    /// Positive when the chin goes down.
    pub pitch: f32,
    /// Positive when the head leans clockwise in the image.
    pub roll: f32,
}

/// How usable a face's picture is.
#[derive(Clone, Copy, PartialEq)]
pub struct FrameQuality {
    /// Mean luma of the face, 0..255.
    pub exposure: f32,
    /// Variance of the Laplacian over the aligned face, 8-bit luma.
    pub sharpness: f32,
    /// Distance between the eyes in pixels.
    pub eye_distance: f32,
}

/// Passive presentation-attack score: the mean probability of "live" of the models, 0..1. Outside the face core it can be
/// held against a threshold and nothing else.
#[derive(Clone, Copy)]
pub struct LiveScore(f32);

impl LiveScore {
    /// Takes what the models said.
    pub fn new(probability: f32) -> Self {
        Self(probability)
    }

    /// Whether it reaches a threshold; never, where it is not a number.
    pub fn reaches(self, least: f32) -> bool {
        self.0 >= least
    }

    /// The mean of some scores; not a number for none, so that it reaches nothing.
    pub(in crate::domain::face) fn mean(scores: impl IntoIterator<Item = Self>) -> Self {
        let (sum, count) =
            scores.into_iter().fold((0.0, 0.0), |(sum, count), score| (sum + score.0, count + 1.0));
        Self(sum / count)
    }
}

/// A face that the models found in a frame.
#[derive(Clone)]
pub struct ObservedFace {
    /// The detector's box.
    pub bounds: Bounds,
    /// The detector's confidence, 0..1.
    pub confidence: f32,
    /// Right eye, left eye, nose tip, right and left mouth corner, as the subject's own sides.
    pub landmarks: [Point; 5],
    /// 478 mesh points, x and y in pixels of the frame, z in the same scale and smaller when nearer.
    pub mesh: Vec<[f32; 3]>,
    /// The mesh model's confidence that a face is there, 0..1.
    pub presence: f32,
    /// Where the head points.
    pub pose: Pose,
    /// How usable the picture is.
    pub quality: FrameQuality,
}

/// What the costly models say of a face that was observed before.
#[derive(Clone)]
pub struct CloserLook {
    /// The passive models' score, where they were asked and the face lies in the picture.
    pub live: Option<LiveScore>,
    /// The face as a vector, where it has one.
    pub embedding: Option<Embedding>,
}

/// What was seen in one frame, in the order of the capture.
#[derive(Clone)]
pub struct FrameObservation {
    /// Width and height of the frame in pixels.
    pub size: (u32, u32),
    /// How many faces the detector found.
    pub faces: usize,
    /// The largest of them.
    pub face: Option<ObservedFace>,
    /// What the picture is like, where its face was measured.
    pub fingerprint: Option<Fingerprint>,
}

/// What a small hint frame shows: enough to guide a person, nothing to judge by.
#[derive(Clone, Copy)]
pub struct Glance {
    /// How many faces the detector found.
    pub faces: usize,
    /// Mean luma of the frame, 0..255.
    pub exposure: f32,
    /// The largest face, if any.
    pub face: Option<GlancedFace>,
}

/// The face in a hint frame.
#[derive(Clone, Copy)]
pub struct GlancedFace {
    /// Height of the box as a share of the frame's height, 0..1.
    pub height: f32,
    /// How large the mesh is, as [`super::pose::size`] measures it.
    pub size: f32,
    /// Centre of the box as shares of the frame, 0..1.
    pub centre: Point,
    /// Where the head points.
    pub pose: Pose,
}
