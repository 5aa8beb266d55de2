//! Whether a turned face has depth: points of a flat picture move from one view to another by a homography, those of a
//! head do not (Hartley & Zisserman, Multiple View Geometry, §4.1 and §13.2).
//!
//! Measured, as residual over the distance of the eyes' outer corners: a flat photo turned by up to 45° sideways at most
//! 0.026, tilted at most 0.016; the sample actors at 18° of yaw and more at least 0.055, at 9° of pitch and more at least
//! 0.027. The flat photo was simulated; the actors are mesh warps.

use super::{least_squares::LeastSquares, observation::ObservedFace};

/// Points that stay with the skull's surface; the ten behind them are the irises, which follow the gaze.
const POINTS: usize = 468;
/// Outer corner of the right eye.
const RIGHT_CORNER: usize = 33;
/// Outer corner of the left eye.
const LEFT_CORNER: usize = 263;

/// How far the turned face is from being a flat picture of the face at the centre: root mean square of what the best
/// homography leaves over, as a share of the eyes' distance. `None` where there is nothing to measure.
pub fn residual(centre: &ObservedFace, turned: &ObservedFace) -> Option<f32> {
    let eyes = eye_distance(centre)?;
    let (from, _) = normalised(centre)?;
    let (to, scale) = normalised(turned)?;
    let [a, b, c, d, e, f, g, h] = homography(&from, &to)?;
    let squares: f64 = from
        .iter()
        .zip(&to)
        .map(|((x, y), (u, v))| {
            let w = g * x + h * y + 1.0;
            let (du, dv) = ((a * x + b * y + c) / w - u, (d * x + e * y + f) / w - v);
            du * du + dv * dv
        })
        .sum();
    let residual = (squares / from.len() as f64).sqrt() / scale / eyes;
    residual.is_finite().then_some(residual as f32)
}

fn eye_distance(face: &ObservedFace) -> Option<f64> {
    let [x0, y0, _] = face.mesh.get(RIGHT_CORNER)?;
    let [x1, y1, _] = face.mesh.get(LEFT_CORNER)?;
    let distance = f64::from(x1 - x0).hypot(f64::from(y1 - y0));
    distance.is_normal().then_some(distance)
}

/// The points about their mean, at a mean distance of √2 from it, and the scale that did it: without this the equations
/// are badly conditioned (Hartley & Zisserman §4.4.4).
fn normalised(face: &ObservedFace) -> Option<(Vec<(f64, f64)>, f64)> {
    let points: Vec<(f64, f64)> =
        face.mesh.iter().take(POINTS).map(|[x, y, _]| (f64::from(*x), f64::from(*y))).collect();
    if points.len() < POINTS {
        return None;
    }
    let n = points.len() as f64;
    let (sx, sy) = points.iter().fold((0.0, 0.0), |(sx, sy), (x, y)| (sx + x, sy + y));
    let (mx, my) = (sx / n, sy / n);
    let spread = points.iter().map(|(x, y)| (x - mx).hypot(y - my)).sum::<f64>() / n;
    let scale = std::f64::consts::SQRT_2 / spread;
    let scaled = points.iter().map(|(x, y)| ((x - mx) * scale, (y - my) * scale)).collect();
    scale.is_normal().then_some((scaled, scale))
}

/// The homography that takes `from` to `to` with the least algebraic error, its last entry fixed at 1.
fn homography(from: &[(f64, f64)], to: &[(f64, f64)]) -> Option<[f64; 8]> {
    let mut equations = LeastSquares::new();
    for ((x, y), (u, v)) in from.iter().zip(to) {
        equations.add([*x, *y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], *u);
        equations.add([0.0, 0.0, 0.0, *x, *y, 1.0, -v * x, -v * y], *v);
    }
    equations.solve()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::face::sample::{flat, head};

    #[test]
    fn a_flat_picture_leaves_no_residual_however_it_is_turned() {
        let centre = flat(0.0, 0.0);
        for (yaw, pitch) in [(20.0, 0.0), (-45.0, 0.0), (0.0, 45.0), (30.0, -30.0)] {
            assert!(residual(&centre, &flat(yaw, pitch)).unwrap() < 0.001);
        }
    }

    #[test]
    fn a_head_leaves_more_the_further_it_turns() {
        let centre = head(2.0, 3.0);
        let of = |yaw: f32, pitch: f32| residual(&centre, &head(2.0 + yaw, 3.0 + pitch)).unwrap();
        assert!(of(18.0, 0.0) > 0.05);
        assert!(of(-30.0, 0.0) > of(-18.0, 0.0));
        assert!(of(0.0, 9.0) > 0.022);
        assert!(of(0.0, -9.0) > 0.022);
    }

    #[test]
    fn a_face_without_a_mesh_has_no_residual() {
        let mut bare = head(0.0, 0.0);
        bare.mesh.truncate(100);
        assert!(residual(&head(0.0, 0.0), &bare).is_none());
        let mut point = head(0.0, 0.0);
        point.mesh.fill([5.0, 5.0, 0.0]);
        assert!(residual(&head(0.0, 0.0), &point).is_none());
    }
}
