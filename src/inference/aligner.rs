//! Brings a face to the place where the embedder expects it: 112x112 pixels, eyes level.

use crate::domain::face::observation::Point;

use super::{
    image::Picture,
    warp::{Affine, Border, square},
};

/// Side of an aligned face in pixels.
pub const SIDE: usize = 112;

/// Where the five points belong (the ArcFace template): right eye, left eye, nose tip, right and left mouth corner.
pub(super) const PLACES: [Point; 5] = [
    Point { x: 38.2946, y: 51.6963 },
    Point { x: 73.5318, y: 51.5014 },
    Point { x: 56.0252, y: 71.7366 },
    Point { x: 41.5493, y: 92.3655 },
    Point { x: 70.7299, y: 92.2041 },
];

/// The aligned face; `None` when the five points are one.
pub fn align(picture: &Picture, landmarks: &[Point; 5]) -> Option<Picture> {
    let to_aligned = Affine::similarity(landmarks, &PLACES)?;
    Some(square(picture, &to_aligned.inverse()?, SIDE, Border::Black))
}
