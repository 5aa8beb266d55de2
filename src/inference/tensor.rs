//! Pictures as the numbers that models take. Plain loops: these run over every pixel, in unoptimised builds too.

use super::{image::Picture, resize::Part};

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
pub fn planes(picture: &Picture, colours: Colours, width: usize, height: usize) -> Vec<f32> {
    let mut values = Vec::new();
    lay_planes(picture, Part::whole(picture), colours, (width, height), &mut values);
    values
}

/// The same of a part of a picture, in memory that was used before.
#[expect(clippy::indexing_slicing, reason = "numeric kernel; sizes are held by the minimum of both")]
pub fn lay_planes(
    picture: &Picture,
    part: Part,
    colours: Colours,
    (width, height): (usize, usize),
    values: &mut Vec<f32>,
) {
    let order = match colours {
        Colours::Rgb => [0, 1, 2],
        Colours::Bgr => [2, 1, 0],
    };
    let plane = width * height;
    let columns = part.width.min(width).min(picture.width().saturating_sub(part.left));
    let rows = part.height.min(height).min(picture.height().saturating_sub(part.top));
    values.resize(plane * 3, 0.0);
    if (columns, rows) != (width, height) {
        values.fill(0.0);
    }
    let mut y = 0;
    while y < rows {
        let row = &picture.row(part.top + y)[part.left * 3..(part.left + columns) * 3];
        for (channel, from) in order.into_iter().enumerate() {
            let start = channel * plane + y * width;
            for (to, pixel) in values[start..start + columns].iter_mut().zip(row.as_chunks::<3>().0) {
                *to = f32::from(pixel[from]);
            }
        }
        y += 1;
    }
}

/// Three planes of a picture at half its size, every value the mean of the four that it covers, padded with zeros.
#[expect(clippy::indexing_slicing, reason = "numeric kernel; both rows have the picture's width")]
pub fn lay_halved(
    picture: &Picture,
    colours: Colours,
    (width, height): (usize, usize),
    values: &mut Vec<f32>,
) {
    let order = match colours {
        Colours::Rgb => [0, 1, 2],
        Colours::Bgr => [2, 1, 0],
    };
    let plane = width * height;
    let (columns, rows) = ((picture.width() / 2).min(width), (picture.height() / 2).min(height));
    values.resize(plane * 3, 0.0);
    if (columns, rows) != (width, height) {
        values.fill(0.0);
    }
    let mut y = 0;
    while y < rows {
        let (upper, lower) =
            (picture.row(2 * y).as_chunks::<6>().0, picture.row(2 * y + 1).as_chunks::<6>().0);
        for (channel, from) in order.into_iter().enumerate() {
            let start = channel * plane + y * width;
            for (to, (a, b)) in values[start..start + columns].iter_mut().zip(upper.iter().zip(lower)) {
                let sum =
                    u16::from(a[from]) + u16::from(a[from + 3]) + u16::from(b[from]) + u16::from(b[from + 3]);
                *to = f32::from(sum) * 0.25;
            }
        }
        y += 1;
    }
}

/// Luma of one pixel, 0..255 (ITU-R BT.601).
pub fn luma([red, green, blue]: [u8; 3]) -> f32 {
    0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
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
    fn memory_of_another_picture_leaves_nothing_behind() {
        let mut values = vec![9.0; 40];
        let part = Part { left: 1, top: 0, width: 1, height: 1 };
        lay_planes(&two_pixels(), part, Colours::Rgb, (2, 1), &mut values);
        assert_eq!(values, [40.0, 0.0, 50.0, 0.0, 60.0, 0.0]);
    }

    #[test]
    fn a_halved_pictures_value_is_the_mean_of_four() {
        let rows = [[10, 0, 0], [20, 0, 0], [30, 0, 4], [42, 0, 8]].concat();
        let mut values = Vec::new();
        lay_halved(&Picture::from_rgb(2, 2, rows).unwrap(), Colours::Bgr, (2, 1), &mut values);
        assert_eq!(values, [3.0, 0.0, 0.0, 0.0, 25.5, 0.0]);
    }

    #[test]
    fn luma_of_grey_is_grey() {
        assert!((luma([100, 100, 100]) - 100.0).abs() < 1e-3);
    }
}
