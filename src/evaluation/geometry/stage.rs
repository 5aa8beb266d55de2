//! A stage: a textured body before a pinhole camera. It plays a head that comes nearer, made of a portrait and of the depth
//! that the mesh model gave it, or the portrait itself as a flat picture.

use crate::{
    domain::face::{
        canonical::{self, Place, SKIN},
        observation::ObservedFace,
    },
    inference::image::Picture,
};

/// Distance between the outer corners of an adult's eyes in centimetres: that of the canonical face.
pub const EYES: f64 = 8.9;
/// The camera's picture.
const SIZE: (usize, usize) = (640, 480);
/// The camera's focal length in pixels: 60° across, as in a laptop or a phone held upright.
const FOCAL: f64 = 554.0;
/// The edge of the face in the mesh, in order.
const EDGE: [usize; 36] = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176,
    149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];
/// Rings about the edge that carry hair, neck and what is behind: how wide, and how many centimetres behind it.
const RINGS: [(f64, f64); 3] = [(1.35, 4.0), (2.2, 8.0), (8.0, 10.0)];
/// Cells of a flat picture along each side: textures are laid straight over each triangle.
const CELLS: usize = 24;

/// Points of a portrait, where they stand in space (centimetres about the face's middle, x right, y down, z away from the
/// camera), and the triangles between them.
pub struct Body {
    texture: Vec<[f64; 2]>,
    places: Vec<Place>,
    triangles: Vec<[usize; 3]>,
}

/// How a body stands before the camera.
#[derive(Clone, Copy)]
pub struct Stand {
    /// Centimetres to the camera.
    pub distance: f64,
    /// Degrees to the image's right.
    pub yaw: f64,
    /// Degrees, chin down.
    pub pitch: f64,
}

/// Turns pixels of a portrait into centimetres about its face's middle.
struct Ruler {
    middle: [f64; 2],
    unit: f64,
}

impl Ruler {
    fn of(face: &ObservedFace) -> Option<Self> {
        let [right, left] = [33, 263].map(|eye| face.mesh.get(eye));
        let ([x0, y0, _], [x1, y1, _]) = (right?, left?);
        let eyes = f64::from(x1 - x0).hypot(f64::from(y1 - y0));
        let skin = face.mesh.get(..SKIN)?;
        let [x, y] = [0, 1]
            .map(|axis| skin.iter().filter_map(|place| place.get(axis)).map(|v| f64::from(*v)).sum::<f64>());
        eyes.is_normal().then(|| Self { middle: [x, y].map(|sum| sum / SKIN as f64), unit: EYES / eyes })
    }

    fn place(&self, [x, y]: [f64; 2], z: f64) -> Place {
        [(x - self.middle[0]) * self.unit, (y - self.middle[1]) * self.unit, z]
    }
}

impl Body {
    /// A head: the mesh with its own depth, and rings about it. `None` without a mesh.
    pub fn head(face: &ObservedFace) -> Option<Self> {
        let ruler = Ruler::of(face)?;
        let skin = face.mesh.get(..SKIN)?;
        let mean = skin.iter().map(|[.., z]| f64::from(*z)).sum::<f64>() / SKIN as f64;
        let depth = |z: f32| (f64::from(z) - mean) * ruler.unit;
        let mut texture: Vec<[f64; 2]> = skin.iter().map(|[x, y, _]| [*x, *y].map(f64::from)).collect();
        let mut places: Vec<Place> =
            texture.iter().zip(skin).map(|(at, [.., z])| ruler.place(*at, depth(*z))).collect();
        let edge: Vec<[f64; 2]> = EDGE.iter().filter_map(|place| texture.get(*place).copied()).collect();
        let back =
            EDGE.iter().filter_map(|place| skin.get(*place)).fold(0.0_f64, |z, [.., at]| z.max(depth(*at)));
        let [x, y] =
            edge.iter().fold([0.0; 2], |[x, y], [a, b]| [x + a, y + b]).map(|sum| sum / edge.len() as f64);
        let mut triangles: Vec<[usize; 3]> = canonical::triangles().collect();
        let mut inner: Vec<usize> = EDGE.to_vec();
        for (wide, behind) in RINGS {
            let start = texture.len();
            for [a, b] in &edge {
                let at = [x + (a - x) * wide, y + (b - y) * wide];
                texture.push(at);
                places.push(ruler.place(at, back + behind));
            }
            let outer: Vec<usize> = (start..texture.len()).collect();
            let next =
                |ring: &[usize]| ring.iter().copied().cycle().skip(1).take(ring.len()).collect::<Vec<_>>();
            let around = inner.iter().zip(next(&inner)).zip(outer.iter().zip(next(&outer)));
            triangles.extend(around.flat_map(|((a, b), (c, d))| [[*a, b, *c], [b, *c, d]]));
            inner = outer;
        }
        Some(Self { texture, places, triangles })
    }

