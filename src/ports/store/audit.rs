//! The audit log.

use jiff::Timestamp;

use crate::{
    domain::{
        audit::{AuditEvent, AuditKind, ChainLink},
        id::{ClientId, InteractionId, SessionId, UserId},
        statistics::{EndCount, EventCount},
    },
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

/// Which events are looked for; what is not named may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Of one of these kinds.
    pub kinds: Vec<AuditKind>,
    /// About this account.
    pub user: Option<UserId>,
    /// About this client.
    pub client: Option<ClientId>,
    /// In this session.
    pub session: Option<SessionId>,
    /// In this interaction.
    pub interaction: Option<InteractionId>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Each of these stands in the event's text, in capital letters or small ones.
    pub words: Vec<String>,
}

/// Where an event stands by time, and among those of one time by writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditPlace {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// The order of writing.
    pub seq: i64,
}

/// An event that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEvent {
    /// Where it stands.
    pub place: AuditPlace,
    /// Its place in the chain; none until it is sealed.
    pub position: Option<i64>,
    /// What it tells.
    pub event: AuditEvent,
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
    /// Sealed events from a position on. One that is found by other words than its text says is [`Fault::Damaged`].
    fn sealed_events(&mut self, from: i64, most: i64) -> Result<Vec<SealedEvent>, Fault>;
}

/// Looking for events, and counting them.
pub trait AuditSearch {
    /// The newest events that answer to a query, those before a place.
    fn search_events(
        &mut self,
        query: &AuditQuery,
        before: Option<AuditPlace>,
        most: i64,
    ) -> Result<Vec<FoundEvent>, Fault>;
    /// All events of an interaction, the first one first.
    fn events_of_interaction(&mut self, interaction: &InteractionId) -> Result<Vec<AuditEvent>, Fault>;
    /// How many events of the counted kinds there are from one moment to before another.
    fn count_events(&mut self, from: Timestamp, until: Timestamp) -> Result<Vec<EventCount>, Fault>;
    /// How runs ended from one moment to before another.
    fn count_ends(&mut self, from: Timestamp, until: Timestamp) -> Result<Vec<EndCount>, Fault>;
}
