//! Clients that register themselves, and look at, change and remove their registration (RFC 7591, RFC 7592).

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{
    Unserved, client_history,
    registrar::{Registrar, carry_over, has_secret},
};
use crate::{
    domain::{
        audit::AuditKind,
        change::{Author, Change},
        id::ClientId,
        oidc::{
            client::Client,
            error::{ErrorCode, ProtocolError},
            initial_access::InitialAccessToken,
            registration::{Admission, Registrant, described},
        },
        secret::SecretToken,
    },
    ports::fault::Fault,
};

/// What a token is told that lets nobody register or manage anything (RFC 7591 §3, RFC 7592 §2).
pub const INVALID_TOKEN: ProtocolError =
    ProtocolError::new(ErrorCode::InvalidToken, "invalid_token", "the token is not valid here");

const OTHER_CLIENT: ProtocolError = ProtocolError::new(
    ErrorCode::InvalidClientMetadata,
    "client_id",
    "must be the client_id of this registration",
);
const OTHER_SECRET: ProtocolError = ProtocolError::new(
    ErrorCode::InvalidClientMetadata,
    "client_secret",
    "must be the client_secret in use, or be left out",
);

/// Why a client did not get what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationRefusal {
    /// The endpoint is not there.
    Off,
    /// A token is needed, and none came.
    NoToken,
    /// The token is no good, or what is asked for may not be had.
    Protocol(ProtocolError),
}

/// A registration as its client is told of it (RFC 7591 §3.2.1).
#[derive(Clone, Debug)]
pub struct RegistrationReply {
    /// The client.
    pub client: ClientId,
    /// What holds for it.
    pub members: Map<String, Value>,
    /// Its secret, where it was made now.
    pub secret: Option<SecretToken>,
    /// What manages the registration.
    pub token: SecretToken,
}

type Answer<T> = Result<T, Unserved<RegistrationRefusal>>;

/// Lets clients register themselves.
pub struct Registrations {
    registrar: Arc<Registrar>,
    admission: Admission,
}

impl Registrations {
    /// Over what registrations need.
    pub fn new(registrar: Arc<Registrar>, admission: Admission) -> Self {
        Self { registrar, admission }
    }

    /// Who may register clients.
    pub fn admission(&self) -> Admission {
        self.admission
    }

    /// Makes an initial access token (RFC 7591 §3) for so many registrations in so much time.
    pub async fn invite(&self, uses: u32, lifetime: SignedDuration) -> Result<SecretToken, Fault> {
        let (token, now) = (self.registrar.entropy.token(), self.registrar.clock.now());
        let kept = InitialAccessToken {
            hash: token.hash(),
            uses_left: uses,
            created_at: now,
            expires_at: now.saturating_add(lifetime).unwrap_or(now),
        };
        let insert = self.registrar.store.transact(move |db| {
            db.purge_initial_access(now)?;
            db.insert_initial_access(&kept)
        });
        insert.await?;
        Ok(token)
    }

    /// Registers a client (RFC 7591 §3). The token is looked at before anything is fetched, and spent with the
    /// registration.
    pub async fn register(
        &self,
        token: Option<SecretToken>,
        given: &Map<String, Value>,
    ) -> Answer<RegistrationReply> {
        let desk = &*self.registrar;
        let now = desk.clock.now();
        let spent = self.admit(token, now).await?;
        let registration = desk.read(given, Registrant::Itself).await.map_err(refused)?;
        let id = ClientId::from_random(desk.entropy.bytes());
        let mut client = registration.into_client(id, now);
        let management = desk.entropy.token();
        client.registration_token_hash = Some(management.hash());
        let secret = has_secret(client.authentication).then(|| desk.new_secret(client.authentication));
        if let Some(secret) = &secret {
            desk.keep_secret(&mut client, secret)?;
        }
        let (event, added) = (desk.event(AuditKind::ClientRegistered, &client.id, now), client.clone());
        let change = Change::by(Author::Client(client.id.clone()));
        let is_added = desk.store.transact(move |db| {
            if let Some(token) = spent
                && !db.spend_initial_access(&token.hash(), now)?
            {
                return Ok(false);
            }
            client_history::add(db, &added, event, &change)
        });
        if is_added.await? { Ok(reply(&client, secret, management)) } else { Err(protocol(INVALID_TOKEN)) }
    }

    /// The token to be spent with a registration, if one is needed.
    async fn admit(&self, token: Option<SecretToken>, now: Timestamp) -> Answer<Option<SecretToken>> {
        match self.admission {
            Admission::Off => Err(Unserved::Refused(RegistrationRefusal::Off)),
            Admission::Open => Ok(None),
            Admission::Token => {
                let token = token.ok_or(Unserved::Refused(RegistrationRefusal::NoToken))?;
                let hash = token.hash();
                let kept = self.registrar.store.read(move |db| db.find_initial_access(&hash)).await?;
                match kept {
                    Some(kept) if kept.is_good(now) => Ok(Some(token)),
                    _ => Err(protocol(INVALID_TOKEN)),
                }
            }
        }
    }

