//! Relying parties, as an operator registers them: one by one, or all that a file lists.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    Unserved, client_history,
    registrar::{Registrar, carry_over, has_secret},
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        authn::policy_set::PolicySet,
        change::Change,
        id::ClientId,
        oidc::{
            client::{Client, ClientAuthentication},
            error::ProtocolError,
            registration::Registrant,
        },
        secret::SecretToken,
    },
    ports::{fault::Fault, store::Db},
};

/// The fewest bytes of a secret that an operator brings along (256 bits as text are 43).
const SHORTEST_SECRET: usize = 22;
/// The same where assertions are keyed with it (RFC 7518 §3.2).
const SHORTEST_KEY: usize = 32;

/// Why a client was not registered.
#[derive(Debug, thiserror::Error)]
pub enum ClientRefusal {
    /// Not an identifier.
    #[error("client_id has 1 to 128 characters of A-Z a-z 0-9 - . _ ~")]
    BadId,
    /// Someone has it.
    #[error("this client_id is taken")]
    Taken,
    /// Listed before.
    #[error("{0}: is listed twice")]
    Twice(ClientId),
    /// Nobody has it.
    #[error("there is no client with this client_id")]
    Unknown,
    /// Too easy to guess.
    #[error("{0}: client_secret has at least {1} bytes, and is for clients that authenticate by it")]
    BadSecret(ClientId, usize),
    /// Something may not be registered.
    #[error("{0}: {description}", description = .1.description())]
    Metadata(ClientId, ProtocolError),
    /// The outside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What became of a client that was listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Added,
    /// It was there, and is as listed now.
    Changed,
    /// It was there, just as listed.
    Unchanged,
}

/// A client as it was registered.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The client.
    pub client: Client,
    /// What became of it.
    pub outcome: Outcome,
    /// Its secret, where one was made: it is kept as a hash, so this is the only time that it is known.
    pub secret: Option<SecretToken>,
    /// What may be worth knowing.
    pub remarks: Vec<String>,
}

/// A listed client that was checked, and the secret that it gets should it have none.
#[derive(Clone)]
pub(super) struct Checked {
    pub(super) client: Client,
    spare: Option<(Client, SecretToken)>,
    remarks: Vec<String>,
    events: [AuditEvent; 2],
}

impl Checked {
    /// The client as it would be, but for what it has already.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }
}

/// Registers, lists and removes clients.
pub struct Clients(Arc<Registrar>);

impl Clients {
    /// Over what registrations need.
    pub fn new(registrar: Arc<Registrar>) -> Self {
        Self(registrar)
    }

    /// Registers one client that is not there yet.
    pub async fn add(&self, given: &Map<String, Value>, change: Change) -> Result<Registered, ClientRefusal> {
        let checked = self.check(given).await?;
        let added = self.0.store.transact(move |db| match db.find_client(&checked.client.id)? {
            Some(_) => Ok(None),
            None => apply_one(db, checked, &change).map(Some),
        });
        added.await?.ok_or(ClientRefusal::Taken)
    }

    /// Registers clients as they are listed, all of them or none: new ones are added, others changed to what is listed.
    /// A second time changes nothing. A client that is listed without a secret keeps the one it has.
    pub async fn apply(
        &self,
        listed: &[Map<String, Value>],
        change: Change,
    ) -> Result<Vec<Registered>, ClientRefusal> {
        let mut checked: Vec<Checked> = Vec::new();
        for given in listed {
            let next = self.check(given).await?;
            if checked.iter().any(|before| before.client.id == next.client.id) {
                return Err(ClientRefusal::Twice(next.client.id));
            }
            checked.push(next);
        }
        let applied = self
            .0
            .store
            .transact(move |db| checked.into_iter().map(|one| apply_one(db, one, &change)).collect());
        Ok(applied.await?)
    }

    /// Where registrations are made.
    pub(super) fn desk(&self) -> &Registrar {
        &self.0
    }

    /// All clients, by name.
    pub async fn list(&self) -> Result<Vec<Client>, Fault> {
        self.0.store.read(|db| db.clients()).await
    }

    /// Removes a client with its requests and all that it was granted.
    pub async fn remove(&self, id: &str, change: Change) -> Result<(), ClientRefusal> {
        let id = ClientId::parse(id).ok_or(ClientRefusal::BadId)?;
        let event = self.0.event(AuditKind::ClientRemoved, &id, self.0.clock.now());
        let removed = self.0.store.transact(move |db| client_history::remove(db, &id, event, &change));
        if removed.await? { Ok(()) } else { Err(ClientRefusal::Unknown) }
    }

