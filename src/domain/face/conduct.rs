//! The first stage of a verdict: what poses alone can tell. Is the picture good enough, was the challenge answered, and has
//! the head depth? Whatever fails here never costs an attack model or an embedding.

use super::{
    ceremony::Transcript,
    challenge::{Action, LivenessChallenge},
    examination::{Seen, Worth, WorthyFace, spread},
    face_map::FaceMap,
    planarity,
    policy::VerificationPolicy,
    quality,
    turns::{self, Answered, Placed},
    verification::{Cause, Rejection},
};

/// What the first stage of a verdict depends on.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// What was asked.
    pub challenge: &'a LivenessChallenge,
    /// When it was asked and when the frames were committed.
    pub transcript: &'a Transcript,
    /// What was seen, in the order of the capture.
    pub seen: &'a Seen,
}

/// A capture that poses alone do not refute.
pub struct Conduct<'a> {
    seen: &'a Seen,
    frontal: Vec<usize>,
    turned: Vec<(Action, Vec<usize>)>,
}

/// Judges a capture by its poses.
pub fn judge<'a>(case: Case<'a>, policy: &VerificationPolicy) -> Result<Conduct<'a>, Rejection> {
    let since = turns::since_the_first_prompt(case.transcript);
    let at_centre = turns::at_centre(case.transcript);
    let mut frontal = quality::judge(case.seen, since, at_centre, policy).map_err(Rejection::Quality)?;
    frontal.truncate(policy.compared_frames);
    let answered = turns::judge(case.challenge, case.transcript, case.seen, policy)
        .map_err(|why| Rejection::NotVerified(why.into()))?;
    is_solid(&answered, policy)?;
    let turned = answered
        .turns
        .iter()
        .map(|(action, faces)| (*action, spread(&embeddable(faces, policy), policy.turned_frames).collect()))
        .collect();
    Ok(Conduct { seen: case.seen, frontal, turned })
}

impl Conduct<'_> {
    /// The places of the frontal frames that are to be compared, the sharpest first.
    pub(super) fn frontal(&self) -> &[usize] {
        &self.frontal
    }

    /// For each turn, the places of the frames that are to show who made it.
    pub(super) fn turned(&self) -> &[(Action, Vec<usize>)] {
        &self.turned
    }

    /// The 3D face map of the frames that are compared; `None` where their meshes make none.
    pub(super) fn map(&self) -> Option<FaceMap> {
        let turned = self.turned.iter().flat_map(|(_, places)| places);
        let face = |place: &usize| self.seen.get(*place)?.as_ref()?.face.as_ref();
        let mut faces = self.frontal.iter().chain(turned).filter_map(face);
        FaceMap::fuse(faces.next()?, faces)
    }

    /// The faces that the second stage asks about, in the order of the capture, none of them twice.
    pub fn worth_a_closer_look(&self) -> Vec<WorthyFace> {
        let turned = self.turned.iter().flat_map(|(_, places)| places);
        let mut worth: Vec<(usize, Worth)> = turned.map(|place| (*place, Worth::Embedding)).collect();
        worth.retain(|(place, _)| !self.frontal.contains(place));
        worth.extend(self.frontal.iter().map(|place| (*place, Worth::Everything)));
        worth.sort_unstable_by_key(|(place, _)| *place);
        worth.dedup_by_key(|(place, _)| *place);
        let face = |place: usize| self.seen.get(place)?.as_ref()?.face.as_ref();
        worth
            .into_iter()
            .filter_map(|(place, worth)| Some(WorthyFace::new(place, face(place)?, worth)))
            .collect()
    }
}

/// The frames of a turn that an embedding can be made of.
fn embeddable(faces: &[Placed<'_>], policy: &VerificationPolicy) -> Vec<usize> {
    let is_sure = |placed: &&Placed<'_>| {
        let face = placed.face;
        face.confidence >= policy.frontal.confidence
            && face.presence >= policy.frontal.presence
            && face.pose.is_frontal(policy.widest_turn)
    };
    faces.iter().filter(is_sure).map(|placed| placed.place).collect()
}

/// In every turn, the view that is furthest from a flat picture must be further than one can be.
fn is_solid(answered: &Answered<'_>, policy: &VerificationPolicy) -> Result<(), Rejection> {
    let is_solid = answered.turns.iter().all(|(action, faces)| {
        let least = match action {
            Action::LookUp | Action::LookDown => policy.solid_nod,
            Action::TurnLeft | Action::TurnRight | Action::Centre => policy.solid_aside,
        };
        let mut depths = faces.iter().filter_map(|placed| planarity::residual(answered.centre, placed.face));
        depths.any(|depth| depth >= least)
    });
    if is_solid { Ok(()) } else { Err(Rejection::NotVerified(Cause::Planar)) }
}
