//! The verdict: one pure function where quality, challenge, attack detection and comparison meet.
//!
//! Cheap questions come first, and the comparison last: a capture that is not live is never compared. The person is told
//! how to take a better picture and nothing else; the cause of a refusal is for the audit log, and it is a name, never a
//! number (ISO/IEC 30107-1: a score that leaks is an oracle to climb by).

use crate::domain::id::RunId;

use super::{
    ceremony::Transcript,
    challenge::{Action, LivenessChallenge},
    observation::FrameObservation,
    planarity,
    policy::VerificationPolicy,
    quality::{self, GoodFrame},
    template::{Embedding, FaceTemplate, ModelId},
    turns::{self, Answered, Unanswered},
};

pub use super::quality::Advice;

/// What a live face is compared with.
#[derive(Clone, Copy)]
pub enum Reference<'a> {
    /// The template of an enrolment: a child run.
    Enrolled(&'a FaceTemplate),
    /// The template of a document's portrait: a parent run.
    Portrait(&'a FaceTemplate),
}

/// All that a verdict depends on.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The run whose ceremony it is.
    pub run: &'a RunId,
    /// What was asked.
    pub challenge: &'a LivenessChallenge,
    /// When it was asked and when the frames were committed.
    pub transcript: &'a Transcript,
    /// What the models saw, in the order of the capture.
    pub frames: &'a [FrameObservation],
    /// The model that made the frames' embeddings.
    pub model: &'a ModelId,
    /// What the face is compared with.
    pub reference: Reference<'a>,
}

/// A ceremony's outcome.
pub enum Verdict {
    /// A live person, and the right one.
    Passed(Passed),
    /// Anything else.
    Rejected(Rejection),
}

/// Why a capture was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// It could not be judged; the person is told how to do better, and it counts apart.
    Quality(Vec<Advice>),
    /// It did not prove a live person who is the right one; nobody is told why.
    NotVerified(Cause),
}

/// Why a capture did not verify; for the audit log alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The sealed capture or its pictures could not be read.
    Unreadable,
    /// The frames are not those that were committed.
    Frames,
    /// A prompt's window was missed.
    Window,
    /// A turn was not made.
    Challenge,
    /// Another turn was made.
    WrongTurn,
    /// The turned face has no depth.
    Planar,
    /// The passive models saw a picture or a screen.
    Attack,
    /// The head that turned is not the face at the centre: someone else, or a picture for a part of the capture.
    Swapped,
    /// It is another face.
    Mismatch,
    /// The reference was made by another model than the one in use.
    OtherModel,
}

impl Cause {
    /// The stable name in the audit log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Frames => "frames",
            Self::Window => "window",
            Self::Challenge => "challenge",
            Self::WrongTurn => "wrong_turn",
            Self::Planar => "planar",
            Self::Attack => "attack",
            Self::Swapped => "swapped",
            Self::Mismatch => "mismatch",
            Self::OtherModel => "other_model",
        }
    }
}

/// Proof that a ceremony of a run was passed; only [`verify`] makes one.
pub struct Passed {
    run: RunId,
    live: FaceTemplate,
}

impl Passed {
    /// The run whose ceremony was passed.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The live face's template: what a parent run enrols.
    pub fn live_template(&self) -> &FaceTemplate {
        &self.live
    }
}

/// Judges a capture.
pub fn verify(case: Case<'_>, policy: &VerificationPolicy) -> Verdict {
    match judge(case, policy) {
        Ok(passed) => Verdict::Passed(passed),
        Err(rejection) => Verdict::Rejected(rejection),
    }
}

