//! The key sets at clients' addresses: kept while they are fresh, fetched again at once when a client changed its keys, and never
//! fetched as often as somebody likes. Whoever sends rubbish in a client's name makes us ask that client a few times, and then
//! twice a minute.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use url::Url;

use super::ClientJwtRefusal;
use crate::ports::{
    clock::Clock,
    outbound::{Outbound, OutboundFailure},
};

/// The largest key set.
const MOST_BYTES: usize = 64 * 1024;
/// A set is fresh for at least this long, whatever its server says.
const LEAST_FRESH: SignedDuration = SignedDuration::from_secs(60);
/// A set is fresh for at most this long, and used at most this long where it cannot be fetched again.
const MOST_FRESH: SignedDuration = SignedDuration::from_hours(24);
/// For how long a set is fresh whose server says nothing.
const USUALLY_FRESH: SignedDuration = SignedDuration::from_hours(1);
/// An address may be asked once in this time,
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// and what it was not asked may be made up for by so many at once: a client that has just registered may well change its keys.
const MOST_AT_ONCE: i32 = 4;
/// How many sets are kept.
const MOST_SETS: usize = 256;

/// Key sets by their addresses.
pub(super) struct KeySets {
    outbound: Arc<dyn Outbound>,
    clock: Arc<dyn Clock>,
    places: std::sync::Mutex<HashMap<String, Arc<Place>>>,
}

/// One address, and what came of asking it.
struct Place {
    kept: std::sync::Mutex<Kept>,
    /// Held by who asks, so that those who need the same answer wait for it; nobody waits who has a fresh set.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Kept {
    /// The set that was fetched last, or why there is none.
    set: Result<Set, ClientJwtRefusal>,
    /// Since when the address has not been asked as often as it may be.
    unasked_since: Timestamp,
}

#[derive(Clone)]
struct Set {
    jwks: Arc<Value>,
    fetched_at: Timestamp,
    fresh_until: Timestamp,
}

impl KeySets {
    pub(super) fn new(outbound: Arc<dyn Outbound>, clock: Arc<dyn Clock>) -> Self {
        Self { outbound, clock, places: std::sync::Mutex::default() }
    }

    /// The set at an address: the one that is kept while it is fresh, or, at the most for a day, while no other can be had.
    pub(super) async fn of(&self, address: &str) -> Result<Arc<Value>, ClientJwtRefusal> {
        let place = self.place(address);
        let is_fresh = |set: &Set| self.clock.now() < set.fresh_until;
        if !place.kept().set.is_ok_and(|set| is_fresh(&set)) {
            let _asking = place.asking.lock().await;
            if !place.kept().set.is_ok_and(|set| is_fresh(&set)) {
                self.fetch(address, &place).await;
            }
        }
        place.kept().set.map(|set| set.jwks)
    }

    /// A set that is another than the one known, if there is one and the address may be asked.
    pub(super) async fn newer(&self, address: &str, known: &Arc<Value>) -> Option<Arc<Value>> {
        let place = self.place(address);
        let other = || place.kept().set.ok().filter(|set| !Arc::ptr_eq(&set.jwks, known));
        let _asking = place.asking.lock().await;
        if other().is_none() {
            self.fetch(address, &place).await;
        }
        other().map(|set| set.jwks)
    }

    /// Asks the address, if it may be asked, and keeps what came of it.
    async fn fetch(&self, address: &str, place: &Place) {
        let now = self.clock.now();
        if !place.take_leave(now) {
            return;
        }
        let asked = self.ask(address, now).await;
        if let Err(refusal) = &asked {
            tracing::warn!(%refusal, "the keys of a client");
        }
        let mut kept = place.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_usable = kept.set.as_ref().is_ok_and(|set| now < set.fetched_at + MOST_FRESH);
        if asked.is_ok() || !is_usable {
            kept.set = asked;
        }
    }

    async fn ask(&self, address: &str, now: Timestamp) -> Result<Set, ClientJwtRefusal> {
        let url = Url::parse(address)
            .map_err(|_| OutboundFailure::Forbidden("jwks_uri is not an address".into()))?;
        let fetched = self.outbound.fetch(&url, MOST_BYTES).await?;
        let jwks: Value = serde_json::from_slice(&fetched.body).map_err(|_| ClientJwtRefusal::NoKeySet)?;
        if !jwks.get("keys").is_some_and(Value::is_array) {
            return Err(ClientJwtRefusal::NoKeySet);
        }
        let told = fetched.fresh_for.map(|seconds| SignedDuration::from_secs(seconds.into()));
        let fresh_for = told.unwrap_or(USUALLY_FRESH).clamp(LEAST_FRESH, MOST_FRESH);
        Ok(Set { jwks: Arc::new(jwks), fetched_at: now, fresh_until: now + fresh_for })
    }

    /// The place of an address. Where there are too many, one that nobody holds is forgotten.
    fn place(&self, address: &str) -> Arc<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get(address) {
            return place.clone();
        }
        if places.len() >= MOST_SETS {
            let idle = places.iter().find(|(_, place)| Arc::strong_count(place) == 1);
            if let Some(idle) = idle.map(|(address, _)| address.clone()) {
                places.remove(&idle);
            }
        }
        let nothing = Kept { set: Err(ClientJwtRefusal::NoKeySet), unasked_since: Timestamp::MIN };
        let place = Arc::new(Place { kept: nothing.into(), asking: tokio::sync::Mutex::default() });
        places.insert(address.to_owned(), place.clone());
        place
    }
}

impl Place {
    fn kept(&self) -> Kept {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the address may be asked now; then it has been.
    fn take_leave(&self, now: Timestamp) -> bool {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let since = kept.unasked_since.max(now - PAUSE * MOST_AT_ONCE);
        let may = since + PAUSE <= now;
        if may {
            kept.unasked_since = since + PAUSE;
        }
        may
    }
}
