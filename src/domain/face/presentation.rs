//! A recorded presentation, judged without the challenge that it never heard (ISO/IEC 30107-3): is it taken for a live
//! person by the passive models alone, by its geometry alone, and by the whole verdict?
//!
//! *Passive*: the mean live score of the sharpest frontal frames. *Geometry*: in every direction in which the head turned as
//! far as a challenge asks, it showed the depth of a solid head. *Verdict*: quality gates, geometry, passive models and one
//! person throughout, as a ceremony has them; what is missing is the challenge itself, its timing and the commitments, so a
//! replayed video does better here than it would there.

use super::{
    challenge::Action,
    conduct::{Conduct, is_solid},
    examination::{CloserLooks, Seen, Worth, WorthyFace},
    observation::{FrameObservation, LiveScore},
    policy::VerificationPolicy,
    pose::{Stance, median, size},
    quality,
    template::{FaceTemplate, ModelId},
    turns::{Answered, Placed},
    verification::live_face,
};

/// What is made of a presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// It is taken for a live person.
    BonaFide,
    /// It is taken for an attack, or refused for its quality.
    Attack,
    /// Nothing in it could be judged. The product refuses what it cannot judge.
    None,
}

impl Response {
    fn of(is_bona_fide: bool) -> Self {
        if is_bona_fide { Self::BonaFide } else { Self::Attack }
    }
}

/// Whom a presentation may be compared with, and how.
pub enum Enrolled {
    /// The mean of several pictures, as an enrolment has it.
    Template(FaceTemplate),
    /// One picture.
    Portrait(FaceTemplate),
}

/// What is made of a presentation by each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Responses {
    /// The passive models alone.
    pub passive: Response,
    /// The geometry alone.
    pub geometry: Response,
    /// The whole verdict, but for the comparison.
    pub verdict: Response,
    /// Whether the whole verdict accepts it as the enrolled person; `None` where there is none.
    pub matched: Option<bool>,
}

/// A presentation whose frames were observed.
pub struct Presentation<'a> {
    seen: &'a Seen,
    frontal: Vec<usize>,
    geometry: Response,
    conduct: Option<Conduct<'a>>,
}

impl<'a> Presentation<'a> {
    /// Judges poses and depth.
    pub fn observe(seen: &'a Seen, policy: &VerificationPolicy) -> Self {
        let sure = sure_faces(seen, policy);
        let answered = turns_of(&sure, policy);
        let geometry = match &answered {
            Some(answered) if !answered.movements.is_empty() => {
                Response::of(is_solid(answered, policy).is_ok())
            }
            _ => Response::None,
        };
        let good = quality::judge(seen, 0, std::array::from_fn::<_, 1, _>(|_| 0..seen.len()), policy).ok();
        let conduct = good
            .zip(answered)
            .filter(|_| geometry == Response::BonaFide)
            .map(|([good], answered)| Conduct::of_recording(seen, good, &answered, policy));
        Self { seen, frontal: sharpest_frontal(&sure, policy), geometry, conduct }
    }

    /// The faces that the costly models are asked about, none of them twice.
    pub fn worth_a_closer_look(&self) -> Vec<WorthyFace> {
        let face = |place: &usize| Some((*place, self.seen.get(*place)?.as_ref()?.face.as_ref()?));
        let frontal = self.frontal.iter().filter_map(face);
        let mut worth: Vec<WorthyFace> =
            frontal.map(|(place, face)| WorthyFace::new(place, face, Worth::Everything)).collect();
        for other in self.conduct.iter().flat_map(Conduct::worth_a_closer_look) {
            if !worth.iter().any(|known| known.place == other.place) {
                worth.push(other);
            }
        }
        worth
    }

