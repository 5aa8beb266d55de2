//! Looks for presentation attacks in one frame: two MiniFASNets, one close to the face and one with its surroundings.
//!
//! They know prints and screens. They do not know injected or synthesised video (`docs/biometrics.md`), so their score is
//! one sign among several and never the only one.

use zeroize::Zeroizing;

use crate::domain::face::observation::{Bounds, LiveScore};

use super::{
    image::Picture,
    resize::{Part, interpolate},
    runtime::{RuntimeFault, Session},
    tensor::{Colours, planes},
};

/// Side of the crop that the networks see.
const SIDE: usize = 80;
/// Which of the three classes means "live"; the others are print and screen.
const LIVE: usize = 1;
/// How many faces wide the close crop is.
pub const NEAR: f32 = 2.7;
/// How many faces wide the crop with surroundings is.
pub const FAR: f32 = 4.0;

/// Both models.
pub struct AttackModels {
    near: Session,
    far: Session,
}

impl AttackModels {
    /// Takes the model of the close crop and that of the wide one.
    pub fn new(near: Session, far: Session) -> Self {
        Self { near, far }
    }

    /// The mean of what both say; `None` when the face's box lies outside the picture.
    pub fn look(&mut self, picture: &Picture, face: &Bounds) -> Result<Option<LiveScore>, RuntimeFault> {
        let (Some(near), Some(far)) = (pre(picture, face, NEAR), pre(picture, face, FAR)) else {
            return Ok(None);
        };
        let (near, far) = (Zeroizing::new(near), Zeroizing::new(far));
        let near = self.near.run_with(&[1, 3, SIDE, SIDE], &near, live)?;
        let far = self.far.run_with(&[1, 3, SIDE, SIDE], &far, live)?;
        Ok(post(near, far))
    }
}

/// What a network sees: `times` the face's box, blue first, 0..255.
pub fn pre(picture: &Picture, face: &Bounds, times: f32) -> Option<Vec<f32>> {
    let part = surroundings(picture.width(), picture.height(), face, times)?;
    // The models were trained on crops resized without a filter, so finer resampling would be a different input.
    Some(planes(&interpolate(picture, part, SIDE, SIDE), Colours::Bgr, SIDE, SIDE))
}

/// A network's probability of "live".
pub fn live(outputs: &[&[f32]]) -> Option<f32> {
    outputs.first()?.get(LIVE).copied()
}

/// Mean of what both say.
pub fn post(near: Option<f32>, far: Option<f32>) -> Option<LiveScore> {
    Some(LiveScore::new((near? + far?) / 2.0))
}

/// The box grown about its centre, made smaller where the picture is and pushed inside it, as in the models' training.
fn surroundings(width: usize, height: usize, face: &Bounds, times: f32) -> Option<Part> {
    let (right, bottom) = (width as f32 - 1.0, height as f32 - 1.0);
    let times = times.min(bottom / face.height).min(right / face.width);
    let side = |start: f32, length: f32, last: f32| {
        let (centre, grown) = (start + length / 2.0, length * times);
        let (mut from, mut to) = (centre - grown / 2.0, centre + grown / 2.0);
        if from < 0.0 {
            to -= from;
            from = 0.0;
        }
        if to > last {
            from -= to - last;
            to = last;
        }
        let from = from.max(0.0) as usize;
        (from, (to.clamp(0.0, last) as usize + 1).saturating_sub(from))
    };
    let (left, width) = side(face.x, face.width, right);
    let (top, height) = side(face.y, face.height, bottom);
    (width > 0 && height > 0).then_some(Part { left, top, width, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(x: f32, y: f32, width: f32, height: f32) -> Bounds {
        Bounds { x, y, width, height }
    }

    #[test]
    fn a_small_face_is_shown_with_its_surroundings() {
        let crop = surroundings(640, 480, &face(300.0, 200.0, 40.0, 60.0), 2.0);
        assert_eq!(crop, Some(Part { left: 280, top: 170, width: 81, height: 121 }));
    }

    #[test]
    fn a_crop_that_leaves_the_picture_is_pushed_inside() {
        let crop = surroundings(640, 480, &face(0.0, 440.0, 40.0, 40.0), 3.0);
        assert_eq!(crop, Some(Part { left: 0, top: 359, width: 121, height: 121 }));
    }

    #[test]
    fn a_crop_larger_than_the_picture_becomes_the_largest_that_fits() {
        let crop = surroundings(640, 480, &face(200.0, 100.0, 200.0, 300.0), 4.0).unwrap();
        assert_eq!((crop.top, crop.height), (0, 480));
        assert!(crop.left + crop.width <= 640);
    }

    #[test]
    fn the_score_is_the_mean_of_both_models_live_class() {
        let score = post(live(&[&[0.1, 0.8, 0.1]]), live(&[&[0.5, 0.4, 0.1]])).unwrap();
        assert!(score.reaches(0.599_99) && !score.reaches(0.600_01));
        assert!(post(live(&[]), live(&[&[0.0; 3]])).is_none());
    }
}
