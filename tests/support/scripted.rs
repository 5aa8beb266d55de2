//! Models that see what a frame says it shows. A scripted frame is a few words of JSON; the built-in people's portraits
//! are recognised by their bytes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use facestep::{
    domain::{
        face::{
            capture::EncodedFrame,
            examination::{self, CloserLooks, WorthyFace},
            fingerprint,
            observation::{self, CloserLook, FrameObservation, Glance, GlancedFace, Point},
            pose,
            template::{self, Embedding, FaceTemplate, ModelId},
        },
        secret::sha256,
    },
    ports::{
        BoxFuture,
        face::{AnalyzerFault, FaceAnalyzer, PortraitRefusal},
        fault::Fault,
    },
};
use serde::{Deserialize, Serialize};

#[path = "sample.rs"]
mod sample;

pub use sample::Look;

/// The people whose portraits ship.
const PORTRAITS: [(&[u8], u8); 3] = [
    (include_bytes!("../../src/identity/personas/fields.jpg"), ADAM),
    (include_bytes!("../../src/identity/personas/winter.jpg"), CLARA),
    (include_bytes!("../../src/identity/personas/hale.jpg"), MARTIN),
];

/// The face of the account `adam`.
pub const ADAM: u8 = 1;
/// The face of the account `clara`.
pub const CLARA: u8 = 2;
/// The face of the account `martin`.
pub const MARTIN: u8 = 3;

/// What a scripted frame shows.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Scripted {
    pub yaw: f32,
    pub pitch: f32,
    /// How many times nearer than usual.
    pub scale: f32,
    pub person: u8,
    pub live: f32,
    pub exposure: f32,
    pub faces: usize,
    pub flat: bool,
    /// How far the face is from the person's own, as the sine of the angle between their embeddings.
    pub askew: f32,
    /// What the pictures of a capture are like; 0 where they are not known again.
    pub film: u32,
    /// Width and height of the frame.
    pub size: (u32, u32),
    /// Makes each frame's bytes its own.
    pub serial: u32,
    /// Whether the bytes decode to a picture at all.
    pub decodes: bool,
}

impl Scripted {
    /// A good frame of someone.
    pub fn of(person: u8) -> Self {
        Self {
            yaw: 0.0,
            pitch: 0.0,
            scale: 1.0,
            person,
            live: 0.98,
            exposure: 130.0,
            faces: 1,
            flat: false,
            askew: 0.0,
            film: 0,
            size: (640, 480),
            serial: 0,
            decodes: true,
        }
    }

    /// The frame's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap()
    }

    /// What a frame's bytes say, if they are a scripted frame's.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    fn read(frame: &EncodedFrame) -> Result<Self, AnalyzerFault> {
        Self::parse(frame.bytes())
            .filter(|frame| frame.decodes)
            .ok_or(AnalyzerFault::BadPicture("not a picture"))
    }

    fn look(self) -> Look {
        let mut look = Look::at(self.yaw, self.pitch);
        (look.person, look.live, look.exposure) = (self.person, self.live, self.exposure);
        (look.faces, look.flat, look.scale) = (self.faces, self.flat, self.scale);
        look.size = self.size;
        look.picture = (self.film > 0).then(|| picture(self.film, self.yaw, self.pitch));
        look
    }

    fn closer(self, worth: examination::Worth) -> CloserLook {
        let look = self.look();
        let mut closer = look.closer(worth);
        if self.askew > 0.0 {
            closer.embedding = Some(askew(self.person, self.askew, look.norm));
        }
        closer
    }
}

