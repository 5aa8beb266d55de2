//! Finds faces: YuNet, a box and five points for each.

use zeroize::Zeroize;

use crate::domain::face::observation::{Bounds, Point};

use super::{
    image::Picture,
    resize::{Part, resize},
    runtime::{RuntimeFault, Session},
    tensor::{Colours, lay_halved, lay_planes},
};

/// Longest side that the network sees where its points are used. They move with the size at which it sees a face, so
/// pictures that are compared are all brought to one size.
const LONGEST_SIDE: usize = 640;
/// Longest side where a box and rough points are enough: a quarter of the cost.
const ROUGH_SIDE: usize = 320;
/// How far beyond a face's box the network looks when it measures that face again, as a share of the box's longer side.
const SURROUNDINGS: f32 = 0.25;
/// The coarsest grid's cell; sizes are padded to a multiple of it.
const COARSEST: usize = 32;
/// The grids, from fine to coarse: pixels per cell.
const STRIDES: [usize; 3] = [8, 16, 32];
/// Least confidence of a face.
pub const LEAST_CONFIDENCE: f32 = 0.6;
/// Two boxes that overlap more than this are one face.
const MOST_OVERLAP: f32 = 0.3;
/// A face narrower than this share of the largest one is in the background and not counted.
const BACKGROUND_SHARE: f32 = 0.25;

/// A face that the detector found, in pixels of the picture.
#[derive(Clone)]
pub struct Detection {
    /// The box.
    pub bounds: Bounds,
    /// Confidence, 0..1.
    pub confidence: f32,
    /// Right eye, left eye, nose tip, right and left mouth corner, as the subject's own sides.
    pub landmarks: [Point; 5],
}

impl Detection {
    /// Distance between the eyes in pixels.
    pub fn eye_distance(&self) -> f32 {
        let [right, left, ..] = self.landmarks;
        (left.x - right.x).hypot(left.y - right.y)
    }

    fn shifted(mut self, x: f32, y: f32) -> Self {
        (self.bounds.x, self.bounds.y) = (self.bounds.x + x, self.bounds.y + y);
        self.landmarks = self.landmarks.map(|point| Point { x: point.x + x, y: point.y + y });
        self
    }
}

/// The detector, and the memory that its input is laid out in.
pub struct Detector {
    session: Session,
    values: Vec<f32>,
}

/// How the network's pixels relate to the picture's.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Input {
    width: usize,
    height: usize,
    /// Network pixels per picture pixel.
    scale: f32,
}

impl Detector {
    /// Takes the model.
    pub fn new(session: Session) -> Self {
        Self { session, values: Vec::new() }
    }

    /// The faces of a picture, the largest first; faces far in the background are left out.
    pub fn detect(&mut self, picture: &Picture) -> Result<Vec<Detection>, RuntimeFault> {
        let input = match resized(picture, LONGEST_SIDE) {
            Some((seen, scale)) => lay(&seen, Part::whole(&seen), scale, &mut self.values),
            None => lay(picture, Part::whole(picture), 1.0, &mut self.values),
        };
        self.run(input)
    }

    /// The same, seen small: the box and the points are less exact by a sixteenth of the face, in a quarter of the time.
    pub fn detect_roughly(&mut self, picture: &Picture) -> Result<Vec<Detection>, RuntimeFault> {
        let input = lay_roughly(picture, &mut self.values);
        self.run(input)
    }

    /// A face that was found roughly, as [`Self::detect`] finds it; `None` where that finds none there.
    pub fn detect_at(
        &mut self,
        picture: &Picture,
        bounds: &Bounds,
    ) -> Result<Option<Detection>, RuntimeFault> {
        Ok(nearest(self.detect(picture)?.into_iter(), bounds))
    }

    /// Nearly the same for a third of the cost: only the face's surroundings are looked at, and the network's points hang a
    /// little on what lies beyond them.
    pub fn detect_around(
        &mut self,
        picture: &Picture,
        bounds: &Bounds,
    ) -> Result<Option<Detection>, RuntimeFault> {
        let resized = resized(picture, LONGEST_SIDE);
        let (seen, scale) = resized.as_ref().map_or((picture, 1.0), |(seen, scale)| (seen, *scale));
        let part = around(seen, bounds, scale);
        let input = lay(seen, part, scale, &mut self.values);
        let (left, top) = (part.left as f32 / scale, part.top as f32 / scale);
        let found = self.run(input)?.into_iter().map(|face| face.shifted(left, top));
        Ok(nearest(found, bounds))
    }

