//! Where a head points relative to the person's own centre, and which turn that amounts to.

use super::{challenge::Action, observation::Pose};

/// How far a head must turn for the turn to count, in degrees. People nod less than they turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TurnBounds {
    /// To a side.
    pub yaw: f32,
    /// Up or down.
    pub pitch: f32,
}

/// A pose relative to the person's own centre: cameras stand off the axis, and nobody's straight ahead is 0°.
#[derive(Clone, Copy, PartialEq)]
pub struct HeadTurn {
    yaw: f32,
    pitch: f32,
}

impl Pose {
    /// This pose seen from the person's own centre.
    pub fn from_centre(self, centre: Pose) -> HeadTurn {
        HeadTurn { yaw: self.yaw - centre.yaw, pitch: self.pitch - centre.pitch }
    }

    /// Whether the face is seen from the front, within so many degrees on both axes.
    pub fn is_frontal(self, within: f32) -> bool {
        self.yaw.abs() <= within && self.pitch.abs() <= within
    }
}

impl HeadTurn {
    /// The turn it amounts to, if it reaches a bound. Where it reaches both, the axis that is further beyond its bound
    /// counts: a wide turn to the side raises or lowers the chin by up to 7° with it (measured on the sample actors).
    pub fn action(self, bounds: TurnBounds) -> Option<Action> {
        let (aside, nod) = (self.yaw / bounds.yaw, self.pitch / bounds.pitch);
        if aside.abs().max(nod.abs()) < 1.0 {
            return None;
        }
        // Positive yaw turns towards the image's right, which is the person's own left in an unmirrored frame.
        Some(match aside.abs() >= nod.abs() {
            true if aside > 0.0 => Action::TurnLeft,
            true => Action::TurnRight,
            false if nod > 0.0 => Action::LookDown,
            false => Action::LookUp,
        })
    }

    /// How much of the way to an action is done, 0 to 1.
    pub fn share_of(self, action: Action, bounds: TurnBounds) -> f32 {
        let share = match action {
            Action::TurnLeft => self.yaw / bounds.yaw,
            Action::TurnRight => -self.yaw / bounds.yaw,
            Action::LookDown => self.pitch / bounds.pitch,
            Action::LookUp => -self.pitch / bounds.pitch,
            Action::Centre => 1.0 - (self.yaw / bounds.yaw).abs().max((self.pitch / bounds.pitch).abs()),
        };
        share.clamp(0.0, 1.0)
    }
}

/// The median pose, axis by axis; `None` of nothing.
pub fn median(poses: &[Pose]) -> Option<Pose> {
    let middle = |axis: fn(&Pose) -> f32| {
        let mut values: Vec<f32> = poses.iter().map(axis).collect();
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied()
    };
    Some(Pose { yaw: middle(|p| p.yaw)?, pitch: middle(|p| p.pitch)?, roll: middle(|p| p.roll)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: TurnBounds = TurnBounds { yaw: 18.0, pitch: 9.0 };

    fn turn(yaw: f32, pitch: f32) -> Option<Action> {
        let centre = Pose { yaw: 12.0, pitch: -3.0, roll: 0.0 };
        Pose { yaw: 12.0 + yaw, pitch: pitch - 3.0, roll: 0.0 }.from_centre(centre).action(BOUNDS)
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
}
