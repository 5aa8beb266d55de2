//! [`FaceAnalyzer`] on [`Workers`] of [`Pipeline`]s.

use std::{
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use crate::{
    domain::face::{
        capture::EncodedFrame,
        observation::{FrameObservation, Glance},
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
    selection::SelectionPolicy,
    verify::{ModelFault, Models},
    workers::{NotDone, Workers},
};

/// How much of the machine the analyzer takes.
#[derive(Clone, Copy, Debug)]
pub struct AnalyzerSettings {
    /// Threads; each owns its models (about 60 MB).
    pub threads: NonZeroUsize,
    /// Requests that may wait for a thread.
    pub waiting: usize,
    /// Longest time from a request to its answer.
    pub deadline: Duration,
    /// Which frames get the costly models.
    pub selection: SelectionPolicy,
    /// What may be decoded.
    pub limits: Limits,
}

impl Default for AnalyzerSettings {
    /// A thread per processor, eight waiting, fifteen seconds.
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            waiting: 8,
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
            .map(|_| Pipeline::open(models, settings.selection, settings.limits))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            workers: Workers::start(pipelines, settings.waiting)?,
            embedder: models.embedder_id(),
            deadline: settings.deadline,
        })
    }
}

impl FaceAnalyzer for Analyzer {
    fn model(&self) -> ModelId {
        self.embedder.clone()
    }

    fn glance(&self, frame: EncodedFrame) -> BoxFuture<'_, Result<Glance, AnalyzerFault>> {
        let until = Instant::now() + self.deadline;
        Box::pin(async move { Ok(self.workers.run(until, move |pipeline| pipeline.glance(&frame)).await??) })
    }

    fn observe(
        &self,
        frames: Vec<EncodedFrame>,
    ) -> BoxFuture<'_, Result<Vec<FrameObservation>, AnalyzerFault>> {
        let until = Instant::now() + self.deadline;
        Box::pin(async move {
            Ok(self.workers.run(until, move |pipeline| pipeline.observe(&frames, until)).await??)
        })
    }

    fn embed_portrait(&self, portrait: EncodedFrame) -> BoxFuture<'_, Result<FaceTemplate, PortraitRefusal>> {
        let until = Instant::now() + self.deadline;
        Box::pin(async move {
            let answer = self.workers.run(until, move |pipeline| pipeline.embed_portrait(&portrait)).await;
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
            PipelineFault::Late => Self::Busy,
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
