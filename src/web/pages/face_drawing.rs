//! Draws the canonical face, nobody's, with the parts marked that an enrolment has seen. It is what a person is shown of
//! their face map: the map itself never leaves the face core.

use std::fmt::Write as _;

use crate::domain::face::{
    canonical,
    coverage::{Coverage, View},
};

/// One part of the drawing: the triangles that a pose shows best.
#[derive(Clone, Debug)]
pub struct Part {
    /// Whether the enrolment covers the pose.
    pub is_covered: bool,
    /// The triangles, as an SVG path.
    pub path: String,
}

/// The drawing's width and height.
pub const SIZE: (u32, u32) = (320, 384);
/// Pixels for a centimetre.
const SCALE: f64 = 20.0;
/// The place of the canonical face's origin.
const ORIGIN: (f64, f64) = (160.0, 174.0);
/// Half the face's width and height in centimetres, and how high its middle is.
const HALF: (f64, f64) = (7.7, 8.8);
const MIDDLE: f64 = -0.5;
/// How far out, as a share of the half, the face is seen best from the front.
const AHEAD: f64 = 0.55;
/// The poses that show a part of the face; nearer and farther show all of it.
const SHOWING: [View; 5] = [View::Centre, View::Left, View::Right, View::Up, View::Down];

/// The parts of the face, as in a mirror: the person's left is on the left.
pub fn parts(coverage: Coverage) -> Vec<Part> {
    let places: Vec<[f64; 3]> = canonical::points().collect();
    let mut paths = SHOWING.map(|view| (view, String::new()));
    for corners in canonical::triangles() {
        let [Some(a), Some(b), Some(c)] = corners.map(|corner| places.get(corner).copied()) else { continue };
        let best = shown_best_by([a, b, c]);
        for (_, path) in paths.iter_mut().filter(|(view, _)| *view == best) {
            outline(path, [a, b, c]);
        }
    }
    paths.into_iter().map(|(view, path)| Part { is_covered: coverage.has(view), path }).collect()
}

fn outline(path: &mut String, corners: [[f64; 3]; 3]) {
    let mut command = 'M';
    for [x, y, _] in corners {
        let (right, down) = ((ORIGIN.0 - x * SCALE).round(), (ORIGIN.1 - y * SCALE).round());
        // Writing to a text does not fail.
        let written = write!(path, "{command}{right} {down}");
        debug_assert!(written.is_ok());
        command = 'L';
    }
    path.push('Z');
}

/// The pose that shows a triangle best, by its place: a face turned to the person's left shows its right side, and a
/// raised chin shows itself.
fn shown_best_by(corners: [[f64; 3]; 3]) -> View {
    let middle = |axis: fn(&[f64; 3]) -> f64| corners.iter().map(axis).sum::<f64>() / 3.0;
    let (aside, up) = (middle(|[x, ..]| *x) / HALF.0, middle(|[_, y, _]| *y - MIDDLE) / HALF.1);
    if aside.hypot(up) < AHEAD {
        return View::Centre;
    }
    match aside.abs() >= up.abs() {
        true if aside < 0.0 => View::Left,
        true => View::Right,
        false if up < 0.0 => View::Up,
        false => View::Down,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_triangle_is_in_one_part_and_within_the_drawing() {
        let parts = parts(Coverage::NONE.with(View::Centre));
        let triangles: usize = parts.iter().map(|part| part.path.matches('Z').count()).sum();
        assert_eq!((parts.len(), triangles), (5, 898));
        assert!(parts.iter().all(|part| part.path.matches('Z').count() > 50), "no part is empty");
        let numbers = |part: &Part| -> Vec<(f64, f64)> {
            let corners = part.path.split(['M', 'L', 'Z']).filter(|corner| !corner.is_empty());
            corners
                .map(|corner| corner.split_once(' ').unwrap())
                .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
                .collect()
        };
        for (x, y) in parts.iter().flat_map(numbers) {
            assert!(x >= 0.0 && x <= f64::from(SIZE.0) && y >= 0.0 && y <= f64::from(SIZE.1), "{x} {y}");
        }
    }

    #[test]
    fn a_pose_marks_the_side_that_it_shows() {
        let only = |view: View| -> Vec<bool> {
            parts(Coverage::NONE.with(view)).iter().map(|part| part.is_covered).collect()
        };
        assert_eq!(only(View::Centre), [true, false, false, false, false]);
        assert_eq!(only(View::Up), [false, false, false, true, false]);
        assert_eq!(only(View::Near), [false; 5]);
        // A turn to the left shows the cheek on the person's right, and a raised chin the chin.
        let at = |x: f64, y: f64| shown_best_by([[x, y, 0.0]; 3]);
        assert_eq!((at(-7.0, 1.0), at(7.0, 1.0), at(0.5, -8.0)), (View::Left, View::Right, View::Up));
        assert_eq!((at(0.5, 7.5), at(1.0, -2.0)), (View::Down, View::Centre));
    }
}