    /// A client's registration (RFC 7592 §2.1).
    pub async fn read(&self, id: &str, token: Option<SecretToken>) -> Answer<RegistrationReply> {
        let (client, token) = self.managed(id, token).await?;
        Ok(reply(&client, None, token))
    }

    /// Puts other metadata in place of all that a client registered (RFC 7592 §2.2). What an operator said of it stays.
    pub async fn update(
        &self,
        id: &str,
        token: Option<SecretToken>,
        given: &Map<String, Value>,
    ) -> Answer<RegistrationReply> {
        let (kept, token) = self.managed(id, token).await?;
        check_identity(&kept, given).map_err(protocol)?;
        let desk = &*self.registrar;
        let now = desk.clock.now();
        let registration = desk.read(given, Registrant::Itself).await.map_err(refused)?;
        let mut client = registration.into_client(kept.id.clone(), now);
        let secret = carry_over(&mut client, &kept).then(|| desk.new_secret(client.authentication));
        if let Some(secret) = &secret {
            desk.keep_secret(&mut client, secret)?;
        }
        keep_operators_word(&mut client, &kept);
        let (event, changed) = (desk.event(AuditKind::ClientChanged, &client.id, now), client.clone());
        let change = Change::by(Author::Client(client.id.clone()));
        let is_there = desk.store.transact(move |db| {
            let Some(kept) = db.find_client(&changed.id)? else { return Ok(false) };
            client_history::replace(db, &kept, &changed, event, &change)?;
            Ok(true)
        });
        if is_there.await? { Ok(reply(&client, secret, token)) } else { Err(protocol(INVALID_TOKEN)) }
    }

    /// Removes a client with all that it was granted (RFC 7592 §2.3).
    pub async fn remove(&self, id: &str, token: Option<SecretToken>) -> Answer<()> {
        let (client, _) = self.managed(id, token).await?;
        let desk = &*self.registrar;
        let event = desk.event(AuditKind::ClientRemoved, &client.id, desk.clock.now());
        let change = Change::by(Author::Client(client.id.clone()));
        let removed = desk.store.transact(move |db| client_history::remove(db, &client.id, event, &change));
        Ok(removed.await.map(drop)?)
    }

    /// The client that a token manages. A token of another client and a client that is not there are told the same
    /// (RFC 7592 §2.1).
    async fn managed(&self, id: &str, token: Option<SecretToken>) -> Answer<(Client, SecretToken)> {
        if self.admission == Admission::Off {
            return Err(Unserved::Refused(RegistrationRefusal::Off));
        }
        let token = token.ok_or(Unserved::Refused(RegistrationRefusal::NoToken))?;
        let Some(id) = ClientId::parse(id) else { return Err(protocol(INVALID_TOKEN)) };
        match self.registrar.store.read(move |db| db.find_client(&id)).await? {
            Some(client) if client.registration_token_hash.as_ref() == Some(&token.hash()) => {
                Ok((client, token))
            }
            _ => Err(protocol(INVALID_TOKEN)),
        }
    }
}

/// A client that changes its registration names itself, and its secret at most as it is (RFC 7592 §2.2).
fn check_identity(client: &Client, given: &Map<String, Value>) -> Result<(), ProtocolError> {
    if given.get("client_id").and_then(Value::as_str) != Some(client.id.as_str()) {
        return Err(OTHER_CLIENT);
    }
    match given.get("client_secret") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::String(secret)) if client.secret_matches(&SecretToken::from_outside(secret)) => Ok(()),
        Some(_) => Err(OTHER_SECRET),
    }
}

fn keep_operators_word(client: &mut Client, kept: &Client) {
    client.minimum_acr = kept.minimum_acr.clone();
    client.acr_values_are_necessary = kept.acr_values_are_necessary;
    client.protected_scopes = kept.protected_scopes.clone();
    client.metadata.first_party = kept.metadata.first_party;
    client.metadata.resources = kept.metadata.resources.clone();
    client.metadata.access_token_format = kept.metadata.access_token_format;
}

fn reply(client: &Client, secret: Option<SecretToken>, token: SecretToken) -> RegistrationReply {
    RegistrationReply { client: client.id.clone(), members: described(client), secret, token }
}

fn protocol(error: ProtocolError) -> Unserved<RegistrationRefusal> {
    Unserved::Refused(RegistrationRefusal::Protocol(error))
}

fn refused(unserved: Unserved<ProtocolError>) -> Unserved<RegistrationRefusal> {
    match unserved {
        Unserved::Refused(error) => protocol(error),
        Unserved::Fault(fault) => Unserved::Fault(fault),
    }
}