    /// Reads and checks what is to be registered, with the secret that it gets should it need one.
    pub(super) async fn check(&self, given: &Map<String, Value>) -> Result<Checked, ClientRefusal> {
        let book = self.0.book.clone();
        let in_force = self.0.store.read(move |db| book.in_force(db)).await?;
        self.check_by(given, in_force.set).await
    }

    /// The same where other policies will be in force with it.
    pub(super) async fn check_by(
        &self,
        given: &Map<String, Value>,
        policies: Arc<PolicySet>,
    ) -> Result<Checked, ClientRefusal> {
        let id = client_id(given)?;
        let registration = match self.0.read_by(given, Registrant::Operator, policies).await {
            Ok(registration) => registration,
            Err(Unserved::Refused(error)) => return Err(ClientRefusal::Metadata(id, error)),
            Err(Unserved::Fault(fault)) => return Err(fault.into()),
        };
        let now = self.0.clock.now();
        let remarks = registration.remarks.clone();
        let mut client = registration.into_client(id, now);
        let spare = match given_secret(given, &client)? {
            Some(secret) => {
                self.0.keep_secret(&mut client, &secret)?;
                None
            }
            None if has_secret(client.authentication) => {
                let secret = self.0.new_secret(client.authentication);
                let mut with_secret = client.clone();
                self.0.keep_secret(&mut with_secret, &secret)?;
                Some((with_secret, secret))
            }
            None => None,
        };
        let events = [AuditKind::ClientAdded, AuditKind::ClientChanged]
            .map(|kind| self.0.event(kind, &client.id, now));
        Ok(Checked { client, spare, remarks, events })
    }
}

fn client_id(given: &Map<String, Value>) -> Result<ClientId, ClientRefusal> {
    let id = given.get("client_id").and_then(Value::as_str).and_then(ClientId::parse);
    id.ok_or(ClientRefusal::BadId)
}

/// The secret that an operator brings along, if any.
fn given_secret(given: &Map<String, Value>, client: &Client) -> Result<Option<SecretToken>, ClientRefusal> {
    let Some(value) = given.get("client_secret").filter(|value| !value.is_null()) else { return Ok(None) };
    let shortest = match client.authentication {
        ClientAuthentication::ClientSecretJwt => SHORTEST_KEY,
        _ => SHORTEST_SECRET,
    };
    match value.as_str() {
        Some(secret) if has_secret(client.authentication) && secret.len() >= shortest => {
            Ok(Some(SecretToken::from_outside(secret)))
        }
        _ => Err(ClientRefusal::BadSecret(client.id.clone(), shortest)),
    }
}

/// What registering would make of what was checked; nothing is done.
pub(super) fn foreseen(db: &mut dyn Db, checked: &Checked) -> Result<Outcome, Fault> {
    let Some(kept) = db.find_client(&checked.client.id)? else { return Ok(Outcome::Added) };
    let mut client = checked.client.clone();
    let lacks_secret = carry_over(&mut client, &kept);
    Ok(if !lacks_secret && client == kept { Outcome::Unchanged } else { Outcome::Changed })
}

/// Registers what was checked: adds it, or puts it in the place of what is there. A client that was checked without a secret
/// keeps the one that it has.
pub(super) fn apply_one(db: &mut dyn Db, checked: Checked, change: &Change) -> Result<Registered, Fault> {
    let Checked { mut client, spare, remarks, events: [added, changed] } = checked;
    let kept = db.find_client(&client.id)?;
    let lacks_secret = match &kept {
        Some(kept) => carry_over(&mut client, kept),
        None => has_secret(client.authentication) && client.secret_hash.is_none(),
    };
    let mut secret = None;
    if let (true, Some((with_secret, made))) = (lacks_secret, spare) {
        client.secret_hash = with_secret.secret_hash;
        client.sealed_secret = with_secret.sealed_secret;
        secret = Some(made);
    }
    let outcome = match kept {
        None => {
            if !client_history::add(db, &client, added, change)? {
                return Err(Fault::Conflict("client"));
            }
            Outcome::Added
        }
        Some(kept) if kept == client => Outcome::Unchanged,
        Some(kept) => {
            client_history::replace(db, &kept, &client, changed, change)?;
            Outcome::Changed
        }
    };
    Ok(Registered { client, outcome, secret, remarks })
}
