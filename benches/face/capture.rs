//! A capture as the page would commit it, played by a sample actor, and its verdict.

use std::sync::Arc;

use facestep::{
    domain::{
        face::{
            capture::{CaptureNonce, EncodedFrame},
            ceremony::{Commitment, Transcript},
            challenge::{Action, LivenessChallenge},
            conduct::{self, Case},
            examination::{Seen, WorthyFace, frames_to_observe},
            policy::VerificationPolicy,
            renewal::{FaceReference, ProtectedReference, TransformKey},
            verification::{Identity, Reference, Verdict, verify},
            way::Way,
        },
        id::{CeremonyId, RunId},
    },
    ports::face::FaceAnalyzer,
};
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use crate::{Failure, project};

/// Frames that the page commits in a second.
const A_SECOND: i64 = 4;
/// Frames at the centre before the first turn.
const AT_CENTRE: usize = 8;
/// Frames until a turn is done: one still as before, two on the way.
const ON_THE_WAY: usize = 3;
/// Frames in which a turn is held.
const HELD: usize = 6;

/// A capture: what was asked, what was committed when, and the frames.
pub struct Capture {
    pub ceremony: CeremonyId,
    pub nonce: CaptureNonce,
    pub challenge: LivenessChallenge,
    pub transcript: Transcript,
    pub frames: Arc<[EncodedFrame]>,
}

/// What a verdict looked at.
pub struct Looked {
    pub passed: bool,
    /// Frames that were decoded, detected and meshed.
    pub observed: usize,
    /// Faces that the costly models saw.
    pub closer: Vec<WorthyFace>,
}

impl Capture {
    /// A capture by an actor who does as asked. Each has frames of its own: a comment in the JPEG makes its hash another.
    pub fn play(actor: &str, serial: u8) -> Result<Self, Failure> {
        let challenge = turns_alone(serial).ok_or("no challenge")?;
        let (mut transcript, mut frames) = (Transcript::default(), Vec::new());
        let start: Timestamp = "2026-01-01T00:00:00Z".parse()?;
        // A frame's hash arrives a moment before what was seen of it.
        let at = |frame: usize| start + SignedDuration::from_millis(frame as i64 * 1_000 / A_SECOND);
        let just_before = |frame: usize| at(frame) - SignedDuration::from_millis(1);
        let before = [Action::Centre].into_iter().chain(challenge.prompts().map(|prompt| prompt.action));
        for (before, prompt) in before.zip(challenge.prompts()) {
            transcript.revealed_at.push(just_before(frames.len()));
            let is_first = transcript.revealed_at.len() == 1;
            let way = if is_first { 0 } else { ON_THE_WAY };
            transcript.seen_done_at.push(just_before(frames.len() + way));
            for step in 0..if is_first { AT_CENTRE } else { way + HELD } {
                let step = if is_first { ON_THE_WAY } else { step };
                let seen = frame(actor, pose(before, prompt.action, step), serial, frames.len())?;
                transcript.committed.push(Commitment { hash: seen.hash(), at: at(frames.len()) });
                frames.push(seen);
            }
        }
        transcript.finished_at = Some(at(frames.len()));
        let (ceremony, nonce) =
            (CeremonyId::from_random([serial; 16]), CaptureNonce::from_random([serial; 32]));
        Ok(Self { ceremony, nonce, challenge, transcript, frames: frames.into() })
    }

    /// The same capture in which no frame shows a face.
    pub fn without_a_face(serial: u8) -> Result<Self, Failure> {
        let mut capture = Self::play("collins", serial)?;
        let empty = std::fs::read(project().join("tests/fixtures/faces/no_face.jpg"))?;
        capture.frames = (0..capture.frames.len()).map(|place| numbered(&empty, serial, place)).collect();
        for (commitment, frame) in capture.transcript.committed.iter_mut().zip(capture.frames.iter()) {
            commitment.hash = frame.hash();
        }
        Ok(capture)
    }

