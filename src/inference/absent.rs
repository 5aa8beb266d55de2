//! What stands in for the engine where there is none (`serve --no-face`, for the bench): it looks at nothing and proves
//! nothing, so that no face check can succeed.

use std::sync::Arc;

use crate::{
    domain::face::{
        capture::EncodedFrame,
        examination::{CloserLooks, WorthyFace},
        observation::{FrameObservation, Glance},
        template::{FaceTemplate, ModelId},
    },
    ports::{
        BoxFuture,
        face::{AnalyzerFault, FaceAnalyzer, PortraitRefusal},
        fault::Fault,
    },
};

/// An analyzer that answers everything with a fault.
#[derive(Clone, Copy, Debug, Default)]
pub struct AbsentAnalyzer;

fn absent<T>() -> Result<T, AnalyzerFault> {
    Err(Fault::Unavailable("this server runs without the face engine".into()).into())
}

impl FaceAnalyzer for AbsentAnalyzer {
    fn model(&self) -> ModelId {
        // No template was made by a model of this name, so no enrolment counts.
        ModelId("none".to_owned())
    }

    fn glance(&self, _: EncodedFrame) -> BoxFuture<'_, Result<Glance, AnalyzerFault>> {
        Box::pin(async { absent() })
    }

    fn observe(
        &self,
        _: Arc<[EncodedFrame]>,
        _: Vec<usize>,
    ) -> BoxFuture<'_, Result<Vec<Option<FrameObservation>>, AnalyzerFault>> {
        Box::pin(async { absent() })
    }

    fn look_closer(
        &self,
        _: Arc<[EncodedFrame]>,
        _: Vec<WorthyFace>,
    ) -> BoxFuture<'_, Result<CloserLooks, AnalyzerFault>> {
        Box::pin(async { absent() })
    }

    fn embed_portrait(&self, _: EncodedFrame) -> BoxFuture<'_, Result<FaceTemplate, PortraitRefusal>> {
        Box::pin(async { Ok(absent()?) })
    }
}
