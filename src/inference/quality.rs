//! How usable a face's picture is: light, sharpness, size. Measured here, judged in `domain::face`.

use crate::domain::face::observation::FrameQuality;

use super::{image::Picture, tensor::luma};

/// Measures an aligned face. At one size for all faces, a small face in a large frame counts as less sharp.
pub fn of_face(aligned: &Picture, eye_distance: f32) -> FrameQuality {
    FrameQuality { exposure: exposure(aligned), sharpness: sharpness(aligned), eye_distance }
}

/// Mean luma of a whole picture, 0..255.
pub fn exposure(picture: &Picture) -> f32 {
    let pixels = picture.rgb().as_chunks::<3>().0;
    let sum: f64 = pixels.iter().map(|pixel| f64::from(luma(*pixel))).sum();
    (sum / pixels.len().max(1) as f64) as f32
}

/// Variance of the Laplacian: how much neighbouring pixels differ from what lies around them.
fn sharpness(picture: &Picture) -> f32 {
    let row = |y: usize| picture.row(y).as_chunks::<3>().0;
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for y in 1..picture.height().saturating_sub(1) {
        for ((up, around), down) in
            row(y - 1).iter().skip(1).zip(row(y).windows(3)).zip(row(y + 1).iter().skip(1))
        {
            if let [left, centre, right] = around {
                let beside = luma(*up) + luma(*down) + luma(*left) + luma(*right);
                let response = f64::from(beside - 4.0 * luma(*centre));
                (count, sum, squares) = (count + 1.0, sum + response, squares + response * response);
            }
        }
    }
    let count = f64::max(count, 1.0);
    (squares / count - (sum / count) * (sum / count)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_picture_has_no_sharpness_and_its_own_exposure() {
        let quality = of_face(&Picture::from_rgb(8, 8, vec![90; 192]).unwrap(), 40.0);
        assert!(quality.sharpness < 1e-3);
        assert!((quality.exposure - 90.0).abs() < 0.1);
        assert_eq!(quality.eye_distance, 40.0);
    }

    #[test]
    fn one_bright_pixel_is_sharper_than_a_ramp() {
        let picture = |value: fn(usize) -> u8| {
            Picture::from_rgb(8, 8, (0..64).flat_map(|place| [value(place); 3]).collect()).unwrap()
        };
        assert!(sharpness(&picture(|place| (place % 8) as u8 * 10)) < 1e-3);
        // Four neighbours of 70 and one response of -280 among 36: mean 0, variance (4 * 70² + 280²) / 36.
        let dot = sharpness(&picture(|place| if place == 27 { 70 } else { 0 }));
        assert!((dot - 98_000.0 / 36.0).abs() < 0.5);
    }
}
