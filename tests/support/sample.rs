//! A head of 478 points that turns, and a flat picture of it: faces as the models would see them. Shared by the unit tests
//! of `domain::face` and by the scripted analyzer, so it names its neighbours and no crate.

use super::{
    examination::Worth,
    fingerprint::{BLOCKS, Fingerprint, PictureHash},
    observation::{Bounds, CloserLook, FrameObservation, FrameQuality, LiveScore, ObservedFace, Point, Pose},
    template::Embedding,
};

/// What differs from an ordinary good frame.
#[derive(Clone, Copy)]
pub struct Look {
    pub yaw: f32,
    pub pitch: f32,
    /// How many times nearer than usual.
    pub scale: f32,
    pub person: u8,
    pub live: f32,
    pub exposure: f32,
    pub sharpness: f32,
    pub eye_distance: f32,
    pub norm: f32,
    pub faces: usize,
    pub flat: bool,
    /// What the whole picture is like; without it, the frame is not known again.
    pub picture: Option<u64>,
    /// Width and height of the frame.
    pub size: (u32, u32),
}

impl Look {
    pub fn at(yaw: f32, pitch: f32) -> Self {
        Self {
            yaw,
            pitch,
            scale: 1.0,
            person: 1,
            live: 0.98,
            exposure: 130.0,
            sharpness: 500.0,
            eye_distance: 78.0,
            norm: 12.5,
            faces: 1,
            flat: false,
            picture: None,
            size: (640, 480),
        }
    }

    /// What the models would observe.
    pub fn observe(self) -> FrameObservation {
        let depth = if self.flat { LEVEL } else { HEAD };
        let mut face = face(self.yaw, self.pitch, self.scale, depth);
        face.quality = FrameQuality {
            exposure: self.exposure,
            sharpness: self.sharpness,
            eye_distance: self.eye_distance * self.scale,
        };
        let print = |picture| Fingerprint {
            whole: PictureHash(picture),
            face: PictureHash(picture),
            ground: [None; BLOCKS],
        };
        FrameObservation {
            size: self.size,
            faces: self.faces,
            face: (self.faces > 0).then_some(face),
            fingerprint: self.picture.map(print),
        }
    }
}

impl Look {
    /// What the costly models would say.
    pub fn closer(self, worth: Worth) -> CloserLook {
        CloserLook {
            live: (worth == Worth::Everything).then_some(LiveScore::new(self.live)),
            embedding: Some(embedding(self.person, self.norm)),
        }
    }
}

/// An embedding of a person; those of two persons are orthogonal.
pub fn embedding(person: u8, norm: f32) -> Embedding {
    Embedding::new((0..128).map(|n| if n == person { norm } else { 0.0 }).collect())
}

/// How far each point of a face stands out.
type Depth = fn(f32, f32) -> f32;

/// A face's surface falls away from the nose as a bowl, and the nose itself stands out of it.
const HEAD: Depth = |x, y| 60.0 * (1.0 - x * x - 0.6 * y * y) + 35.0 * (-12.0 * (x * x + y * y)).exp();
/// A picture has none.
const LEVEL: Depth = |_, _| 0.0;

/// A head with the depth of a face, turned about its middle.
pub fn head(yaw: f32, pitch: f32) -> ObservedFace {
    face(yaw, pitch, 1.0, HEAD)
}

/// A flat picture of it, which says what pose it likes.
pub fn flat(yaw: f32, pitch: f32) -> ObservedFace {
    face(yaw, pitch, 1.0, LEVEL)
}

fn face(yaw: f32, pitch: f32, scale: f32, depth: Depth) -> ObservedFace {
    let project = |spot: (f32, f32)| project(yaw, pitch, scale, spot, depth);
    let mut mesh: Vec<[f32; 3]> = (0..478).map(|n| project(spot(n))).collect();
    // The outer corners of the eyes stand where the mesh numbers them.
    mesh[33] = project((-0.55, -0.3));
    mesh[263] = project((0.55, -0.3));
    let point = |x, y| {
        let [x, y, _] = project((x, y));
        Point { x, y }
    };
    let (width, height) = (160.0 * scale, 220.0 * scale);
    ObservedFace {
        bounds: Bounds { x: 320.0 - width / 2.0, y: 240.0 - height / 2.0, width, height },
        confidence: 0.94,
        landmarks: [point(-0.4, -0.3), point(0.4, -0.3), point(0.0, 0.1), point(-0.3, 0.5), point(0.3, 0.5)],
        mesh,
        presence: 0.99,
        pose: Pose { yaw, pitch, roll: 0.0 },
        quality: FrameQuality { exposure: 130.0, sharpness: 500.0, eye_distance: 78.0 * scale },
    }
}

/// 478 points spread evenly over an oval (a sunflower's seeds).
fn spot(n: usize) -> (f32, f32) {
    let radius = (n as f32 / 478.0).sqrt();
    let angle = n as f32 * 2.399_963;
    (radius * angle.cos(), radius * angle.sin())
}

/// Turns a point of the face by yaw and pitch and looks at it through a camera that is 900 units away, or nearer.
fn project(yaw: f32, pitch: f32, scale: f32, (x, y): (f32, f32), depth: Depth) -> [f32; 3] {
    let (px, py, pz) = (x * 75.0, y * 100.0, depth(x, y));
    let (sy, cy) = yaw.to_radians().sin_cos();
    let (sp, cp) = pitch.to_radians().sin_cos();
    let (px, pz) = (px * cy + pz * sy, pz * cy - px * sy);
    let (py, pz) = (py * cp + pz * sp, pz * cp - py * sp);
    let near = 900.0 / (900.0 / scale - pz);
    [320.0 + px * near, 240.0 + py * near, -pz]
}
