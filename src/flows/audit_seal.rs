//! Chains the audit log, and checks the chain.
//!
//! Events are written unsealed inside the change that they tell of; this gives each its place afterwards, so that
//! writers do not queue behind one chain. The order of the chain is the order in which events were seen here: on
//! PostgreSQL an event that was committed late is sealed late, and none is lost. Until it is sealed, a moment later, an
//! event is as safe as the database; from then on a change to it is found by whoever holds the key, and the loss of a
//! tail together with the kept head by whoever noted an [`Anchor`] elsewhere.

use std::{fmt, future::Future, pin::pin, str::FromStr, sync::Arc, time::Duration};

use crate::{
    domain::audit::{AuditKey, ChainLink},
    ports::{
        fault::Fault,
        store::{Db, SealedEvent, Store},
    },
};

/// How many events are sealed in one transaction, so that nobody waits long behind it.
const BATCH: i64 = 64;

/// How many events are read at once when the chain is checked.
const PAGE: i64 = 500;

/// How often a faster sealer is tried against before the failure is reported: without one, a conflict means damage.
const TRIES: u32 = 50;

/// How long an event waits at most for its seal while the sealer runs.
const INTERVAL: Duration = Duration::from_millis(500);

/// Orders and chains events. More than one may run: one wins each position.
pub struct AuditSealer {
    store: Arc<dyn Store>,
    key: Arc<AuditKey>,
}

impl AuditSealer {
    /// A sealer with the key that is not in the database.
    pub fn new(store: Arc<dyn Store>, key: Arc<AuditKey>) -> Self {
        Self { store, key }
    }

    /// Seals until nothing is left to seal, then again at short intervals, and once more at the end.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            self.seal_or_report().await;
            tokio::select! {
                () = &mut shutdown => break,
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
        self.seal_or_report().await;
    }

    /// Nobody else hears of a fault here, so this is where it is logged.
    async fn seal_or_report(&self) {
        if let Err(fault) = self.seal_pending().await {
            tracing::error!(%fault, "the audit log could not be sealed");
        }
    }

    /// Seals until nothing is left to seal; returns how many events this sealer sealed.
    pub async fn seal_pending(&self) -> Result<usize, Fault> {
        let mut sealed = 0;
        let mut lost = 0;
        loop {
            let key = self.key.clone();
            match self.store.transact(move |db| seal_batch(db, &key)).await {
                Ok(0) => return Ok(sealed),
                Ok(some) => {
                    sealed += some;
                    lost = 0;
                }
                Err(Fault::Conflict(_)) if lost < TRIES => lost += 1,
                Err(fault) => return Err(fault),
            }
        }
    }
}

/// Chains the oldest unsealed events behind the head.
fn seal_batch(db: &mut dyn Db, key: &AuditKey) -> Result<usize, Fault> {
    // The head before the events: whoever moves it in between makes `seal_events` a conflict.
    let (head, mut link) = db.audit_head()?.unwrap_or((0, ChainLink::START));
    let events = db.unsealed_events(BATCH)?;
    let links: Vec<(&str, ChainLink)> = (head + 1..)
        .zip(&events)
        .map(|(position, (id, event))| {
            link = link.next(key, position, event);
            (id.as_str(), link)
        })
        .collect();
    db.seal_events(head, &links)?;
    Ok(events.len())
}

/// A place in the chain, to be noted outside of the database's reach: `position:link`, the link in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The position, from 1.
    pub position: i64,
    /// The link there.
    pub link: ChainLink,
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.position, hex::encode(self.link.0))
    }
}

/// A text that is not `position:link`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an anchor is written position:link, the link as 64 hexadecimal digits")]
pub struct NotAnAnchor;

impl FromStr for Anchor {
    type Err = NotAnAnchor;

    fn from_str(text: &str) -> Result<Self, NotAnAnchor> {
        let (position, link) = text.trim().split_once(':').ok_or(NotAnAnchor)?;
        let position: i64 = position.parse().map_err(|_| NotAnAnchor)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(link, &mut bytes).map_err(|_| NotAnAnchor)?;
        (position > 0).then_some(Self { position, link: ChainLink(bytes) }).ok_or(NotAnAnchor)
    }
}

