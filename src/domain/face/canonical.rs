//! The canonical face: nobody's, 468 points and 898 triangles. Maps of faces are laid into its frame ([`super::face_map`]),
//! and it is what a person is shown of theirs.

mod points;
mod triangles;

use std::sync::LazyLock;

use points::POINTS;
use triangles::TRIANGLES;

/// A point in space: x to the subject's left, y up, z towards the camera.
pub type Place = [f64; 3];

/// How many points the canonical face has: those of the mesh without the ten of the irises, which follow the gaze.
pub const SKIN: usize = POINTS.len();

/// The canonical face's points in centimetres, numbered as the mesh model numbers them.
pub fn points() -> impl ExactSizeIterator<Item = Place> {
    POINTS.iter().map(|place| place.map(|value| f64::from(value) / 1000.0))
}

/// The canonical face's triangles, each as three numbers of points, counter-clockwise seen from outside.
pub fn triangles() -> impl ExactSizeIterator<Item = [usize; 3]> {
    TRIANGLES.iter().map(|corners| corners.map(usize::from))
}

/// Where the canonical face's surface looks at each of its points: unit vectors.
pub(super) fn normals() -> &'static [Place] {
    static NORMALS: LazyLock<Vec<Place>> = LazyLock::new(|| {
        let places: Vec<Place> = points().collect();
        let mut sums = vec![[0.0; 3]; places.len()];
        for corners in triangles() {
            let [Some(a), Some(b), Some(c)] = corners.map(|corner| places.get(corner).copied()) else {
                continue;
            };
            // As long as twice the triangle's area, so that large triangles count for more.
            let normal = cross(minus(b, a), minus(c, a));
            for corner in corners {
                sums.get_mut(corner).into_iter().for_each(|sum| *sum = plus(*sum, normal));
            }
        }
        sums.into_iter().map(|sum| times(sum, 1.0 / dot(sum, sum).sqrt())).collect()
    });
    &NORMALS
}

pub(super) fn plus([a, b, c]: Place, [x, y, z]: Place) -> Place {
    [a + x, b + y, c + z]
}

pub(super) fn minus([a, b, c]: Place, [x, y, z]: Place) -> Place {
    [a - x, b - y, c - z]
}

pub(super) fn times([a, b, c]: Place, factor: f64) -> Place {
    [a * factor, b * factor, c * factor]
}

pub(super) fn dot([a, b, c]: Place, [x, y, z]: Place) -> f64 {
    a * x + b * y + c * z
}

fn cross([a, b, c]: Place, [x, y, z]: Place) -> Place {
    [b * z - c * y, c * x - a * z, a * y - b * x]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_face_is_a_face_that_looks_at_the_camera() {
        let places: Vec<Place> = points().collect();
        assert_eq!((places.len(), triangles().len()), (468, 898));
        assert!(triangles().flatten().all(|corner| corner < SKIN));
        // Right eye, left eye, tip of the nose, forehead, chin.
        let [right, left, nose, forehead, chin] = [33, 263, 4, 10, 152].map(|index| places[index]);
        assert!(right[0] < -4.0 && left[0] > 4.0 && (right[0] + left[0]).abs() < 1e-9);
        assert!(nose[2] > forehead[2] && nose[2] > chin[2] && forehead[1] > nose[1] && nose[1] > chin[1]);
    }

    #[test]
    fn its_surface_looks_outwards() {
        let normals = normals();
        assert!(normals.iter().all(|normal| (dot(*normal, *normal) - 1.0).abs() < 1e-9));
        assert!(normals[4][2] > 0.9, "the tip of the nose looks ahead");
        assert!(normals[234][0] < -0.7 && normals[454][0] > 0.7, "the edges look aside");
    }
}
