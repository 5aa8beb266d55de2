//! Lays 478 points over a face and reads from them where the head points.
//!
//! The network expects a face of a certain size in its crop. A portrait is measured in two passes: the first finds the face
//! in the crop that the network was published with, the second, cropped by the first one's points, measures it. For the
//! frames of a capture one pass is enough, since the detector's box tells where the second crop would lie to within some
//! hundredths (`docs/biometrics.md` has what that changes: less than twice what a third pass would).

use zeroize::Zeroize;

use crate::domain::face::observation::{Bounds, Point, Pose};

use super::{
    detector::Detection,
    image::Picture,
    runtime::{RuntimeFault, Session},
    warp::{Affine, Border, unit_square},
};

/// Side of the crop that the network sees.
const SIDE: usize = 256;
/// The crop's side over that of what it is to show.
const MARGIN: f32 = 1.5;
/// The second pass's crop over the longer side of the detector's box: the mean over 434 pictures, of which single ones
/// differ by 3 %.
const SIDE_OF_BOX: f32 = 1.4;
/// How far below the box's middle that crop's middle lies, as a share of the box's longer side: the mean, likewise; single
/// ones differ by 2 %.
const BELOW_MIDDLE: f32 = 0.055;
/// Points that the pose is read from: the face's right and left edge (as the subject's own sides), forehead and chin.
const EDGES: [usize; 4] = [234, 454, 10, 152];
/// Outer corners of the right and the left eye.
const EYES: [usize; 2] = [33, 263];

/// A meshed face.
pub struct Mesh {
    /// 478 points, x and y in pixels of the picture, z in the same scale and smaller when nearer.
    pub points: Vec<[f32; 3]>,
    /// Confidence that a face is there, 0..1.
    pub presence: f32,
    /// Where the head points.
    pub pose: Pose,
}

/// The mesh model, and the memory that its input is laid out in.
pub struct Mesher {
    session: Session,
    values: Vec<f32>,
}

impl Mesher {
    /// Takes the model.
    pub fn new(session: Session) -> Self {
        Self { session, values: Vec::new() }
    }

    /// Meshes a face that the detector found, in two passes; `None` when the points make no face.
    pub fn mesh(&mut self, picture: &Picture, face: &Detection) -> Result<Option<Mesh>, RuntimeFault> {
        let Some(rough) = self.pass(picture, &around_box(face))? else { return Ok(None) };
        let Some(crop) = around_points(&rough.points) else { return Ok(None) };
        self.pass(picture, &crop)
    }

    /// The same in one pass.
    pub fn mesh_at_once(
        &mut self,
        picture: &Picture,
        face: &Detection,
    ) -> Result<Option<Mesh>, RuntimeFault> {
        self.pass(picture, &close_around_box(face))
    }

    /// Wipes what is left of the last picture.
    pub fn wipe(&mut self) {
        self.values.zeroize();
    }

    fn pass(&mut self, picture: &Picture, crop: &Affine) -> Result<Option<Mesh>, RuntimeFault> {
        unit_square(picture, crop, SIDE, Border::Nearest, &mut self.values);
        self.session.run_with(&[1, SIDE, SIDE, 3], &self.values, |outputs| post(outputs, crop))
    }
}

/// Reads the network's outputs (`landmarks`, `presence`) into points of the picture.
pub fn post(outputs: &[&[f32]], crop: &Affine) -> Option<Mesh> {
    let [landmarks, presence] = outputs else { return None };
    let [[a, _, _], [b, _, _]] = crop.rows;
    let scale = a.hypot(b);
    let points: Vec<[f32; 3]> = landmarks
        .as_chunks::<3>()
        .0
        .iter()
        .map(|[x, y, z]| {
            let place = crop.apply(Point { x: *x, y: *y });
            [place.x, place.y, z * scale]
        })
        .collect();
    let pose = pose(&points)?;
    Some(Mesh { points, presence: sigmoid(*presence.first()?), pose })
}

fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// The first pass's crop: around the detector's box, level with the eyes.
pub fn around_box(face: &Detection) -> Affine {
    square_on(face, MARGIN, 0.0)
}