    /// Wipes what is left of the last picture.
    pub fn wipe(&mut self) {
        self.values.zeroize();
    }

    fn run(&mut self, input: Input) -> Result<Vec<Detection>, RuntimeFault> {
        let Input { width, height, scale } = input;
        let shape = [1, 3, height, width];
        self.session.run_with(&shape, &self.values, |outputs| post(outputs, width, height, scale))
    }
}

/// The face that covers a box best, if any covers it as one face would.
fn nearest(faces: impl Iterator<Item = Detection>, bounds: &Bounds) -> Option<Detection> {
    let shared = |face: &Detection| overlap(&face.bounds, bounds);
    faces.filter(|face| shared(face) > MOST_OVERLAP).max_by(|a, b| shared(a).total_cmp(&shared(b)))
}

/// The picture with its longest side at this length, and new pixels per old one; `None` where it has it already.
fn resized(picture: &Picture, side: usize) -> Option<(Picture, f32)> {
    let longest = picture.width().max(picture.height());
    let length = |old: usize| ((old * side + longest / 2) / longest).max(1);
    (longest != side).then(|| {
        (resize(picture, length(picture.width()), length(picture.height())), side as f32 / longest as f32)
    })
}

/// Lays out a part of a picture, padded to whole cells.
fn lay(seen: &Picture, part: Part, scale: f32, values: &mut Vec<f32>) -> Input {
    let (width, height) = (part.width.next_multiple_of(COARSEST), part.height.next_multiple_of(COARSEST));
    lay_planes(seen, part, Colours::Bgr, (width, height), values);
    Input { width, height, scale }
}

/// Lays out a picture at a small size; a smaller one, such as a hint frame, as it is.
fn lay_roughly(picture: &Picture, values: &mut Vec<f32>) -> Input {
    let (width, height) = (picture.width(), picture.height());
    let longest = width.max(height);
    if longest <= ROUGH_SIDE {
        return lay(picture, Part::whole(picture), 1.0, values);
    }
    if longest == 2 * ROUGH_SIDE && width % 2 == 0 && height % 2 == 0 {
        let (width, height) =
            ((width / 2).next_multiple_of(COARSEST), (height / 2).next_multiple_of(COARSEST));
        lay_halved(picture, Colours::Bgr, (width, height), values);
        return Input { width, height, scale: 0.5 };
    }
    match resized(picture, ROUGH_SIDE) {
        Some((seen, scale)) => lay(&seen, Part::whole(&seen), scale, values),
        None => lay(picture, Part::whole(picture), 1.0, values),
    }
}

/// A face's box with its surroundings, in whole cells of the coarsest grid, so that the network's grids lie as they do
/// over the whole picture.
fn around(seen: &Picture, bounds: &Bounds, scale: f32) -> Part {
    let margin = bounds.width.max(bounds.height) * SURROUNDINGS;
    let side = |start: f32, length: f32, most: usize| {
        let from = ((start - margin) * scale).clamp(0.0, most.saturating_sub(1) as f32) as usize;
        let to = ((start + length + margin) * scale).clamp(0.0, most as f32).ceil() as usize;
        let from = from / COARSEST * COARSEST;
        (from, to.next_multiple_of(COARSEST).min(most).saturating_sub(from).max(1))
    };
    let (left, width) = side(bounds.x, bounds.width, seen.width());
    let (top, height) = side(bounds.y, bounds.height, seen.height());
    Part { left, top, width, height }
}

