//! Whether a challenge was answered: frames are assigned to prompts by when their hashes arrived, and each movement must be
//! found in its own window, relative to the person's own centre, held for its time, and no other movement beside it.

use std::{collections::HashSet, ops::Range};

use jiff::{SignedDuration, Timestamp};

use super::{
    ceremony::Transcript,
    challenge::{Action, LivenessChallenge, Prompt},
    examination::Seen,
    observation::{FrameObservation, ObservedFace},
    policy::VerificationPolicy,
    pose::{self, Stance, median},
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
    /// A movement was not found in its window.
    NotReached,
    /// A movement was made, and not held for its time.
    NotHeld,
    /// Another movement was made instead of, or beside, the one asked for.
    WrongMovement,
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
    /// For each movement, the faces that make it while it is held.
    pub movements: Vec<(Action, Vec<Placed<'a>>)>,
}

impl<'a> Answered<'a> {
    /// The same by some of the frames alone.
    pub fn in_frames(&self, places: &[(Action, Vec<usize>)]) -> Self {
        let mut movements = self.movements.clone();
        for ((_, faces), (_, places)) in movements.iter_mut().zip(places) {
            faces.retain(|placed| places.contains(&placed.place));
        }
        Self { centre: self.centre, movements }
    }
}

/// A face that was looked at, alone in its frame, and when the frame's hash arrived.
#[derive(Clone, Copy)]
struct Arrived<'a> {
    placed: Placed<'a>,
    stance: Stance,
    at: Timestamp,
}

/// The faces whose hashes arrived while a prompt was shown.
struct Window<'a> {
    prompt: Prompt,
    revealed: Timestamp,
    faces: Vec<Arrived<'a>>,
}

/// The places of the frames that were committed after one moment and not after another.
fn places_between(transcript: &Transcript, after: Timestamp, until: Timestamp) -> Range<usize> {
    let up_to = |limit| transcript.committed.iter().take_while(|commitment| commitment.at <= limit).count();
    up_to(after)..up_to(until)
}

/// The places of the frames in which the person looked straight ahead, whatever becomes of the rest: those of the first
/// `centre`, and those from the moment at which they were seen back at the last.
pub fn at_the_centres(transcript: &Transcript) -> [Range<usize>; 2] {
    let never = Timestamp::MAX;
    let first = transcript.revealed_at.first().copied().unwrap_or(never);
    let second = transcript.revealed_at.get(1).copied().unwrap_or(never);
    let back = transcript.seen_done_at.last().copied().unwrap_or(never);
    let finished = transcript.finished_at.unwrap_or(never);
    [places_between(transcript, first, second), places_between(transcript, back, finished)]
}

/// From which place on frames were committed after the first prompt was revealed: nobody was asked for any before it, so
/// those could be pictures prepared at leisure.
pub fn since_the_first_prompt(transcript: &Transcript) -> usize {
    let begin = transcript.revealed_at.first().copied().unwrap_or(Timestamp::MAX);
    transcript.committed.iter().take_while(|commitment| commitment.at <= begin).count()
}

/// Holds the frames against the challenge. `compared` are the places of the frames at the first `centre` that will be
/// compared: the person's own centre is theirs, since of other frames nobody asks whom they show.
pub fn judge<'a>(
    challenge: &LivenessChallenge,
    transcript: &Transcript,
    frames: &'a Seen,
    compared: &[usize],
    policy: &VerificationPolicy,
) -> Result<Answered<'a>, Unanswered> {
    are_as_committed(challenge, transcript, frames, policy)?;
    let windows = windows(challenge, transcript, frames, policy)?;
    let (first, rest) = windows.split_first().ok_or(Unanswered::Window)?;
    let own = || first.faces.iter().filter(|arrived| compared.contains(&arrived.placed.place));
    let stances: Vec<Stance> = own().map(|arrived| arrived.stance).collect();
    let middle = median(&stances).ok_or(Unanswered::NoCentre)?;
    let off = |arrived: &&Arrived<'_>| arrived.stance.angle_to(middle);
    let centre = own().min_by(|a, b| off(a).total_cmp(&off(b))).ok_or(Unanswered::NoCentre)?;
    let mut movements = Vec::with_capacity(rest.len());
    let mut asked = vec![Action::Centre];
    for window in rest {
        let faces = held(window, &asked, middle, policy)?;
        movements.push((window.prompt.action, faces));
        asked.retain(|action| action.is_distance() && !returns_from(window.prompt.action));
        asked.push(window.prompt.action);
    }
    // The last of them is the way back to the centre.
    movements.pop();
    Ok(Answered { centre: centre.placed.face, movements })
}