/// The only pass's crop: where the second pass's is expected.
pub fn close_around_box(face: &Detection) -> Affine {
    square_on(face, SIDE_OF_BOX, BELOW_MIDDLE)
}

/// A square on the detector's box, level with the eyes, its side and its shift down the face in longer sides of the box.
fn square_on(face: &Detection, side: f32, below: f32) -> Affine {
    let [right_eye, left_eye, ..] = face.landmarks;
    let angle = (left_eye.y - right_eye.y).atan2(left_eye.x - right_eye.x);
    let Bounds { x, y, width, height } = face.bounds;
    let (sin, cos) = angle.sin_cos();
    let (longer, shift) = (width.max(height), width.max(height) * below);
    let centre = Point { x: x + width / 2.0 - sin * shift, y: y + height / 2.0 + cos * shift };
    Affine::from_square(SIDE, centre, longer * side, angle)
}

/// The second pass's crop: around the first pass's points, level with the eyes.
pub fn around_points(points: &[[f32; 3]]) -> Option<Affine> {
    let [right_eye, left_eye] = EYES.map(|eye| points.get(eye));
    let ([right_x, right_y, _], [left_x, left_y, _]) = (right_eye?, left_eye?);
    let angle = (left_y - right_y).atan2(left_x - right_x);
    let (sin, cos) = angle.sin_cos();
    // The extent is taken in a frame that is turned with the head.
    let (mut least, mut most) = ([f32::MAX; 2], [f32::MIN; 2]);
    for [x, y, _] in points {
        let turned = [x * cos + y * sin, y * cos - x * sin];
        for ((least, most), value) in least.iter_mut().zip(most.iter_mut()).zip(turned) {
            *least = least.min(value);
            *most = most.max(value);
        }
    }
    let [middle_x, middle_y] = [(least[0] + most[0]) / 2.0, (least[1] + most[1]) / 2.0];
    let centre = Point { x: middle_x * cos - middle_y * sin, y: middle_y * cos + middle_x * sin };
    let extent = (most[0] - least[0]).max(most[1] - least[1]);
    (extent.is_finite() && extent > 1.0).then(|| Affine::from_square(SIDE, centre, extent * MARGIN, angle))
}

/// Where a head points: the face's own axes from its edges, forehead and chin, and what stands upright on both.
pub fn pose(points: &[[f32; 3]]) -> Option<Pose> {
    let [right, left, forehead, chin] = EDGES.map(|edge| points.get(edge).copied());
    let across = unit(minus(left?, right?))?;
    let slanted = minus(chin?, forehead?);
    let along = dot(slanted, across);
    let down = unit(minus(slanted, across.map(|v| v * along)))?;
    let [x, y, z] = cross(across, down);
    // The face looks against this normal: towards the camera, where z is smaller.
    Some(Pose {
        yaw: (-x).atan2(z).to_degrees(),
        pitch: (-y).atan2(x.hypot(z)).to_degrees(),
        roll: across[1].atan2(across[0]).to_degrees(),
    })
}

fn minus([a, b, c]: [f32; 3], [x, y, z]: [f32; 3]) -> [f32; 3] {
    [a - x, b - y, c - z]
}

fn dot([a, b, c]: [f32; 3], [x, y, z]: [f32; 3]) -> f32 {
    a * x + b * y + c * z
}

fn cross([a, b, c]: [f32; 3], [x, y, z]: [f32; 3]) -> [f32; 3] {
    [b * z - c * y, c * x - a * z, a * y - b * x]
}

