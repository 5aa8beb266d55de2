//! Pictures as the numbers that models take. Plain loops: these run over every pixel, in unoptimised builds too.

use super::image::Picture;

/// The order in which a model wants the colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colours {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
}

/// Three planes of `width` x `height` values 0..255, the picture in the upper left and zeros beyond it.
#[expect(clippy::indexing_slicing, reason = "numeric kernel; sizes are asserted by the minimum of both")]
pub fn planes(picture: &Picture, colours: Colours, width: usize, height: usize) -> Vec<f32> {
    let order = match colours {
        Colours::Rgb => [0, 1, 2],
        Colours::Bgr => [2, 1, 0],
    };
    let plane = width * height;
    let mut values = vec![0.0; plane * 3];
    let (columns, rows) = (picture.width().min(width), picture.height().min(height));
    let rgb = picture.rgb();
    let mut y = 0;
    while y < rows {
        let (mut from, mut to) = (y * picture.width() * 3, y * width);
        let end = to + columns;
        while to < end {
            values[to] = rgb[from + order[0]] as f32;
            values[to + plane] = rgb[from + order[1]] as f32;
            values[to + 2 * plane] = rgb[from + order[2]] as f32;
            from += 3;
            to += 1;
        }
        y += 1;
    }
    values
}

/// Rows of red, green, blue as 0..1.
pub fn unit_pixels(picture: &Picture) -> Vec<f32> {
    const STEP: f32 = 1.0 / 255.0;
    picture.rgb().iter().map(|value| f32::from(*value) * STEP).collect()
}

/// Luma of every pixel, 0..255 (ITU-R BT.601).
pub fn luma(picture: &Picture) -> Vec<f32> {
    picture
        .rgb()
        .as_chunks::<3>()
        .0
        .iter()
        .map(|[red, green, blue]| {
            0.299 * f32::from(*red) + 0.587 * f32::from(*green) + 0.114 * f32::from(*blue)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_pixels() -> Picture {
        Picture::from_rgb(2, 1, vec![10, 20, 30, 40, 50, 60]).unwrap()
    }

    #[test]
    fn planes_are_in_the_models_order_and_padded_with_zeros() {
        let values = planes(&two_pixels(), Colours::Bgr, 3, 2);
        let blue = [30.0, 60.0, 0.0, 0.0, 0.0, 0.0];
        let green = [20.0, 50.0, 0.0, 0.0, 0.0, 0.0];
        let red = [10.0, 40.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(values, [blue, green, red].concat());
        assert_eq!(planes(&two_pixels(), Colours::Rgb, 2, 1), [10.0, 40.0, 20.0, 50.0, 30.0, 60.0]);
    }

    #[test]
    fn unit_pixels_keep_their_order() {
        assert!((unit_pixels(&two_pixels())[5] - 60.0 / 255.0).abs() < 1e-6);
    }

    #[test]
    fn luma_of_grey_is_grey() {
        let grey = Picture::from_rgb(1, 1, vec![100, 100, 100]).unwrap();
        assert!((luma(&grey)[0] - 100.0).abs() < 1e-3);
    }
}
