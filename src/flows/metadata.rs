//! What the provider says of itself (OpenID Connect Discovery 1.0 §3, RFC 8414 §2), as the policies in force make it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::policy_book::PolicyBook;
use crate::{
    domain::{
        keys::Algorithms,
        oidc::{
            endpoints::{Spoken, metadata},
            issuer::Issuer,
            request::RequestPolicy,
        },
    },
    ports::{clock::Clock, fault::Fault, store::Store},
};

/// How long a document is told before it is made anew: clients keep it for much longer.
const KEPT: SignedDuration = SignedDuration::from_secs(5);

/// What is switched on, beside the policies.
#[derive(Clone, Copy, Debug)]
pub struct Switches {
    /// What requests are held to.
    pub requests: RequestPolicy,
    /// What is signed with.
    pub algorithms: Algorithms,
    /// Whether clients may register themselves.
    pub registration: bool,
}

/// Tells the metadata document.
pub struct Metadata {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    book: Arc<PolicyBook>,
    issuer: Issuer,
    switches: Switches,
    kept: Mutex<Option<(Timestamp, Arc<str>)>>,
}

impl Metadata {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        book: Arc<PolicyBook>,
        issuer: Issuer,
        switches: Switches,
    ) -> Self {
        Self { store, clock, book, issuer, switches, kept: Mutex::new(None) }
    }

    /// The document as JSON text.
    pub async fn document(&self) -> Result<Arc<str>, Fault> {
        let now = self.clock.now();
        let fresh = |made: Timestamp| now.duration_since(made).abs() < KEPT;
        if let Some((_, kept)) = self.locked().as_ref().filter(|(made, _)| fresh(*made)) {
            return Ok(kept.clone());
        }
        let book = self.book.clone();
        let in_force = self.store.read(move |db| book.in_force(db)).await?;
        let Switches { requests, algorithms, registration } = self.switches;
        let catalogue = in_force.set.catalogue();
        let spoken = Spoken { catalogue, policy: requests, algorithms, registration };
        let document: Arc<str> = metadata(&self.issuer, &spoken).to_string().into();
        *self.locked() = Some((now, document.clone()));
        Ok(document)
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Option<(Timestamp, Arc<str>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
