//! The verdict: one pure function where quality, challenge, attack detection and comparison meet.

use crate::domain::id::RunId;

use super::template::FaceTemplate;

/// Proof that a ceremony of a run was passed; only the verdict function makes one.
pub struct Passed {
    run: RunId,
    live: FaceTemplate,
}

impl Passed {
    /// The run whose ceremony was passed.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The live face's template: what a parent run enrols.
    pub fn live_template(&self) -> &FaceTemplate {
        &self.live
    }
}