fn judge(case: Case<'_>, policy: &VerificationPolicy) -> Result<Passed, Rejection> {
    let good = quality::judge(case.frames, turns::at_centre(case.transcript, case.frames), policy)
        .map_err(Rejection::Quality)?;
    let answered = turns::judge(case.challenge, case.transcript, case.frames, policy)
        .map_err(|why| Rejection::NotVerified(why.into()))?;
    is_solid(&answered, policy)?;
    is_live(&good, policy)?;
    let live = FaceTemplate::mean_of(case.model.clone(), good.iter().map(|frame| frame.embedding))
        .map_err(|_| Rejection::NotVerified(Cause::Unreadable))?;
    is_one_person(&live, &answered, policy)?;
    is_same_person(&live, case.reference, policy)?;
    Ok(Passed { run: case.run.clone(), live })
}

/// In every turn, the view that is furthest from a flat picture must be further than one can be.
fn is_solid(answered: &Answered<'_>, policy: &VerificationPolicy) -> Result<(), Rejection> {
    let is_solid = answered.turns.iter().all(|(action, faces)| {
        let least = match action {
            Action::LookUp | Action::LookDown => policy.solid_nod,
            Action::TurnLeft | Action::TurnRight | Action::Centre => policy.solid_aside,
        };
        faces.iter().filter_map(|face| planarity::residual(answered.centre, face)).any(|depth| depth >= least)
    });
    if is_solid { Ok(()) } else { Err(Rejection::NotVerified(Cause::Planar)) }
}

/// The mean of the passive scores over the good frontal frames.
fn is_live(good: &[GoodFrame<'_>], policy: &VerificationPolicy) -> Result<(), Rejection> {
    let mean = good.iter().map(|frame| frame.live.0).sum::<f32>() / good.len() as f32;
    if mean >= policy.live { Ok(()) } else { Err(Rejection::NotVerified(Cause::Attack)) }
}

/// In every turn the head is that of the face at the centre. Otherwise someone could hold up a picture of the enrolled
/// person while `centre` is asked for, and turn a head of their own.
fn is_one_person(
    live: &FaceTemplate,
    answered: &Answered<'_>,
    policy: &VerificationPolicy,
) -> Result<(), Rejection> {
    let is_the_same = |embedding: &Embedding| {
        let turned = FaceTemplate::mean_of(live.model().clone(), [embedding]).ok();
        turned
            .and_then(|turned| live.compare(&turned))
            .is_some_and(|alike| alike.reaches(policy.same_throughout))
    };
    let is_one = answered.turns.iter().all(|(_, faces)| {
        let mut embedded = faces.iter().filter_map(|face| face.embedding.as_ref()).peekable();
        embedded.peek().is_some() && embedded.all(is_the_same)
    });
    if is_one { Ok(()) } else { Err(Rejection::NotVerified(Cause::Swapped)) }
}

/// The comparison, one to one.
fn is_same_person(
    live: &FaceTemplate,
    reference: Reference<'_>,
    policy: &VerificationPolicy,
) -> Result<(), Rejection> {
    let (template, least) = match reference {
        Reference::Enrolled(template) => (template, policy.match_template),
        Reference::Portrait(template) => (template, policy.match_portrait),
    };
    let similarity = live.compare(template).ok_or(Rejection::NotVerified(Cause::OtherModel))?;
    if similarity.reaches(least) { Ok(()) } else { Err(Rejection::NotVerified(Cause::Mismatch)) }
}

impl From<Unanswered> for Cause {
    fn from(why: Unanswered) -> Self {
        match why {
            Unanswered::Frames => Self::Frames,
            Unanswered::Window => Self::Window,
            Unanswered::NoCentre | Unanswered::NotReached => Self::Challenge,
            Unanswered::WrongTurn => Self::WrongTurn,
        }
    }
}

/// A proof out of nothing, for the tests of what a proof opens.
#[cfg(test)]
pub fn passed_for_tests(run: RunId) -> Passed {
    let live = FaceTemplate::mean_of(ModelId("model".into()), [&super::sample::embedding(1, 1.0)]);
    Passed { run, live: live.unwrap() }
}

#[cfg(test)]
mod tests;
