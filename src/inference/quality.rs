//! How usable a face's picture is: light, sharpness, size. Measured here, judged in `domain::face`.

use crate::domain::face::observation::FrameQuality;

use super::{image::Picture, tensor::luma};

/// Measures an aligned face. At one size for all faces, a small face in a large frame counts as less sharp.
pub fn of_face(aligned: &Picture, eye_distance: f32) -> FrameQuality {
    let luma = luma(aligned);
    FrameQuality {
        exposure: mean(&luma),
        sharpness: laplacian_variance(&luma, aligned.width()),
        eye_distance,
    }
}

/// Mean luma of a whole picture, 0..255.
pub fn exposure(picture: &Picture) -> f32 {
    mean(&luma(picture))
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

/// Variance of the Laplacian: how much neighbouring pixels differ from what lies around them.
fn laplacian_variance(luma: &[f32], width: usize) -> f32 {
    let rows: Vec<&[f32]> = luma.chunks_exact(width.max(1)).collect();
    let mut responses = Vec::with_capacity(luma.len());
    for window in rows.windows(3) {
        let [above, here, below] = window else { continue };
        for ((up, around), down) in above.iter().skip(1).zip(here.windows(3)).zip(below.iter().skip(1)) {
            if let [left, centre, right] = around {
                responses.push(up + down + left + right - 4.0 * centre);
            }
        }
    }
    let middle = mean(&responses);
    responses.iter().map(|value| (value - middle).powi(2)).sum::<f32>() / responses.len().max(1) as f32
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
        let ramp: Vec<f32> = (0..64).map(|i| (i % 8) as f32 * 10.0).collect();
        let mut dot = vec![0.0; 64];
        dot[27] = 70.0;
        assert!(laplacian_variance(&ramp, 8) < 1e-3);
        // Four neighbours of 70 and one response of -280 among 36: mean 0, variance (4 * 70² + 280²) / 36.
        assert!((laplacian_variance(&dot, 8) - 98_000.0 / 36.0).abs() < 0.5);
    }
}
