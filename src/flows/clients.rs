//! Relying parties, as an operator registers them.

use std::sync::Arc;

use url::Url;

use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        authn::acr::{Acr, AcrCatalogue},
        id::{AuditId, ClientId},
        keys::SigningAlgorithm,
        oidc::client::{Client, ClientAuthentication, metadata::ClientMetadata},
        secret::SecretToken,
    },
    ports::{clock::Clock, entropy::Entropy, fault::Fault, store::Store},
};

/// The fewest bytes of a secret that an operator brings along (256 bits as text are 43).
const SHORTEST_SECRET: usize = 22;

/// What an operator says of a client.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The `client_id`.
    pub id: String,
    /// What users are shown.
    pub name: String,
    /// How it authenticates.
    pub authentication: ClientAuthentication,
    /// A secret to use; without one, a random one is made.
    pub secret: Option<SecretToken>,
    /// Where it may be answered.
    pub redirect_uris: Vec<String>,
    /// What its ID tokens are signed with.
    pub id_token_algorithm: SigningAlgorithm,
    /// The context that every sign-in at it must reach.
    pub minimum_acr: Option<String>,
    /// Whether its `acr_values` are a condition.
    pub acr_values_are_necessary: bool,
    /// Scopes whose tokens need the face context.
    pub protected_scopes: Vec<String>,
}

/// Why a client was not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationRefusal {
    /// Not an identifier.
    #[error("a client id has 1 to 128 characters of A-Z a-z 0-9 - . _ ~")]
    BadId,
    /// Someone has it.
    #[error("this client id is taken")]
    Taken,
    /// Nowhere to answer to.
    #[error("a client needs at least one redirect URI")]
    NoRedirectUri,
    /// Nothing that may be redirected to.
    #[error(
        "{0}: a redirect URI is absolute, has no fragment, and uses https or a loopback host (RFC 9700 §4.1)"
    )]
    BadRedirectUri(String),
    /// Too easy to guess.
    #[error("a client secret has at least {SHORTEST_SECRET} characters")]
    ShortSecret,
    /// No such context.
    #[error("{0}: no such authentication context here")]
    UnknownAcr(String),
    /// The outside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Registers clients.
pub struct Clients {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    catalogue: AcrCatalogue,
}

impl Clients {
    /// Takes the ports and the contexts there are.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        catalogue: AcrCatalogue,
    ) -> Self {
        Self { store, clock, entropy, catalogue }
    }

    /// Registers a client and returns it with its secret, which is kept as a hash only.
    pub async fn register(
        &self,
        registration: Registration,
    ) -> Result<(Client, Option<SecretToken>), RegistrationRefusal> {
        let secret = self.secret_for(&registration)?;
        let client = self.check(registration, secret.as_ref())?;
        let id = AuditId::from_random(self.entropy.bytes());
        let event = AuditEvent {
            client: Some(client.id.clone()),
            ..AuditEvent::new(id, self.clock.now(), AuditKind::ClientAdded)
        };
        let added = client.clone();
        let is_new = self.store.transact(move |db| {
            let is_new = db.insert_client(&added)?;
            if is_new {
                db.append_event(&event)?;
            }
            Ok(is_new)
        });
        if is_new.await? { Ok((client, secret)) } else { Err(RegistrationRefusal::Taken) }
    }

    fn secret_for(&self, registration: &Registration) -> Result<Option<SecretToken>, RegistrationRefusal> {
        match (registration.authentication, &registration.secret) {
            (ClientAuthentication::None, _) => Ok(None),
            (_, Some(secret)) if secret.expose().len() < SHORTEST_SECRET => {
                Err(RegistrationRefusal::ShortSecret)
            }
            (_, Some(secret)) => Ok(Some(secret.clone())),
            (_, None) => Ok(Some(self.entropy.token())),
        }
    }

    fn check(
        &self,
        registration: Registration,
        secret: Option<&SecretToken>,
    ) -> Result<Client, RegistrationRefusal> {
        if registration.redirect_uris.is_empty() {
            return Err(RegistrationRefusal::NoRedirectUri);
        }
        if let Some(bad) = registration.redirect_uris.iter().find(|uri| !may_be_redirected_to(uri)) {
            return Err(RegistrationRefusal::BadRedirectUri(bad.clone()));
        }
        let minimum_acr = registration.minimum_acr.map(Acr);
        if let Some(unknown) = minimum_acr.as_ref().filter(|acr| self.catalogue.rule(acr).is_none()) {
            return Err(RegistrationRefusal::UnknownAcr(unknown.0.clone()));
        }
        Ok(Client {
            id: ClientId::parse(&registration.id).ok_or(RegistrationRefusal::BadId)?,
            name: registration.name,
            authentication: registration.authentication,
            secret_hash: secret.map(SecretToken::hash),
            sealed_secret: None,
            redirect_uris: registration.redirect_uris,
            id_token_algorithm: registration.id_token_algorithm,
            minimum_acr,
            acr_values_are_necessary: registration.acr_values_are_necessary,
            protected_scopes: registration.protected_scopes,
            metadata: ClientMetadata::default(),
            registration_token_hash: None,
            created_at: self.clock.now(),
        })
    }
}

/// Absolute, without a fragment (RFC 6749 §3.1.2), and https, or http to this very machine (RFC 8252 §7.3).
fn may_be_redirected_to(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    url.fragment().is_none() && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_is_https_or_this_machine_and_has_no_fragment() {
        // RFC 6749 §3.1.2, RFC 8252 §7.3
        for good in ["https://bank.example/cb", "http://127.0.0.1:8081/callback", "http://localhost/cb?x=1"] {
            assert!(may_be_redirected_to(good), "{good}");
        }
        for bad in ["http://bank.example/cb", "https://bank.example/cb#x", "/cb", "javascript:alert(1)", ""] {
            assert!(!may_be_redirected_to(bad), "{bad}");
        }
    }
}
