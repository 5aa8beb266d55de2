use facestep::domain::face::{
    observation::{FrameObservation, LiveScore},
    template::{Embedding, FaceTemplate},
};

fn printed<T: std::fmt::Debug>(_: T) {}
fn serialised<T: serde::Serialize>(_: T) {}

fn leak(frame: FrameObservation, live: LiveScore, face: Embedding, template: FaceTemplate) {
    printed(frame);
    printed(live);
    serialised(face);
    serialised(template);
}

fn main() {}
