//! Whether someone who came nearer and went farther has depth: with every step a head's perspective changes as its size
//! does, a flat picture's does not ([`perspective`](super::perspective)).
//!
//! One step is too little to tell by: the mesh is off by about as much as a comfortable step changes. Over a whole walk the
//! errors even out, what is the same in all frames (a lens, a mesh that is off for this face) falls out of the slope, and a
//! frame or two on which the mesh fails do not move its median.

use super::{observation::ObservedFace, perspective};

/// How much two faces must differ in size for a slope between them to say anything.
const LEAST_STEP: f32 = 0.1;

/// How much perspective changes for each time that the face grows by its own size at the centre: the median of the slopes
/// between every two faces of a walk (Theil and Sen's estimator). By the lengths alone it is the eyes' distance over the
/// distance to the camera, 0.18 for a head at half a metre; the mesh shows about half of it. `None` where no two faces differ
/// enough in size.
pub fn slope<'a>(centre: &ObservedFace, faces: impl IntoIterator<Item = &'a ObservedFace>) -> Option<f32> {
    let changes = faces.into_iter().filter_map(|face| perspective::change(centre, face));
    let moved = changes.map(|change| (change.scale, change.magnification));
    let points: Vec<(f32, f32)> = std::iter::once((1.0, 0.0)).chain(moved).collect();
    let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
    for (n, (scale, magnification)) in points.iter().enumerate() {
        let others = points.iter().take(n).map(|(other, changed)| (scale - other, magnification - changed));
        slopes
            .extend(others.filter(|(step, _)| step.abs() >= LEAST_STEP).map(|(step, change)| change / step));
    }
    slopes.sort_by(f32::total_cmp);
    slopes.get(slopes.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::face::sample::Look;

    fn faces(flat: bool, scales: &[f32]) -> Vec<ObservedFace> {
        let look = |scale: &f32| Look { scale: *scale, flat, ..Look::at(0.0, 0.0) };
        scales.iter().map(|scale| look(scale).observe().face.unwrap()).collect()
    }

    fn slope_of(flat: bool, scales: &[f32]) -> Option<f32> {
        let faces = faces(flat, scales);
        slope(&faces[0], &faces)
    }

    #[test]
    fn a_head_that_walks_has_a_slope_and_a_picture_has_none() {
        for walk in [&[1.0, 1.3, 1.0, 1.3][..], &[1.0, 0.75, 1.0, 0.75], &[1.0, 1.3, 0.75, 1.3]] {
            assert!(slope_of(false, walk).unwrap() > 0.05, "{walk:?}");
            assert!(slope_of(true, walk).is_none_or(|slope| slope.abs() < 0.001), "{walk:?}");
        }
    }

    #[test]
    fn a_frame_on_which_the_mesh_fails_changes_little() {
        let mut walk = faces(false, &[1.0, 1.3, 1.3, 1.0, 1.0, 0.75, 0.75]);
        let right = slope(&walk[0], &walk).unwrap();
        walk[2].mesh.iter_mut().enumerate().for_each(|(n, point)| point[0] *= 1.0 + (n % 7) as f32 / 30.0);
        let shaken = slope(&walk[0], &walk).unwrap();
        assert!((shaken / right - 1.0).abs() < 0.3, "{right} {shaken}");
    }

    #[test]
    fn whoever_stays_where_they_are_says_nothing_of_depth() {
        assert!(slope_of(false, &[1.0, 1.01, 0.99]).is_none());
        assert!(slope_of(false, &[1.0]).is_none());
    }

    #[test]
    fn faces_without_a_mesh_say_nothing() {
        let mut bare = faces(false, &[1.0, 1.3]);
        bare.iter_mut().for_each(|face| face.mesh.clear());
        assert!(slope(&bare[0], &bare).is_none());
    }
}
