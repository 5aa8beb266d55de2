//! What a person is told while they find their place before the camera: a hint for each glance. Nothing is judged by it.

use super::observation::{Glance, GlancedFace};

/// What would make the picture better; [`Hint::Good`] for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// No face is seen.
    NoFace,
    /// More than one face is seen.
    SeveralFaces,
    /// There is too little light.
    Dark,
    /// There is too much light.
    Bright,
    /// The face is too small.
    TooFar,
    /// The face is too large.
    TooNear,
    /// The face is at the edge.
    OffCentre,
    /// The face moves too fast.
    HoldStill,
    /// All is well.
    Good,
}

impl Hint {
    /// The name the capture protocol gives it.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoFace => "no_face",
            Self::SeveralFaces => "several_faces",
            Self::Dark => "dark",
            Self::Bright => "bright",
            Self::TooFar => "too_far",
            Self::TooNear => "too_near",
            Self::OffCentre => "off_centre",
            Self::HoldStill => "hold_still",
            Self::Good => "good",
        }
    }
}

/// Mean luma of a whole hint frame below which there is too little light.
const DARK: f32 = 35.0;
/// Mean luma of a whole hint frame above which there is too much.
const BRIGHT: f32 = 225.0;
/// Shares of the frame's height between which a face finds its place: from there it can come nearer or go farther by a
/// quarter, and stay between [`MOVING`].
const PLACE: (f32, f32) = (0.33, 0.61);
/// The same while it moves. Below it, at 480 lines, eyes are some 42 pixels apart; above it a head would leave the frame.
const MOVING: (f32, f32) = (0.25, 0.8);
/// How far the face's centre may be from the frame's, as shares of its width and height.
const ASIDE: (f32, f32) = (0.18, 0.2);
/// How far a face may move, or how much it may grow, between two glances.
const STILL: f32 = 0.08;

/// The most useful hint for a glance. While a movement is asked for, moving and being aside are expected and not remarked
/// on.
pub fn hint(glance: &Glance, before: Option<&GlancedFace>, moving: bool) -> Hint {
    let Some(face) = &glance.face else {
        return if glance.exposure < DARK { Hint::Dark } else { Hint::NoFace };
    };
    let moved = before.is_some_and(|before| {
        (face.centre.x - before.centre.x).abs().max((face.centre.y - before.centre.y).abs()) > STILL
            || (face.height - before.height).abs() > STILL
    });
    let (far, near) = if moving { MOVING } else { PLACE };
    let aside = (face.centre.x - 0.5).abs() > ASIDE.0 || (face.centre.y - 0.5).abs() > ASIDE.1;
    match () {
        () if glance.faces > 1 => Hint::SeveralFaces,
        () if glance.exposure < DARK => Hint::Dark,
        () if glance.exposure > BRIGHT => Hint::Bright,
        () if face.height < far => Hint::TooFar,
        () if face.height > near => Hint::TooNear,
        () if aside && !moving => Hint::OffCentre,
        () if moved && !moving => Hint::HoldStill,
        () => Hint::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::face::observation::{Point, Pose};

    fn face(height: f32, x: f32) -> GlancedFace {
        let pose = Pose { yaw: 0.0, pitch: 0.0, roll: 0.0 };
        GlancedFace { height, size: height / 3.0, centre: Point { x, y: 0.5 }, pose }
    }

    fn glance(faces: usize, exposure: f32, face: Option<GlancedFace>) -> Glance {
        Glance { faces, exposure, face }
    }

    #[test]
    fn each_shortcoming_has_its_own_hint() {
        let good = face(0.46, 0.5);
        let cases = [
            (glance(0, 120.0, None), Hint::NoFace),
            (glance(0, 10.0, None), Hint::Dark),
            (glance(2, 120.0, Some(good)), Hint::SeveralFaces),
            (glance(1, 20.0, Some(good)), Hint::Dark),
            (glance(1, 240.0, Some(good)), Hint::Bright),
            (glance(1, 120.0, Some(face(0.2, 0.5))), Hint::TooFar),
            (glance(1, 120.0, Some(face(0.8, 0.5))), Hint::TooNear),
            (glance(1, 120.0, Some(face(0.46, 0.8))), Hint::OffCentre),
            (glance(1, 120.0, Some(face(0.46, 0.62))), Hint::HoldStill),
            (glance(1, 120.0, Some(good)), Hint::Good),
        ];
        for (glance, expected) in cases {
            assert_eq!(hint(&glance, Some(&good), false), expected);
        }
    }

    #[test]
    fn a_face_finds_its_place_where_it_can_still_come_nearer_and_go_farther() {
        for (height, expected) in [(0.3, Hint::TooFar), (0.66, Hint::TooNear)] {
            let seen = glance(1, 120.0, Some(face(height, 0.5)));
            assert_eq!(hint(&seen, Some(&face(height, 0.5)), false), expected);
            assert_eq!(hint(&seen, Some(&face(height, 0.5)), true), Hint::Good);
        }
    }

    #[test]
    fn a_moving_head_is_not_told_to_hold_still() {
        let aside = glance(1, 120.0, Some(face(0.46, 0.7)));
        assert_eq!(hint(&aside, Some(&face(0.46, 0.5)), true), Hint::Good);
    }
}
