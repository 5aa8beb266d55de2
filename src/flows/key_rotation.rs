//! Key-encryption keys: put in use, rotated without touching a template, and given up.
//!
//! Wrapping happens outside of transactions, since the keys may be in another machine; each page of results is then one
//! transaction that changes only what is still as it was read. So a rotation may break off anywhere and go on later, and
//! enrolments, renewals and revocations go on beside it.

use std::sync::Arc;

use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::{AuditId, EnrolmentId, KekId},
        key_encryption::{KeyEncryptionKey, KeyPurpose, WrappedKey, binding},
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        envelope::KeyEncryption,
        fault::Fault,
        store::{Db, KeptKey, Store},
    },
};

/// How many keys are wrapped anew in one transaction.
const PAGE: i64 = 100;

/// What every key-encryption key wraps once, to be known again by.
const KNOWN: [u8; 32] = [0; 32];

/// What that is bound to.
const KNOWN_BINDING: &str = "known answer";

/// A key-encryption key, and how much it wraps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// The key.
    pub key: KeyEncryptionKey,
    /// How many keys are wrapped by it.
    pub wraps: i64,
}

/// How a rotation goes, and in the end went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The key that is in use from now on.
    pub to: KekId,
    /// How many keys were wrapped by others when it began.
    pub total: i64,
    /// How many were wrapped anew.
    pub done: i64,
    /// The enrolments whose keys do not unwrap: their rows are damaged.
    pub damaged: Vec<EnrolmentId>,
}

/// Why a key is not put in use or not given up.
#[derive(Debug, thiserror::Error)]
pub enum KeyRefusal {
    /// There is none of this name.
    #[error("there is no key-encryption key {0}")]
    Unknown(KekId),
    /// New keys are wrapped by it.
    #[error("{0} is in use; rotate to another key first")]
    InUse(KekId),
    /// Something is wrapped by it.
    #[error("{by} still wraps {count}; run `facestep keys rotate` to its end first")]
    Wraps {
        /// The key.
        by: KekId,
        /// How many.
        count: i64,
    },
    /// The outside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Key-encryption keys of both purposes.
pub struct KeyRotation {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    template_keys: Arc<dyn KeyEncryption>,
    transform_keys: Arc<dyn KeyEncryption>,
}

impl KeyRotation {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        template_keys: Arc<dyn KeyEncryption>,
        transform_keys: Arc<dyn KeyEncryption>,
    ) -> Self {
        Self { store, clock, entropy, template_keys, transform_keys }
    }

    fn ring(&self, purpose: KeyPurpose) -> &dyn KeyEncryption {
        match purpose {
            KeyPurpose::Template => self.template_keys.as_ref(),
            KeyPurpose::Transform => self.transform_keys.as_ref(),
        }
    }

    /// Sees to it that a key of each purpose is in use, and that every key by which something is wrapped is at hand and is
    /// the right one. Called at start.
    pub async fn ensure(&self) -> Result<(), Fault> {
        for purpose in KeyPurpose::ALL {
            if self.in_use(purpose).await?.is_none() {
                self.use_first(purpose).await?;
            }
        }
        for state in self.states().await? {
            if state.key.in_use || state.wraps > 0 {
                self.check(&state.key).await?;
            }
        }
        Ok(())
    }

    /// Puts the newest key at hand in use, or makes one. Of two programs that start at once, one does.
    async fn use_first(&self, purpose: KeyPurpose) -> Result<(), Fault> {
        let offered = self.ring(purpose).offered().await?.pop();
        let id = match &offered {
            Some(id) => id.clone(),
            None => self.make(purpose).await?,
        };
        match self.put_in_use(purpose, &id).await {
            Err(Fault::Conflict(_)) if offered.is_none() => self.ring(purpose).destroy(&id).await.map(drop),
            Err(Fault::Conflict(_)) => Ok(()),
            outcome => outcome,
        }
    }

