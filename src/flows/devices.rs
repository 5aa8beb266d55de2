//! Browsers that an account succeeded on: their tries are counted apart, so that a stranger with the password cannot shut
//! the owner out; and the keys that they sign their captures with, which a passed capture binds to the account.
//!
//! What a bound key is worth is policy's to say. Its owner sees where keys of theirs are, and revokes them.

use std::sync::Arc;

use jiff::Timestamp;

use super::{browser::Browser, ceremony::Scribe, settled};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        device::{DeviceKey, DeviceStanding, KeyBinding, KeyThumbprint, KnownDevice, MOST_KEYS, key_name},
        id::{AuditId, DeviceId, RunId, UserId},
        secret::TokenHash,
    },
    flows::Unserved,
    ports::{
        clock::Clock,
        entropy::Entropy,
        fault::Fault,
        store::{Db, Store},
    },
};

/// How many of an account's sessions are looked through when a key is revoked, those used last. A face that an older one
/// proved has decayed long ago.
const MOST_SESSIONS: i64 = 100;

/// Remembers a browser on which the account just succeeded, by the hash of its cookie's secret; once, should two of its
/// captures succeed side by side.
pub(super) fn remember(
    db: &mut dyn Db,
    scribe: &Scribe,
    user: &UserId,
    token_hash: TokenHash,
) -> Result<DeviceId, Fault> {
    if let Some(known) = db.find_device(user, &token_hash)? {
        return Ok(known.id);
    }
    let id = DeviceId::from_random(scribe.entropy.bytes());
    db.insert_device(&KnownDevice {
        id: id.clone(),
        user: user.clone(),
        token_hash,
        first_success_at: scribe.now,
    })?;
    Ok(id)
}

/// A capture that passed.
pub(super) struct PassedCapture<'a> {
    /// Whose.
    pub(super) user: &'a UserId,
    /// In which run.
    pub(super) run: &'a RunId,
    /// In which browser.
    pub(super) device: &'a DeviceId,
    /// The key that signed it, if one did.
    pub(super) key: Option<&'a DeviceKey>,
}

/// The binding of the key that signed a passed capture. One that nobody has is bound by it; one that was revoked, or is
/// another account's, leaves the capture as if nothing had signed it. Either way the browser holds from now on what it
/// showed just now: whether it is worth asking for more must not rest on a key that it has lost.
pub(super) fn bind(
    db: &mut dyn Db,
    scribe: &Scribe,
    capture: &PassedCapture<'_>,
    event: impl Fn(AuditKind) -> AuditEvent,
) -> Result<Option<KeyBinding>, Fault> {
    db.release_device(capture.device)?;
    let Some(key) = capture.key else { return Ok(None) };
    let thumbprint = key.thumbprint();
    let event = |kind| event(kind).with("device_key", thumbprint.as_str());
    match db.find_device_key(&thumbprint)? {
        Some(kept) if &kept.user == capture.user && kept.is_in_force() => {
            db.use_device_key(&thumbprint, capture.device, scribe.now)?;
            Ok(Some(kept))
        }
        Some(kept) => {
            let cause = if kept.is_in_force() { "other_account" } else { "revoked" };
            db.append_event(&event(AuditKind::DeviceKeyRefused).with("cause", cause))?;
            Ok(None)
        }
        None => {
            make_room(db, capture.user, &event)?;
            let binding = KeyBinding {
                user: capture.user.clone(),
                key: key.clone(),
                device: Some(capture.device.clone()),
                bound_at: scribe.now,
                bound_by: capture.run.clone(),
                last_used_at: scribe.now,
                revoked_at: None,
            };
            db.bind_device_key(&binding)?;
            db.append_event(&event(AuditKind::DeviceKeyBound))?;
            Ok(Some(binding))
        }
    }
}

/// Drops what was not used for longest where an account has as many keys as it may. A refusal instead would leave the
/// owner of a new telephone without a key until they find out why; a browser whose key was dropped binds it again.
fn make_room(db: &mut dyn Db, user: &UserId, event: &impl Fn(AuditKind) -> AuditEvent) -> Result<(), Fault> {
    let mut kept = db.device_keys_of(user)?;
    kept.retain(KeyBinding::is_in_force);
    kept.sort_by_key(|binding| binding.last_used_at);
    let too_many = (kept.len() + 1).saturating_sub(MOST_KEYS);
    for binding in kept.iter().take(too_many) {
        let dropped = binding.key.thumbprint();
        db.drop_device_key(&dropped)?;
        db.append_event(&event(AuditKind::DeviceKeyDropped).with("dropped", dropped.as_str()))?;
    }
    Ok(())
}

