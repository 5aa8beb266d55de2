//! Which frames of a capture are worth the costly models.
//!
//! Two kinds are: the sharpest frontal ones, by which the face is judged to be live and compared; and some of every stretch
//! in which the head is turned, so that a verdict can see that one person made the whole capture, and not one the turns and
//! another, or a picture, the rest.

use crate::domain::face::{
    challenge::Action,
    observation::{ObservedFace, Pose},
    pose::{TurnBounds, median},
};

/// How many frames, and how straight.
#[derive(Clone, Copy, Debug)]
pub struct SelectionPolicy {
    /// Most frontal frames, the sharpest first.
    pub frontal: usize,
    /// Most degrees of yaw and of pitch of a frontal frame.
    pub frontal_turn: f32,
    /// Frames at the start of a capture that tell where the person's own centre is.
    pub centre: usize,
    /// From where on a head counts as turned: a little less than what a verdict asks of a turn.
    pub turned: TurnBounds,
    /// Most frames of one stretch in which the head stays turned to one side.
    pub stretch: usize,
    /// Most turned frames in all, so that a capture cannot cost without bound.
    pub most_turned: usize,
    /// Most degrees of yaw and of pitch of a turned frame: beyond it an embedding says little.
    pub widest_turn: f32,
    /// Least confidence of the detector.
    pub confidence: f32,
    /// Least confidence of the mesh model.
    pub presence: f32,
}

impl Default for SelectionPolicy {
    fn default() -> Self {
        Self {
            frontal: 5,
            frontal_turn: 20.0,
            centre: 5,
            turned: TurnBounds { yaw: 17.0, pitch: 8.0 },
            stretch: 3,
            most_turned: 24,
            widest_turn: 50.0,
            confidence: 0.8,
            presence: 0.5,
        }
    }
}

/// Which of the costly models a frame is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Attack models and embedder.
    Everything,
    /// The embedder alone: a turned head is not what the attack models know.
    Embedding,
}

/// The places of the chosen frames, in order. A frame without a face, or with several, is given as `None`.
pub fn choose(faces: &[Option<&ObservedFace>], policy: &SelectionPolicy) -> Vec<(usize, Worth)> {
    let mut frontal: Vec<(usize, &ObservedFace)> = usable(faces, policy.frontal_turn, policy).collect();
    frontal.sort_by(|(_, a), (_, b)| b.quality.sharpness.total_cmp(&a.quality.sharpness));
    let mut chosen: Vec<(usize, Worth)> =
        frontal.into_iter().take(policy.frontal).map(|(place, _)| (place, Worth::Everything)).collect();
    for place in turned(faces, policy) {
        if !chosen.iter().any(|(taken, _)| *taken == place) {
            chosen.push((place, Worth::Embedding));
        }
    }
    chosen.sort_unstable_by_key(|(place, _)| *place);
    chosen
}

/// The frames that the models can be sure of, with the head turned by no more than this.
fn usable<'a>(
    faces: &'a [Option<&'a ObservedFace>],
    turn: f32,
    policy: &'a SelectionPolicy,
) -> impl Iterator<Item = (usize, &'a ObservedFace)> {
    let is_usable = move |face: &ObservedFace| {
        face.confidence >= policy.confidence
            && face.presence >= policy.presence
            && face.pose.yaw.abs() <= turn
            && face.pose.pitch.abs() <= turn
    };
    faces
        .iter()
        .enumerate()
        .filter_map(move |(place, face)| face.filter(|f| is_usable(f)).map(|f| (place, f)))
}

/// Some frames of every stretch in which the head stays turned to one side, spread over it.
fn turned(faces: &[Option<&ObservedFace>], policy: &SelectionPolicy) -> Vec<usize> {
    let first: Vec<Pose> =
        usable(faces, policy.widest_turn, policy).take(policy.centre).map(|(_, face)| face.pose).collect();
    let Some(centre) = median(&first) else { return Vec::new() };
    let mut stretches: Vec<(Action, Vec<usize>)> = Vec::new();
    let mut before = None;
    for (place, face) in usable(faces, policy.widest_turn, policy) {
        let action = face.pose.from_centre(centre).action(policy.turned);
        match (action, stretches.last_mut()) {
            (Some(action), Some((_, places))) if before == Some(action) => places.push(place),
            (Some(action), _) => stretches.push((action, vec![place])),
            (None, _) => {}
        }
        before = action;
    }
    let places = stretches.iter().flat_map(|(_, places)| spread(places, policy.stretch));
    places.take(policy.most_turned).collect()
}

