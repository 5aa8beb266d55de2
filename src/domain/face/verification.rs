//! The verdict: where quality, challenge, depth, attack detection and comparison meet, as pure functions.
//!
//! It has two stages, because looks cost. [`conduct`](super::conduct) asks what poses alone can tell. What passes
//! it gets the costly models on the few frames that it names, and [`verify`] judges those, the comparison last: a capture
//! that is not live is never compared. The person is told how to take a better picture and nothing else; the cause of a
//! refusal is for the audit log, and it is a name, never a number (ISO/IEC 30107-1: a score that leaks is an oracle to
//! climb by).

use crate::domain::id::RunId;

use super::{
    challenge::Action,
    conduct::Conduct,
    examination::CloserLooks,
    face_map::FaceMap,
    observation::LiveScore,
    policy::VerificationPolicy,
    renewal::ProtectedReference,
    template::{Embedding, FaceTemplate, ModelId},
    turns::Unanswered,
};

pub use super::quality::Advice;

/// What a live face is compared with.
#[derive(Clone, Copy)]
pub enum Reference<'a> {
    /// What an enrolment keeps: a child run. It is compared under its transform.
    Enrolled(&'a ProtectedReference),
    /// The template of a document's portrait: a parent run.
    Portrait(&'a FaceTemplate),
}

/// What the second stage of a verdict depends on.
pub struct Identity<'a> {
    /// The run whose ceremony it is.
    pub run: &'a RunId,
    /// What the costly models said of the frames that the first stage named.
    pub looks: CloserLooks,
    /// The model that made the embeddings.
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
    /// The poses stood, but the pictures are too poor to compare. It is told like poor quality and counts like a failure:
    /// otherwise whoever degrades their pictures could ask, for nothing, whether the poses stand.
    Unclear(Vec<Advice>),
    /// It did not prove a live person who is the right one; nobody is told why.
    NotVerified(Cause),
}

/// Why a capture did not verify; for the audit log alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The sealed capture or its pictures could not be read.
    Unreadable,
    /// The device key's signature is not of this capture.
    Tampered,
    /// The frames are not those that were committed.
    Frames,
    /// A prompt's window was missed.
    Window,
    /// A movement was not made.
    Challenge,
    /// A movement was not held for its time.
    NotHeld,
    /// Another movement was made.
    WrongMovement,
    /// The face that moved has no depth.
    Planar,
    /// The passive models saw a picture or a screen.
    Attack,
    /// The head that moved is not the face at the centre: someone else, or a picture for a part of the capture.
    Swapped,
    /// It is another face.
    Mismatch,
    /// The reference was made by another model than the one in use.
    OtherModel,
    /// Most frames are copies of those of an earlier capture.
    Replayed,
    /// Signs of injection weigh enough for the operator to refuse by them.
    Injected,
    /// The models had no room for the second stage, or failed in it.
    NotJudged,
}

impl Cause {
    /// The stable name in the audit log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Tampered => "tampered",
            Self::Frames => "frames",
            Self::Window => "window",
            Self::Challenge => "challenge",
            Self::NotHeld => "not_held",
            Self::WrongMovement => "wrong_movement",
            Self::Planar => "planar",
            Self::Attack => "attack",
            Self::Swapped => "swapped",
            Self::Mismatch => "mismatch",
            Self::OtherModel => "other_model",
            Self::Replayed => "replayed",
            Self::Injected => "injected",
            Self::NotJudged => "not_judged",
        }
    }
}

/// Proof that a ceremony of a run was passed; only [`verify`] makes one.
pub struct Passed {
    run: RunId,
    live: FaceTemplate,
    map: Option<FaceMap>,
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

    /// The live face's 3D map, where a parent run enrols it. A child run makes none: comparing maps was measured to add
    /// nothing to comparing templates.
    pub fn live_map(&self) -> Option<&FaceMap> {
        self.map.as_ref()
    }
}

/// Judges who was live in a capture whose conduct passed.
pub fn verify(conduct: &Conduct<'_>, identity: &Identity<'_>, policy: &VerificationPolicy) -> Verdict {
    match judge(conduct, identity, policy) {
        Ok(passed) => Verdict::Passed(passed),
        Err(rejection) => Verdict::Rejected(rejection),
    }
}

fn judge(
    conduct: &Conduct<'_>,
    identity: &Identity<'_>,
    policy: &VerificationPolicy,
) -> Result<Passed, Rejection> {
    let live = live_face(conduct, &identity.looks, identity.model, policy)?;
    is_same_person(&live, identity.reference, policy)?;
    let map = match identity.reference {
        Reference::Portrait(_) => conduct.map(),
        Reference::Enrolled(_) => None,
    };
    Ok(Passed { run: identity.run.clone(), live, map })
}

/// The face of the one live person who made a capture: everything but the comparison.
pub(super) fn live_face(
    conduct: &Conduct<'_>,
    looks: &CloserLooks,
    model: &ModelId,
    policy: &VerificationPolicy,
) -> Result<FaceTemplate, Rejection> {
    let good = clear_frames(conduct, looks, policy)?;
    is_live(&good, policy)?;
    is_one_person(&good, &Moved { frames: conduct.moved(), looks }, model, policy)?;
    template_of(model, good.iter().map(|frame| frame.embedding))
}

