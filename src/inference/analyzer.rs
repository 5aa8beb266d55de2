//! [`FaceAnalyzer`] on [`Workers`] of [`Pipeline`]s.

use std::{
    num::NonZeroUsize,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    domain::face::{
        capture::EncodedFrame,
        examination::{CloserLooks, WorthyFace},
        observation::{CloserLook, FrameObservation, Glance},
        template::{FaceTemplate, ModelId},
    },
    ports::{
        BoxFuture,
        face::{AnalyzerFault, FaceAnalyzer, PortraitRefusal},
        fault::Fault,
    },
};

use super::{
    image::Limits,
    pipeline::{Pipeline, PipelineFault, UnusablePortrait},
    verify::{ModelFault, Models},
    workers::{Lane, NotDone, Waiting, Workers},
};

/// Frames of a capture that a thread takes at a time: few, so that hints slip in between and other threads help.
const PIECE: usize = 4;
/// Pieces of the longest capture that the protocol allows: 64 frames.
const PIECES: usize = 64 / PIECE;

/// How much of the machine the analyzer takes.
#[derive(Clone, Copy, Debug)]
pub struct AnalyzerSettings {
    /// Threads; each owns its models (about 60 MB).
    pub threads: NonZeroUsize,
    /// What may wait for a thread: hint frames, and captures of the greatest length.
    pub waiting: Waiting,
    /// Longest time from a request to its answer.
    pub deadline: Duration,
    /// Which frames may be decoded; portraits have limits of their own.
    pub limits: Limits,
}

impl Default for AnalyzerSettings {
    /// A thread per processor, sixteen hints and eight captures waiting, fifteen seconds.
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            waiting: Waiting { hints: 16, captures: 8 },
            deadline: Duration::from_secs(15),
            limits: Limits::FRAME,
        }
    }
}

/// Runs the models on threads of its own.
pub struct Analyzer {
    workers: Workers<Pipeline>,
    embedder: ModelId,
    deadline: Duration,
}

/// Why the analyzer does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// A model cannot be opened.
    #[error(transparent)]
    Model(#[from] ModelFault),
    /// A thread cannot be started.
    #[error("no thread for inference: {0}")]
    Thread(#[from] std::io::Error),
}

impl Analyzer {
    /// Opens the models once per thread and starts the threads.
    pub fn start(models: &Models, settings: &AnalyzerSettings) -> Result<Self, StartFault> {
        let pipelines = (0..settings.threads.get())
            .map(|_| Pipeline::open(models, settings.limits))
            .collect::<Result<_, _>>()?;
        let captures = settings.waiting.captures.saturating_mul(PIECES);
        Ok(Self {
            workers: Workers::start(pipelines, Waiting { captures, ..settings.waiting })?,
            embedder: models.embedder_id(),
            deadline: settings.deadline,
        })
    }

    /// Detector and mesh on some frames.
    async fn observe_some(
        &self,
        frames: Arc<[EncodedFrame]>,
        places: Vec<usize>,
        until: Instant,
    ) -> Result<Vec<Option<FrameObservation>>, AnalyzerFault> {
        let piece = |places: &[usize]| {
            let (frames, places) = (Arc::clone(&frames), places.to_vec());
            wiping(move |pipeline| -> Result<Vec<(usize, FrameObservation)>, PipelineFault> {
                let named = places.iter().filter_map(|place| Some((*place, frames.get(*place)?)));
                named.map(|(place, frame)| Ok((place, pipeline.observe(frame)?))).collect()
            })
        };
        let pieces = places.chunks(PIECE).map(piece).collect();
        let mut seen: Vec<Option<FrameObservation>> = frames.iter().map(|_| None).collect();
        for observed in self.workers.run_all(Lane::Capture, until, pieces).await? {
            for (place, observation) in observed? {
                if let Some(entry) = seen.get_mut(place) {
                    *entry = Some(observation);
                }
            }
        }
        Ok(seen)
    }

    /// Attack models and embedding on the faces that are worth them.
    async fn look_closer_at(
        &self,
        frames: Arc<[EncodedFrame]>,
        faces: Vec<WorthyFace>,
        until: Instant,
    ) -> Result<CloserLooks, AnalyzerFault> {
        let look = |face: WorthyFace| {
            let frames = Arc::clone(&frames);
            wiping(move |pipeline| -> Result<Option<(usize, CloserLook)>, PipelineFault> {
                let Some(frame) = frames.get(face.place) else { return Ok(None) };
                Ok(Some((face.place, pipeline.look_closer(frame, &face)?)))
            })
        };
        let looks = self.workers.run_all(Lane::Begun, until, faces.into_iter().map(look).collect()).await?;
        let looks: Vec<Option<(usize, CloserLook)>> = looks.into_iter().collect::<Result<_, _>>()?;
        Ok(CloserLooks::new(looks.into_iter().flatten().collect()))
    }
}

/// Work after which nothing of its frames is left in memory that a pipeline uses again, whatever becomes of it.
fn wiping<T>(work: impl FnOnce(&mut Pipeline) -> T + Send) -> impl FnOnce(&mut Pipeline) -> T + Send {
    move |pipeline| work(Wiped(pipeline).0)
}

struct Wiped<'a>(&'a mut Pipeline);