/// Reads the network's outputs (`cls`, `obj`, `bbox`, `kps`, each for strides 8, 16, 32) into faces of the picture.
pub fn post(outputs: &[impl AsRef<[f32]>], width: usize, height: usize, scale: f32) -> Vec<Detection> {
    let mut found = Vec::new();
    for (grid, stride) in STRIDES.into_iter().enumerate() {
        let part =
            |kind: usize| outputs.get(kind * STRIDES.len() + grid).map(AsRef::as_ref).unwrap_or_default();
        let (columns, rows) = (width / stride, height / stride);
        let cells =
            part(0).iter().zip(part(1)).zip(part(2).as_chunks::<4>().0).zip(part(3).as_chunks::<10>().0);
        for (cell, (((class, object), bounds), points)) in cells.enumerate().take(columns * rows) {
            let confidence = (class.clamp(0.0, 1.0) * object.clamp(0.0, 1.0)).sqrt();
            if confidence >= LEAST_CONFIDENCE {
                let (column, row) = ((cell % columns) as f32, (cell / columns) as f32);
                found.push(face(confidence, bounds, points, column, row, stride as f32 / scale));
            }
        }
    }
    foreground(suppress(found))
}

/// One cell's face. Offsets are in cells; sizes are logarithms of cells.
fn face(
    confidence: f32,
    bounds: &[f32; 4],
    points: &[f32; 10],
    column: f32,
    row: f32,
    cell: f32,
) -> Detection {
    let [x, y, width, height] = *bounds;
    let (width, height) = (width.exp() * cell, height.exp() * cell);
    let mut landmarks = [Point { x: 0.0, y: 0.0 }; 5];
    for (landmark, [x, y]) in landmarks.iter_mut().zip(points.as_chunks::<2>().0) {
        *landmark = Point { x: (x + column) * cell, y: (y + row) * cell };
    }
    let bounds =
        Bounds { x: (column + x) * cell - width / 2.0, y: (row + y) * cell - height / 2.0, width, height };
    Detection { bounds, confidence, landmarks }
}

/// Keeps the surest of every group of boxes that cover each other.
fn suppress(mut found: Vec<Detection>) -> Vec<Detection> {
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut kept: Vec<Detection> = Vec::new();
    for face in found {
        if kept.iter().all(|other| overlap(&face.bounds, &other.bounds) <= MOST_OVERLAP) {
            kept.push(face);
        }
    }
    kept
}

/// Intersection over union of two boxes.
fn overlap(a: &Bounds, b: &Bounds) -> f32 {
    let width = (a.x + a.width).min(b.x + b.width) - a.x.max(b.x);
    let height = (a.y + a.height).min(b.y + b.height) - a.y.max(b.y);
    let shared = width.max(0.0) * height.max(0.0);
    shared / (a.width * a.height + b.width * b.height - shared)
}

/// The largest first, without those in the background.
fn foreground(mut faces: Vec<Detection>) -> Vec<Detection> {
    faces.sort_by(|a, b| area(&b.bounds).total_cmp(&area(&a.bounds)));
    let widest = faces.first().map_or(0.0, |face| face.bounds.width);
    faces.retain(|face| face.bounds.width >= widest * BACKGROUND_SHARE);
    faces
}

