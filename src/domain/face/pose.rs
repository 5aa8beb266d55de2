//! How a face stands, seen from the person's own centre, and which movement that amounts to.

use super::{challenge::Action, observation::Pose};

/// How far a head must move for a movement to count. People nod less than they turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MovementBounds {
    /// Degrees to a side.
    pub yaw: f32,
    /// Degrees up or down.
    pub pitch: f32,
    /// How many times as large as at the centre a face is that came nearer; one that went farther, so many times smaller.
    pub scale: f32,
}

/// How a face stands before the camera.
#[derive(Clone, Copy, PartialEq)]
pub struct Stance {
    /// Where the head points.
    pub pose: Pose,
    /// How large the face is, as [`size`] measures it.
    pub size: f32,
}

/// A stance relative to the person's own centre: cameras stand off the axis, and nobody's straight ahead is 0°.
#[derive(Clone, Copy, PartialEq)]
pub struct HeadMovement {
    yaw: f32,
    pitch: f32,
    /// The logarithm of how many times as large the face is.
    growth: f32,
}

/// How far each axis is on its way to the bound.
struct Shares {
    aside: f32,
    nod: f32,
    nearer: f32,
}

/// The share of each bound within which a face counts as back at the centre.
const BACK: f32 = 0.5;
/// How many times the bound of a turn the head may be turned while it comes nearer or goes farther: whoever leans in lowers
/// the chin a little.
const TURNED_MEANWHILE: f32 = 1.4;
/// Points that stay with the skull's surface; the ten behind them are the irises.
const POINTS: usize = 468;

/// How large a face is: the mean distance of its mesh's points from their middle, as a share of the frame's height. It is
/// steadier than the detector's box, which breathes by some hundredths.
pub fn size(mesh: &[[f32; 3]], frame_height: f32) -> f32 {
    let points = || mesh.iter().take(POINTS);
    let n = points().count() as f32;
    let (sx, sy) = points().fold((0.0, 0.0), |(sx, sy), [x, y, _]| (sx + x, sy + y));
    points().map(|[x, y, _]| (x - sx / n).hypot(y - sy / n)).sum::<f32>() / n / frame_height
}

impl Pose {
    /// Whether the face is seen from the front, within so many degrees on both axes.
    pub fn is_frontal(self, within: f32) -> bool {
        self.yaw.abs() <= within && self.pitch.abs() <= within
    }
}

impl Stance {
    /// This stance seen from the person's own centre.
    pub fn from_centre(self, centre: Self) -> HeadMovement {
        HeadMovement {
            yaw: self.pose.yaw - centre.pose.yaw,
            pitch: self.pose.pitch - centre.pose.pitch,
            growth: (self.size / centre.size).ln(),
        }
    }

    /// How far from another stance it is, in degrees.
    pub fn angle_to(self, other: Self) -> f32 {
        (self.pose.yaw - other.pose.yaw).hypot(self.pose.pitch - other.pose.pitch)
    }
}

impl HeadMovement {
    /// The movement it amounts to, if it reaches a bound. Where it reaches both of a turn's, the axis that is further beyond
    /// its bound counts: a wide turn to the side raises or lowers the chin by up to 7° with it (measured on the sample
    /// actors). The distance of a turned head is not asked for.
    pub fn action(self, bounds: MovementBounds) -> Option<Action> {
        let Shares { aside, nod, nearer } = self.shares(bounds);
        if aside.abs().max(nod.abs()) < 1.0 {
            return match nearer {
                _ if nearer >= 1.0 => Some(Action::Nearer),
                _ if nearer <= -1.0 => Some(Action::Farther),
                _ => None,
            };
        }
        // Positive yaw turns towards the image's right, which is the person's own left in an unmirrored frame.
        Some(match aside.abs() >= nod.abs() {
            true if aside > 0.0 => Action::TurnLeft,
            true => Action::TurnRight,
            false if nod > 0.0 => Action::LookDown,
            false => Action::LookUp,
        })
    }

    /// How much of an action is done, 0 to 1. Another movement that is done instead, or further, leaves it undone.
    pub fn share_of(self, action: Action, bounds: MovementBounds) -> f32 {
        let Shares { aside, nod, nearer } = self.shares(bounds);
        if !(aside + nod + nearer).is_finite() {
            return 0.0;
        }
        let turned = aside.abs().max(nod.abs());
        let share: f32 = match action {
            Action::TurnLeft if aside >= nod.abs() => aside,
            Action::TurnRight if -aside >= nod.abs() => -aside,
            Action::LookDown if nod > aside.abs() => nod,
            Action::LookUp if -nod > aside.abs() => -nod,
            Action::Nearer if turned < TURNED_MEANWHILE => nearer,
            Action::Farther if turned < TURNED_MEANWHILE => -nearer,
            Action::Centre => (1.0 - turned.max(nearer.abs())) / (1.0 - BACK),
            _ => 0.0,
        };
        share.clamp(0.0, 1.0)
    }