    /// The portrait as a flat picture. `None` without a mesh.
    pub fn flat(face: &ObservedFace, portrait: &Picture) -> Option<Self> {
        let ruler = Ruler::of(face)?;
        let step = [portrait.width(), portrait.height()].map(|side| side as f64 / CELLS as f64);
        let grid = (0..=CELLS).flat_map(|row| (0..=CELLS).map(move |column| [column as f64, row as f64]));
        let texture: Vec<[f64; 2]> = grid.map(|[column, row]| [column * step[0], row * step[1]]).collect();
        let places = texture.iter().map(|at| ruler.place(*at, 0.0)).collect();
        let wide = CELLS + 1;
        let cells = (0..CELLS).flat_map(|row| (0..CELLS).map(move |column| row * wide + column));
        let triangles =
            cells.flat_map(|at| [[at, at + 1, at + wide], [at + 1, at + wide, at + wide + 1]]).collect();
        Some(Self { texture, places, triangles })
    }

    /// What the camera sees; what the body does not cover is grey.
    pub fn seen(&self, portrait: &Picture, stand: Stand) -> Option<Picture> {
        let corners: Vec<Corner> =
            self.places.iter().zip(&self.texture).map(|(place, at)| stand.project(*place, *at)).collect();
        let mut canvas = Canvas::new();
        for triangle in &self.triangles {
            let [Some(a), Some(b), Some(c)] = triangle.map(|corner| corners.get(corner)) else { continue };
            canvas.paint([a, b, c], portrait);
        }
        Picture::from_rgb(SIZE.0, SIZE.1, canvas.pixels)
    }
}

/// A point of a body in the camera's picture: where, how far away, and of which pixel of the portrait.
struct Corner {
    x: f64,
    y: f64,
    z: f64,
    of: [f64; 2],
}

impl Stand {
    fn project(self, [x, y, z]: Place, of: [f64; 2]) -> Corner {
        let (sin, cos) = self.yaw.to_radians().sin_cos();
        let [x, z] = [x * cos - z * sin, x * sin + z * cos];
        let (sin, cos) = self.pitch.to_radians().sin_cos();
        let [y, z] = [y * cos - z * sin, y * sin + z * cos];
        let z = (self.distance + z).max(1.0);
        Corner { x: SIZE.0 as f64 / 2.0 + x * FOCAL / z, y: SIZE.1 as f64 / 2.0 + y * FOCAL / z, z, of }
    }
}

/// The picture that is painted, and how far away what is painted is.
struct Canvas {
    pixels: Vec<u8>,
    depth: Vec<f64>,
}

impl Canvas {
    fn new() -> Self {
        let pixels = SIZE.0 * SIZE.1;
        Self { pixels: vec![110; 3 * pixels], depth: vec![f64::INFINITY; pixels] }
    }

    fn paint(&mut self, [a, b, c]: [&Corner; 3], portrait: &Picture) {
        let area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
        if area.abs() < 1e-9 {
            return;
        }
        let range = |low: f64, high: f64, most: usize| {
            (low.ceil().max(0.0) as usize)..((high.floor() + 1.0).clamp(0.0, most as f64) as usize)
        };
        let least = |axis: fn(&Corner) -> f64| axis(a).min(axis(b)).min(axis(c));
        let most = |axis: fn(&Corner) -> f64| axis(a).max(axis(b)).max(axis(c));
        for y in range(least(|p| p.y), most(|p| p.y), SIZE.1) {
            for x in range(least(|p| p.x), most(|p| p.x), SIZE.0) {
                let (px, py) = (x as f64, y as f64);
                let of_b = ((px - a.x) * (c.y - a.y) - (c.x - a.x) * (py - a.y)) / area;
                let of_c = ((b.x - a.x) * (py - a.y) - (px - a.x) * (b.y - a.y)) / area;
                let of_a = 1.0 - of_b - of_c;
                if of_a < -1e-9 || of_b < -1e-9 || of_c < -1e-9 {
                    continue;
                }
                let blend = |v: [f64; 3]| v[0] * of_a + v[1] * of_b + v[2] * of_c;
                let at = [blend([a.of[0], b.of[0], c.of[0]]), blend([a.of[1], b.of[1], c.of[1]])];
                self.set(y * SIZE.0 + x, blend([a.z, b.z, c.z]), sample(portrait, at));
            }
        }
    }

