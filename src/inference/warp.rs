//! Affine maps of the plane, and pictures seen through them.

use crate::domain::face::observation::Point;

use super::image::Picture;

/// An affine map of the plane: `x' = a x + b y + c`, `y' = d x + e y + f`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// The two rows `[a, b, c]` and `[d, e, f]`.
    pub rows: [[f32; 3]; 2],
}

impl Affine {
    /// Where a point goes.
    pub fn apply(&self, point: Point) -> Point {
        let [[a, b, c], [d, e, f]] = self.rows;
        Point { x: a * point.x + b * point.y + c, y: d * point.x + e * point.y + f }
    }

    /// The map back; `None` when this one folds the plane.
    pub fn inverse(&self) -> Option<Self> {
        let [[a, b, c], [d, e, f]] = self.rows;
        let area = a * e - b * d;
        area.is_normal().then(|| Self {
            rows: [
                [e / area, -b / area, (b * f - c * e) / area],
                [-d / area, a / area, (c * d - a * f) / area],
            ],
        })
    }

    /// The map that a square of `size` pixels has from its own `side` pixels onto a picture, centred on `centre` and
    /// turned by `angle` radians.
    pub fn from_square(side: usize, centre: Point, size: f32, angle: f32) -> Self {
        let (sin, cos) = angle.sin_cos();
        let (scale, half) = (size / side as f32, size / 2.0);
        Self {
            rows: [
                [cos * scale, -sin * scale, centre.x - cos * half + sin * half],
                [sin * scale, cos * scale, centre.y - sin * half - cos * half],
            ],
        }
    }

    /// The similarity (turn, uniform scale, shift; no mirror) that carries `from` nearest to `onto` by least squares:
    /// Umeyama's solution, which in the plane has a closed form. `None` when all points of `from` coincide.
    pub fn similarity<const N: usize>(from: &[Point; N], onto: &[Point; N]) -> Option<Self> {
        let (from_centre, onto_centre) = (centroid(from), centroid(onto));
        let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(onto) {
            let (px, py) = (p.x - from_centre.x, p.y - from_centre.y);
            let (qx, qy) = (q.x - onto_centre.x, q.y - onto_centre.y);
            along += px * qx + py * qy;
            across += px * qy - py * qx;
            spread += px * px + py * py;
        }
        let (a, b) = (along / spread, across / spread);
        (a.is_finite() && b.is_finite()).then(|| Self {
            rows: [
                [a, -b, onto_centre.x - a * from_centre.x + b * from_centre.y],
                [b, a, onto_centre.y - b * from_centre.x - a * from_centre.y],
            ],
        })
    }
}

fn centroid(points: &[Point]) -> Point {
    let count = points.len() as f32;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.x, y + point.y));
    Point { x: x / count, y: y / count }
}

/// What lies beyond a picture's edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// Black.
    Black,
    /// The nearest pixel of the picture.
    Nearest,
}

/// A square of `side` pixels, each seen bilinearly where `map` carries its place onto `picture`.
pub fn square(picture: &Picture, map: &Affine, side: usize, border: Border) -> Picture {
    let mut pixels = vec![0; side * side * 3];
    let mut places = pixels.as_chunks_mut::<3>().0.iter_mut();
    each(picture, map, side, border, |seen| {
        if let Some(place) = places.next() {
            *place = seen.map(|value| (value + 0.5) as u8);
        }
    });
    Picture { width: side, height: side, pixels: pixels.into() }
}

/// The same as values 0..1, rows of red, green, blue, in memory that was used before.
pub fn unit_square(picture: &Picture, map: &Affine, side: usize, border: Border, values: &mut Vec<f32>) {
    const STEP: f32 = 1.0 / 255.0;
    values.resize(side * side * 3, 0.0);
    let mut places = values.as_chunks_mut::<3>().0.iter_mut();
    each(picture, map, side, border, |seen| {
        if let Some(place) = places.next() {
            *place = seen.map(|value| value * STEP);
        }
    });
}

/// What is seen at each place of a square, row by row. It runs for a hundred thousand pixels of every frame: inside the
/// picture the four neighbours lie in two runs of six bytes.
#[inline(always)]
fn each(picture: &Picture, map: &Affine, side: usize, border: Border, mut put: impl FnMut([f32; 3])) {
    let (rgb, stride) = (picture.rgb(), picture.width * 3);
    let (right, bottom) = (picture.width as i32 - 1, picture.height as i32 - 1);
    let [[a, b, c], [d, e, f]] = map.rows;
    for y in 0..side {
        let (row_x, row_y) = (b * y as f32 + c, e * y as f32 + f);
        for x in 0..side {
            let (x, y) = (a * x as f32 + row_x, d * x as f32 + row_y);
            let (left, top) = (below(x), below(y));
            let parts = (x - left as f32, y - top as f32);
            let is_inside = left >= 0 && top >= 0 && left < right && top < bottom;
            let at = (top as usize).wrapping_mul(stride).wrapping_add((left as usize).wrapping_mul(3));
            let run = |at: usize| rgb.get(at..).and_then(|rest| rest.first_chunk::<6>());
            put(match (is_inside, run(at), run(at.wrapping_add(stride))) {
                (true, Some(upper), Some(lower)) => blend(upper, lower, parts),
                _ => {
                    let corner = |x: i32, y: i32| corner(picture, x, y, border);
                    let upper = join(corner(left, top), corner(left + 1, top));
                    blend(&upper, &join(corner(left, top + 1), corner(left + 1, top + 1)), parts)
                }
            });
        }
    }
}

