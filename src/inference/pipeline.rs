//! The order of the models on one frame: decode, detect, mesh, and where asked attack models and embedding.
//!
//! A pipeline owns one session of each model and serves one caller at a time.

use zeroize::Zeroize;

use crate::domain::face::{
    capture::EncodedFrame,
    examination::{Worth, WorthyFace},
    observation::{CloserLook, FrameObservation, Glance, GlancedFace, ObservedFace, Point},
    pose,
    template::{Embedding, FaceTemplate, ModelId},
};

use super::{
    aligner::align,
    attack::AttackModels,
    detector::{Detection, Detector},
    embedder::Embedder,
    fingerprint,
    image::{Limits, Picture, Undecodable, decode, decode_into},
    mesh::{Mesh, Mesher},
    quality,
    runtime::RuntimeFault,
    verify::{ModelFault, Models},
};

/// Why a pipeline gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum PipelineFault {
    /// A picture cannot be decoded.
    #[error(transparent)]
    Undecodable(#[from] Undecodable),
    /// A model failed.
    #[error(transparent)]
    Runtime(#[from] RuntimeFault),
}

/// Why a portrait is not used.
#[derive(Debug, thiserror::Error)]
pub enum UnusablePortrait {
    /// There is no face in it.
    #[error("no face in it")]
    NoFace,
    /// There is more than one face in it.
    #[error("more than one face in it")]
    SeveralFaces,
    /// The face has too few pixels.
    #[error("its face is too small")]
    TooSmall,
    /// The face is turned away.
    #[error("its face is turned away")]
    Turned,
    /// The face cannot be measured.
    #[error("its face cannot be measured")]
    NotMeasured,
    /// The pipeline gave no answer.
    #[error(transparent)]
    Pipeline(#[from] PipelineFault),
}

/// Least distance between a portrait's eyes in pixels: less than a third of the embedder's own picture is guesswork.
const PORTRAIT_EYES: f32 = 24.0;
/// Most degrees that a portrait's face may be turned.
const PORTRAIT_TURN: f32 = 30.0;

/// One session of each model, and the memory that frames are decoded in one after the other.
pub struct Pipeline {
    detector: Detector,
    mesher: Mesher,
    attack: AttackModels,
    embedder: Embedder,
    embedder_id: ModelId,
    limits: Limits,
    memory: Vec<u8>,
}

impl Pipeline {
    /// Opens the sessions.
    pub fn open(models: &Models, limits: Limits) -> Result<Self, ModelFault> {
        Ok(Self {
            detector: Detector::new(models.detector()?),
            mesher: Mesher::new(models.mesh()?),
            attack: AttackModels::new(models.attack_near()?, models.attack_far()?),
            embedder: Embedder::new(models.embedder()?),
            embedder_id: models.embedder_id(),
            limits,
            memory: Vec::new(),
        })
    }

    /// Wipes what frames have left behind in memory that is used again. Not in reach: what the runtime keeps of the last
    /// run's layers in memory of its own.
    pub fn wipe(&mut self) {
        self.memory.zeroize();
        self.detector.wipe();
        self.mesher.wipe();
    }

    /// Decodes a frame, has it looked at, and keeps its memory for the next one.
    fn with_picture<T>(
        &mut self,
        frame: &EncodedFrame,
        look: impl FnOnce(&mut Self, &Picture) -> Result<T, PipelineFault>,
    ) -> Result<T, PipelineFault> {
        let picture = decode_into(frame.bytes(), &self.limits, std::mem::take(&mut self.memory))?;
        let seen = look(self, &picture);
        self.memory = picture.into_memory();
        seen
    }

    /// Looks at a hint frame: detector, mesh and exposure only.
    pub fn glance(&mut self, frame: &EncodedFrame) -> Result<Glance, PipelineFault> {
        self.with_picture(frame, Self::glance_at)
    }

    fn glance_at(&mut self, picture: &Picture) -> Result<Glance, PipelineFault> {
        let found = self.detector.detect_roughly(picture)?;
        let exposure = quality::exposure(picture);
        let Some(largest) = found.first() else { return Ok(Glance { faces: 0, exposure, face: None }) };
        let mesh = self.mesher.mesh_at_once(picture, largest)?;
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let face = mesh.map(|mesh| GlancedFace {
            height: largest.bounds.height / height,
            size: pose::size(&mesh.points, height),
            centre: Point {
                x: (largest.bounds.x + largest.bounds.width / 2.0) / width,
                y: (largest.bounds.y + largest.bounds.height / 2.0) / height,
            },
            pose: mesh.pose,
        });
        Ok(Glance { faces: found.len(), exposure, face })
    }

    /// Detector and mesh on one encoded frame of a capture: the face as exactly as its pose and depth need, and no more.
    pub fn observe(&mut self, frame: &EncodedFrame) -> Result<FrameObservation, PipelineFault> {
        self.with_picture(frame, Self::observe_roughly)
    }

    /// The same on one picture.
    pub fn observe_roughly(&mut self, picture: &Picture) -> Result<FrameObservation, PipelineFault> {
        let found = self.detector.detect_roughly(picture)?;
        self.observation(picture, &found, Mesher::mesh_at_once)
    }

    /// The costly models on a frame whose face was observed before. The frame is decoded a second time: holding
    /// every picture of a capture would take twenty times the memory.
    pub fn look_closer(
        &mut self,
        frame: &EncodedFrame,
        face: &WorthyFace,
    ) -> Result<CloserLook, PipelineFault> {
        self.with_picture(frame, |pipeline, picture| pipeline.look_closer_at(picture, face))
    }

    /// Detector and mesh on one picture, as exactly as they can: a portrait.
    pub fn observe_picture(&mut self, picture: &Picture) -> Result<FrameObservation, PipelineFault> {
        let found = self.detector.detect(picture)?;
        self.observation(picture, &found, Mesher::mesh)
    }

    /// What a picture shows in which these faces were found, the largest first.
    fn observation(
        &mut self,
        picture: &Picture,
        found: &[Detection],
        mesh: impl FnOnce(&mut Mesher, &Picture, &Detection) -> Result<Option<Mesh>, RuntimeFault>,
    ) -> Result<FrameObservation, PipelineFault> {
        let size = (picture.width() as u32, picture.height() as u32);
        let face = match found.first() {
            Some(largest) => measured(picture, largest, mesh(&mut self.mesher, picture, largest)?),
            None => None,
        };
        let fingerprint = face.as_ref().map(|face| fingerprint::of_frame(picture, face));
        Ok(FrameObservation { size, faces: found.len(), face, fingerprint })
    }

    /// The costly models on a face that was observed before. Its box and points are measured again, since alignment hangs on
    /// them: on a frame that is compared in the way in which thresholds were measured, on others from the face's
    /// surroundings alone.
    pub fn look_closer_at(
        &mut self,
        picture: &Picture,
        face: &WorthyFace,
    ) -> Result<CloserLook, PipelineFault> {
        let again = match face.worth {
            Worth::Everything => self.detector.detect_at(picture, &face.bounds)?,
            Worth::Embedding => self.detector.detect_around(picture, &face.bounds)?,
        };
        let (bounds, landmarks) =
            again.map_or((face.bounds, face.landmarks), |found| (found.bounds, found.landmarks));
        Ok(CloserLook {
            live: match face.worth {
                Worth::Everything => self.attack.look(picture, &bounds)?,
                Worth::Embedding => None,
            },
            embedding: self.embed(picture, &landmarks)?,
        })
    }

    /// The face of a picture as a vector.
    pub fn embed(
        &mut self,
        picture: &Picture,
        landmarks: &[Point; 5],
    ) -> Result<Option<Embedding>, PipelineFault> {
        let Some(aligned) = align(picture, landmarks) else { return Ok(None) };
        Ok(self.embedder.embed(&aligned)?)
    }

    /// The most central face of a picture as a vector, for measurements on collections whose pictures are of the person in
    /// the middle (Labeled Faces in the Wild's rule); `None` where no face is found.
    pub fn embed_central(&mut self, encoded: &EncodedFrame) -> Result<Option<Embedding>, PipelineFault> {
        let picture = decode(encoded.bytes(), &self.limits)?;
        let found = self.detector.detect(&picture)?;
        match central(&picture, &found) {
            Some(face) => self.embed(&picture, &face.landmarks),
            None => Ok(None),
        }
    }

    /// The most central face of a picture as detector and mesh see it, for measurements.
    pub fn observe_central(&mut self, picture: &Picture) -> Result<Option<ObservedFace>, PipelineFault> {
        let found = self.detector.detect(picture)?;
        match central(picture, &found) {
            Some(face) => Ok(measured(picture, face, self.mesher.mesh(picture, face)?)),
            None => Ok(None),
        }
    }

    /// Makes a template of a portrait with exactly one usable face.
    pub fn embed_portrait(&mut self, portrait: &EncodedFrame) -> Result<FaceTemplate, UnusablePortrait> {
        let picture = decode(portrait.bytes(), &Limits::PICTURE).map_err(PipelineFault::from)?;
        let observation = self.observe_picture(&picture)?;
        let face = match (observation.faces, observation.face) {
            (0, _) => return Err(UnusablePortrait::NoFace),
            (1, Some(face)) => face,
            (1, None) => return Err(UnusablePortrait::NotMeasured),
            _ => return Err(UnusablePortrait::SeveralFaces),
        };
        if face.quality.eye_distance < PORTRAIT_EYES {
            return Err(UnusablePortrait::TooSmall);
        }
        if face.pose.yaw.abs() > PORTRAIT_TURN || face.pose.pitch.abs() > PORTRAIT_TURN {
            return Err(UnusablePortrait::Turned);
        }
        let embedding = self.embed(&picture, &face.landmarks)?.ok_or(UnusablePortrait::NotMeasured)?;
        FaceTemplate::mean_of(self.embedder_id.clone(), [&embedding])
            .map_err(|_| UnusablePortrait::NotMeasured)
    }
}

/// The face nearest to a picture's middle.
fn central<'a>(picture: &Picture, found: &'a [Detection]) -> Option<&'a Detection> {
    let (x, y) = (picture.width() as f32 / 2.0, picture.height() as f32 / 2.0);
    let off = |face: &Detection| {
        let bounds = &face.bounds;
        (bounds.x + bounds.width / 2.0 - x).hypot(bounds.y + bounds.height / 2.0 - y)
    };
    found.iter().min_by(|a, b| off(a).total_cmp(&off(b)))
}

/// What is known of a face that was found and meshed; `None` where either says nothing.
fn measured(picture: &Picture, found: &Detection, mesh: Option<Mesh>) -> Option<ObservedFace> {
    let (mesh, aligned) = (mesh?, align(picture, &found.landmarks)?);
    Some(ObservedFace {
        bounds: found.bounds,
        confidence: found.confidence,
        landmarks: found.landmarks,
        quality: quality::of_face(&aligned, found.eye_distance()),
        mesh: mesh.points,
        presence: mesh.presence,
        pose: mesh.pose,
    })
}
