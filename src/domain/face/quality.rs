//! Whether a capture is good enough to be judged at all, and if not, how the person may do better. It says nothing about
//! whose face it is.

use serde::{Deserialize, Serialize};

use super::{
    observation::{FrameObservation, LiveScore, ObservedFace},
    policy::{FrontalGates, VerificationPolicy},
    template::Embedding,
};

/// How a person may take a better picture. The names are those of the capture protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Have the whole face in the picture.
    NoFace,
    /// Be alone in it.
    SeveralFaces,
    /// Find more light.
    Dark,
    /// Find less light.
    Bright,
    /// Come closer.
    TooFar,
    /// Move back.
    TooNear,
    /// Look into the camera while no turn is asked for.
    OffCentre,
    /// Hold still.
    HoldStill,
}

impl Advice {
    /// The name the capture protocol gives it.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoFace => "no_face",
            Self::SeveralFaces => "several_faces",
            Self::Dark => "dark",
            Self::Bright => "bright",
            Self::TooFar => "too_far",
            Self::TooNear => "too_near",
            Self::OffCentre => "off_centre",
            Self::HoldStill => "hold_still",
        }
    }

    /// Reads a name back.
    pub fn parse(code: &str) -> Option<Self> {
        let all = [
            Self::NoFace,
            Self::SeveralFaces,
            Self::Dark,
            Self::Bright,
            Self::TooFar,
            Self::TooNear,
            Self::OffCentre,
            Self::HoldStill,
        ];
        all.into_iter().find(|advice| advice.code() == code)
    }
}

/// A frontal frame that may be compared.
#[derive(Clone, Copy)]
pub struct GoodFrame<'a> {
    /// The passive models' score.
    pub live: LiveScore,
    /// The face as a vector.
    pub embedding: &'a Embedding,
}

/// The good frontal frames, or how to get them. `at_centre` are the frames in which the person was asked to look straight
/// ahead: what is wrong with those is what the person is told.
pub fn judge<'a>(
    frames: &'a [FrameObservation],
    at_centre: impl Iterator<Item = &'a FrameObservation>,
    policy: &VerificationPolicy,
) -> Result<Vec<GoodFrame<'a>>, Vec<Advice>> {
    let beyond = |count: usize, share: f32| count as f32 > (frames.len() as f32 * share).max(1.0);
    if beyond(frames.iter().filter(|frame| frame.faces > 1).count(), policy.with_several) {
        return Err(vec![Advice::SeveralFaces]);
    }
    if beyond(frames.iter().filter(|frame| frame.face.is_none()).count(), policy.without_face) {
        let dark = at_centre.filter_map(|frame| frame.face.as_ref()).any(|face| is_dark(face, policy));
        return Err(if dark { vec![Advice::NoFace, Advice::Dark] } else { vec![Advice::NoFace] });
    }
    let good: Vec<GoodFrame<'a>> = frames.iter().filter_map(|frame| good(frame, &policy.frontal)).collect();
    if good.len() >= policy.frontal_frames {
        return Ok(good);
    }
    Err(most_frequent(at_centre.flat_map(|frame| shortcomings(frame, &policy.frontal))))
}

fn is_dark(face: &ObservedFace, policy: &VerificationPolicy) -> bool {
    face.quality.exposure < policy.frontal.exposure.0
}

/// A frame that passes every gate and on which all models were run.
fn good<'a>(frame: &'a FrameObservation, gates: &FrontalGates) -> Option<GoodFrame<'a>> {
    let face = frame.face.as_ref()?;
    shortcomings(frame, gates)
        .is_empty()
        .then_some(GoodFrame { live: face.live?, embedding: face.embedding.as_ref()? })
}

/// Everything that keeps a frame from being good.
fn shortcomings(frame: &FrameObservation, gates: &FrontalGates) -> Vec<Advice> {
    let Some(face) = &frame.face else { return vec![Advice::NoFace] };
    let (_, height) = frame.size;
    let (dark, bright) = gates.exposure;
    let blurred = face.quality.sharpness < gates.sharpness
        || face.embedding.as_ref().is_some_and(|embedding| embedding.norm() < gates.norm);
    let uncertain = face.confidence < gates.confidence || face.presence < gates.presence;
    let checks = [
        (frame.faces > 1, Advice::SeveralFaces),
        (uncertain, Advice::NoFace),
        (face.quality.exposure < dark, Advice::Dark),
        (face.quality.exposure > bright, Advice::Bright),
        (face.quality.eye_distance < gates.eye_distance, Advice::TooFar),
        (face.bounds.height > gates.height * height as f32, Advice::TooNear),
        (!face.pose.is_frontal(gates.pose), Advice::OffCentre),
        (blurred, Advice::HoldStill),
    ];
    checks.into_iter().filter_map(|(fails, advice)| fails.then_some(advice)).collect()
}

/// The advice that would have helped most frames, the most frequent first, three pieces at most.
fn most_frequent(all: impl Iterator<Item = Advice>) -> Vec<Advice> {
    let mut counted: Vec<(Advice, usize)> = Vec::new();
    for advice in all {
        match counted.iter_mut().find(|(known, _)| *known == advice) {
            Some((_, count)) => *count += 1,
            None => counted.push((advice, 1)),
        }
    }
    counted.sort_by_key(|(advice, count)| (std::cmp::Reverse(*count), *advice));
    let mut advice: Vec<Advice> = counted.into_iter().map(|(advice, _)| advice).take(3).collect();
    if advice.is_empty() {
        advice.push(Advice::HoldStill);
    }
    advice
}