    async fn check(&self, key: &KeyEncryptionKey) -> Result<(), Fault> {
        let known = WrappedKey { kek: key.id.clone(), bytes: key.known_answer.clone() };
        let answer = self.ring(key.purpose).unwrap(&known, KNOWN_BINDING).await?;
        if *answer == KNOWN {
            return Ok(());
        }
        Err(Fault::Damaged(format!("{} is not the key that it was", key.id)))
    }

    /// Makes a key that nothing is wrapped by yet, to be brought to every server before it is put in use.
    pub async fn make(&self, purpose: KeyPurpose) -> Result<KekId, Fault> {
        let day = self.clock.now().strftime("%Y%m%d");
        let random = u32::from_be_bytes(self.entropy.bytes());
        let name = format!("{}-{day}-{random:08x}", purpose.name());
        let id = KekId::parse(&name).ok_or_else(|| Fault::Internal("a key has no name".into()))?;
        self.ring(purpose).make(&id).await?;
        Ok(id)
    }

    async fn put_in_use(&self, purpose: KeyPurpose, id: &KekId) -> Result<(), Fault> {
        let known = self.ring(purpose).wrap(id, KNOWN_BINDING, &KNOWN).await?;
        let key = KeyEncryptionKey {
            id: id.clone(),
            purpose,
            known_answer: known.bytes,
            in_use: true,
            used_since: self.clock.now(),
        };
        let event = self.event(AuditKind::KeyEncryptionKeyUsed, purpose, id);
        self.store
            .transact(move |db| {
                db.use_key_encryption_key(&key)?;
                db.append_event(&event)
            })
            .await
    }

    /// All keys, and how much each wraps.
    pub async fn states(&self) -> Result<Vec<KeyState>, Fault> {
        self.store.read(states).await
    }

    async fn in_use(&self, purpose: KeyPurpose) -> Result<Option<KekId>, Fault> {
        let states = self.states().await?;
        let in_use = states.into_iter().find(|state| state.key.purpose == purpose && state.key.in_use);
        Ok(in_use.map(|state| state.key.id))
    }

    /// Wraps everything of one purpose by one key: the one named, else a new one, unless a rotation that broke off is to
    /// be gone on with. `told` hears how it goes.
    pub async fn rotate(
        &self,
        purpose: KeyPurpose,
        to: Option<&KekId>,
        mut told: impl FnMut(&Rotation),
    ) -> Result<Rotation, KeyRefusal> {
        let to = self.choose(purpose, to).await?;
        let total = self.wrapped_by_others_than(purpose, &to).await?;
        let mut rotation = Rotation { to, total, done: 0, damaged: Vec::new() };
        loop {
            let before = rotation.done;
            rotation.damaged.clear();
            self.rewrap_once(purpose, &mut rotation, &mut told).await?;
            // Again, for what was wrapped by the old key while this went on.
            if rotation.done == before {
                return Ok(rotation);
            }
        }
    }

    /// The key to rotate to, which is in use from here on.
    async fn choose(&self, purpose: KeyPurpose, to: Option<&KekId>) -> Result<KekId, KeyRefusal> {
        let in_use = self.in_use(purpose).await?;
        let chosen = match (to, &in_use) {
            (Some(to), _) if !self.ring(purpose).offered().await?.contains(to) => {
                return Err(KeyRefusal::Unknown(to.clone()));
            }
            (Some(to), _) => to.clone(),
            (None, Some(in_use)) if self.wrapped_by_others_than(purpose, in_use).await? > 0 => in_use.clone(),
            (None, _) => self.make(purpose).await?,
        };
        if in_use.as_ref() != Some(&chosen) {
            self.put_in_use(purpose, &chosen).await?;
        }
        Ok(chosen)
    }

    async fn wrapped_by_others_than(&self, purpose: KeyPurpose, id: &KekId) -> Result<i64, Fault> {
        let states = self.states().await?;
        let others = states.iter().filter(|state| state.key.purpose == purpose && state.key.id != *id);
        Ok(others.map(|state| state.wraps).sum())
    }

