//! No government identity source: what there is until an operator connects one.

use crate::ports::{
    BoxFuture,
    digital_id::{DigitalIdAnswer, DigitalIdService},
    fault::Fault,
};

/// A source that never answers, so that nobody can enrol on its word.
pub struct Unconnected;

impl DigitalIdService for Unconnected {
    fn name(&self) -> &str {
        "digital ID"
    }

    fn look_up<'a>(&'a self, _document_number: &'a str) -> BoxFuture<'a, Result<DigitalIdAnswer, Fault>> {
        Box::pin(async { Ok(DigitalIdAnswer::SourceDown) })
    }
}
