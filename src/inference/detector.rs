//! Finds faces: YuNet, a box and five points for each.

use std::cmp::Ordering;

use crate::domain::face::observation::{Bounds, Point};

use super::{
    image::Picture,
    resize::resize,
    runtime::{RuntimeFault, Session},
    tensor::{Colours, planes},
};

/// Longest side that the network sees. The network's points move with the size at which it sees a face, so pictures that
/// are compared are all brought to one size.
const LONGEST_SIDE: usize = 640;
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
}

/// The detector.
pub struct Detector {
    session: Session,
}

/// What the network takes, and how its pixels relate to the picture's.
pub struct Input {
    values: Vec<f32>,
    width: usize,
    height: usize,
    /// Network pixels per picture pixel.
    scale: f32,
}

impl Detector {
    /// Takes the model.
    pub fn new(session: Session) -> Self {
        Self { session }
    }

    /// The faces of a picture, the largest first; faces far in the background are left out.
    pub fn detect(&mut self, picture: &Picture) -> Result<Vec<Detection>, RuntimeFault> {
        self.run(&pre(picture))
    }

    /// The same for a hint frame: a small picture is seen as it is, in a quarter of the time and less exactly.
    pub fn detect_roughly(&mut self, picture: &Picture) -> Result<Vec<Detection>, RuntimeFault> {
        self.run(&pre_roughly(picture))
    }

    fn run(&mut self, input: &Input) -> Result<Vec<Detection>, RuntimeFault> {
        let outputs = self.session.run(&[1, 3, input.height, input.width], &input.values)?;
        Ok(post(&outputs, input.width, input.height, input.scale))
    }
}

/// Brings a picture to the network's longest side and pads to whole cells.
pub fn pre(picture: &Picture) -> Input {
    let longest = picture.width().max(picture.height());
    match longest.cmp(&LONGEST_SIDE) {
        Ordering::Equal => padded(picture, 1.0),
        _ => padded(&resized(picture, longest), LONGEST_SIDE as f32 / longest as f32),
    }
}

/// Brings only larger pictures to the network's longest side.
fn pre_roughly(picture: &Picture) -> Input {
    if picture.width().max(picture.height()) <= LONGEST_SIDE { padded(picture, 1.0) } else { pre(picture) }
}

fn resized(picture: &Picture, longest: usize) -> Picture {
    let length = |side: usize| ((side * LONGEST_SIDE + longest / 2) / longest).max(1);
    resize(picture, length(picture.width()), length(picture.height()))
}

fn padded(seen: &Picture, scale: f32) -> Input {
    let (width, height) = (seen.width().next_multiple_of(COARSEST), seen.height().next_multiple_of(COARSEST));
    Input { values: planes(seen, Colours::Bgr, width, height), width, height, scale }
}

/// Reads the network's outputs (`cls`, `obj`, `bbox`, `kps`, each for strides 8, 16, 32) into faces of the picture.
pub fn post(outputs: &[Vec<f32>], width: usize, height: usize, scale: f32) -> Vec<Detection> {
    let mut found = Vec::new();
    for (grid, stride) in STRIDES.into_iter().enumerate() {
        let part =
            |kind: usize| outputs.get(kind * STRIDES.len() + grid).map(Vec::as_slice).unwrap_or_default();
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

    #[test]
    fn every_picture_is_seen_at_one_size_and_padded_to_whole_cells() {
        let large = pre(&Picture::from_rgb(1280, 700, vec![9; 1280 * 700 * 3]).unwrap());
        assert_eq!((large.width, large.height, large.scale), (640, 352, 0.5));
        let small = pre(&Picture::from_rgb(320, 160, vec![9; 320 * 160 * 3]).unwrap());
        assert_eq!((small.width, small.height, small.scale), (640, 320, 2.0));
        let camera = pre(&Picture::from_rgb(640, 470, vec![9; 640 * 470 * 3]).unwrap());
        assert_eq!((camera.width, camera.height, camera.scale), (640, 480, 1.0));
        assert_eq!((camera.values[469 * 640], camera.values[470 * 640]), (9.0, 0.0));
    }

    #[test]
    fn a_hint_frame_is_seen_as_it_is() {
        let hint = pre_roughly(&Picture::from_rgb(320, 240, vec![9; 320 * 240 * 3]).unwrap());
        assert_eq!((hint.width, hint.height, hint.scale), (320, 256, 1.0));
    }
}
