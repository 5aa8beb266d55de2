//! What is done about keys as time goes by: the next one is made before its time, one that leaked is withdrawn, and what is of
//! no more use is destroyed.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use jiff::Timestamp;

use super::SigningKeys;
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        change::Change,
        id::{AuditId, KeyId},
        keys::{KeyHistory, KeyState, SigningAlgorithm, SigningKey, history::REMEMBERED},
    },
    ports::{fault::Fault, store::Db},
};

/// A key, and where it is in its life.
#[derive(Clone, Debug)]
pub struct KeyStanding {
    /// Its name.
    pub id: KeyId,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// Where it is.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it signs from.
    pub signs_from: Timestamp,
}

/// What came of a rotation that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The key that is to sign.
    pub id: KeyId,
    /// Since when.
    pub signs_from: Timestamp,
    /// Whether it was waiting already.
    pub was_waiting: bool,
}

/// What came of a withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// There is no key of this name.
    Unknown,
    /// It was withdrawn before.
    Before,
    /// It is out of the set; the key named signs now for its algorithm, where one does.
    Done(Option<KeyId>),
}

/// A key that was made in case one is due, and what is told when it is.
struct Spare {
    key: SigningKey,
    event: AuditEvent,
}

/// When a key that is made signs from: what is due by the keys that there are, or what somebody asks for.
type When = Arc<dyn Fn(&KeyHistory, Timestamp) -> Option<Timestamp> + Send + Sync>;

