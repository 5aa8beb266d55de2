//! The models.

use super::{BoxFuture, fault::Fault};
use crate::domain::face::{
    capture::EncodedFrame,
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

    /// Observes a whole capture in order: detector and mesh on every frame; passive attack models and embeddings on the
    /// best frontal ones, embeddings alone on some turned ones of every stretch.
    fn observe(
        &self,
        frames: Vec<EncodedFrame>,
    ) -> BoxFuture<'_, Result<Vec<FrameObservation>, AnalyzerFault>>;

    /// Makes a template of a portrait with exactly one usable face.
    fn embed_portrait(&self, portrait: EncodedFrame) -> BoxFuture<'_, Result<FaceTemplate, PortraitRefusal>>;
}