/// The hash of a film's picture of a pose: as unlike all others as pictures of other things are.
fn picture(film: u32, yaw: f32, pitch: f32) -> u64 {
    let hash = sha256(&[film.to_le_bytes(), yaw.to_le_bytes(), pitch.to_le_bytes()].concat());
    hash.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// An embedding that is turned away from a person's own.
fn askew(person: u8, sine: f32, norm: f32) -> Embedding {
    let cosine = (1.0 - sine * sine).sqrt();
    let mut values = vec![0.0; 128];
    values[usize::from(person)] = norm * cosine;
    values[127] = norm * sine;
    Embedding::new(values)
}

/// The models.
#[derive(Default)]
pub struct ScriptedAnalyzer {
    /// How many captures are still turned away for want of room.
    pub busy: AtomicUsize,
    /// How many captures were observed.
    pub observed: AtomicUsize,
    /// How many captures still fail for want of a working model.
    pub broken: AtomicUsize,
    /// How many captures still find no room for their second stage.
    pub crowded: AtomicUsize,
    /// Whether captures wait to be observed until this is zero.
    pub held: AtomicUsize,
    /// How long a capture takes to observe, in milliseconds.
    pub takes_ms: AtomicU64,
    /// Which edition of the embedder they are.
    pub edition: u8,
}

/// Takes one off a counter that is not zero.
fn take(counter: &AtomicUsize) -> bool {
    counter.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl FaceAnalyzer for ScriptedAnalyzer {
    fn model(&self) -> ModelId {
        ModelId(format!("scripted {}", self.edition))
    }

    fn glance(&self, frame: EncodedFrame) -> BoxFuture<'_, Result<Glance, AnalyzerFault>> {
        Box::pin(async move {
            let seen = Scripted::read(&frame)?;
            let face = seen.look().observe().face.map(|face| GlancedFace {
                height: face.bounds.height / 480.0,
                size: pose::size(&face.mesh, 480.0),
                centre: Point { x: 0.5, y: 0.5 },
                pose: face.pose,
            });
            Ok(Glance { faces: seen.faces, exposure: seen.exposure, face })
        })
    }

    fn observe(
        &self,
        frames: Arc<[EncodedFrame]>,
        places: Vec<usize>,
    ) -> BoxFuture<'_, Result<Vec<Option<FrameObservation>>, AnalyzerFault>> {
        Box::pin(async move {
            if take(&self.busy) {
                return Err(AnalyzerFault::Busy);
            }
            if take(&self.broken) {
                return Err(Fault::Internal("a model failed".into()).into());
            }
            self.observed.fetch_add(1, Ordering::SeqCst);
            while self.held.load(Ordering::SeqCst) > 0 {
                tokio::task::yield_now().await;
            }
            tokio::time::sleep(Duration::from_millis(self.takes_ms.load(Ordering::SeqCst))).await;
            let observe = |(place, frame)| {
                let seen = places.contains(&place).then(|| Scripted::read(frame));
                Ok(seen.transpose()?.map(|seen| seen.look().observe()))
            };
            frames.iter().enumerate().map(observe).collect()
        })
    }

    fn look_closer(
        &self,
        frames: Arc<[EncodedFrame]>,
        faces: Vec<WorthyFace>,
    ) -> BoxFuture<'_, Result<CloserLooks, AnalyzerFault>> {
        Box::pin(async move {
            if take(&self.crowded) {
                return Err(AnalyzerFault::Busy);
            }
            let look = |face: WorthyFace| {
                let seen = Scripted::read(&frames[face.place])?;
                Ok((face.place, seen.closer(face.worth)))
            };
            Ok(CloserLooks::new(faces.into_iter().map(look).collect::<Result<_, AnalyzerFault>>()?))
        })
    }

    fn embed_portrait(&self, portrait: EncodedFrame) -> BoxFuture<'_, Result<FaceTemplate, PortraitRefusal>> {
        Box::pin(async move {
            let shipped = PORTRAITS.iter().find(|(bytes, _)| *bytes == portrait.bytes());
            let person = match shipped {
                Some((_, person)) => *person,
                None => {
                    let scripted = Scripted::read(&portrait)?;
                    if scripted.faces != 1 {
                        return Err(PortraitRefusal::Unusable("not one face"));
                    }
                    scripted.person
                }
            };
            FaceTemplate::mean_of(self.model(), [&sample::embedding(person, 12.0)])
                .map_err(|_| PortraitRefusal::Unusable("no embedding"))
        })
    }
}
