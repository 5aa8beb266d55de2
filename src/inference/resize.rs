//! Brings a picture to another size: larger by interpolation, smaller by area, where every new pixel is the mean of what it
//! covers.
//!
//! The detector's points decide how a face is aligned, and under a filter that blurs, skips or rounds early they move
//! by as much as an embedding notices. So both filters are exact, and are the ones that the thresholds were measured with.

use super::image::Picture;

/// One old pixel's share in a new one.
struct Share {
    from: usize,
    weight: f32,
}

/// A part of a picture in whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Part {
    /// All of a picture.
    pub fn whole(picture: &Picture) -> Self {
        Self { left: 0, top: 0, width: picture.width(), height: picture.height() }
    }
}

/// The picture at another size.
pub fn resize(picture: &Picture, width: usize, height: usize) -> Picture {
    let whole = Part::whole(picture);
    match width < whole.width || height < whole.height {
        true => resample(picture, &covered(whole.width, width), &covered(whole.height, height)),
        false => interpolate(picture, whole, width, height),
    }
}

/// A part of a picture at another size, every new pixel interpolated between four, also where that skips some.
pub fn interpolate(picture: &Picture, part: Part, width: usize, height: usize) -> Picture {
    let columns = between(part.left, part.width, width);
    let mut pixels = Vec::with_capacity(width * height * 3);
    for row in between(part.top, part.height, height) {
        let (upper, lower) = (picture.row(row.before), picture.row(row.after));
        for column in &columns {
            let seen = |row: &[u8], place: usize| {
                row.get(place * 3..).and_then(|rest| rest.first_chunk::<3>().copied())
            };
            let corners = [
                seen(upper, column.before),
                seen(upper, column.after),
                seen(lower, column.before),
                seen(lower, column.after),
            ];
            let [nw, ne, sw, se] = corners.map(|corner| corner.unwrap_or_default().map(f32::from));
            let blend = |((nw, ne), (sw, se)): ((f32, f32), (f32, f32))| {
                let upper = nw * (1.0 - column.part) + ne * column.part;
                let lower = sw * (1.0 - column.part) + se * column.part;
                (upper * (1.0 - row.part) + lower * row.part + 0.5) as u8
            };
            pixels.extend(nw.into_iter().zip(ne).zip(sw.into_iter().zip(se)).map(blend));
        }
    }
    Picture { width, height, pixels: pixels.into() }
}

/// The two old pixels that a new one lies between, and how far it is on the way from one to the other.
struct Between {
    before: usize,
    after: usize,
    part: f32,
}

/// For each of `to` new pixels along `length` old ones from `start` on: the two that its centre lies between.
fn between(start: usize, length: usize, to: usize) -> Vec<Between> {
    let step = length as f32 / to as f32;
    let last = length.saturating_sub(1);
    let place = |new: usize| {
        let place = ((new as f32 + 0.5) * step - 0.5).clamp(0.0, last as f32);
        let before = place as usize;
        Between { before: start + before, after: start + (before + 1).min(last), part: place.fract() }
    };
    (0..to).map(place).collect()
}

/// For each of `to` new pixels along `from` old ones: which of those it covers, and how much of it each fills.
fn covered(from: usize, to: usize) -> Vec<Vec<Share>> {
    let step = from as f32 / to as f32;
    let shares = |new: usize| {
        let (start, end) = (new as f32 * step, ((new + 1) as f32 * step).min(from as f32));
        (start as usize..from.min(end.ceil() as usize))
            .map(|old| (old, end.min(old as f32 + 1.0) - start.max(old as f32)))
            .filter(|(_, covered)| *covered > 0.0)
            .map(|(old, covered)| Share { from: old, weight: covered / (end - start) })
            .collect()
    };
    (0..to).map(shares).collect()
}

/// Sums the shares, first along the rows, then along the columns.
fn resample(picture: &Picture, columns: &[Vec<Share>], rows: &[Vec<Share>]) -> Picture {
    let (width, height) = (columns.len(), rows.len());
    let mut narrow: Vec<Option<Vec<f32>>> = vec![None; picture.height()];
    let mut pixels = vec![0; width * height * 3];
    for (target, shares) in pixels.chunks_exact_mut((width * 3).max(1)).zip(rows) {
        let mut sum = vec![0.0; width * 3];
        for share in shares {
            if let Some(row) = narrow.get_mut(share.from) {
                let row = row.get_or_insert_with(|| resample_row(picture.row(share.from), columns));
                add(&mut sum, row, share.weight);
            }
        }
        for (value, sum) in target.iter_mut().zip(&sum) {
            *value = (sum + 0.5) as u8;
        }
    }
    Picture { width, height, pixels: pixels.into() }
}

#[expect(clippy::indexing_slicing, reason = "numeric kernel; both slices have the new row's length")]
fn add(sum: &mut [f32], row: &[f32], weight: f32) {
    let mut at = 0;
    while at < sum.len() {
        sum[at] += row[at] * weight;
        at += 1;
    }
}

#[expect(clippy::indexing_slicing, reason = "numeric kernel; shares name places inside the row only")]
fn resample_row(row: &[u8], columns: &[Vec<Share>]) -> Vec<f32> {
    let mut narrow = Vec::with_capacity(columns.len() * 3);
    for shares in columns {
        let (mut red, mut green, mut blue) = (0.0, 0.0, 0.0);
        for share in shares {
            let at = share.from * 3;
            red += row[at] as f32 * share.weight;
            green += row[at + 1] as f32 * share.weight;
            blue += row[at + 2] as f32 * share.weight;
        }
        narrow.extend([red, green, blue]);
    }
    narrow
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[u8]) -> Picture {
        Picture::from_rgb(values.len(), 1, values.iter().flat_map(|v| [*v; 3]).collect()).unwrap()
    }

    fn reds(picture: &Picture) -> Vec<u8> {
        picture.rgb().iter().step_by(3).copied().collect()
    }

    #[test]
    fn a_smaller_pictures_pixel_is_the_mean_of_what_it_covers() {
        // Three old pixels under two new ones: the middle one is shared.
        assert_eq!(reds(&resize(&row(&[0, 90, 240]), 2, 1)), [30, 190]);
        assert_eq!(reds(&resize(&row(&[0, 90, 240]), 1, 1)), [110]);
    }

    #[test]
    fn a_larger_pictures_pixel_lies_between_the_old_ones_centres() {
        assert_eq!(reds(&resize(&row(&[0, 100]), 4, 1)), [0, 25, 75, 100]);
    }

    #[test]
    fn a_part_is_resized_without_its_surroundings() {
        let part = Part { left: 1, top: 0, width: 2, height: 1 };
        assert_eq!(
            reds(&interpolate(&row(&[250, 0, 100, 250]), part, 4, 2)),
            [0, 25, 75, 100, 0, 25, 75, 100]
        );
    }

    #[test]
    fn the_shares_of_a_new_pixel_are_a_whole() {
        for (from, to) in [(1024, 640), (1920, 640), (451, 282), (7, 7)] {
            for shares in covered(from, to) {
                assert!((shares.iter().map(|share| share.weight).sum::<f32>() - 1.0).abs() < 1e-3);
            }
        }
    }
}
