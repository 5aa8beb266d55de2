//! The audit log.

use crate::{
    domain::audit::{AuditEvent, ChainLink},
    ports::fault::Fault,
};

/// An event as it is kept, with its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEvent {
    /// From 1, without gaps.
    pub position: i64,
    /// The event's JSON text as it was written; the chain is over these bytes.
    pub event: String,
    /// Its link.
    pub link: ChainLink,
}

/// Events, written in the change's own transaction and sealed later.
pub trait AuditStore {
    /// Writes an event, not sealed yet.
    fn append_event(&mut self, event: &AuditEvent) -> Result<(), Fault>;
    /// The oldest events that are not sealed yet, as (id, JSON text), in the order of writing.
    fn unsealed_events(&mut self, most: i64) -> Result<Vec<(String, String)>, Fault>;
    /// The chain's head: position and link; `None` before the first event is sealed.
    fn audit_head(&mut self) -> Result<Option<(i64, ChainLink)>, Fault>;
    /// Seals events, named by id, at the positions behind the head, which is at `head`, and moves it to the last of them;
    /// [`Fault::Conflict`] when another sealer was faster.
    fn seal_events(&mut self, head: i64, links: &[(&str, ChainLink)]) -> Result<(), Fault>;
    /// Sealed events from a position on.
    fn sealed_events(&mut self, from: i64, most: i64) -> Result<Vec<SealedEvent>, Fault>;
}