    fn set(&mut self, place: usize, depth: f64, colour: [u8; 3]) {
        let (Some(kept), Some(pixel)) =
            (self.depth.get_mut(place), self.pixels.get_mut(3 * place..3 * place + 3))
        else {
            return;
        };
        if depth < *kept {
            *kept = depth;
            pixel.copy_from_slice(&colour);
        }
    }
}

/// A portrait's colour between its pixels; beyond its edge, the edge's.
fn sample(portrait: &Picture, [x, y]: [f64; 2]) -> [u8; 3] {
    let (right, bottom) = (portrait.width() as f64 - 1.0, portrait.height() as f64 - 1.0);
    let (x, y) = (x.clamp(0.0, right), y.clamp(0.0, bottom));
    let (left, top) = (x.floor(), y.floor());
    let row = |y: f64| portrait.row(y.min(bottom) as usize);
    let value = |row: &[u8], x: f64, channel: usize| {
        row.get(3 * (x.min(right) as usize) + channel).copied().map(f64::from).unwrap_or_default()
    };
    let (upper, lower) = (row(top), row(top + 1.0));
    [0, 1, 2].map(|channel| {
        let along = |row: &[u8]| {
            value(row, left, channel) * (1.0 - (x - left)) + value(row, left + 1.0, channel) * (x - left)
        };
        (along(upper) * (1.0 - (y - top)) + along(lower) * (y - top)).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grey portrait with one white pixel in its middle, and a face of which only the eyes' distance matters.
    fn portrait() -> Picture {
        let mut pixels = vec![40; 3 * 101 * 101];
        pixels[3 * (50 * 101 + 50)..][..3].fill(255);
        Picture::from_rgb(101, 101, pixels).unwrap()
    }

    fn flat() -> Body {
        let ruler = Ruler { middle: [50.0, 50.0], unit: 0.2 };
        let texture = vec![[0.0, 0.0], [100.0, 0.0], [0.0, 100.0], [100.0, 100.0]];
        let places = texture.iter().map(|at| ruler.place(*at, 0.0)).collect();
        Body { texture, places, triangles: vec![[0, 1, 2], [1, 2, 3]] }
    }

    fn brightest(picture: &Picture) -> (usize, usize) {
        let place = picture.rgb().iter().enumerate().max_by_key(|(_, value)| **value).unwrap().0 / 3;
        (place % 640, place / 640)
    }

    #[test]
    fn what_is_in_the_middle_stays_there_and_the_picture_shrinks_with_distance() {
        let (portrait, body) = (portrait(), flat());
        let covered = |distance: f64| {
            let seen = body.seen(&portrait, Stand { distance, yaw: 0.0, pitch: 0.0 }).unwrap();
            assert_eq!(brightest(&seen), (320, 240));
            seen.rgb().chunks(3).filter(|pixel| pixel[0] != 110).count() as f64
        };
        let ratio = covered(50.0) / covered(100.0);
        assert!((ratio - 4.0).abs() < 0.1, "{ratio}");
    }

    #[test]
    fn the_nearer_of_two_hides_the_other() {
        let dark = Picture::from_rgb(1, 1, vec![0; 3]).unwrap();
        let light = Picture::from_rgb(1, 1, vec![255; 3]).unwrap();
        let corner = |x: f64, y: f64, z: f64| Corner { x, y, z, of: [0.0, 0.0] };
        let mut canvas = Canvas::new();
        let at = |z: f64| [corner(0.0, 0.0, z), corner(9.0, 0.0, z), corner(0.0, 9.0, z)];
        let [a, b, c] = at(20.0);
        canvas.paint([&a, &b, &c], &light);
        let [a, b, c] = at(30.0);
        canvas.paint([&a, &b, &c], &dark);
        assert_eq!(canvas.pixels[..3], [255; 3]);
    }
}