    /// In which direction the face is away from the centre's distance, where it is too far away from it to be back.
    pub fn off_distance(self, bounds: MovementBounds) -> Option<Action> {
        let nearer = self.shares(bounds).nearer;
        let direction = if nearer > 0.0 { Action::Nearer } else { Action::Farther };
        (nearer.abs() > BACK).then_some(direction)
    }

    fn shares(self, bounds: MovementBounds) -> Shares {
        Shares {
            aside: self.yaw / bounds.yaw,
            nod: self.pitch / bounds.pitch,
            nearer: self.growth / bounds.scale.ln(),
        }
    }
}

/// The median stance, axis by axis; `None` of nothing.
pub fn median(stances: &[Stance]) -> Option<Stance> {
    let middle = |axis: fn(&Stance) -> f32| {
        let mut values: Vec<f32> = stances.iter().map(axis).collect();
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let pose = Pose {
        yaw: middle(|s| s.pose.yaw)?,
        pitch: middle(|s| s.pose.pitch)?,
        roll: middle(|s| s.pose.roll)?,
    };
    Some(Stance { pose, size: middle(|s| s.size)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::face::sample::Look;

    const BOUNDS: MovementBounds = MovementBounds { yaw: 18.0, pitch: 9.0, scale: 1.18 };

    fn movement(yaw: f32, pitch: f32, scale: f32) -> HeadMovement {
        let stance = |yaw, pitch, size| Stance { pose: Pose { yaw, pitch, roll: 0.0 }, size };
        stance(12.0 + yaw, pitch - 3.0, 0.2 * scale).from_centre(stance(12.0, -3.0, 0.2))
    }

    fn turn(yaw: f32, pitch: f32) -> Option<Action> {
        movement(yaw, pitch, 1.0).action(BOUNDS)
    }

    #[test]
    fn a_turn_is_the_persons_own_and_relative_to_their_own_centre() {
        assert_eq!(turn(19.0, 0.0), Some(Action::TurnLeft));
        assert_eq!(turn(-19.0, 0.0), Some(Action::TurnRight));
        assert_eq!(turn(0.0, 9.5), Some(Action::LookDown));
        assert_eq!(turn(0.0, -9.5), Some(Action::LookUp));
        assert_eq!(turn(17.0, 8.0), None);
    }

    #[test]
    fn a_wide_turn_that_takes_the_chin_along_is_still_a_turn() {
        // Measured: a turn of -31° lowered one actor's chin by 7.2°.
        assert_eq!(turn(-31.0, 9.5), Some(Action::TurnRight));
        assert_eq!(turn(18.5, 14.0), Some(Action::LookDown));
    }

    #[test]
    fn distance_is_told_by_size_while_the_head_is_not_turned() {
        assert_eq!(movement(3.0, 2.0, 1.2).action(BOUNDS), Some(Action::Nearer));
        assert_eq!(movement(3.0, 2.0, 0.84).action(BOUNDS), Some(Action::Farther));
        assert_eq!(movement(3.0, 2.0, 1.1).action(BOUNDS), None);
        assert_eq!(movement(20.0, 2.0, 1.3).action(BOUNDS), Some(Action::TurnLeft));
        // Whoever leans in and lowers the chin a little has come nearer; whoever turns away has not.
        assert!(movement(0.0, 10.0, 1.2).share_of(Action::Nearer, BOUNDS) >= 1.0);
        assert_eq!(movement(40.0, 0.0, 1.2).share_of(Action::Nearer, BOUNDS), 0.0);
    }

    #[test]
    fn whoever_comes_back_is_at_the_centre_before_they_are_quite_there() {
        let share = |yaw, pitch, scale| movement(yaw, pitch, scale).share_of(Action::Centre, BOUNDS);
        assert_eq!(share(8.0, 4.0, 1.05), 1.0);
        assert_eq!(share(18.0, 0.0, 1.0), 0.0);
        assert_eq!(share(0.0, 0.0, 1.18), 0.0);
        assert!((0.4..0.6).contains(&share(13.5, 0.0, 1.0)));
    }

    #[test]
    fn a_mesh_that_says_nothing_shows_no_distance() {
        let nothing = Stance { pose: Pose { yaw: 0.0, pitch: 0.0, roll: 0.0 }, size: size(&[], 480.0) };
        let movement = nothing.from_centre(nothing);
        assert!(Action::MOVEMENTS.iter().all(|action| movement.share_of(*action, BOUNDS) < 1.0));
        assert_eq!(movement.share_of(Action::Centre, BOUNDS), 0.0);
    }

    #[test]
    fn a_face_half_as_far_away_is_twice_as_large() {
        let size_at = |scale: f32| {
            let look = Look { scale, ..Look::at(0.0, 0.0) };
            size(&look.observe().face.unwrap().mesh, 480.0)
        };
        assert!((size_at(2.0) / size_at(1.0) - 2.0).abs() < 0.2);
    }
}
