//! Measures the product on an operator's own data: verification, templates, groups and presentation attacks (ISO/IEC
//! 19795-1 and 30107-3), with the pipeline that the server runs.
//!
//! Pictures are listed ([`pictures`], [`lists`]), embedded once and kept in a cache ([`acquire`], [`cache`]), compared on all
//! processors ([`counting`]) and reported ([`report`], [`det`]) with intervals ([`bootstrap`], [`intervals`]). Comparing and
//! counting are the face core's ([`crate::domain::face::error_rates`]): no similarity comes here.

pub mod acquire;
pub mod attack;
pub mod bootstrap;
pub mod cache;
pub mod counting;
pub mod det;
pub mod geometry;
pub mod groups;
pub mod intervals;
pub mod lists;
pub mod pictures;
pub mod progress;
pub mod protection;
pub mod report;
pub mod setting;
pub mod templates;
pub mod verification;

use std::path::{Path, PathBuf};

use crate::inference::{pipeline::PipelineFault, verify::ModelFault};

/// Why nothing was measured; each message names the place and, where there is one, the mend.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationFault {
    /// A file or folder cannot be used.
    #[error("{file}: {reason}", file = .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A line of a list makes no sense.
    #[error("{file}, line {line}: {reason}", file = .file.display())]
    Line {
        /// The list.
        file: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// There is too little to measure.
    #[error("{0}")]
    TooLittle(String),
    /// The models cannot be opened.
    #[error(transparent)]
    Models(#[from] ModelFault),
    /// A model failed.
    #[error(transparent)]
    Pipeline(#[from] PipelineFault),
}

impl EvaluationFault {
    /// A file or folder that cannot be used.
    pub fn file(file: &Path, reason: impl ToString) -> Self {
        Self::File { file: file.to_owned(), reason: reason.to_string() }
    }
}
