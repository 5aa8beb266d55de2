//! The models.

use std::sync::Arc;

use super::{BoxFuture, fault::Fault};
use crate::domain::face::{
    capture::EncodedFrame,
    examination::{CloserLooks, WorthyFace},
    observation::{FrameObservation, Glance},
    template::{FaceTemplate, ModelId},
};

/// Why the analyzer gave no observation.
#[derive(Debug, thiserror::Error)]
pub enum AnalyzerFault {
    /// The queue is full; answered at once with 503 and `Retry-After`.
    #[error("the analysis queue is full")]
    Busy,
    /// A picture is not one that may be decoded: not a JPEG, too large, damaged.
    #[error("a picture cannot be decoded: {0}")]
    BadPicture(&'static str),
    /// A model failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why a portrait makes no template.
#[derive(Debug, thiserror::Error)]
pub enum PortraitRefusal {
    /// There is no face in it, or more than one, or it is too poor.
    #[error("the portrait is unusable: {0}")]
    Unusable(&'static str),
    /// The analyzer gave no observation.
    #[error(transparent)]
    Analyzer(#[from] AnalyzerFault),
}

/// Runs the models on frames, on workers behind a bounded queue.
pub trait FaceAnalyzer: Send + Sync {
    /// The model whose embeddings this analyzer makes.
    fn model(&self) -> ModelId;

    /// Looks at a hint frame: detector, mesh and exposure only.
    fn glance(&self, frame: EncodedFrame) -> BoxFuture<'_, Result<Glance, AnalyzerFault>>;

    /// Observes frames of a capture, those at `places`: detector and mesh. The answer has an entry for every frame, `None`
    /// for those that were passed over.
    fn observe(
        &self,
        frames: Arc<[EncodedFrame]>,
        places: Vec<usize>,
    ) -> BoxFuture<'_, Result<Vec<Option<FrameObservation>>, AnalyzerFault>>;

    /// Runs the costly models on faces that were observed before. Goes before new captures, and is never refused for want
    /// of room.
    fn look_closer(
        &self,
        frames: Arc<[EncodedFrame]>,
        faces: Vec<WorthyFace>,
    ) -> BoxFuture<'_, Result<CloserLooks, AnalyzerFault>>;

    /// Makes a template of a portrait with exactly one usable face.
    fn embed_portrait(&self, portrait: EncodedFrame) -> BoxFuture<'_, Result<FaceTemplate, PortraitRefusal>>;
}
