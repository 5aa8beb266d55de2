//! Whether a capture is good enough to be judged at all, and if not, how the person may do better. It says nothing about
//! whose face it is.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{
    examination::Seen,
    observation::{FrameObservation, ObservedFace},
    policy::{FrontalGates, VerificationPolicy},
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

/// The places of the good frontal frames of each prompt that asked for `centre`, the sharpest first, or how to get some.
/// `centres` are the places of the frames in which the person was asked to look straight ahead: what is wrong with those is
/// what the person is told.
pub fn judge<const N: usize>(
    frames: &Seen,
    since: usize,
    centres: [Range<usize>; N],
    policy: &VerificationPolicy,
) -> Result<[Vec<usize>; N], Vec<Advice>> {
    let seen = || frames.iter().skip(since).flatten();
    let centred = |places: &Range<usize>| {
        let frames = frames.iter().enumerate().take(places.end).skip(places.start);
        frames.filter_map(|(place, frame)| Some((place, frame.as_ref()?)))
    };
    let beyond = |count: usize, share: f32| count as f32 > (seen().count() as f32 * share).max(1.0);
    if beyond(seen().filter(|frame| frame.faces > 1).count(), policy.with_several) {
        return Err(vec![Advice::SeveralFaces]);
    }
    if beyond(seen().filter(|frame| frame.face.is_none()).count(), policy.without_face) {
        let mut faces = centres.iter().flat_map(centred).filter_map(|(_, frame)| frame.face.as_ref());
        let dark = faces.any(|face| is_dark(face, policy));
        return Err(if dark { vec![Advice::NoFace, Advice::Dark] } else { vec![Advice::NoFace] });
    }
    let good = centres.each_ref().map(|places| {
        let sharpness = |(place, frame)| Some((place, sharpness_if_good(frame, &policy.frontal)?));
        let mut good: Vec<(usize, f32)> = centred(places).filter_map(sharpness).collect();
        good.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        good.into_iter().map(|(place, _)| place).collect::<Vec<usize>>()
    });
    let all: usize = good.iter().map(Vec::len).sum();
    if all < policy.frontal_frames || good.iter().any(Vec::is_empty) {
        let frames = centres.iter().flat_map(centred);
        return Err(most_frequent(frames.flat_map(|(_, frame)| shortcomings(frame, &policy.frontal))));
    }
    Ok(good)
}

fn is_dark(face: &ObservedFace, policy: &VerificationPolicy) -> bool {
    face.quality.exposure < policy.frontal.exposure.0
}

/// The sharpness of a frame that passes every gate.
fn sharpness_if_good(frame: &FrameObservation, gates: &FrontalGates) -> Option<f32> {
    shortcomings(frame, gates).is_empty().then_some(frame.face.as_ref()?.quality.sharpness)
}

/// Everything that keeps a frame from being good.
fn shortcomings(frame: &FrameObservation, gates: &FrontalGates) -> Vec<Advice> {
    let Some(face) = &frame.face else { return vec![Advice::NoFace] };
    let (_, height) = frame.size;
    let (dark, bright) = gates.exposure;
    let uncertain = face.confidence < gates.confidence || face.presence < gates.presence;
    let checks = [
        (frame.faces > 1, Advice::SeveralFaces),
        (uncertain, Advice::NoFace),
        (face.quality.exposure < dark, Advice::Dark),
        (face.quality.exposure > bright, Advice::Bright),
        (face.quality.eye_distance < gates.eye_distance, Advice::TooFar),
        (face.bounds.height > gates.height * height as f32, Advice::TooNear),
        (!face.pose.is_frontal(gates.pose), Advice::OffCentre),
        (face.quality.sharpness < gates.sharpness, Advice::HoldStill),
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
