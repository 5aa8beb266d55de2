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
///
/// Written with plain loops and indices: it runs for a hundred thousand pixels of every frame, in unoptimised builds too.
#[expect(
    clippy::indexing_slicing,
    reason = "numeric kernel; `corner` answers only with places inside the picture"
)]
pub fn square(picture: &Picture, map: &Affine, side: usize, border: Border) -> Picture {
    let rgb = picture.rgb();
    let mut pixels = vec![0; side * side * 3];
    let mut at = 0;
    for y in 0..side {
        for x in 0..side {
            let place = map.apply(Point { x: x as f32, y: y as f32 });
            let (left, top) = (below(place.x), below(place.y));
            let (part_x, part_y) = (place.x - left as f32, place.y - top as f32);
            let nw = corner(picture, left, top, border);
            let ne = corner(picture, left + 1, top, border);
            let sw = corner(picture, left, top + 1, border);
            let se = corner(picture, left + 1, top + 1, border);
            let mut channel = 0;
            while channel < 3 {
                let values = [
                    if nw == OUTSIDE { 0.0 } else { f32::from(rgb[nw + channel]) },
                    if ne == OUTSIDE { 0.0 } else { f32::from(rgb[ne + channel]) },
                    if sw == OUTSIDE { 0.0 } else { f32::from(rgb[sw + channel]) },
                    if se == OUTSIDE { 0.0 } else { f32::from(rgb[se + channel]) },
                ];
                let upper = values[0] + (values[1] - values[0]) * part_x;
                let lower = values[2] + (values[3] - values[2]) * part_x;
                pixels[at] = (upper + (lower - upper) * part_y + 0.5) as u8;
                at += 1;
                channel += 1;
            }
        }
    }
    Picture { width: side, height: side, pixels: pixels.into() }
}

/// Stands for a place outside a picture whose border is black.
const OUTSIDE: usize = usize::MAX;

/// Where a pixel's three values begin.
fn corner(picture: &Picture, x: i32, y: i32, border: Border) -> usize {
    let (right, bottom) = (picture.width as i32 - 1, picture.height as i32 - 1);
    let inside = x >= 0 && y >= 0 && x <= right && y <= bottom;
    if !inside && matches!(border, Border::Black) {
        return OUTSIDE;
    }
    let x = if x < 0 {
        0
    } else if x > right {
        right
    } else {
        x
    };
    let y = if y < 0 {
        0
    } else if y > bottom {
        bottom
    } else {
        y
    };
    (y as usize * picture.width + x as usize) * 3
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
