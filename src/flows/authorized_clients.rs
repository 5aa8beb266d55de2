//! The clients that a person uses: what they allowed each, how they take it back, and where a sign-in at one can be begun
//! (OpenID Connect Core 1.0 §4).

use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::{Unserved, browser::Browser, settled};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::{AuditId, ClientId, UserId},
        oidc::{
            client::Client,
            consent::{Access, AccessConsent},
            issuer::Issuer,
        },
    },
    ports::{clock::Clock, entropy::Entropy, fault::Fault, store::Db, store::Store},
};

/// A client as its user sees it.
#[derive(Clone, Debug)]
pub struct AuthorizedClient {
    /// Which.
    pub id: ClientId,
    /// Its name as people know it.
    pub name: String,
    /// What was allowed and since when, where the person was asked.
    pub allowed: Option<(Access, Timestamp)>,
    /// Where a sign-in at it can be begun.
    pub start: Option<Url>,
}

/// What people allowed clients.
pub struct AuthorizedClients {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    issuer: Issuer,
}

impl AuthorizedClients {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        issuer: Issuer,
    ) -> Self {
        Self { store, clock, entropy, issuer }
    }

    /// The clients that the signed-in person allowed something, and the operator's own that a sign-in can be begun at.
    pub async fn list(&self, browser: &Browser) -> Result<Vec<AuthorizedClient>, Fault> {
        let Some(user) = browser.session.user.clone() else { return Ok(Vec::new()) };
        let issuer = self.issuer.clone();
        self.store.read(move |db| list(db, &issuer, &user)).await
    }

    /// Takes back what the signed-in person allowed a client, with all that it was granted. `false` where nothing was.
    pub async fn withdraw(&self, browser: &Browser, client: &ClientId) -> Result<bool, Fault> {
        let withdrawn = settled(|| {
            let (now, id) = (self.clock.now(), AuditId::from_random(self.entropy.bytes()));
            let (session, client) = (browser.session.clone(), client.clone());
            self.store.transact(move |db| {
                let current = db.find_session(&session.token_hash)?.and_then(|session| session.user);
                let Some(user) = current else { return Ok(Ok::<_, NeverRefused>(false)) };
                if !db.remove_access_consent(&user, &client)? {
                    return Ok(Ok(false));
                }
                db.revoke_grants_to(&user, &client, now)?;
                let mut event = AuditEvent::new(id, now, AuditKind::AccessWithdrawn);
                event.user = Some(user);
                event.client = Some(client);
                event.session = Some(session.id.clone());
                db.append_event(&event)?;
                Ok(Ok(true))
            })
        });
        match withdrawn.await {
            Ok(is_done) => Ok(is_done),
            Err(Unserved::Fault(fault)) => Err(fault),
            Err(Unserved::Refused(never)) => match never {},
        }
    }
}

/// A withdrawal is never refused.
enum NeverRefused {}

fn list(db: &mut dyn Db, issuer: &Issuer, user: &UserId) -> Result<Vec<AuthorizedClient>, Fault> {
    let consents = db.access_consents_of(user)?;
    let of = |client: &Client| consents.iter().find(|consent| consent.client == client.id);
    let mut known: Vec<AuthorizedClient> = Vec::new();
    for client in db.clients()? {
        let start = start(issuer, &client);
        let allowed =
            of(&client).map(|AccessConsent { allowed, allowed_at, .. }| (allowed.clone(), *allowed_at));
        if allowed.is_some() || (client.metadata.first_party && start.is_some()) {
            known.push(AuthorizedClient { id: client.id, name: client.name, allowed, start });
        }
    }
    known.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(known)
}

/// Where a sign-in at the client begins: its registered address, told who we are and nothing of the person (OpenID Connect
/// Core 1.0 §4).
fn start(issuer: &Issuer, client: &Client) -> Option<Url> {
    let mut start = Url::parse(client.metadata.initiate_login_uri.as_deref()?).ok()?;
    let is_web = start.scheme() == "https" || (start.scheme() == "http" && !issuer.is_https());
    start.query_pairs_mut().append_pair("iss", issuer.as_str());
    is_web.then_some(start)
}
