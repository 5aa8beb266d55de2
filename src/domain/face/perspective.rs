//! Whether a face that came nearer or went away changed its perspective as a head does: a camera at distance `D` enlarges
//! what stands `z` nearer than the rest by `1 + z/D`, so a nose grows faster than the ears. A flat picture has no `z`: it
//! changes by a homography, however it is held (Hartley & Zisserman, Multiple View Geometry, §13.2).
//!
//! To first order, and with lengths in distances of the eyes' outer corners, points (x, y) of depth z move to
//!
//! ```text
//! u = a·x + b·y + c + g·x² + h·x·y + p·z + κ·x·z
//! v = d·x + e·y + f + g·x·y + h·y² + q·z + κ·y·z
//! ```
//!
//! where a to h are the best homography, p and q what a head's own small turn between the frames adds, and
//! κ = e/D₂ − e/D₁ the change of perspective, with e the eyes' distance in the unit of the `D`s. At e = 9 cm, a head that
//! comes from 50 cm to 30 cm has κ = 0.12, and a flat picture has 0.

use super::{least_squares::LeastSquares, observation::ObservedFace};

/// Points that stay with the skull's surface; the ten behind them are the irises, which follow the gaze.
const POINTS: usize = 468;
/// Outer corners of the right and the left eye.
const EYES: [usize; 2] = [33, 263];

/// How a face's picture changed between two distances. It is evidence of depth and says nothing of whose face it is.
#[derive(Clone, Copy, PartialEq)]
pub struct PerspectiveChange {
    /// How many times as large the second picture is.
    pub scale: f32,
    /// κ: the change of perspective; positive where the head came nearer, zero for a flat picture.
    pub magnification: f32,
}

/// The change from the face at the centre to the same face moved; `None` where there is nothing to measure.
pub fn change(centre: &ObservedFace, moved: &ObservedFace) -> Option<PerspectiveChange> {
    let (from, size_from) = levelled(centre)?;
    let (to, size_to) = levelled(moved)?;
    let mut equations = LeastSquares::new();
    for ([x, y, z], [u, v, _]) in from.iter().zip(&to) {
        equations.add([*x, *y, 1.0, 0.0, 0.0, 0.0, x * x, x * y, *z, 0.0, x * z], *u);
        equations.add([0.0, 0.0, 0.0, *x, *y, 1.0, x * y, y * y, 0.0, *z, y * z], *v);
    }
    let [.., magnification] = equations.solve()?;
    let scale = size_to / size_from;
    let change = PerspectiveChange { scale: scale as f32, magnification: magnification as f32 };
    (change.scale.is_normal() && change.magnification.is_finite()).then_some(change)
}

/// The points about their middle in distances of the eyes, depth positive towards the camera; and that distance.
fn levelled(face: &ObservedFace) -> Option<(Vec<[f64; 3]>, f64)> {
    let places: Vec<[f64; 3]> =
        face.mesh.iter().take(POINTS).map(|[x, y, z]| [*x, *y, -*z].map(f64::from)).collect();
    let [right, left] = EYES.map(|eye| places.get(eye).copied());
    let ([x0, y0, _], [x1, y1, _]) = (right?, left?);
    let eyes = (x1 - x0).hypot(y1 - y0);
    if places.len() < POINTS || !eyes.is_normal() {
        return None;
    }
    let n = places.len() as f64;
    let [sx, sy, sz] = places.iter().fold([0.0; 3], |[a, b, c], [x, y, z]| [a + x, b + y, c + z]);
    let places =
        places.iter().map(|[x, y, z]| [(x - sx / n) / eyes, (y - sy / n) / eyes, (z - sz / n) / eyes]);
    Some((places.collect(), eyes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::face::{canonical, sample};

    /// The canonical head (or a flat picture of it) so many centimetres before a camera, turned aside by some degrees.
    fn seen(distance: f64, turned: f64, depth: f64) -> ObservedFace {
        let (sin, cos) = turned.to_radians().sin_cos();
        let mut face = sample::head(0.0, 0.0);
        face.mesh = canonical::points()
            .map(|[x, y, z]| {
                let [x, z] = [x * cos + z * depth * sin, z * depth * cos - x * sin];
                let near = 600.0 / (distance - z);
                [320.0 + x * near, 240.0 - y * near, -z * near].map(|value| value as f32)
            })
            .collect();
        face
    }

    #[test]
    fn a_head_that_comes_nearer_changes_its_perspective_and_a_picture_does_not() {
        // What the lengths say: e = 8.9 cm between the eyes' outer corners, 8.9/30 − 8.9/50 = 0.12.
        let head = change(&seen(50.0, 0.0, 1.0), &seen(30.0, 0.0, 1.0)).unwrap();
        assert!((0.09..0.17).contains(&head.magnification) && head.scale > 1.6);
        let picture = change(&seen(50.0, 0.0, 0.0), &seen(30.0, 0.0, 0.0));
        assert!(picture.is_none_or(|picture| picture.magnification.abs() < 1e-6));
        let away = change(&seen(30.0, 0.0, 1.0), &seen(50.0, 0.0, 1.0)).unwrap();
        assert!(away.magnification < -0.09 && away.scale < 0.65);
    }

    #[test]
    fn a_small_turn_on_the_way_is_not_taken_for_perspective() {
        let turned = change(&seen(40.0, 0.0, 1.0), &seen(40.0, 5.0, 1.0)).unwrap();
        assert!(turned.magnification.abs() < 0.02);
        let both = change(&seen(50.0, -3.0, 1.0), &seen(30.0, 3.0, 1.0)).unwrap();
        assert!((0.09..0.17).contains(&both.magnification));
    }

    #[test]
    fn a_picture_that_is_said_to_have_depth_does_not_change_with_distance() {
        // The mesh model gives a picture of a face the depth of a face: what moves tells, not what is said.
        let enlarged = |factor: f32| {
            let mut face = seen(50.0, 0.0, 1.0);
            face.mesh.iter_mut().flatten().for_each(|value| *value *= factor);
            face
        };
        assert!(change(&enlarged(1.0), &enlarged(1.6)).unwrap().magnification.abs() < 1e-4);
    }

    #[test]
    fn a_face_without_a_mesh_has_no_perspective() {
        let mut bare = seen(50.0, 0.0, 1.0);
        bare.mesh.truncate(100);
        assert!(change(&seen(50.0, 0.0, 1.0), &bare).is_none());
        bare.mesh.clear();
        assert!(change(&bare, &seen(50.0, 0.0, 1.0)).is_none());
    }
}