impl Drop for Wiped<'_> {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

impl FaceAnalyzer for Analyzer {
    fn model(&self) -> ModelId {
        self.embedder.clone()
    }

    fn glance(&self, frame: EncodedFrame) -> BoxFuture<'_, Result<Glance, AnalyzerFault>> {
        let until = Instant::now() + self.deadline;
        Box::pin(async move {
            let glance = wiping(move |pipeline| pipeline.glance(&frame));
            Ok(self.workers.run(Lane::Hint, until, glance).await??)
        })
    }

    fn observe(
        &self,
        frames: Arc<[EncodedFrame]>,
        places: Vec<usize>,
    ) -> BoxFuture<'_, Result<Vec<Option<FrameObservation>>, AnalyzerFault>> {
        let until = Instant::now() + self.deadline;
        Box::pin(self.observe_some(frames, places, until))
    }

    fn look_closer(
        &self,
        frames: Arc<[EncodedFrame]>,
        faces: Vec<WorthyFace>,
    ) -> BoxFuture<'_, Result<CloserLooks, AnalyzerFault>> {
        let until = Instant::now() + self.deadline;
        Box::pin(self.look_closer_at(frames, faces, until))
    }

    fn embed_portrait(&self, portrait: EncodedFrame) -> BoxFuture<'_, Result<FaceTemplate, PortraitRefusal>> {
        let until = Instant::now() + self.deadline;
        Box::pin(async move {
            let embed = wiping(move |pipeline| pipeline.embed_portrait(&portrait));
            let answer = self.workers.run(Lane::Capture, until, embed).await;
            Ok(answer.map_err(AnalyzerFault::from)??)
        })
    }
}

impl From<NotDone> for AnalyzerFault {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Busy => Self::Busy,
            NotDone::Failed => Self::Fault(Fault::Internal("an inference worker failed".to_owned())),
        }
    }
}

impl From<PipelineFault> for AnalyzerFault {
    fn from(fault: PipelineFault) -> Self {
        match fault {
            PipelineFault::Undecodable(undecodable) => Self::BadPicture(undecodable.reason()),
            PipelineFault::Runtime(fault) => Self::Fault(Fault::Internal(fault.to_string())),
        }
    }
}

impl From<UnusablePortrait> for PortraitRefusal {
    fn from(unusable: UnusablePortrait) -> Self {
        match unusable {
            UnusablePortrait::NoFace => Self::Unusable("no face in it"),
            UnusablePortrait::SeveralFaces => Self::Unusable("more than one face in it"),
            UnusablePortrait::TooSmall => Self::Unusable("its face is too small"),
            UnusablePortrait::Turned => Self::Unusable("its face is turned away"),
            UnusablePortrait::NotMeasured => Self::Unusable("its face cannot be measured"),
            UnusablePortrait::Pipeline(fault) => Self::Analyzer(fault.into()),
        }
    }
}