/// Whether an action ends what distance was asked for before: whoever came nearer may stay so while they turn.
fn returns_from(action: Action) -> bool {
    !action.is_turn()
}

/// Enough frames, each with its own hash. That the hashes are those committed was proven when the capture was opened.
fn are_as_committed(
    challenge: &LivenessChallenge,
    transcript: &Transcript,
    frames: &Seen,
    policy: &VerificationPolicy,
) -> Result<(), Unanswered> {
    let distinct: HashSet<_> = transcript.committed.iter().map(|commitment| &commitment.hash).collect();
    let are_all = frames.len() == transcript.committed.len() && distinct.len() == frames.len();
    let movements = challenge.way().movements();
    let fewest = policy.frames_at_centres + policy.frames_a_movement * movements;
    if are_all && frames.len() >= fewest { Ok(()) } else { Err(Unanswered::Frames) }
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
    for ((prompt, revealed), end) in challenge.prompts().zip(transcript.revealed_at.iter().copied()).zip(ends)
    {
        if end < revealed || end.duration_since(revealed) > policy.window {
            return Err(Unanswered::Window);
        }
        // A hash that arrives in the very moment of a reveal was sent before it.
        let places = places_between(transcript, revealed, end);
        let faces = places.filter_map(|place| {
            let at = transcript.committed.get(place)?.at;
            arrived(place, frames.get(place)?.as_ref()?, at)
        });
        windows.push(Window { prompt, revealed, faces: faces.collect() });
    }
    Ok(windows)
}

/// The face of a frame, where it is the only one.
fn arrived(place: usize, frame: &FrameObservation, at: Timestamp) -> Option<Arrived<'_>> {
    let face = frame.face.as_ref().filter(|_| frame.faces == 1)?;
    let stance = Stance { pose: face.pose, size: pose::size(&face.mesh, frame.size.1 as f32) };
    Some(Arrived { placed: Placed { place, face }, stance, at })
}

/// The faces that make a window's movement for as long as it is to be held. Frames that still show what was asked for
/// before are the head on its way; frames that come sooner than anyone can react answer nothing.
fn held<'a>(
    window: &Window<'a>,
    asked: &[Action],
    centre: Stance,
    policy: &VerificationPolicy,
) -> Result<Vec<Placed<'a>>, Unanswered> {
    let (action, bounds) = (window.prompt.action, policy.movement);
    let enough = if action == Action::Centre { policy.back } else { 1.0 };
    let mut longest = Run::default();
    let mut run = Run::default();
    let mut stray = 0;
    for arrived in &window.faces {
        let movement = arrived.stance.from_centre(centre);
        let share = movement.share_of(action, bounds);
        if share >= enough {
            let could_react = arrived.at.duration_since(window.revealed) >= policy.reaction;
            run.0.extend(could_react.then_some(*arrived));
            continue;
        }
        if share < enough * policy.undone {
            longest = longest.or_longer(std::mem::take(&mut run));
        }
        let shown = movement.action(bounds);
        stray += usize::from(shown.is_some_and(|shown| shown != action && !asked.contains(&shown)));
    }
    let longest = longest.or_longer(run);
    let is_held = longest.0.len() >= policy.frames_a_movement
        && longest.length() + policy.hold_slack >= window.prompt.hold.duration();
    match () {
        () if stray > policy.stray_movements => Err(Unanswered::WrongMovement),
        () if longest.0.is_empty() => Err(Unanswered::NotReached),
        () if !is_held => Err(Unanswered::NotHeld),
        () => Ok(longest.0.into_iter().map(|arrived| arrived.placed).collect()),
    }
}

/// Frames in a row that show a movement, and none between them that shows it undone.
#[derive(Default)]
struct Run<'a>(Vec<Arrived<'a>>);

impl Run<'_> {
    fn length(&self) -> SignedDuration {
        match (self.0.first(), self.0.last()) {
            (Some(first), Some(last)) => last.at.duration_since(first.at),
            _ => SignedDuration::ZERO,
        }
    }

    fn or_longer(self, other: Self) -> Self {
        let is_longer = (other.length(), other.0.len()) > (self.length(), self.0.len());
        if is_longer { other } else { self }
    }
}