    /// Judges the rest.
    pub fn judge(
        &self,
        looks: &CloserLooks,
        model: &ModelId,
        enrolled: Option<&Enrolled>,
        policy: &VerificationPolicy,
    ) -> Responses {
        let live = self.conduct.as_ref().and_then(|conduct| live_face(conduct, looks, model, policy).ok());
        Responses {
            passive: self.passive(looks, policy),
            geometry: self.geometry,
            verdict: Response::of(live.is_some()),
            matched: enrolled.map(|enrolled| live.is_some_and(|live| enrolled.is_reached_by(&live, policy))),
        }
    }

    fn passive(&self, looks: &CloserLooks, policy: &VerificationPolicy) -> Response {
        let scores: Vec<LiveScore> =
            self.frontal.iter().filter_map(|place| looks.at(*place)).filter_map(|look| look.live).collect();
        match scores.is_empty() {
            true => Response::None,
            false => Response::of(LiveScore::mean(scores).reaches(policy.live)),
        }
    }
}

impl Enrolled {
    fn is_reached_by(&self, live: &FaceTemplate, policy: &VerificationPolicy) -> bool {
        let (reference, least) = match self {
            Self::Template(reference) => (reference, policy.match_template),
            Self::Portrait(reference) => (reference, policy.match_portrait),
        };
        live.compare(reference).is_some_and(|similarity| similarity.reaches(least))
    }
}

/// A face that is alone in its frame and that the models are sure of.
struct Standing<'a> {
    placed: Placed<'a>,
    stance: Stance,
}

fn sure_faces<'a>(seen: &'a Seen, policy: &VerificationPolicy) -> Vec<Standing<'a>> {
    let alone = |(place, frame): (usize, &'a Option<FrameObservation>)| {
        let frame = frame.as_ref()?;
        let face = frame.face.as_ref().filter(|_| frame.faces == 1)?;
        let (_, height) = frame.size;
        let stance = Stance { pose: face.pose, size: size(&face.mesh, height as f32) };
        Some(Standing { placed: Placed { place, face }, stance })
    };
    let is_sure = |standing: &Standing<'_>| {
        let face = standing.placed.face;
        face.confidence >= policy.frontal.confidence && face.presence >= policy.frontal.presence
    };
    seen.iter().enumerate().filter_map(alone).filter(is_sure).collect()
}

fn frontal<'s, 'a>(
    sure: &'s [Standing<'a>],
    policy: &VerificationPolicy,
) -> impl Iterator<Item = &'s Standing<'a>> {
    let within = policy.frontal.pose;
    sure.iter().filter(move |standing| standing.stance.pose.is_frontal(within))
}

fn sharpest_frontal(sure: &[Standing<'_>], policy: &VerificationPolicy) -> Vec<usize> {
    let mut frontal: Vec<Placed<'_>> = frontal(sure, policy).map(|standing| standing.placed).collect();
    frontal.sort_by(|a, b| b.face.quality.sharpness.total_cmp(&a.face.quality.sharpness));
    frontal.iter().take(policy.compared_frames).map(|placed| placed.place).collect()
}

/// The turns that a recording contains, whoever asked for them, from its own centre: the median of the frontal faces.
fn turns_of<'a>(sure: &[Standing<'a>], policy: &VerificationPolicy) -> Option<Answered<'a>> {
    let frontal: Vec<&Standing<'a>> = frontal(sure, policy).collect();
    let middle = median(&frontal.iter().map(|standing| standing.stance).collect::<Vec<_>>())?;
    let off = |standing: &&&Standing<'_>| standing.stance.angle_to(middle);
    let centre = frontal.iter().min_by(|a, b| off(a).total_cmp(&off(b)))?.placed.face;
    let mut movements: Vec<(Action, Vec<Placed<'a>>)> = Vec::new();
    for standing in sure {
        let action = standing.stance.from_centre(middle).action(policy.movement);
        let Some(action) = action.filter(|action| action.is_turn()) else { continue };
        match movements.iter_mut().find(|(known, _)| *known == action) {
            Some((_, faces)) => faces.push(standing.placed),
            None => movements.push((action, vec![standing.placed])),
        }
    }
    Some(Answered { centre, movements })
}

#[cfg(test)]
mod tests;
