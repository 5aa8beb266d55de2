//! Lays one set of points over another by turning, scaling and shifting it, so that weighted squares are least
//! (B. K. P. Horn, Closed-form solution of absolute orientation using unit quaternions, JOSA A 4, 1987).

use super::canonical::{Place, dot, minus, plus, times};

/// How points are laid over others.
pub struct Alignment {
    scale: f64,
    rotation: [Place; 3],
    from: Place,
    to: Place,
}

/// Squarings of a matrix, each of which doubles how often it was multiplied with itself: 2^12 steps of the power method.
const SQUARINGS: usize = 12;

/// Least spread of a body as a share of how far it is from nought, squared: below is what rounding leaves.
const EXTENT: f64 = 1e-12;

impl Alignment {
    /// The best one; `None` where the points make no body in space.
    pub fn between(from: &[Place], to: &[Place], weights: &[f64]) -> Option<Self> {
        let (centre_from, centre_to) = (centre(from, weights)?, centre(to, weights)?);
        let mut products = [[0.0; 3]; 3];
        let mut spread = 0.0;
        for ((a, b), weight) in from.iter().zip(to).zip(weights) {
            let (a, b) = (minus(*a, centre_from), minus(*b, centre_to));
            spread += weight * dot(a, a);
            for (row, value) in products.iter_mut().zip(a) {
                *row = plus(*row, times(b, weight * value));
            }
        }
        let total: f64 = weights.iter().sum();
        if spread.is_nan() || spread <= EXTENT * total * dot(centre_from, centre_from) {
            return None;
        }
        let rotation = turned(largest_axis(quaternion_form(products))?);
        // What the turned points have in common with their targets.
        let [r0, r1, r2] = rotation;
        let [p0, p1, p2] = products;
        let columns = [[p0[0], p1[0], p2[0]], [p0[1], p1[1], p2[1]], [p0[2], p1[2], p2[2]]];
        let [c0, c1, c2] = columns;
        let scale = (dot(r0, c0) + dot(r1, c1) + dot(r2, c2)) / spread;
        (scale.is_normal() && scale > 0.0).then_some(Self {
            scale,
            rotation,
            from: centre_from,
            to: centre_to,
        })
    }

    /// Where a point comes to lie.
    pub fn apply(&self, place: Place) -> Place {
        let from = minus(place, self.from);
        plus(self.to, times(self.rotation.map(|row| dot(row, from)), self.scale))
    }

    /// Where a direction comes to point.
    pub fn turn(&self, direction: Place) -> Place {
        self.rotation.map(|row| dot(row, direction))
    }
}

fn centre(places: &[Place], weights: &[f64]) -> Option<Place> {
    let total: f64 = weights.iter().sum();
    let sum =
        places.iter().zip(weights).fold([0.0; 3], |sum, (place, weight)| plus(sum, times(*place, *weight)));
    (total.is_normal() && places.len() == weights.len()).then(|| times(sum, 1.0 / total))
}

/// Horn's symmetric matrix, whose axis of the largest eigenvalue is the rotation's quaternion.
fn quaternion_form([x, y, z]: [Place; 3]) -> [[f64; 4]; 4] {
    let [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = [x, y, z];
    [
        [xx + yy + zz, yz - zy, zx - xz, xy - yx],
        [yz - zy, xx - yy - zz, xy + yx, zx + xz],
        [zx - xz, xy + yx, yy - xx - zz, yz + zy],
        [xy - yx, zx + xz, yz + zy, zz - xx - yy],
    ]
}

/// The eigenvector of the largest eigenvalue, by the power method on a matrix that is shifted until none is negative.
fn largest_axis(mut matrix: [[f64; 4]; 4]) -> Option<[f64; 4]> {
    let size = matrix.iter().flatten().map(|value| value * value).sum::<f64>().sqrt();
    for (n, row) in matrix.iter_mut().enumerate() {
        row.iter_mut().skip(n).take(1).for_each(|value| *value += size);
    }
    for _ in 0..SQUARINGS {
        let trace: f64 = matrix.iter().enumerate().filter_map(|(n, row)| row.get(n)).sum();
        if !trace.is_normal() {
            return None;
        }
        matrix = squared(matrix.map(|row| row.map(|value| value / trace)));
    }
    // Every column is now a multiple of the axis; the longest is the least rounded.
    let longest = matrix.into_iter().max_by(|a, b| length(a).total_cmp(&length(b)))?;
    let length = length(&longest);
    length.is_normal().then(|| longest.map(|value| value / length))
}

fn squared(matrix: [[f64; 4]; 4]) -> [[f64; 4]; 4] {
    // Symmetric, so that rows are columns.
    matrix.map(|row| matrix.map(|column| row.iter().zip(column).map(|(a, b)| a * b).sum()))
}

fn length(vector: &[f64; 4]) -> f64 {
    vector.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// The rotation of a unit quaternion.
fn turned([w, x, y, z]: [f64; 4]) -> [Place; 3] {
    [
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::face::canonical::points;

    #[test]
    fn a_turned_scaled_and_shifted_body_is_laid_back_where_it_was() {
        let places: Vec<Place> = points().collect();
        let (sin, cos) = 0.7_f64.sin_cos();
        let move_away = |[x, y, z]: Place| {
            let [x, z] = [x * cos + z * sin, z * cos - x * sin];
            let [y, z] = [y * cos + z * sin, z * cos - y * sin];
            [40.0 * x + 300.0, -40.0 * y + 200.0, -40.0 * z]
        };
        let moved: Vec<Place> = places.iter().copied().map(move_away).collect();
        let weights: Vec<f64> = (0..places.len()).map(|n| 1.0 + (n % 3) as f64).collect();
        let back = Alignment::between(&moved, &places, &weights).unwrap();
        for (place, away) in places.iter().zip(&moved) {
            let off = minus(back.apply(*away), *place);
            assert!(dot(off, off).sqrt() < 1e-6);
        }
    }

    #[test]
    fn points_without_extent_are_laid_over_nothing() {
        let places: Vec<Place> = points().collect();
        let weights = vec![1.0; places.len()];
        assert!(Alignment::between(&vec![[1.0; 3]; places.len()], &places, &weights).is_none());
        assert!(Alignment::between(&places, &places, &vec![0.0; places.len()]).is_none());
        assert!(Alignment::between(&[], &[], &[]).is_none());
    }
}
