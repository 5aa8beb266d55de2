//! [`FaceAnalyzer`] on [`Workers`] of [`Pipeline`]s.

use std::{
    num::NonZeroUsize,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    domain::face::{
        capture::EncodedFrame,
        observation::{FrameObservation, Glance, ObservedFace},
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
    selection::{SelectionPolicy, Worth, choose},
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
    /// Which frames get the costly models.
    pub selection: SelectionPolicy,
    /// What may be decoded.
    pub limits: Limits,
}

impl Default for AnalyzerSettings {
    /// A thread per processor, sixteen hints and eight captures waiting, fifteen seconds.
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            waiting: Waiting { hints: 16, captures: 8 },
            deadline: Duration::from_secs(15),
            selection: SelectionPolicy::default(),
            limits: Limits::PICTURE,
        }
    }
}

/// Runs the models on threads of its own.
pub struct Analyzer {
    workers: Workers<Pipeline>,
    embedder: ModelId,
    deadline: Duration,
    selection: SelectionPolicy,
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
            selection: settings.selection,
        })
    }

    /// Detector and mesh on every frame.
    async fn observe_all(
        &self,
        frames: &Arc<[EncodedFrame]>,
        until: Instant,
    ) -> Result<Vec<FrameObservation>, AnalyzerFault> {
        let piece = |start: usize| {
            let frames = Arc::clone(frames);
            move |pipeline: &mut Pipeline| -> Result<Vec<FrameObservation>, PipelineFault> {
                frames.iter().skip(start).take(PIECE).map(|frame| pipeline.observe(frame)).collect()
            }
        };
        let pieces = (0..frames.len()).step_by(PIECE).map(piece).collect();
        let mut observations = Vec::with_capacity(frames.len());
        for observed in self.workers.run_all(Lane::Capture, until, pieces).await? {
            observations.extend(observed?);
        }
        Ok(observations)
    }

    /// Attack models and embedding on the frames that deserve them.
    async fn look_closer(
        &self,
        frames: &Arc<[EncodedFrame]>,
        observations: &mut [FrameObservation],
        until: Instant,
    ) -> Result<(), AnalyzerFault> {
        let mut alone: Vec<Option<&mut ObservedFace>> =
            observations.iter_mut().map(|seen| seen.face.as_mut().filter(|_| seen.faces == 1)).collect();
        let chosen = choose(&alone.iter().map(Option::as_deref).collect::<Vec<_>>(), &self.selection);
        let mut faces: Vec<(usize, Worth, &mut ObservedFace)> = chosen
            .into_iter()
            .filter_map(|(place, worth)| Some((place, worth, alone.get_mut(place)?.take()?)))
            .collect();
        let look = |(place, worth, face): &(usize, Worth, &mut ObservedFace)| {
            let (frames, place, worth, face) = (Arc::clone(frames), *place, *worth, (*face).clone());
            move |pipeline: &mut Pipeline| {
                frames.get(place).map(|frame| pipeline.look_closer(frame, &face, worth)).transpose()
            }
        };
        let looks = self.workers.run_all(Lane::Begun, until, faces.iter().map(look).collect()).await?;
        for ((_, _, face), look) in faces.iter_mut().zip(looks) {
            if let Some(look) = look? {
                face.live = look.live;
                face.embedding = look.embedding;
            }
        }
        Ok(())
    }
}

impl FaceAnalyzer for Analyzer {
    fn model(&self) -> ModelId {
        self.embedder.clone()
    }

    fn glance(&self, frame: EncodedFrame) -> BoxFuture<'_, Result<Glance, AnalyzerFault>> {
        let until = Instant::now() + self.deadline;
        Box::pin(async move {
            let glance = move |pipeline: &mut Pipeline| pipeline.glance(&frame);
            Ok(self.workers.run(Lane::Hint, until, glance).await??)
        })
    }

    fn observe(
        &self,
        frames: Vec<EncodedFrame>,
    ) -> BoxFuture<'_, Result<Vec<FrameObservation>, AnalyzerFault>> {
        let until = Instant::now() + self.deadline;
        Box::pin(async move {
            let frames: Arc<[EncodedFrame]> = frames.into();
            let mut observations = self.observe_all(&frames, until).await?;
            self.look_closer(&frames, &mut observations, until).await?;
            Ok(observations)
        })
    }

    fn embed_portrait(&self, portrait: EncodedFrame) -> BoxFuture<'_, Result<FaceTemplate, PortraitRefusal>> {
        let until = Instant::now() + self.deadline;
        Box::pin(async move {
            let embed = move |pipeline: &mut Pipeline| pipeline.embed_portrait(&portrait);
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