fn area(bounds: &Bounds) -> f32 {
    bounds.width * bounds.height
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(width: usize, height: usize) -> Vec<Vec<f32>> {
        let cells = |stride: usize| (width / stride) * (height / stride);
        [1, 1, 4, 10].iter().flat_map(|size| STRIDES.map(|stride| vec![0.0; cells(stride) * size])).collect()
    }

    #[test]
    fn a_cell_becomes_a_box_in_pixels_of_the_picture() {
        let mut outputs = outputs(64, 64);
        // Stride 16 is grid 1; cell (column 2, row 1) of 4 columns is number 6.
        outputs[1][6] = 0.81;
        outputs[4][6] = 1.0;
        outputs[7][24..28].copy_from_slice(&[0.5, 0.25, 2.0_f32.ln(), 3.0_f32.ln()]);
        outputs[10][60..70].copy_from_slice(&[0.0, 0.0, 1.0, 0.0, 0.5, 0.5, 0.0, 1.0, 1.0, 1.0]);
        let faces = post(&outputs, 64, 64, 0.5);
        let [face] = faces.as_slice() else { panic!("{} faces", faces.len()) };
        assert!((face.confidence - 0.9).abs() < 1e-5);
        let Bounds { x, y, width, height } = face.bounds;
        assert!((width - 64.0).abs() < 1e-3 && (height - 96.0).abs() < 1e-3);
        assert!((x - (80.0 - 32.0)).abs() < 1e-3 && (y - (40.0 - 48.0)).abs() < 1e-3);
        assert!((face.landmarks[1].x - 96.0).abs() < 1e-3 && (face.landmarks[1].y - 32.0).abs() < 1e-3);
        assert!((face.eye_distance() - 32.0).abs() < 1e-3);
    }

    #[test]
    fn one_face_found_twice_is_one_face_and_the_surer_finding_stays() {
        let mut outputs = outputs(64, 64);
        for (cell, class) in [(5, 0.7), (6, 0.9)] {
            outputs[1][cell] = class;
            outputs[4][cell] = 1.0;
            outputs[7][cell * 4..cell * 4 + 4].copy_from_slice(&[0.0, 0.0, 4.0_f32.ln(), 4.0_f32.ln()]);
        }
        let faces = post(&outputs, 64, 64, 1.0);
        assert_eq!(faces.len(), 1);
        assert!((faces[0].confidence - 0.9_f32.sqrt()).abs() < 1e-5);
    }

    #[test]
    fn a_face_far_in_the_background_is_not_counted_and_one_beside_is() {
        let face = |x: f32, width: f32| Detection {
            bounds: Bounds { x, y: 0.0, width, height: width },
            confidence: 0.9,
            landmarks: [Point { x: 0.0, y: 0.0 }; 5],
        };
        let kept = foreground(vec![face(0.0, 20.0), face(200.0, 60.0), face(400.0, 100.0)]);
        assert_eq!(kept.iter().map(|face| face.bounds.width).collect::<Vec<_>>(), [100.0, 60.0]);
    }

    /// What the network would be given for a grey picture, and the values.
    fn laid(width: usize, height: usize, lay: fn(&Picture, &mut Vec<f32>) -> Input) -> (Input, Vec<f32>) {
        let mut values = Vec::new();
        let picture = Picture::from_rgb(width, height, vec![9; width * height * 3]).unwrap();
        (lay(&picture, &mut values), values)
    }

    #[test]
    fn every_picture_is_brought_to_one_size_and_padded_to_whole_cells() {
        let whole = |picture: &Picture, values: &mut Vec<f32>| match resized(picture, LONGEST_SIDE) {
            Some((seen, scale)) => lay(&seen, Part::whole(&seen), scale, values),
            None => lay(picture, Part::whole(picture), 1.0, values),
        };
        assert_eq!(laid(1280, 700, whole).0, Input { width: 640, height: 352, scale: 0.5 });
        assert_eq!(laid(320, 160, whole).0, Input { width: 640, height: 320, scale: 2.0 });
        let (camera, values) = laid(640, 470, whole);
        assert_eq!(camera, Input { width: 640, height: 480, scale: 1.0 });
        assert_eq!((values[469 * 640], values[470 * 640]), (9.0, 0.0));
    }

    #[test]
    fn a_rough_look_sees_a_picture_small_and_a_hint_frame_as_it_is() {
        let (camera, values) = laid(640, 480, lay_roughly);
        assert_eq!(camera, Input { width: 320, height: 256, scale: 0.5 });
        assert_eq!((values[239 * 320], values[240 * 320]), (9.0, 0.0));
        assert_eq!(laid(1280, 720, lay_roughly).0, Input { width: 320, height: 192, scale: 0.25 });
        assert_eq!(laid(320, 240, lay_roughly).0, Input { width: 320, height: 256, scale: 1.0 });
    }

    #[test]
    fn a_second_look_at_a_face_sees_whole_cells_around_it() {
        let picture = Picture::from_rgb(640, 480, vec![9; 640 * 480 * 3]).unwrap();
        let face = Bounds { x: 200.0, y: 150.0, width: 100.0, height: 120.0 };
        let part = around(&picture, &face, 1.0);
        assert_eq!(part, Part { left: 160, top: 96, width: 192, height: 224 });
        let corner = Bounds { x: -20.0, y: 400.0, width: 100.0, height: 120.0 };
        assert_eq!(around(&picture, &corner, 1.0), Part { left: 0, top: 352, width: 128, height: 128 });
        let wild = Bounds { x: f32::NAN, y: f32::INFINITY, width: f32::MAX, height: f32::NAN };
        assert!(around(&picture, &wild, 1.0).width >= 1);
    }
}
