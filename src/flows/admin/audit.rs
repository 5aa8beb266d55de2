//! The audit log as administrators read it: searched, followed through one interaction, checked, carried elsewhere.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::{
    domain::{
        audit::{AuditEvent, AuditKey},
        id::InteractionId,
    },
    flows::audit_seal::{Anchor, AuditSealer, AuditVerdict, AuditVerifier},
    ports::{
        fault::Fault,
        store::{AuditPlace, AuditQuery, FoundEvent, SealedEvent, Store},
    },
};

/// How many events are carried elsewhere at once.
const EXPORTED: i64 = 500;

/// Reads the log.
pub struct AuditLog {
    store: Arc<dyn Store>,
    key: Arc<AuditKey>,
    /// A check reads all that there is, so one runs at a time.
    checking: Mutex<()>,
}

/// Some of what was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEvents {
    /// The newest first.
    pub events: Vec<FoundEvent>,
    /// Where the next page begins, where there is one.
    pub next: Option<AuditPlace>,
}

impl AuditLog {
    /// Over its port, with the key that the sealer uses.
    pub fn new(store: Arc<dyn Store>, key: Arc<AuditKey>) -> Self {
        Self { store, key, checking: Mutex::default() }
    }

    /// The newest events that answer to a query, at most so many, those before a place.
    pub async fn search(
        &self,
        query: AuditQuery,
        before: Option<AuditPlace>,
        most: usize,
    ) -> Result<FoundEvents, Fault> {
        let one_more = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
        let mut events = self.store.read(move |db| db.search_events(&query, before, one_more)).await?;
        let is_more = events.len() > most;
        events.truncate(most);
        let next = events.last().filter(|_| is_more).map(|last| last.place);
        Ok(FoundEvents { events, next })
    }

    /// All that happened in an interaction, in order.
    pub async fn of_interaction(&self, interaction: InteractionId) -> Result<Vec<AuditEvent>, Fault> {
        self.store.read(move |db| db.events_of_interaction(&interaction)).await
    }

    /// Seals what waits, then walks the whole chain, which must hold a place that was noted elsewhere, if one is named.
    pub async fn verify(&self, anchor: Option<Anchor>) -> Result<AuditVerdict, Fault> {
        let _alone = self.checking.lock().await;
        AuditSealer::new(self.store.clone(), self.key.clone()).seal_pending().await?;
        AuditVerifier::new(self.store.clone(), self.key.clone()).verify(anchor).await
    }

    /// The next sealed events from a position on; none behind the end.
    pub async fn sealed_from(&self, position: i64) -> Result<Vec<SealedEvent>, Fault> {
        self.store.read(move |db| db.sealed_events(position, EXPORTED)).await
    }
}

/// A sealed event as a line of an export: with what it takes to check the chain elsewhere.
pub fn exported(sealed: &SealedEvent) -> String {
    let link = hex::encode(sealed.link.0);
    format!("{{\"position\":{},\"link\":\"{link}\",\"event\":{}}}", sealed.position, sealed.event)
}
