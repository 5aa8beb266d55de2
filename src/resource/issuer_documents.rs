//! What the issuer publishes, its keys and where it tells of tokens, fetched when needed and kept for a while.
//!
//! A token names its key, and anybody can write a token. So an unknown key is asked for at most every [`PAUSE`], by one
//! request at a time, and whoever comes meanwhile with a known key does not wait. An issuer that cannot be reached is asked
//! again after [`RETRY_SECONDS`], and what is known of it stands for [`LONGEST_KEPT`].

use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::refusal::RETRY_SECONDS;
use crate::{
    domain::{
        id::KeyId,
        oidc::{endpoints::OPENID_CONFIGURATION, issuer::Issuer},
    },
    ports::{
        clock::Clock,
        fault::Fault,
        outbound::{Outbound, OutboundFailure},
    },
};

/// For how long an unknown key is not asked for again.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// For how long documents are fresh whose answer does not say, and the bounds for those whose answer does.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
const FRESH_AT_LEAST: SignedDuration = SignedDuration::from_secs(60);
const FRESH_AT_MOST: SignedDuration = SignedDuration::from_hours(1);
/// For how long documents are used while the issuer cannot be reached: a key that it withdrew counts no longer than this.
const LONGEST_KEPT: SignedDuration = SignedDuration::from_hours(2);
/// The largest document.
const MOST_BYTES: usize = 64 * 1024;

/// What was fetched.
pub(super) struct Published {
    /// The key set (RFC 7517 §5).
    pub(super) jwks: Value,
    /// Where the issuer tells of tokens (RFC 8414 §2).
    pub(super) introspection_endpoint: Option<Url>,
    fetched_at: Timestamp,
    fresh_until: Timestamp,
}

/// The documents of one issuer.
pub(super) struct IssuerDocuments {
    issuer: Issuer,
    outbound: Arc<dyn Outbound>,
    clock: Arc<dyn Clock>,
    known: RwLock<Option<Arc<Published>>>,
    /// How the last fetch went; held during the next.
    last_fetch: Mutex<LastFetch>,
}

struct LastFetch {
    failed: bool,
    /// When the next one may be.
    next_at: Timestamp,
}

impl Published {
    fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.fresh_until
    }

    fn has(&self, key: Option<&KeyId>) -> bool {
        let keys = self.jwks.get("keys").and_then(Value::as_array);
        let names = |name: &str| {
            keys.into_iter().flatten().any(|one| one.get("kid").and_then(Value::as_str) == Some(name))
        };
        key.is_none_or(|key| names(key.as_str()))
    }
}

impl IssuerDocuments {
    pub(super) fn new(issuer: Issuer, outbound: Arc<dyn Outbound>, clock: Arc<dyn Clock>) -> Self {
        let last_fetch = Mutex::new(LastFetch { failed: false, next_at: Timestamp::MIN });
        Self { issuer, outbound, clock, known: RwLock::default(), last_fetch }
    }

    pub(super) fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The documents as they are now, with this key in them if the issuer has it.
    pub(super) async fn with_key(&self, key: Option<&KeyId>) -> Result<Arc<Published>, Fault> {
        if let Some(known) = self.sufficient(key) {
            return Ok(known);
        }
        let mut last = self.last_fetch.lock().await;
        // Someone else may have fetched them while this one waited.
        if let Some(known) = self.sufficient(key) {
            return Ok(known);
        }
        let now = self.clock.now();
        if last.next_at <= now {
            let fetched = self.fetch(now).await;
            let pause = if fetched.is_ok() { PAUSE } else { SignedDuration::from_secs(RETRY_SECONDS.into()) };
            *last = LastFetch { failed: fetched.is_err(), next_at: now.saturating_add(pause).unwrap_or(now) };
            match fetched {
                Ok(fetched) => {
                    let fetched = Arc::new(fetched);
                    *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(fetched.clone());
                    return Ok(fetched);
                }
                Err(fault) => {
                    tracing::error!(%fault, issuer = self.issuer.as_str(), "the issuer's keys cannot be had");
                }
            }
        }
        // A key that is unknown while the issuer is away may be its newest one: that token is neither good nor bad.
        let stands = |known: &Arc<Published>| {
            now.duration_since(known.fetched_at) < LONGEST_KEPT && (known.has(key) || !last.failed)
        };
        self.known().filter(stands).ok_or_else(|| Fault::Unavailable("the issuer's keys".into()))
    }

    fn known(&self) -> Option<Arc<Published>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn sufficient(&self, key: Option<&KeyId>) -> Option<Arc<Published>> {
        let now = self.clock.now();
        self.known().filter(|known| known.is_fresh(now) && known.has(key))
    }

    /// Fetches the metadata and, from where it says, the key set.
    async fn fetch(&self, now: Timestamp) -> Result<Published, Fault> {
        let (metadata, _) = self.document(&self.issuer.address(OPENID_CONFIGURATION)).await?;
        let text = |name: &str| metadata.get(name).and_then(Value::as_str);
        // OpenID Connect Discovery 1.0 §4.3: else it speaks for somebody else.
        if text("issuer") != Some(self.issuer.as_str()) {
            return Err(damaged("the metadata is another issuer's"));
        }
        let jwks_uri = text("jwks_uri").ok_or_else(|| damaged("the metadata has no jwks_uri"))?;
        let (jwks, fresh_for) = self.document(jwks_uri).await?;
        if !jwks.get("keys").is_some_and(Value::is_array) {
            return Err(damaged("the key set is none"));
        }
        let introspection_endpoint =
            text("introspection_endpoint").map(|address| self.address(address)).transpose()?;
        let fresh = fresh_for.map_or(FRESH, |seconds| SignedDuration::from_secs(seconds.into()));
        let fresh = fresh.clamp(FRESH_AT_LEAST, FRESH_AT_MOST);
        let fresh_until = now.saturating_add(fresh).unwrap_or(now);
        Ok(Published { jwks, introspection_endpoint, fetched_at: now, fresh_until })
    }

    async fn document(&self, address: &str) -> Result<(Value, Option<u32>), Fault> {
        let address = self.address(address)?;
        let unreachable =
            |failure: OutboundFailure| Fault::Unavailable(format!("{}: {failure}", address.path()));
        let fetched = self.outbound.fetch(&address, MOST_BYTES).await.map_err(unreachable)?;
        let value = serde_json::from_slice(&fetched.body).map_err(|_| damaged("the document is no JSON"))?;
        Ok((value, fetched.fresh_for))
    }

    /// An address that the issuer names: https, or of the issuer itself where that is on this machine.
    fn address(&self, address: &str) -> Result<Url, Fault> {
        let parsed = Url::parse(address).map_err(|_| damaged("the metadata names no address"))?;
        let is_the_issuers = parsed.origin().ascii_serialization() == self.issuer.origin();
        if parsed.scheme() == "https" || is_the_issuers {
            Ok(parsed)
        } else {
            Err(damaged("the metadata names an address that is not https"))
        }
    }
}

fn damaged(why: &str) -> Fault {
    Fault::Damaged(why.into())
}

#[cfg(test)]
mod tests;