/// Between two pixels of one row and the two below them.
#[inline(always)]
fn blend(upper: &[u8; 6], lower: &[u8; 6], (part_x, part_y): (f32, f32)) -> [f32; 3] {
    let [a, b, c, d, e, f] = upper.map(f32::from);
    let [g, h, i, j, k, l] = lower.map(f32::from);
    let between = |nw: f32, ne: f32, sw: f32, se: f32| {
        let (upper, lower) = (nw + (ne - nw) * part_x, sw + (se - sw) * part_x);
        upper + (lower - upper) * part_y
    };
    [between(a, d, g, j), between(b, e, h, k), between(c, f, i, l)]
}

fn join([a, b, c]: [u8; 3], [d, e, f]: [u8; 3]) -> [u8; 6] {
    [a, b, c, d, e, f]
}

/// A pixel, or what stands for it beyond the edge.
fn corner(picture: &Picture, x: i32, y: i32, border: Border) -> [u8; 3] {
    let (right, bottom) = (picture.width as i32 - 1, picture.height as i32 - 1);
    let inside = x >= 0 && y >= 0 && x <= right && y <= bottom;
    if !inside && matches!(border, Border::Black) {
        return [0; 3];
    }
    let (x, y) = (x.clamp(0, right.max(0)) as usize, y.clamp(0, bottom.max(0)) as usize);
    let at = (y * picture.width + x) * 3;
    picture.rgb().get(at..).and_then(|rest| rest.first_chunk::<3>().copied()).unwrap_or_default()
}

/// The next whole number below; a wild value is held where additions cannot overflow.
fn below(value: f32) -> i32 {
    const FAR: f32 = 1e6;
    let held = value.clamp(-FAR, FAR);
    let whole = held as i32;
    if (whole as f32) > held { whole - 1 } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    fn near(a: Point, b: Point) -> bool {
        (a.x - b.x).abs() < 1e-3 && (a.y - b.y).abs() < 1e-3
    }

    #[test]
    fn similarity_finds_the_turn_scale_and_shift_that_were_applied() {
        let known = Affine { rows: [[1.2, -0.9, 30.0], [0.9, 1.2, -7.0]] };
        let from = [point(0.0, 0.0), point(10.0, 1.0), point(5.0, 6.0), point(1.0, 11.0), point(9.0, 12.0)];
        let found = Affine::similarity(&from, &from.map(|p| known.apply(p))).unwrap();
        assert!(from.iter().all(|p| near(found.apply(*p), known.apply(*p))));
    }

    #[test]
    fn similarity_never_mirrors() {
        let from = [point(0.0, 0.0), point(1.0, 0.0), point(0.0, 2.0)];
        let mirrored = from.map(|p| point(-p.x, p.y));
        let [[a, b, _], [c, d, _]] = Affine::similarity(&from, &mirrored).unwrap().rows;
        assert!(a * d - b * c > 0.0);
    }

    #[test]
    fn points_that_coincide_have_no_similarity() {
        assert!(Affine::similarity(&[point(3.0, 3.0); 5], &[point(1.0, 2.0); 5]).is_none());
    }

    #[test]
    fn a_map_and_its_inverse_lead_back() {
        let map = Affine { rows: [[2.0, 0.5, 3.0], [-1.0, 1.5, 4.0]] };
        let there = map.apply(point(7.0, -2.0));
        assert!(near(map.inverse().unwrap().apply(there), point(7.0, -2.0)));
        assert!(Affine { rows: [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]] }.inverse().is_none());
    }

    #[test]
    fn a_square_is_centred_and_turned() {
        let map = Affine::from_square(256, point(100.0, 50.0), 128.0, 0.3);
        assert!(near(map.apply(point(128.0, 128.0)), point(100.0, 50.0)));
        let right = map.apply(point(256.0, 128.0));
        assert!(near(right, point(100.0 + 64.0 * 0.3_f32.cos(), 50.0 + 64.0 * 0.3_f32.sin())));
    }

    #[test]
    fn between_four_pixels_lies_their_mean_and_beyond_the_edge_the_border() {
        let picture = Picture::from_rgb(2, 2, [[0; 3], [100; 3], [100; 3], [200; 3]].concat()).unwrap();
        let half = Affine { rows: [[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]] };
        assert_eq!(&square(&picture, &half, 1, Border::Black).rgb()[..3], [100; 3]);
        let outside = Affine { rows: [[1.0, 0.0, 5.0], [0.0, 1.0, 5.0]] };
        assert_eq!(&square(&picture, &outside, 1, Border::Black).rgb()[..3], [0; 3]);
        assert_eq!(&square(&picture, &outside, 1, Border::Nearest).rgb()[..3], [200; 3]);
    }

    #[test]
    fn a_wild_map_gives_a_picture_and_no_panic() {
        let picture = Picture::from_rgb(2, 2, vec![7; 12]).unwrap();
        for value in [f32::NAN, f32::INFINITY, f32::MAX, f32::MIN] {
            let map = Affine { rows: [[value, 0.0, value], [0.0, value, value]] };
            assert_eq!(square(&picture, &map, 4, Border::Nearest).rgb().len(), 48);
            assert_eq!(square(&picture, &map, 4, Border::Black).rgb().len(), 48);
        }
    }
}
