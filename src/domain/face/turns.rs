//! Whether a challenge was answered: frames are assigned to prompts by when their hashes arrived, and each turn must be
//! found in its own window, relative to the person's own centre, and no other turn beside it.

use std::{collections::HashSet, ops::Range};

use jiff::Timestamp;

use super::{
    ceremony::Transcript,
    challenge::{Action, LivenessChallenge},
    examination::Seen,
    observation::{FrameObservation, ObservedFace, Pose},
    policy::VerificationPolicy,
    pose::median,
};

/// Why a challenge counts as not answered; for the audit log alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// The frames are not those that were committed, or too few, or one came twice.
    Frames,
    /// A prompt was not revealed or answered in its time.
    Window,
    /// The face was not seen at the centre, so that nothing can be relative to it.
    NoCentre,
    /// A turn was not found in its window.
    NotReached,
    /// Another turn was made instead of, or beside, the one asked for.
    WrongTurn,
}

/// A face with the place of its frame in the capture.
#[derive(Clone, Copy)]
pub struct Placed<'a> {
    /// The frame's place.
    pub place: usize,
    /// The face.
    pub face: &'a ObservedFace,
}

/// The faces by which a challenge was found answered.
pub struct Answered<'a> {
    /// The face that is nearest to the person's own centre.
    pub centre: &'a ObservedFace,
    /// For each turn, the faces that make it.
    pub turns: Vec<(Action, Vec<Placed<'a>>)>,
}

/// A frame that was looked at, its place in the capture, and when its hash arrived.
struct Arrived<'a> {
    place: usize,
    frame: &'a FrameObservation,
    at: Timestamp,
}

impl<'a> Arrived<'a> {
    /// The face, where it is the only one.
    fn face(&self) -> Option<&'a ObservedFace> {
        self.frame.face.as_ref().filter(|_| self.frame.faces == 1)
    }
}

/// The frames whose hashes arrived while a prompt was shown.
struct Window<'a> {
    action: Action,
    revealed: Timestamp,
    frames: Vec<Arrived<'a>>,
}

/// The places of the frames that were committed while `centre` was shown, whatever becomes of the rest.
pub fn at_centre(transcript: &Transcript) -> Range<usize> {
    let begin = transcript.revealed_at.first().copied().unwrap_or(Timestamp::MAX);
    let end = transcript.revealed_at.get(1).copied().unwrap_or(Timestamp::MAX);
    let before =
        |limit: Timestamp| transcript.committed.iter().take_while(|commitment| commitment.at < limit).count();
    before(begin)..before(end)
}

/// From which place on frames were committed after the first prompt was revealed: nobody was asked for any before it, so
/// those could be pictures prepared at leisure.
pub fn since_the_first_prompt(transcript: &Transcript) -> usize {
    let begin = transcript.revealed_at.first().copied().unwrap_or(Timestamp::MAX);
    transcript.committed.iter().take_while(|commitment| commitment.at <= begin).count()
}

/// Holds the frames against the challenge.
pub fn judge<'a>(
    challenge: &LivenessChallenge,
    transcript: &Transcript,
    frames: &'a Seen,
    policy: &VerificationPolicy,
) -> Result<Answered<'a>, Unanswered> {
    are_as_committed(transcript, frames, policy)?;
    let windows = windows(challenge, transcript, frames, policy)?;
    let (first, turns) = windows.split_first().ok_or(Unanswered::Window)?;
    let faces: Vec<&ObservedFace> = first.frames.iter().filter_map(Arrived::face).collect();
    let poses: Vec<Pose> = faces.iter().map(|face| face.pose).collect();
    let middle = median(&poses).ok_or(Unanswered::NoCentre)?;
    let off = |face: &&&ObservedFace| (face.pose.yaw - middle.yaw).hypot(face.pose.pitch - middle.pitch);
    let centre = *faces.iter().min_by(|a, b| off(a).total_cmp(&off(b))).ok_or(Unanswered::NoCentre)?;
    let mut answered = Answered { centre, turns: Vec::new() };
    let mut before = Action::Centre;
    for window in turns {
        let reached = reached(window, before, middle, policy)?;
        answered.turns.push((window.action, reached));
        before = window.action;
    }
    Ok(answered)
}

/// Enough frames, each with its own hash. That the hashes are those committed was proven when the capture was opened.
fn are_as_committed(
    transcript: &Transcript,
    frames: &Seen,
    policy: &VerificationPolicy,
) -> Result<(), Unanswered> {
    let distinct: HashSet<_> = transcript.committed.iter().map(|commitment| &commitment.hash).collect();
    let are_all = frames.len() == transcript.committed.len() && distinct.len() == frames.len();
    if are_all && frames.len() >= policy.fewest_frames { Ok(()) } else { Err(Unanswered::Frames) }
}

/// Assigns each frame to the prompt that was shown when its hash arrived, and holds every window against the clock.
fn windows<'a>(
    challenge: &LivenessChallenge,
    transcript: &Transcript,
    frames: &'a Seen,
    policy: &VerificationPolicy,
) -> Result<Vec<Window<'a>>, Unanswered> {
    let finished = transcript.finished_at.ok_or(Unanswered::Window)?;
    let ends = transcript.revealed_at.iter().skip(1).copied().chain([finished]);
    if transcript.revealed_at.len() != challenge.len() {
        return Err(Unanswered::Window);
    }
    let mut windows = Vec::with_capacity(challenge.len());
    for ((action, revealed), end) in challenge.prompts().zip(transcript.revealed_at.iter().copied()).zip(ends)
    {
        if end < revealed || end.duration_since(revealed) > policy.window {
            return Err(Unanswered::Window);
        }
        let looked_at = frames.iter().zip(&transcript.committed).enumerate();
        let arrived = looked_at.filter_map(|(place, (frame, commitment))| {
            // A hash that arrives in the very moment of a reveal was sent before it.
            let is_within = commitment.at > revealed && commitment.at <= end;
            Some(Arrived { place, frame: frame.as_ref().filter(|_| is_within)?, at: commitment.at })
        });
        windows.push(Window { action, revealed, frames: arrived.collect() });
    }
    Ok(windows)
}

/// The faces that make a window's turn. Frames that still show the turn before are the head on its way; frames that come
/// sooner than anyone can react answer nothing.
fn reached<'a>(
    window: &Window<'a>,
    before: Action,
    centre: Pose,
    policy: &VerificationPolicy,
) -> Result<Vec<Placed<'a>>, Unanswered> {
    let mut reached = Vec::new();
    let mut stray = 0;
    for arrived in &window.frames {
        let Some(face) = arrived.face() else { continue };
        match face.pose.from_centre(centre).action(policy.turn) {
            Some(action) if action == window.action => {
                let could_react = arrived.at.duration_since(window.revealed) >= policy.reaction;
                reached.extend(could_react.then_some(Placed { place: arrived.place, face }));
            }
            Some(action) if action != before => stray += 1,
            _ => {}
        }
    }
    if stray > policy.stray_turns {
        return Err(Unanswered::WrongTurn);
    }
    if reached.is_empty() { Err(Unanswered::NotReached) } else { Ok(reached) }
}