fn unit(vector: [f32; 3]) -> Option<[f32; 3]> {
    let length = dot(vector, vector).sqrt();
    length.is_normal().then(|| vector.map(|v| v / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face of which only the points that matter are placed, turned by yaw, then pitch, then roll.
    fn head(yaw: f32, pitch: f32, roll: f32) -> Vec<[f32; 3]> {
        let (yaw, pitch, roll) = (yaw.to_radians(), pitch.to_radians(), roll.to_radians());
        let turn = |[x, y, z]: [f32; 3]| {
            let [x, y, z] = [x, y * pitch.cos() - z * pitch.sin(), y * pitch.sin() + z * pitch.cos()];
            let [x, y, z] = [x * yaw.cos() - z * yaw.sin(), y, x * yaw.sin() + z * yaw.cos()];
            [x * roll.cos() - y * roll.sin() + 300.0, x * roll.sin() + y * roll.cos() + 200.0, z]
        };
        let mut points = vec![turn([0.0, 0.0, 0.0]); 478];
        let placed = [
            (234, [-70.0, 0.0, 0.0]),
            (454, [70.0, 0.0, 0.0]),
            (10, [0.0, -90.0, 0.0]),
            (152, [0.0, 90.0, 0.0]),
            (33, [-40.0, -20.0, 0.0]),
            (263, [40.0, -20.0, 0.0]),
        ];
        placed.into_iter().for_each(|(index, place)| points[index] = turn(place));
        points
    }

    #[test]
    fn pose_is_what_the_head_was_turned_by() {
        for (yaw, pitch, roll) in [
            (0.0, 0.0, 0.0),
            (25.0, 0.0, 0.0),
            (-30.0, 0.0, 0.0),
            (0.0, 15.0, 0.0),
            (0.0, -12.0, 0.0),
            (0.0, 0.0, 20.0),
        ] {
            let pose = pose(&head(yaw, pitch, roll)).unwrap();
            assert!((pose.yaw - yaw).abs() < 0.01, "yaw {yaw}: {}", pose.yaw);
            assert!((pose.pitch - pitch).abs() < 0.01, "pitch {pitch}: {}", pose.pitch);
            assert!((pose.roll - roll).abs() < 0.01, "roll {roll}: {}", pose.roll);
        }
    }

    #[test]
    fn points_that_make_no_face_have_no_pose() {
        assert!(pose(&vec![[1.0, 1.0, 1.0]; 478]).is_none());
        assert!(pose(&[]).is_none());
        assert!(around_points(&[]).is_none());
    }

    #[test]
    fn the_second_crop_lies_around_the_points_and_level_with_the_eyes() {
        let crop = around_points(&head(0.0, 0.0, 20.0)).unwrap();
        let centre = crop.apply(Point { x: 128.0, y: 128.0 });
        assert!((centre.x - 300.0).abs() < 0.1 && (centre.y - 200.0).abs() < 0.1);
        let [[a, _, _], [b, _, _]] = crop.rows;
        assert!((a.hypot(b) - 180.0 * 1.5 / 256.0).abs() < 1e-3);
        assert!((b.atan2(a).to_degrees() - 20.0).abs() < 0.1);
    }

    #[test]
    fn the_only_crop_lies_lower_and_closer_around_the_box_than_the_first_one() {
        let eyes = [Point { x: 90.0, y: 100.0 }, Point { x: 130.0, y: 100.0 }];
        let bounds = Bounds { x: 60.0, y: 50.0, width: 80.0, height: 100.0 };
        let face =
            Detection { bounds, confidence: 0.9, landmarks: [eyes[0], eyes[1], eyes[0], eyes[0], eyes[1]] };
        let seen = |crop: Affine| (crop.apply(Point { x: 128.0, y: 128.0 }), crop.rows[0][0] * SIDE as f32);
        let (wide, close) = (seen(around_box(&face)), seen(close_around_box(&face)));
        assert!((wide.1 - 150.0).abs() < 1e-3 && (close.1 - 140.0).abs() < 1e-3);
        assert!((wide.0.y - 100.0).abs() < 1e-3 && (close.0.y - 105.5).abs() < 1e-3);
        assert!((wide.0.x - close.0.x).abs() < 1e-3);
    }

    #[test]
    fn points_come_back_in_pixels_of_the_picture() {
        let crop = Affine::from_square(SIDE, Point { x: 100.0, y: 100.0 }, 512.0, 0.0);
        let mut landmarks: Vec<f32> = head(0.0, 0.0, 0.0).concat();
        landmarks[..3].copy_from_slice(&[128.0, 128.0, -4.0]);
        let mesh = post(&[&landmarks, &[0.0]], &crop).unwrap();
        assert_eq!(mesh.points[0], [100.0, 100.0, -8.0]);
        assert!((mesh.presence - 0.5).abs() < 1e-6);
    }
}
