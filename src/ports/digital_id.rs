//! The connector to a government identity source.

use super::{BoxFuture, fault::Fault};
use crate::domain::{face::capture::EncodedFrame, id::UserId, workflow::evidence::IdentityEvidence};

/// What the source answered about a document.
#[derive(Debug)]
pub enum DigitalIdAnswer {
    /// A record, with its portrait (JPEG).
    Record {
        /// What was attested.
        evidence: Box<IdentityEvidence>,
        /// The portrait on record.
        portrait: EncodedFrame,
    },
    /// There is no such record.
    NoRecord,
    /// The source is down; try again later.
    SourceDown,
}

/// A government identity source.
pub trait DigitalIdService: Send + Sync {
    /// What people know the source as.
    fn name(&self) -> &str;

    /// Looks a document up by its number, for an account. A source that knows accounts answers each about itself alone.
    fn look_up<'a>(
        &'a self,
        account: &'a UserId,
        document_number: &'a str,
    ) -> BoxFuture<'a, Result<DigitalIdAnswer, Fault>>;
}
