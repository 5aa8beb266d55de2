//! Are the numbers right? The inference adapter against an independent pipeline, damaged files, hostile pictures and a
//! full queue. Needs the built models.

mod agreement;
mod analyzer;
mod model_files;
mod pictures;
mod support;
mod workers;
