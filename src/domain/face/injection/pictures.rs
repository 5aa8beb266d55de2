//! What the pictures of one capture show beside the face: copies, a ground without noise, a sharpness that nothing changes.

use super::Signal;
use crate::domain::face::{
    ceremony::Transcript,
    examination::Seen,
    fingerprint::{CopyBounds, Fingerprint, KeptPrint},
    observation::{FrameObservation, ObservedFace},
};

/// Seconds between two frames from which a copy is no longer a head that held still.
const APART: f64 = 2.0;
/// Share of the frames that must have such a copy, and how many at least.
const REPEATED: (f32, usize) = (0.25, 4);
/// Share of the pairs of neighbours with frozen ground, and of the ground that is frozen in each.
const FROZEN: (f32, f32) = (0.5, 0.5);
/// Fewest frames that sharpness is compared over.
const FEWEST: usize = 8;
/// Spread of the sharpness, as a share of its mean, below which it is the same everywhere.
const UNIFORM: f32 = 0.01;
/// Degrees from one frame to the next that make a head fast, and how many such frames say something.
const FAST: (f32, usize) = (8.0, 4);
/// Share of the sharpness at rest from which a fast head is not blurred.
const UNBLURRED: f32 = 0.97;

/// A frame with one measured face.
struct Shown<'a> {
    at: jiff::Timestamp,
    print: &'a Fingerprint,
    kept: KeptPrint,
    face: &'a ObservedFace,
}

/// What the pictures show.
pub(super) fn signals(transcript: &Transcript, seen: &Seen) -> Vec<Signal> {
    let arrivals = transcript.committed.iter().map(|commitment| commitment.at);
    let shown: Vec<Shown<'_>> =
        seen.iter().zip(arrivals).filter_map(|(frame, at)| shown(frame.as_ref(), at)).collect();
    let signs = [
        (repeats(&shown), Signal::RepeatedFrames),
        (is_frozen(&shown), Signal::FrozenGround),
        (is_uniform(&shown), Signal::UniformSharpness),
        (is_never_blurred(&shown), Signal::NoMotionBlur),
    ];
    signs.into_iter().filter_map(|(is_there, signal)| is_there.then_some(signal)).collect()
}

fn shown(frame: Option<&FrameObservation>, at: jiff::Timestamp) -> Option<Shown<'_>> {
    let (print, face) = (frame?.fingerprint.as_ref()?, frame?.face.as_ref()?);
    Some(Shown { at, print, kept: KeptPrint::of(print, face), face })
}

/// Whether many frames have a copy far from them in time. The bounds are tighter than between captures: the ground is
/// the same here, and a head comes near the same place again.
fn repeats(shown: &[Shown<'_>]) -> bool {
    let bounds = CopyBounds { whole: 3, face: 3, pixels: 0.375, degrees: 0.5 };
    let has_copy = |one: &&Shown<'_>| {
        let is_far = |other: &Shown<'_>| other.at.duration_since(one.at).as_secs_f64().abs() >= APART;
        shown.iter().any(|other| is_far(other) && one.kept.is_copy_of(&other.kept, &bounds))
    };
    let copies = shown.iter().filter(has_copy).count();
    let (share, least) = REPEATED;
    copies >= least && copies as f32 >= share * shown.len() as f32
}

/// Whether the ground is the same to the last bit between most neighbours.
fn is_frozen(shown: &[Shown<'_>]) -> bool {
    let (pairs, ground) = FROZEN;
    let shares: Vec<f32> = neighbours(shown).filter_map(|(a, b)| a.print.same_ground(b.print)).collect();
    let frozen = shares.iter().filter(|share| **share >= ground).count();
    shares.len() >= FEWEST && frozen as f32 >= pairs * shares.len() as f32
}

/// Whether the sharpness is the same in all frames.
fn is_uniform(shown: &[Shown<'_>]) -> bool {
    let all: Vec<f32> = shown.iter().map(|frame| frame.face.quality.sharpness).collect();
    let mean = all.iter().sum::<f32>() / all.len().max(1) as f32;
    let spread = (all.iter().map(|one| (one - mean).powi(2)).sum::<f32>() / all.len().max(1) as f32).sqrt();
    all.len() >= FEWEST && spread < UNIFORM * mean
}

/// Whether frames between which the head moved fast are as sharp as those between which it rested.
fn is_never_blurred(shown: &[Shown<'_>]) -> bool {
    let (fast, fewest) = FAST;
    let (mut moving, mut resting) = (Vec::new(), Vec::new());
    for (before, here) in neighbours(shown) {
        let moved =
            (here.face.pose.yaw - before.face.pose.yaw).hypot(here.face.pose.pitch - before.face.pose.pitch);
        let kind = if moved >= fast { &mut moving } else { &mut resting };
        kind.push(here.face.quality.sharpness);
    }
    moving.len() >= fewest && resting.len() >= fewest && median(moving) >= UNBLURRED * median(resting)
}

fn neighbours<'a, 'b>(shown: &'b [Shown<'a>]) -> impl Iterator<Item = (&'b Shown<'a>, &'b Shown<'a>)> {
    shown.iter().zip(shown.iter().skip(1))
}

fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