/// The frames of the movements, and what was seen in them.
struct Moved<'a> {
    frames: &'a [(Action, Vec<usize>)],
    looks: &'a CloserLooks,
}

/// A frontal frame that is compared.
struct ClearFrame<'a> {
    live: LiveScore,
    embedding: &'a Embedding,
}

/// The frontal frames whose embeddings are long enough: a short one is of a blurred or hidden face. There must be some from
/// before the movements and some from after them.
fn clear_frames<'a>(
    conduct: &Conduct<'_>,
    looks: &'a CloserLooks,
    policy: &VerificationPolicy,
) -> Result<Vec<ClearFrame<'a>>, Rejection> {
    let clear = |place: &usize| {
        let look = looks.at(*place)?;
        let frame = ClearFrame { live: look.live?, embedding: look.embedding.as_ref()? };
        (frame.embedding.norm() >= policy.frontal.norm).then_some(frame)
    };
    let [first, last] =
        conduct.frontal().each_ref().map(|places| places.iter().filter_map(clear).collect::<Vec<_>>());
    let is_at_both = !first.is_empty() && !last.is_empty();
    let all: Vec<ClearFrame<'a>> = first.into_iter().chain(last).collect();
    if is_at_both && all.len() >= policy.frontal_frames {
        Ok(all)
    } else {
        Err(Rejection::Unclear(vec![Advice::HoldStill]))
    }
}

/// The mean of the passive scores over the good frontal frames.
fn is_live(good: &[ClearFrame<'_>], policy: &VerificationPolicy) -> Result<(), Rejection> {
    let mean = LiveScore::mean(good.iter().map(|frame| frame.live));
    if mean.reaches(policy.live) { Ok(()) } else { Err(Rejection::NotVerified(Cause::Attack)) }
}

/// Every frontal frame shows the face of every other one, and every movement is made by that face. Pair by pair and not
/// against a mean: a mean of two people is like both, so that someone could hold up a picture of the enrolled person for
/// some frames and be themselves in the others.
fn is_one_person(
    good: &[ClearFrame<'_>],
    moved: &Moved<'_>,
    model: &ModelId,
    policy: &VerificationPolicy,
) -> Result<(), Rejection> {
    let alone = |embedding: &Embedding| template_of(model, [embedding]);
    let frontal: Vec<FaceTemplate> =
        good.iter().map(|frame| alone(frame.embedding)).collect::<Result<_, _>>()?;
    let is_in_all = |face: &FaceTemplate| {
        let alike =
            |other: &FaceTemplate| face.compare(other).is_some_and(|s| s.reaches(policy.same_throughout));
        frontal.iter().all(alike)
    };
    let mut is_one = frontal.iter().all(is_in_all);
    for (_, places) in moved.frames {
        let looks = places.iter().filter_map(|place| moved.looks.at(*place));
        let faces: Vec<FaceTemplate> =
            looks.filter_map(|look| look.embedding.as_ref()).map(alone).collect::<Result<_, _>>()?;
        is_one &= !faces.is_empty() && faces.iter().all(is_in_all);
    }
    if is_one { Ok(()) } else { Err(Rejection::NotVerified(Cause::Swapped)) }
}

/// The template of some embeddings of one capture.
fn template_of<'a>(
    model: &ModelId,
    embeddings: impl IntoIterator<Item = &'a Embedding>,
) -> Result<FaceTemplate, Rejection> {
    FaceTemplate::mean_of(model.clone(), embeddings).map_err(|_| Rejection::NotVerified(Cause::Unreadable))
}

/// The comparison, one to one.
fn is_same_person(
    live: &FaceTemplate,
    reference: Reference<'_>,
    policy: &VerificationPolicy,
) -> Result<(), Rejection> {
    let (similarity, least) = match reference {
        Reference::Enrolled(kept) => (kept.compare(live), policy.match_template),
        Reference::Portrait(template) => (live.compare(template), policy.match_portrait),
    };
    let similarity = similarity.ok_or(Rejection::NotVerified(Cause::OtherModel))?;
    if similarity.reaches(least) { Ok(()) } else { Err(Rejection::NotVerified(Cause::Mismatch)) }
}

impl From<Unanswered> for Cause {
    fn from(why: Unanswered) -> Self {
        match why {
            Unanswered::Frames => Self::Frames,
            Unanswered::Window => Self::Window,
            Unanswered::NoCentre | Unanswered::NotReached => Self::Challenge,
            Unanswered::NotHeld => Self::NotHeld,
            Unanswered::WrongMovement => Self::WrongMovement,
        }
    }
}

/// A proof out of nothing, for the tests of what a proof opens.
#[cfg(test)]
pub fn passed_for_tests(run: RunId) -> Passed {
    let live = FaceTemplate::mean_of(ModelId("model".into()), [&super::sample::embedding(1, 1.0)]);
    Passed { run, live: live.unwrap(), map: None }
}

#[cfg(test)]
mod tests;