/// At most `most` of these, evenly.
fn spread(places: &[usize], most: usize) -> impl Iterator<Item = usize> {
    let count = most.min(places.len());
    (0..count).filter_map(move |i| places.get((2 * i + 1) * places.len() / (2 * count)).copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::face::observation::{Bounds, FrameQuality, Point, Pose};

    fn face(yaw: f32, sharpness: f32) -> ObservedFace {
        ObservedFace {
            bounds: Bounds { x: 0.0, y: 0.0, width: 100.0, height: 100.0 },
            confidence: 0.9,
            landmarks: [Point { x: 0.0, y: 0.0 }; 5],
            mesh: vec![],
            presence: 1.0,
            pose: Pose { yaw, pitch: 0.0, roll: 0.0 },
            quality: FrameQuality { exposure: 120.0, sharpness, eye_distance: 60.0 },
            live: None,
            embedding: None,
        }
    }

    fn chosen(faces: &[ObservedFace], policy: &SelectionPolicy) -> Vec<usize> {
        let faces: Vec<Option<&ObservedFace>> = faces.iter().map(Some).collect();
        choose(&faces, policy).into_iter().map(|(place, _)| place).collect()
    }

    #[test]
    fn the_sharpest_frontal_frames_are_chosen_and_kept_in_order() {
        let faces = [face(0.0, 10.0), face(3.0, 50.0), face(-5.0, 40.0)];
        assert_eq!(chosen(&faces, &SelectionPolicy { frontal: 2, ..SelectionPolicy::default() }), [1, 2]);
    }

    #[test]
    fn every_stretch_of_turned_frames_is_looked_at() {
        let yaws = [0.0, 0.0, 0.0, 0.0, 0.0, 10.0, 20.0, 28.0, 28.0, 28.0, 10.0, -10.0, -25.0, -10.0, 25.0];
        let faces: Vec<_> = yaws.iter().map(|yaw| face(*yaw, 10.0)).collect();
        let only_turned = SelectionPolicy { frontal: 0, ..SelectionPolicy::default() };
        assert_eq!(chosen(&faces, &only_turned), [6, 8, 9, 12, 14]);
        let capped = SelectionPolicy { most_turned: 2, ..only_turned };
        assert_eq!(chosen(&faces, &capped), [6, 8]);
    }

    #[test]
    fn turned_frames_are_embedded_only() {
        let faces: Vec<_> = [0.0, 0.0, 0.0, 30.0].iter().map(|yaw| face(*yaw, 10.0)).collect();
        let worth = choose(&faces.iter().map(Some).collect::<Vec<_>>(), &SelectionPolicy::default());
        assert_eq!(worth.last(), Some(&(3, Worth::Embedding)));
        assert!(worth.iter().take(3).all(|(_, worth)| *worth == Worth::Everything));
    }

    #[test]
    fn no_frame_is_chosen_twice_nor_one_turned_too_far() {
        assert_eq!(chosen(&[face(0.0, 1.0), face(80.0, 1.0)], &SelectionPolicy::default()), [0]);
        // A turn that is still frontal enough to be compared is looked at once, with everything.
        let faces = [face(0.0, 1.0), face(0.0, 1.0), face(0.0, 1.0), face(19.0, 9.0)];
        assert_eq!(chosen(&faces, &SelectionPolicy::default()), [0, 1, 2, 3]);
    }

    #[test]
    fn unsure_findings_and_frames_without_one_face_are_left_out() {
        let unsure = ObservedFace { confidence: 0.7, ..face(0.0, 1.0) };
        let vague = ObservedFace { presence: 0.2, ..face(0.0, 1.0) };
        assert!(choose(&[Some(&unsure), Some(&vague), None], &SelectionPolicy::default()).is_empty());
    }
}
