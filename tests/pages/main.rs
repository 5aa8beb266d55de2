//! Do the pages hold what they promise? Every page in every state, its headers, its weight, its scripts.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod assets;
mod consent;
mod contrast;
mod form_post;
mod headers;
mod html;
mod render;
mod samples;
mod scripts;
