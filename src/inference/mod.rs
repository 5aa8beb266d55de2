//! The models behind [`crate::ports::face::FaceAnalyzer`]: what a frame shows, measured and not judged.
//!
//! A frame is decoded within bounds ([`image`]), faces are found ([`detector`]), meshed and posed ([`mesh`]); the best
//! frames of a capture are aligned ([`aligner`]), looked at for presentation attacks ([`attack`]) and embedded
//! ([`embedder`]). [`pipeline`] is that order, [`workers`] runs it off the request threads behind a bounded queue, and
//! [`manifest`] and [`verify`] refuse to run anything but the files that this program was built for. [`absent`] stands
//! in where there is no engine. What the numbers mean for a person is decided in `domain::face`.

pub mod absent;
pub mod aligner;
pub mod analyzer;
pub mod attack;
pub mod detector;
pub mod embedder;
pub mod fingerprint;
pub mod image;
pub mod manifest;
pub mod mesh;
pub mod pipeline;
pub mod quality;
mod resize;
pub mod runtime;
mod tensor;
pub mod verify;
pub mod warp;
pub mod workers;