    /// Goes through everything once, a page in a transaction.
    async fn rewrap_once(
        &self,
        purpose: KeyPurpose,
        rotation: &mut Rotation,
        told: &mut impl FnMut(&Rotation),
    ) -> Result<(), Fault> {
        let mut behind: Option<EnrolmentId> = None;
        loop {
            let (to, from) = (rotation.to.clone(), behind.clone());
            let page =
                self.store.read(move |db| db.wrapped_by_others(purpose, &to, from.as_ref(), PAGE)).await?;
            let Some(last) = page.last() else { return Ok(()) };
            behind = Some(last.enrolment.clone());
            let mut anew = Vec::with_capacity(page.len());
            for kept in page {
                match self.wrap_anew(purpose, &kept, &rotation.to).await {
                    Ok(wrapped) => anew.push((kept, wrapped)),
                    Err(Fault::Damaged(_)) => rotation.damaged.push(kept.enrolment),
                    Err(fault) => return Err(fault),
                }
            }
            rotation.done += self.save_page(purpose, &rotation.to, anew).await?;
            told(rotation);
        }
    }

    async fn wrap_anew(&self, purpose: KeyPurpose, kept: &KeptKey, to: &KekId) -> Result<WrappedKey, Fault> {
        let (ring, bound) = (self.ring(purpose), binding(&kept.enrolment, kept.renewal));
        let key = ring.unwrap(&kept.wrapped, &bound).await?;
        ring.wrap(to, &bound, &key).await
    }

    /// Puts a page's new wrappings in place of those that are still as they were read; how many were.
    async fn save_page(
        &self,
        purpose: KeyPurpose,
        to: &KekId,
        anew: Vec<(KeptKey, WrappedKey)>,
    ) -> Result<i64, Fault> {
        let event = self.event(AuditKind::KeysRewrapped, purpose, to);
        self.store
            .transact(move |db| {
                let mut done = 0;
                for (kept, wrapped) in &anew {
                    done += i64::from(db.rewrap(purpose, kept, wrapped)?);
                }
                if done > 0 {
                    db.append_event(&event.with("count", done))?;
                }
                Ok(done)
            })
            .await
    }

    /// Gives up a key by which nothing is wrapped any more and, where `destroy` says so, destroys it; whether it did.
    pub async fn retire(&self, id: &KekId, destroy: bool) -> Result<bool, KeyRefusal> {
        let states = self.states().await?;
        let state = states.iter().find(|state| state.key.id == *id);
        let state = state.ok_or_else(|| KeyRefusal::Unknown(id.clone()))?;
        let purpose = state.key.purpose;
        let (named, event) = (id.clone(), self.event(AuditKind::KeyEncryptionKeyRetired, purpose, id));
        let retired = self.store.transact(move |db| {
            let is_retired = db.retire_key_encryption_key(&named)?;
            if is_retired {
                db.append_event(&event)?;
            }
            Ok(is_retired)
        });
        match retired.await {
            Ok(true) if destroy => Ok(self.ring(purpose).destroy(id).await?),
            Ok(true) => Ok(false),
            Ok(false) => Err(KeyRefusal::InUse(id.clone())),
            Err(fault) => {
                let by = id.clone();
                match self.store.read(move |db| db.count_wrapped(purpose, &by)).await? {
                    0 => Err(fault.into()),
                    count => Err(KeyRefusal::Wraps { by: id.clone(), count }),
                }
            }
        }
    }

    fn event(&self, kind: AuditKind, purpose: KeyPurpose, kek: &KekId) -> AuditEvent {
        let id = AuditId::from_random(self.entropy.bytes());
        AuditEvent::new(id, self.clock.now(), kind).with("purpose", purpose.name()).with("kek", kek.as_str())
    }
}

fn states(db: &mut dyn Db) -> Result<Vec<KeyState>, Fault> {
    let keys = db.key_encryption_keys()?;
    keys.into_iter()
        .map(|key| {
            let wraps = db.count_wrapped(key.purpose, &key.id)?;
            Ok(KeyState { key, wraps })
        })
        .collect()
}
