//! What every registration goes through, whoever registers: metadata is read, a sector list fetched, a secret made and
//! kept.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};
use url::Url;
use zeroize::Zeroizing;

use super::{Unserved, policy_book::PolicyBook};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        authn::policy_set::PolicySet,
        id::{AuditId, ClientId},
        oidc::{
            client::{Client, ClientAuthentication},
            error::ProtocolError,
            registration::{Registrant, Registration, RegistrationPolicy, sector},
            request::response::ResponseTypes,
        },
        secret::SecretToken,
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        envelope::{SealedKind, Vault},
        fault::Fault,
        outbound::Outbound,
        store::Store,
    },
};

/// Where registrations are made.
pub struct Registrar {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What seals secrets that assertions are checked with.
    pub vault: Arc<dyn Vault>,
    /// What fetches sector lists.
    pub outbound: Arc<dyn Outbound>,
    /// What administrators decided.
    pub book: Arc<PolicyBook>,
    /// Whether addresses that we fetch may be plain http.
    pub allow_http: bool,
    /// The response types that clients may register for themselves.
    pub response_types: ResponseTypes,
}

impl Registrar {
    /// Reads metadata, and the sector list that it names (OpenID Connect Dynamic Client Registration 1.0 §5).
    pub(super) async fn read(
        &self,
        given: &Map<String, Value>,
        registrant: Registrant,
    ) -> Result<Registration, Unserved<ProtocolError>> {
        let book = self.book.clone();
        let in_force = self.store.read(move |db| book.in_force(db)).await?;
        self.read_by(given, registrant, in_force.set).await
    }

    /// The same where other policies will be in force with it.
    pub(super) async fn read_by(
        &self,
        given: &Map<String, Value>,
        registrant: Registrant,
        policies: Arc<PolicySet>,
    ) -> Result<Registration, Unserved<ProtocolError>> {
        let policy =
            RegistrationPolicy { policies, allow_http: self.allow_http, response_types: self.response_types };
        let registration = Registration::read(given, registrant, &policy).map_err(Unserved::Refused)?;
        if let Some(address) = &registration.metadata.sector_identifier_uri {
            let address = Url::parse(address).map_err(|_| Unserved::Refused(sector::UNREADABLE))?;
            let list = match self.outbound.fetch(&address, sector::MOST_BYTES).await {
                Ok(fetched) => fetched.body,
                Err(failure) => {
                    tracing::info!(%failure, "a sector list was not fetched");
                    return Err(Unserved::Refused(sector::UNREADABLE));
                }
            };
            sector::check_list(&list, &registration.redirect_uris).map_err(Unserved::Refused)?;
        }
        Ok(registration)
    }

    /// Makes a secret: 256 random bits, and for assertions as many characters as the longest MAC has bytes, 64 (RFC 7518
    /// §3.2).
    pub(super) fn new_secret(&self, authentication: ClientAuthentication) -> SecretToken {
        let secret = self.entropy.token();
        if authentication != ClientAuthentication::ClientSecretJwt {
            return secret;
        }
        let more = self.entropy.token();
        SecretToken::from_outside(&Zeroizing::new(format!("{}{}", secret.expose(), more.expose())))
    }

    /// Keeps a secret for a client: its hash, and the secret itself sealed where assertions are checked with it.
    pub(super) fn keep_secret(&self, client: &mut Client, secret: &SecretToken) -> Result<(), Fault> {
        client.secret_hash = Some(secret.hash());
        client.sealed_secret = if client.authentication == ClientAuthentication::ClientSecretJwt {
            let plain = secret.expose().as_bytes();
            Some(self.vault.seal(SealedKind::ClientSecret, client.id.as_str(), plain)?)
        } else {
            None
        };
        Ok(())
    }

    /// What happened to a client.
    pub(super) fn event(&self, kind: AuditKind, client: &ClientId, now: Timestamp) -> AuditEvent {
        let id = AuditId::from_random(self.entropy.bytes());
        AuditEvent { client: Some(client.clone()), ..AuditEvent::new(id, now, kind) }
    }
}

/// Whether a way to authenticate has a secret.
pub(super) fn has_secret(authentication: ClientAuthentication) -> bool {
    match authentication {
        ClientAuthentication::ClientSecretBasic
        | ClientAuthentication::ClientSecretPost
        | ClientAuthentication::ClientSecretJwt => true,
        ClientAuthentication::None | ClientAuthentication::PrivateKeyJwt => false,
    }
}

/// Takes over what a client has already where the new registration does not say otherwise: when it was registered, the
/// token that manages it, and its secret. `true` where a secret is still missing.
pub(super) fn carry_over(client: &mut Client, kept: &Client) -> bool {
    client.created_at = kept.created_at;
    client.registration_token_hash = kept.registration_token_hash.clone();
    if !has_secret(client.authentication) {
        return false;
    }
    let sealed = client.authentication == ClientAuthentication::ClientSecretJwt;
    let is_same = client.secret_hash.is_none() || client.secret_hash == kept.secret_hash;
    if is_same && kept.secret_hash.is_some() && (!sealed || kept.sealed_secret.is_some()) {
        client.secret_hash = kept.secret_hash.clone();
        client.sealed_secret = kept.sealed_secret.clone().filter(|_| sealed);
    }
    client.secret_hash.is_none()
}