impl SigningKeys {
    /// Looks after the keys at once and then at intervals, until the end.
    pub async fn run(self: Arc<Self>, every: Duration, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                () = tokio::time::sleep(every) => {}
            }
            // Nobody else hears of a fault here, so this is where it is logged.
            if let Err(fault) = self.ensure().await {
                tracing::error!(%fault, "signing keys could not be looked after");
            }
        }
    }

    /// Makes the keys that are missing or due, and the certificates that are asked for; destroys what is of no more use.
    /// Called at start and again and again; any number of nodes may do so at once.
    pub async fn ensure(&self) -> Result<(), Fault> {
        for algorithm in self.policy.algorithms.iter() {
            let policy = self.policy;
            self.make(algorithm, Arc::new(move |keys, now| keys.due(algorithm, &policy, now)), None).await?;
        }
        self.certify().await?;
        self.clear_away().await?;
        self.read_anew().await.map(drop)
    }

    /// Puts a new key in the place of the one that signs: as soon as clients know it, or, unless that is asked for, with the
    /// time that a planned one is given.
    pub async fn rotate(
        &self,
        algorithm: SigningAlgorithm,
        soon: bool,
        change: Change,
    ) -> Result<Replacement, Fault> {
        let ahead = if soon { self.policy.soonest() } else { self.policy.ahead() };
        let waits = move |keys: &KeyHistory, now: Timestamp| {
            keys.keys()
                .iter()
                .rfind(|key| key.algorithm == algorithm && key.signs_from > now && key.withdrawn_at.is_none())
                .cloned()
        };
        let from = move |keys: &KeyHistory, now: Timestamp| match waits(keys, now) {
            Some(_) => None,
            None if keys.signing(algorithm, now).is_none() => Some(now),
            None => now.saturating_add(ahead).ok(),
        };
        let made = self.make(algorithm, Arc::new(from), Some(&change)).await?;
        self.certify().await?;
        let known = self.read_anew().await?;
        let (now, was_waiting) = (self.clock.now(), made.is_none());
        let next = waits(&known.history, now).or_else(|| known.history.signing(algorithm, now).cloned());
        let next = next.ok_or(Fault::Conflict("the key that was made is gone"))?;
        Ok(Replacement { id: next.id, signs_from: next.signs_from, was_waiting })
    }

    /// Takes a key out of the set at once, as when its private half leaked: nothing that it signed verifies any more, here or
    /// at a client that reads the set again. Where it signed, another signs from now on, though clients do not know it yet.
    pub async fn withdraw(&self, id: &KeyId, change: Change) -> Result<Withdrawal, Fault> {
        let history = KeyHistory::new(self.store.read(|db| db.signing_keys()).await?);
        let Some(key) = history.keys().iter().find(|key| key.id == *id).cloned() else {
            return Ok(Withdrawal::Unknown);
        };
        let now = self.clock.now();
        let (algorithm, policy) = (key.algorithm, self.policy);
        let when: When = Arc::new(move |keys, now| keys.due(algorithm, &policy, now));
        let without = history.keys().iter().cloned().map(|other| match other.id == *id {
            true => SigningKey { withdrawn_at: Some(now), ..other },
            false => other,
        });
        let is_signed_with = self.policy.algorithms.contains(algorithm);
        let spare = match when(&KeyHistory::new(without.collect()), now).filter(|_| is_signed_with) {
            Some(_) => Some(self.spare(algorithm, now, Some(&change)).await?),
            None => None,
        };
        let event = change.tell(self.event(AuditKind::KeyRetired, &key).with("cause", "withdrawn"));
        let named = id.clone();
        let is_done = self
            .store
            .transact(move |db| {
                if !db.withdraw_signing_key(&named, now)? {
                    return Ok(false);
                }
                db.append_event(&event)?;
                if let Some(spare) = spare {
                    insert_if_due(db, spare, &when, now)?;
                }
                Ok(true)
            })
            .await?;
        self.ensure().await?;
        if !is_done {
            return Ok(Withdrawal::Before);
        }
        let known = self.known().await?;
        Ok(Withdrawal::Done(known.history.signing(algorithm, self.clock.now()).map(|key| key.id.clone())))
    }

    /// All keys, with those first that sign next.
    pub async fn standings(&self) -> Result<Vec<KeyStanding>, Fault> {
        let (known, now) = (self.read_anew().await?, self.clock.now());
        let standing = |key: &SigningKey| KeyStanding {
            id: key.id.clone(),
            algorithm: key.algorithm,
            state: known.history.state(key, &self.policy, now),
            created_at: key.created_at,
            signs_from: key.signs_from,
        };
        Ok(known.history.keys().iter().rev().map(standing).collect())
    }

    /// Makes a key if one is to be made; nothing where none is, or where another node was faster.
    async fn make(
        &self,
        algorithm: SigningAlgorithm,
        when: When,
        change: Option<&Change>,
    ) -> Result<Option<KeyId>, Fault> {
        let now = self.clock.now();
        let history = KeyHistory::new(self.store.read(|db| db.signing_keys()).await?);
        if when(&history, now).is_none() {
            return Ok(None);
        }
        let spare = self.spare(algorithm, now, change).await?;
        self.store.transact(move |db| insert_if_due(db, spare, &when, now)).await
    }

    /// A new key, which is nothing yet. An RSA key takes a moment that others need not wait for.
    async fn spare(
        &self,
        algorithm: SigningAlgorithm,
        now: Timestamp,
        change: Option<&Change>,
    ) -> Result<Spare, Fault> {
        let (id, signer) = (KeyId::from_random(self.entropy.bytes()), self.signer.clone());
        let key = tokio::task::spawn_blocking(move || signer.new_key(id, algorithm, now));
        let key = key.await.map_err(|_| Fault::Internal("making a key broke off".into()))??;
        let mut event = self.event(AuditKind::KeyMade, &key);
        if let Some(change) = change {
            event = change.tell(event);
        }
        Ok(Spare { key, event })
    }

    /// Certificates for those keys in the set that lack one. Of several nodes that make one, the first one's is kept.
    async fn certify(&self) -> Result<(), Fault> {
        if self.policy.certified.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let history = KeyHistory::new(self.store.read(|db| db.signing_keys()).await?);
        let lacking = history
            .published(&self.policy, now)
            .filter(|key| self.policy.certified.contains(key.algorithm) && key.certificate.is_none());
        for key in lacking {
            let (id, certificate) = (key.id.clone(), self.signer.certify(key, &self.issuer)?);
            self.store.transact(move |db| db.certify_signing_key(&id, &certificate)).await?;
        }
        Ok(())
    }

    /// Destroys the private halves of keys that have left the set, and forgets those that left it long ago.
    async fn clear_away(&self) -> Result<(), Fault> {
        let (now, policy) = (self.clock.now(), self.policy);
        let history = KeyHistory::new(self.store.read(|db| db.signing_keys()).await?);
        for key in history.keys() {
            let Some(since) = history.retired_since(key, &policy, now) else { continue };
            if !key.sealed_private_jwk.is_empty() {
                let (id, event) =
                    (key.id.clone(), self.event(AuditKind::KeyRetired, key).with("cause", "lapsed"));
                let was_withdrawn = key.withdrawn_at.is_some();
                self.store.transact(move |db| destroy(db, &id, event, was_withdrawn)).await?;
            } else if since.saturating_add(REMEMBERED).is_ok_and(|end| end <= now) {
                let id = key.id.clone();
                self.store.transact(move |db| db.forget_signing_key(&id)).await?;
            }
        }
        Ok(())
    }

    fn event(&self, kind: AuditKind, key: &SigningKey) -> AuditEvent {
        AuditEvent::new(AuditId::from_random(self.entropy.bytes()), self.clock.now(), kind)
            .with("kid", key.id.as_str())
            .with("alg", key.algorithm.name())
    }
}

/// Adds a key if one is to be made still, and no other node made it meanwhile.
fn insert_if_due(db: &mut dyn Db, spare: Spare, when: &When, now: Timestamp) -> Result<Option<KeyId>, Fault> {
    let history = KeyHistory::new(db.signing_keys()?);
    let Some(signs_from) = when(&history, now) else { return Ok(None) };
    let generation = history.next_generation(spare.key.algorithm);
    let key = SigningKey { signs_from, generation, ..spare.key };
    if !db.insert_signing_key(&key)? {
        return Ok(None);
    }
    db.append_event(&spare.event.with("signs_from", signs_from.to_string()))?;
    Ok(Some(key.id))
}

/// Of several nodes, one destroys the private half; a withdrawal was told of before.
fn destroy(db: &mut dyn Db, id: &KeyId, event: AuditEvent, was_withdrawn: bool) -> Result<(), Fault> {
    if db.destroy_signing_key(id)? && !was_withdrawn {
        db.append_event(&event)?;
    }
    Ok(())
}