/// What this browser holds of the account's keys, as far as its cookie tells.
pub fn find_device_standing(
    db: &mut dyn Db,
    user: &UserId,
    device: Option<&TokenHash>,
) -> Result<DeviceStanding, Fault> {
    let known = match device {
        Some(hash) => db.find_device(user, hash)?,
        None => None,
    };
    let Some(known) = known else { return Ok(DeviceStanding::Unbound) };
    let mut held = db.device_keys_of(user)?.into_iter();
    let held = held.find(|binding| binding.is_in_force() && binding.device.as_ref() == Some(&known.id));
    Ok(held.map_or(DeviceStanding::Unbound, |binding| DeviceStanding::Bound {
        since: binding.bound_at,
        by: binding.bound_by,
    }))
}

/// Revokes a key of an account, and lets no session of it rest on the key any more; `false` where none of the account's keys
/// in force is this one.
pub(super) fn revoke(
    db: &mut dyn Db,
    user: &UserId,
    key: &KeyThumbprint,
    now: Timestamp,
) -> Result<bool, Fault> {
    if !db.revoke_device_key(user, key, now)? {
        return Ok(false);
    }
    for mut session in db.sessions(Some(user), None, MOST_SESSIONS)? {
        if session.ledger.forget_key(key.as_str()) {
            db.save_session(&session)?;
        }
    }
    Ok(true)
}

/// What a capture page has to know of the account's keys.
#[derive(Clone, Debug)]
pub struct PageKeys {
    /// By which name the browser keeps its key for the account.
    pub name: String,
    /// The keys that it must not use again.
    pub revoked: Vec<KeyThumbprint>,
}

/// A browser's key, as its owner is told.
#[derive(Clone, Debug)]
pub struct OwnKey {
    /// By which it is named.
    pub thumbprint: KeyThumbprint,
    /// Since when it is bound.
    pub bound_at: Timestamp,
    /// When it was used last.
    pub last_used_at: Timestamp,
    /// Whether it is this browser's.
    pub is_here: bool,
}

/// People's own device keys.
pub struct Devices {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Devices {
    /// Over its ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { store, clock, entropy }
    }

    /// What the capture page of this account is told.
    pub async fn for_page(&self, user: &UserId) -> Result<PageKeys, Fault> {
        let (name, user) = (key_name(user), user.clone());
        let mut kept = self.store.read(move |db| db.device_keys_of(&user)).await?;
        kept.retain(|binding| !binding.is_in_force());
        Ok(PageKeys { name, revoked: kept.iter().map(|binding| binding.key.thumbprint()).collect() })
    }

    /// The signed-in person's keys in force, this browser's first and then by their last use.
    pub async fn list(&self, browser: &Browser) -> Result<Vec<OwnKey>, Fault> {
        let Some(user) = browser.session.user.clone() else { return Ok(Vec::new()) };
        let cookie = browser.device.clone();
        self.store
            .read(move |db| {
                let here = match cookie {
                    Some(hash) => db.find_device(&user, &hash)?.map(|known| known.id),
                    None => None,
                };
                let kept = db.device_keys_of(&user)?.into_iter().filter(KeyBinding::is_in_force);
                let mut keys: Vec<OwnKey> = kept.map(|binding| OwnKey::of(&binding, here.as_ref())).collect();
                keys.sort_by_key(|key| (!key.is_here, std::cmp::Reverse(key.last_used_at)));
                Ok(keys)
            })
            .await
    }

    /// Revokes one of the signed-in person's keys; `false` where it is none of theirs in force, or nobody is signed in.
    pub async fn revoke(&self, browser: &Browser, key: &KeyThumbprint) -> Result<bool, Fault> {
        let now = self.clock.now();
        let revoked = settled(|| {
            let (id, session, key) =
                (AuditId::from_random(self.entropy.bytes()), browser.session.clone(), key.clone());
            self.store.transact(move |db| {
                let current = db.find_session(&session.token_hash)?.and_then(|session| session.user);
                let Some(user) = current else { return Ok(Ok::<_, NeverRefused>(false)) };
                let is_done = revoke(db, &user, &key, now)?;
                if is_done {
                    let mut event = AuditEvent::new(id, now, AuditKind::DeviceKeyRevoked)
                        .with("by", "person")
                        .with("device_key", key.as_str());
                    event.user = Some(user);
                    event.session = Some(session.id);
                    db.append_event(&event)?;
                }
                Ok(Ok(is_done))
            })
        });
        match revoked.await {
            Ok(is_done) => Ok(is_done),
            Err(Unserved::Fault(fault)) => Err(fault),
            Err(Unserved::Refused(never)) => match never {},
        }
    }
}

/// A revocation is never refused.
enum NeverRefused {}

impl OwnKey {
    fn of(binding: &KeyBinding, here: Option<&DeviceId>) -> Self {
        Self {
            thumbprint: binding.key.thumbprint(),
            bound_at: binding.bound_at,
            last_used_at: binding.last_used_at,
            is_here: here.is_some() && binding.device.as_ref() == here,
        }
    }
}
