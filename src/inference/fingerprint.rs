//! A frame's fingerprint, computed while its pixels are there anyway: two difference hashes, and a hash of each block of the
//! ground. What they are compared for is `domain::face::fingerprint`'s to say.
//!
//! It reads every fourth pixel of every fourth row, and every fourth row of the ground: a sixteenth and a quarter of the frame.

use crate::domain::face::{
    fingerprint::{BLOCKS, Fingerprint, PictureHash},
    observation::{Bounds, ObservedFace},
};

use super::image::Picture;

/// Rows and pixels that are passed over between two that are read.
const STRIDE: usize = 4;
/// Cells of a difference hash: each of 8 rows has 9, which makes 8 differences.
const CELLS: (usize, usize) = (9, 8);
/// Blocks of the ground, across and down.
const GROUND: (usize, usize) = (8, BLOCKS / 8);
/// Least difference between the brightest and the darkest pixel of a block that can be compared.
const CONTRAST: u8 = 24;
/// How far around the detector's box a head, its hair and its shadow may reach, as shares of the box.
const HEAD: (f32, f32) = (0.6, 0.5);
/// The side of the square that is hashed as the face, in distances between the eyes.
const FACE: f32 = 3.2;

/// Computes a frame's fingerprint.
pub fn of_frame(picture: &Picture, face: &ObservedFace) -> Fingerprint {
    let all = Bounds { x: 0.0, y: 0.0, width: picture.width() as f32, height: picture.height() as f32 };
    let [right, left, nose, ..] = face.landmarks;
    let side = FACE * face.quality.eye_distance;
    let (x, y) = ((right.x + left.x) / 2.0, (right.y + left.y + 2.0 * nose.y) / 4.0);
    let around = Bounds { x: x - side / 2.0, y: y - side / 2.0, width: side, height: side };
    Fingerprint {
        whole: difference_hash(picture, &all),
        face: difference_hash(picture, &around),
        ground: ground(picture, &face.bounds),
    }
}

/// The brightness of a pixel, roughly.
fn brightness(pixel: &[u8]) -> u32 {
    match pixel {
        [red, green, blue] => u32::from(*red) + 2 * u32::from(*green) + u32::from(*blue),
        _ => 0,
    }
}

/// Whether each cell is darker than the next one in its row.
fn difference_hash(picture: &Picture, within: &Bounds) -> PictureHash {
    let (columns, rows) = CELLS;
    // A small face is read pixel by pixel, so that each cell has some.
    let stride = ((within.width / (columns * STRIDE) as f32) as usize).clamp(1, STRIDE);
    let column = edges(within.x, within.width, columns, picture.width());
    let row = edges(within.y, within.height, rows, picture.height());
    let mut bits = 0;
    for lines in row.windows(2) {
        let [top, bottom] = lines else { continue };
        let mut before = None;
        for sides in column.windows(2) {
            let [left, right] = sides else { continue };
            let mean = mean_brightness(picture, (*left, *right), (*top, *bottom), stride);
            if let Some(before) = before.replace(mean) {
                bits = bits << 1 | u64::from(mean > before);
            }
        }
    }
    PictureHash(bits)
}

/// The pixels at which the cells begin and end, within the picture.
fn edges(start: f32, length: f32, cells: usize, most: usize) -> Vec<usize> {
    let edge = |n: usize| (start + length * n as f32 / cells as f32).round().clamp(0.0, most as f32) as usize;
    (0..=cells).map(edge).collect()
}

/// The mean brightness of a cell in 64ths; nothing outside the picture.
fn mean_brightness(picture: &Picture, columns: (usize, usize), rows: (usize, usize), stride: usize) -> u32 {
    let (mut sum, mut count) = (0, 0);
    for y in (rows.0..rows.1).step_by(stride) {
        let line = picture.row(y).get(columns.0 * 3..columns.1 * 3).unwrap_or_default();
        for pixel in line.chunks_exact(3).step_by(stride) {
            sum += brightness(pixel);
            count += 1;
        }
    }
    (sum * 64).checked_div(count).unwrap_or_default()
}

/// A hash of each block that lies beside the head and has some contrast.
fn ground(picture: &Picture, face: &Bounds) -> [Option<u32>; BLOCKS] {
    let (across, down) = GROUND;
    let (width, height) = (picture.width() / across, picture.height() / down);
    let head =
        (face.x - HEAD.0 * face.width..face.x + (1.0 + HEAD.0) * face.width, face.y - HEAD.1 * face.height);
    let mut blocks = [None; BLOCKS];
    for (n, block) in blocks.iter_mut().enumerate() {
        let (x, y) = (n % across * width, n / across * height);
        // Below the chin are the shoulders, which move with the head.
        let is_beside = (x as f32) > head.0.end || ((x + width) as f32) < head.0.start;
        let is_above = ((y + height) as f32) < head.1;
        if is_beside || is_above {
            *block = block_hash(picture, x, y, (width, height));
        }
    }
    blocks
}

/// FNV-1a over the green of every fourth row.
fn block_hash(picture: &Picture, x: usize, y: usize, (width, height): (usize, usize)) -> Option<u32> {
    let (mut hash, mut darkest, mut brightest) = (0x811c_9dc5_u32, u8::MAX, u8::MIN);
    for line in (y..y + height).step_by(STRIDE) {
        let line = picture.row(line).get(x * 3..(x + width) * 3)?;
        for pixel in line.chunks_exact(3) {
            let green = pixel.get(1).copied().unwrap_or_default();
            (darkest, brightest) = (darkest.min(green), brightest.max(green));
            hash = (hash ^ u32::from(green)).wrapping_mul(0x0100_0193);
        }
    }
    (brightest.saturating_sub(darkest) >= CONTRAST).then_some(hash)
}
