//! Whose pages may read our answers: the origins of the addresses that clients registered.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use url::Url;

use crate::{
    domain::oidc::client::Client,
    ports::{fault::Fault, store::Store},
};

/// How long the origins are believed before they are read again.
const FRESH_FOR: Duration = Duration::from_secs(5);

/// Knows the origins of registered addresses. They are read when somebody asks, at most once in five seconds: a client that
/// was registered a moment ago waits that long.
pub struct Origins {
    store: Arc<dyn Store>,
    read: Mutex<Option<(Instant, Arc<HashSet<String>>)>>,
}

impl Origins {
    /// Over the clients.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, read: Mutex::default() }
    }

    /// Whether an origin, as browsers write it, is one of a client's redirect or logout addresses.
    pub async fn are_registered(&self, origin: &str) -> Result<bool, Fault> {
        let kept = self.read.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let origins = match kept {
            Some((read_at, origins)) if read_at.elapsed() < FRESH_FOR => origins,
            _ => self.read_again().await?,
        };
        Ok(origins.contains(origin))
    }

    async fn read_again(&self) -> Result<Arc<HashSet<String>>, Fault> {
        let clients = self.store.read(|db| db.clients()).await?;
        let origins: Arc<HashSet<String>> = Arc::new(clients.iter().flat_map(origins_of).collect());
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((tokio::time::Instant::now(), origins.clone()));
        Ok(origins)
    }
}

/// The origins of a client's addresses; one with a scheme of its own is no page's.
fn origins_of(client: &Client) -> impl Iterator<Item = String> {
    let addresses = client.redirect_uris.iter().chain(&client.metadata.post_logout_redirect_uris);
    addresses
        .filter_map(|address| Url::parse(address).ok())
        .filter(|url| matches!(url.scheme(), "https" | "http"))
        .map(|url| url.origin().ascii_serialization())
}
