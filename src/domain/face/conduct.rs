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
    walk,
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
    frontal: [Vec<usize>; 2],
    moved: Vec<(Action, Vec<usize>)>,
}

/// Judges a capture by its poses.
pub fn judge<'a>(case: Case<'a>, policy: &VerificationPolicy) -> Result<Conduct<'a>, Rejection> {
    let since = turns::since_the_first_prompt(case.transcript);
    let centres = turns::at_the_centres(case.transcript);
    let good = quality::judge(case.seen, since, centres, policy).map_err(Rejection::Quality)?;
    let frontal = compared(good, policy.compared_frames);
    let answered = turns::judge(case.challenge, case.transcript, case.seen, &frontal[0], policy)
        .map_err(|why| Rejection::NotVerified(why.into()))?;
    let moved = shown(&answered, policy);
    // Depth is asked of the very frames that show who moved: of others, another head could lend it to a picture.
    is_solid(&answered.in_frames(&moved), policy)?;
    Ok(Conduct { seen: case.seen, frontal, moved })
}

/// For each movement, the places of the frames that are to show who made it.
fn shown(answered: &Answered<'_>, policy: &VerificationPolicy) -> Vec<(Action, Vec<usize>)> {
    let places = |faces: &[Placed<'_>]| spread(&embeddable(faces, policy), policy.turned_frames).collect();
    answered.movements.iter().map(|(action, faces)| (*action, places(faces))).collect()
}

/// The frames that are compared: of each `centre` by turns the sharpest that is left, so many in all.
fn compared(good: [Vec<usize>; 2], most: usize) -> [Vec<usize>; 2] {
    let mut left = most;
    let [first, last] = good.each_ref().map(Vec::len);
    let mut take = [0, 0];
    while left > 0 && take != [first, last] {
        for (taken, there) in take.iter_mut().zip([first, last]) {
            if left > 0 && *taken < there {
                *taken += 1;
                left -= 1;
            }
        }
    }
    let [mut at_first, mut at_last] = good;
    let [from_first, from_last] = take;
    at_first.truncate(from_first);
    at_last.truncate(from_last);
    [at_first, at_last]
}

impl<'a> Conduct<'a> {
    /// The conduct of a recording that no challenge was asked of, as [`super::presentation`] found it. It has no `centre` at
    /// its beginning and none at its end, so its good frontal frames are dealt out to both.
    pub(super) fn of_recording(
        seen: &'a Seen,
        good: Vec<usize>,
        answered: &Answered<'_>,
        policy: &VerificationPolicy,
    ) -> Self {
        let mut dealt = [Vec::new(), Vec::new()];
        let [first, last] = &mut dealt;
        for (number, place) in good.into_iter().enumerate() {
            (if number % 2 == 0 { &mut *first } else { &mut *last }).push(place);
        }
        Self { seen, frontal: compared(dealt, policy.compared_frames), moved: shown(answered, policy) }
    }

    /// The places of the frontal frames that are to be compared: of the first `centre` and of the last, the sharpest first.
    pub(super) fn frontal(&self) -> &[Vec<usize>; 2] {
        &self.frontal
    }

    /// For each movement, the places of the frames that are to show who made it.
    pub(super) fn moved(&self) -> &[(Action, Vec<usize>)] {
        &self.moved
    }

    /// The 3D face map of the frames that are compared and of the turns; `None` where their meshes make none. A face that
    /// came nearer adds no view of it.
    pub(super) fn map(&self) -> Option<FaceMap> {
        let turns = self.moved.iter().filter(|(action, _)| action.is_turn()).flat_map(|(_, places)| places);
        let face = |place: &usize| self.seen.get(*place)?.as_ref()?.face.as_ref();
        let mut faces = self.frontal.iter().flatten().chain(turns).filter_map(face);
        FaceMap::fuse(faces.next()?, faces)
    }

    /// The faces that the second stage asks about, in the order of the capture, none of them twice.
    pub fn worth_a_closer_look(&self) -> Vec<WorthyFace> {
        let moved = self.moved.iter().flat_map(|(_, places)| places);
        let frontal = self.frontal.concat();
        let mut worth: Vec<(usize, Worth)> = moved.map(|place| (*place, Worth::Embedding)).collect();
        worth.retain(|(place, _)| !frontal.contains(place));
        worth.extend(frontal.iter().map(|place| (*place, Worth::Everything)));
        worth.sort_unstable_by_key(|(place, _)| *place);
        worth.dedup_by_key(|(place, _)| *place);
        let face = |place: usize| self.seen.get(place)?.as_ref()?.face.as_ref();
        worth
            .into_iter()
            .filter_map(|(place, worth)| Some(WorthyFace::new(place, face(place)?, worth)))
            .collect()
    }
}

/// The frames of a movement that an embedding can be made of.
fn embeddable(faces: &[Placed<'_>], policy: &VerificationPolicy) -> Vec<usize> {
    let is_sure = |placed: &&Placed<'_>| {
        let face = placed.face;
        face.confidence >= policy.frontal.confidence
            && face.presence >= policy.frontal.presence
            && face.pose.is_frontal(policy.widest_turn)
    };
    faces.iter().filter(is_sure).map(|placed| placed.place).collect()
}

/// In every turn, the view that is furthest from a flat picture must be further than one can be. Where distance is all that
/// was asked for, the perspective must change over the walk as a head's does: one change alone is too little to tell by.
pub(super) fn is_solid(answered: &Answered<'_>, policy: &VerificationPolicy) -> Result<(), Rejection> {
    let turns = || answered.movements.iter().filter(|(action, _)| action.is_turn());
    let is_solid = turns().all(|(action, faces)| {
        let is_nod = matches!(action, Action::LookUp | Action::LookDown);
        let least = if is_nod { policy.solid_nod } else { policy.solid_aside };
        let mut depths = faces.iter().filter_map(|placed| planarity::residual(answered.centre, placed.face));
        depths.any(|depth| depth >= least)
    });
    let walked = answered.movements.iter().any(|(action, _)| action.is_distance()) && turns().count() == 0;
    if is_solid && (!walked || is_solid_walk(answered, policy)) {
        Ok(())
    } else {
        Err(Rejection::NotVerified(Cause::Planar))
    }
}

fn is_solid_walk(answered: &Answered<'_>, policy: &VerificationPolicy) -> bool {
    let (least, most) = policy.solid_walk;
    let faces = answered.movements.iter().flat_map(|(_, faces)| faces).map(|placed| placed.face);
    walk::slope(answered.centre, faces).is_some_and(|slope| (least..=most).contains(&slope))
}