/// What is wrong with the chain at one position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditFlaw {
    /// There is no event at this position, but there are later ones.
    #[error("an event is missing")]
    Missing,
    /// The link does not follow from the event and its predecessor: text, order or link was changed.
    #[error("an event was altered or moved")]
    Altered,
    /// The chain ends before the head or the anchor.
    #[error("the end of the log was cut off")]
    CutOff,
    /// The kept head is not the end of the chain.
    #[error("the kept head does not fit the log")]
    HeadMoved,
    /// The chain is another than the one that the anchor was taken from.
    #[error("the log is not the one that was anchored")]
    NotAsAnchored,
}

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditVerdict {
    /// Every event follows its predecessor; this is the end of the chain, `None` for an empty one.
    Whole(Option<Anchor>),
    /// The first position at which something is wrong.
    Broken {
        /// From 1.
        position: i64,
        /// What is wrong.
        flaw: AuditFlaw,
    },
}

/// Walks the chain from its start.
pub struct AuditVerifier {
    store: Arc<dyn Store>,
    key: Arc<AuditKey>,
}

impl AuditVerifier {
    /// A verifier with the key that the sealer uses.
    pub fn new(store: Arc<dyn Store>, key: Arc<AuditKey>) -> Self {
        Self { store, key }
    }

    /// Checks the whole chain, against an anchor too if there is one. Sealing may go on meanwhile.
    pub async fn verify(&self, anchor: Option<Anchor>) -> Result<AuditVerdict, Fault> {
        let mut walk = Walk { key: &self.key, anchor, position: 0, link: ChainLink::START };
        let mut most = PAGE;
        loop {
            let from = walk.position + 1;
            let page = self.store.read(move |db| Ok((db.audit_head()?, db.sealed_events(from, most)?))).await;
            let (head, events) = match page {
                // A row that is not even readable: go on in single steps, to name its position.
                Err(Fault::Damaged(_)) if most > 1 => {
                    most = 1;
                    continue;
                }
                Err(Fault::Damaged(_)) => return Ok(broken(from, AuditFlaw::Altered)),
                page => page?,
            };
            let head = head.map(|(position, link)| Anchor { position, link });
            if let Some(verdict) = walk.pass(&events).or_else(|| events.is_empty().then(|| walk.end(head))) {
                return Ok(verdict);
            }
        }
    }
}

/// How far the chain was found to be whole.
struct Walk<'a> {
    key: &'a AuditKey,
    anchor: Option<Anchor>,
    position: i64,
    link: ChainLink,
}

impl Walk<'_> {
    /// Passes over events that follow; the verdict at the first one that does not.
    fn pass(&mut self, events: &[SealedEvent]) -> Option<AuditVerdict> {
        events.iter().find_map(|event| {
            let expected = self.position + 1;
            self.step(event).err().map(|flaw| broken(expected, flaw))
        })
    }

    fn step(&mut self, event: &SealedEvent) -> Result<(), AuditFlaw> {
        let position = self.position + 1;
        if event.position != position {
            return Err(AuditFlaw::Missing);
        }
        let link = self.link.next(self.key, position, &event.event);
        if !link.equals(&event.link) {
            return Err(AuditFlaw::Altered);
        }
        if self.anchor.is_some_and(|anchor| anchor.position == position && !anchor.link.equals(&link)) {
            return Err(AuditFlaw::NotAsAnchored);
        }
        (self.position, self.link) = (position, link);
        Ok(())
    }

    /// The verdict behind the last event, given the head that was read at the same moment.
    fn end(&self, head: Option<Anchor>) -> AuditVerdict {
        let last = (self.position > 0).then_some(Anchor { position: self.position, link: self.link });
        let reaches = |anchor: Option<Anchor>| anchor.is_none_or(|anchor| anchor.position <= self.position);
        if !reaches(head) || !reaches(self.anchor) {
            broken(self.position + 1, AuditFlaw::CutOff)
        } else if head != last {
            // The first event that the head does not count, or the one that it names with another link.
            let position = head.map_or(1, |head| head.position + i64::from(head.position < self.position));
            broken(position, AuditFlaw::HeadMoved)
        } else {
            AuditVerdict::Whole(last)
        }
    }
}

fn broken(position: i64, flaw: AuditFlaw) -> AuditVerdict {
    AuditVerdict::Broken { position, flaw }
}
