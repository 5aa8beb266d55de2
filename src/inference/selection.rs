//! Which frames of a capture are worth the costly models.
//!
//! Two kinds are: the sharpest frontal ones, by which the face is compared and judged; and a few spread over the whole
//! capture whichever way the head points, so that a verdict can see one person throughout and not only where the head is
//! straight.

use crate::domain::face::observation::ObservedFace;

/// How many frames, and how straight.
#[derive(Clone, Copy, Debug)]
pub struct SelectionPolicy {
    /// Most frontal frames, the sharpest first.
    pub frontal: usize,
    /// Most degrees of yaw and of pitch of a frontal frame.
    pub frontal_turn: f32,
    /// Further frames, spread over the capture.
    pub spread: usize,
    /// Most degrees of yaw and of pitch of a spread frame: beyond it an embedding says little.
    pub spread_turn: f32,
    /// Least confidence of the detector.
    pub confidence: f32,
    /// Least confidence of the mesh model.
    pub presence: f32,
}

impl Default for SelectionPolicy {
    fn default() -> Self {
        Self { frontal: 5, frontal_turn: 20.0, spread: 4, spread_turn: 35.0, confidence: 0.8, presence: 0.5 }
    }
}

/// The places of the chosen frames, in order. A frame without a face, or with several, is given as `None`.
pub fn choose(faces: &[Option<&ObservedFace>], policy: &SelectionPolicy) -> Vec<usize> {
    let within = |turn: f32| {
        let usable = move |face: &ObservedFace| {
            face.confidence >= policy.confidence
                && face.presence >= policy.presence
                && face.pose.yaw.abs() <= turn
                && face.pose.pitch.abs() <= turn
        };
        faces
            .iter()
            .enumerate()
            .filter_map(move |(place, face)| face.filter(|f| usable(f)).map(|f| (place, f)))
    };
    let mut frontal: Vec<(usize, &ObservedFace)> = within(policy.frontal_turn).collect();
    frontal.sort_by(|(_, a), (_, b)| b.quality.sharpness.total_cmp(&a.quality.sharpness));
    let mut chosen: Vec<usize> = frontal.into_iter().take(policy.frontal).map(|(place, _)| place).collect();
    let rest: Vec<usize> =
        within(policy.spread_turn).map(|(place, _)| place).filter(|p| !chosen.contains(p)).collect();
    let count = policy.spread.min(rest.len());
    chosen.extend((0..count).filter_map(|i| rest.get((2 * i + 1) * rest.len() / (2 * count)).copied()));
    chosen.sort_unstable();
    chosen
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

    fn chosen(faces: &[ObservedFace], frontal: usize, spread: usize) -> Vec<usize> {
        let policy = SelectionPolicy { frontal, spread, ..SelectionPolicy::default() };
        choose(&faces.iter().map(Some).collect::<Vec<_>>(), &policy)
    }

    #[test]
    fn the_sharpest_frontal_frames_are_chosen_and_kept_in_order() {
        let faces = [face(0.0, 10.0), face(3.0, 50.0), face(30.0, 99.0), face(-5.0, 40.0)];
        assert_eq!(chosen(&faces, 2, 0), [1, 3]);
    }

    #[test]
    fn spread_frames_come_from_the_whole_capture_and_from_turned_heads() {
        let faces: Vec<_> = (0..20).map(|i| face(if i < 4 { 0.0 } else { 25.0 }, i as f32)).collect();
        assert_eq!(chosen(&faces, 4, 4), [0, 1, 2, 3, 6, 10, 14, 18]);
    }

    #[test]
    fn no_frame_is_chosen_twice_nor_one_turned_too_far() {
        assert_eq!(chosen(&[face(0.0, 1.0), face(80.0, 1.0)], 3, 3), [0]);
    }

    #[test]
    fn unsure_findings_and_frames_without_one_face_are_left_out() {
        let unsure = ObservedFace { confidence: 0.7, ..face(0.0, 1.0) };
        let vague = ObservedFace { presence: 0.2, ..face(0.0, 1.0) };
        assert!(choose(&[Some(&unsure), Some(&vague), None], &SelectionPolicy::default()).is_empty());
    }
}