    fn case<'a>(&'a self, seen: &'a Seen) -> Case<'a> {
        Case { challenge: &self.challenge, transcript: &self.transcript, seen }
    }

    /// The verdict, as the upload's flow comes to it.
    pub async fn judge(
        &self,
        analyzer: &dyn FaceAnalyzer,
        enrolled: &ProtectedReference,
    ) -> Result<Looked, Failure> {
        let policy = VerificationPolicy::default();
        let places = frames_to_observe(self.frames.len());
        let observed = places.len();
        let seen = analyzer.observe(self.frames.clone(), places).await?;
        let Ok(conduct) = conduct::judge(self.case(&seen), &policy) else {
            return Ok(Looked { passed: false, observed, closer: Vec::new() });
        };
        let closer = conduct.worth_a_closer_look();
        let looks = analyzer.look_closer(self.frames.clone(), closer.clone()).await?;
        let (run, model) = (RunId::from_random([1; 16]), analyzer.model());
        let identity = Identity { run: &run, looks, model: &model, reference: Reference::Enrolled(enrolled) };
        let verdict = verify(&conduct, &identity, &policy);
        Ok(Looked { passed: matches!(verdict, Verdict::Passed(_)), observed, closer })
    }
}

/// What an actor's enrolment would keep.
pub async fn enrolled(analyzer: &dyn FaceAnalyzer) -> Result<ProtectedReference, Failure> {
    let template = analyzer.embed_portrait(frame("collins", "front", 0, 0)?).await?;
    let key = TransformKey::new(Zeroizing::new([3; 32]));
    Ok(ProtectedReference::protect(&FaceReference { template, map: None }, key))
}

/// One frame of an actor.
pub fn frame(actor: &str, pose: &str, serial: u8, place: usize) -> Result<EncodedFrame, Failure> {
    let file = project().join(format!("tests/fixtures/actors/{actor}/{pose}.jpg"));
    Ok(numbered(&std::fs::read(file)?, serial, place))
}

/// A JPEG with a comment that makes its hash its own (ITU-T T.81 §B.2.4.5).
fn numbered(jpeg: &[u8], serial: u8, place: usize) -> EncodedFrame {
    let (start, rest) = jpeg.split_at(2.min(jpeg.len()));
    EncodedFrame::new([start, &[0xff, 0xfe, 0, 4, serial, place as u8], rest].concat())
}

/// A challenge of turns alone: the actors have no frames nearer or farther.
fn turns_alone(serial: u8) -> Option<LivenessChallenge> {
    let challenge = |seed: u8| {
        LivenessChallenge::draw(Way::Turns, &[0, 1, 2, 3, 4, 5, 6, 7].map(|n: u8| n.wrapping_mul(37) ^ seed))
    };
    let is_of_turns =
        |challenge: &LivenessChallenge| challenge.prompts().all(|prompt| !prompt.action.is_distance());
    (0..=255).map(|n: u8| n.wrapping_add(serial)).filter_map(challenge).find(is_of_turns)
}

/// What an actor shows: a quarter of a second still as before, half a second on the way, then the movement.
fn pose(before: Action, asked: Action, step: usize) -> &'static str {
    match (asked, step) {
        (_, 0) => turned(before).1,
        (Action::Centre, 1..ON_THE_WAY) => turned(before).0,
        (_, 1..ON_THE_WAY) => turned(asked).0,
        _ => turned(asked).1,
    }
}

/// A turn half done, and done.
fn turned(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::TurnLeft => ("yaw_+20", "yaw_+40"),
        Action::TurnRight => ("yaw_-20", "yaw_-40"),
        Action::LookUp => ("pitch_-10", "pitch_-20"),
        Action::LookDown => ("pitch_+10", "pitch_+20"),
        Action::Centre | Action::Nearer | Action::Farther => ("front", "front"),
    }
}
