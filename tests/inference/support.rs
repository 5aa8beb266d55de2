//! The built models, opened once, and the fixture pictures.

use std::{
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};

use facestep::{
    domain::face::capture::EncodedFrame,
    inference::{
        image::Limits,
        pipeline::Pipeline,
        verify::{Models, verify_models},
    },
};

static MODELS: LazyLock<Models> = LazyLock::new(|| {
    verify_models(&models_folder()).unwrap_or_else(|fault| panic!("run make models: {fault}"))
});
static PIPELINE: LazyLock<Mutex<Pipeline>> =
    LazyLock::new(|| Mutex::new(Pipeline::open(&MODELS, Limits::PICTURE).unwrap()));

/// Where `make models` puts them.
pub fn models_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/built")
}

/// The verified models.
pub fn models() -> &'static Models {
    &MODELS
}

/// One pipeline for all tests; a panic in one test does not spoil it for the others.
pub fn pipeline() -> MutexGuard<'static, Pipeline> {
    PIPELINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A fixture's path.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/faces").join(name)
}

/// A fixture picture as a capture would bring it.
pub fn frame(name: &str) -> EncodedFrame {
    EncodedFrame::new(std::fs::read(fixture(name)).unwrap())
}

/// Cosine of two vectors.
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
