//! Which poses an enrolment saw a face in. That is no biometric: it may be stored in clear and shown.

use std::fmt;

use super::observation::{ObservedFace, Pose};

/// A pose that a face map can cover. Left and right are the person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Straight ahead.
    Centre,
    /// Turned to the left.
    Left,
    /// Turned to the right.
    Right,
    /// The chin raised.
    Up,
    /// The chin lowered.
    Down,
    /// Nearer to the camera.
    Near,
    /// Farther from it.
    Far,
}

impl View {
    /// Every one, in the order they are told.
    pub const ALL: [Self; 7] =
        [Self::Centre, Self::Left, Self::Right, Self::Up, Self::Down, Self::Near, Self::Far];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Centre => "centre",
            Self::Left => "left",
            Self::Right => "right",
            Self::Up => "up",
            Self::Down => "down",
            Self::Near => "near",
            Self::Far => "far",
        }
    }
}

/// A set of poses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage(u8);

/// Degrees from the person's own centre from which a head is turned aside.
const ASIDE: f32 = 12.0;
/// Degrees from which it nods.
const NOD: f32 = 7.0;
/// How many times its size at the centre a face has from which it is nearer; its inverse, from which it is farther.
const NEARER: f32 = 1.2;

impl Coverage {
    /// None.
    pub const NONE: Self = Self(0);

    /// With one more.
    pub fn with(self, view: View) -> Self {
        Self(self.0 | 1 << view as u8)
    }

    /// With those of another.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it has this one.
    pub fn has(self, view: View) -> bool {
        self.0 & 1 << view as u8 != 0
    }

    /// Those it has, in the order they are told.
    pub fn views(self) -> impl Iterator<Item = View> {
        View::ALL.into_iter().filter(move |view| self.has(*view))
    }

    /// Reads back what its display wrote: names with spaces between; `None` for any other word.
    pub fn parse(text: &str) -> Option<Self> {
        text.split_whitespace().try_fold(Self::NONE, |coverage, word| {
            View::ALL.into_iter().find(|view| view.name() == word).map(|view| coverage.with(view))
        })
    }

    /// What a face shows, seen from the same person's face at the centre.
    pub(super) fn of(face: &ObservedFace, centre: &ObservedFace) -> Self {
        let Pose { yaw, pitch, .. } = face.pose;
        let (aside, nod) = (yaw - centre.pose.yaw, pitch - centre.pose.pitch);
        let size = face.quality.eye_distance / centre.quality.eye_distance;
        let is_turned = aside.abs() >= ASIDE || nod.abs() >= NOD;
        [
            // A turned head's eyes are closer together in the picture, which tells nothing of its distance.
            (View::Near, !is_turned && size >= NEARER),
            (View::Far, !is_turned && size <= NEARER.recip()),
            (View::Centre, !is_turned && size < NEARER && size > NEARER.recip()),
            (View::Left, aside >= ASIDE),
            (View::Right, aside <= -ASIDE),
            (View::Up, nod <= -NOD),
            (View::Down, nod >= NOD),
        ]
        .into_iter()
        .filter(|(_, is_seen)| *is_seen)
        .fold(Self::NONE, |coverage, (view, _)| coverage.with(view))
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, view) in self.views().enumerate() {
            write!(out, "{}{}", if n > 0 { " " } else { "" }, view.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::face::sample::head;

    #[test]
    fn coverage_is_read_back_as_it_was_written() {
        let coverage = Coverage::NONE.with(View::Far).with(View::Centre).with(View::Up);
        assert_eq!(coverage.to_string(), "centre up far");
        assert_eq!(Coverage::parse("far centre  up"), Some(coverage));
        assert_eq!(Coverage::parse(""), Some(Coverage::NONE));
        assert_eq!(Coverage::parse("centre aside"), None);
    }

    #[test]
    fn a_pose_is_told_from_the_persons_own_centre() {
        let centre = head(5.0, -3.0);
        let of = |yaw: f32, pitch: f32| Coverage::of(&head(5.0 + yaw, pitch - 3.0), &centre).to_string();
        assert_eq!(of(1.0, 1.0), "centre");
        assert_eq!(of(20.0, 2.0), "left");
        assert_eq!(of(-20.0, 9.0), "right down");
        assert_eq!(of(0.0, -9.0), "up");
        let mut near = head(5.0, -3.0);
        near.quality.eye_distance *= 1.3;
        assert_eq!(Coverage::of(&near, &centre).to_string(), "near");
    }
}
