//! Clients as administrators look after them: every change is a version, made of what was seen, and one goes back by making
//! a version of an earlier one.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{
    domain::{
        audit::AuditKind,
        basis::Basis,
        change::Change,
        id::ClientId,
        oidc::{client::Client, registration::snapshot::revision},
        versions::ClientVersion,
    },
    flows::{
        Unserved,
        admin::page::{Page, one_more},
        client_history,
        clients::{ClientRefusal, Clients, Registered, apply_one},
        settled,
    },
    ports::{
        fault::Fault,
        store::{Db, Store},
    },
};

/// Why a client was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ClientChangeRefusal {
    /// There is no such client.
    #[error("there is no client of this name")]
    Unknown,
    /// There is a client, and the author does not say of which registration the change was made.
    #[error("say which registration of this client the change is made of")]
    Unseen,
    /// Somebody else changed it meanwhile.
    #[error("this client was changed meanwhile")]
    Stale,
    /// There is no such version, or the client was removed in it.
    #[error("there is no registration in a version of this number")]
    NoVersion,
    /// What is given names another client.
    #[error("client_id is that of another client")]
    OtherClient,
    /// It may not be registered.
    #[error(transparent)]
    Registration(ClientRefusal),
}

impl From<ClientRefusal> for Unserved<ClientChangeRefusal> {
    fn from(refusal: ClientRefusal) -> Self {
        match refusal {
            ClientRefusal::Fault(fault) => Self::Fault(fault),
            ClientRefusal::Unknown => Self::Refused(ClientChangeRefusal::Unknown),
            refusal => Self::Refused(ClientChangeRefusal::Registration(refusal)),
        }
    }
}

type Answer<T> = Result<T, Unserved<ClientChangeRefusal>>;

/// Looks after clients.
pub struct ClientDesk {
    clients: Clients,
}

impl ClientDesk {
    /// Over registration by operators.
    pub fn new(clients: Clients) -> Self {
        Self { clients }
    }

    /// Clients by name, at most so many, those behind one.
    pub async fn list(&self, behind: Option<ClientId>, most: usize) -> Result<Page<Client, ClientId>, Fault> {
        let clients = self.store().read(move |db| db.clients_behind(behind.as_ref(), one_more(most))).await?;
        Ok(Page::of(clients, most, |client| client.id.clone()))
    }

    /// The client of this name.
    pub async fn find(&self, id: &ClientId) -> Answer<Client> {
        let id = id.clone();
        let client = self.store().read(move |db| db.find_client(&id)).await?;
        client.ok_or(Unserved::Refused(ClientChangeRefusal::Unknown))
    }

    /// Registers a client that is not there yet; one that does not name itself gets a name.
    pub async fn create(&self, mut given: Map<String, Value>, change: Change) -> Answer<Registered> {
        if given.get("client_id").is_none_or(Value::is_null) {
            let id = ClientId::from_random(self.clients.desk().entropy.bytes());
            given.insert("client_id".into(), id.as_str().into());
        }
        Ok(self.clients.add(&given, change).await?)
    }

    /// Puts another registration in the place of the one that was seen. The client keeps its secret while it needs one.
    pub async fn replace(
        &self,
        id: &ClientId,
        mut given: Map<String, Value>,
        basis: &Basis,
        change: &Change,
    ) -> Answer<Registered> {
        let named = given.insert("client_id".into(), id.as_str().into());
        if named.is_some_and(|named| named != id.as_str()) {
            return Err(Unserved::Refused(ClientChangeRefusal::OtherClient));
        }
        self.find(id).await?;
        self.put(&given, Expected { basis: Some(basis.clone()), may_be_gone: false }, change).await
    }

    /// Removes the client that was seen, with its requests and all that it was granted. Its versions stay.
    pub async fn remove(&self, id: &ClientId, basis: &Basis, change: &Change) -> Answer<()> {
        let desk = self.clients.desk();
        settled(|| {
            let event = desk.event(AuditKind::ClientRemoved, id, desk.clock.now());
            let (id, basis, change) = (id.clone(), basis.clone(), change.clone());
            self.store().transact(move |db| {
                let Some(kept) = db.find_client(&id)? else { return Ok(Err(ClientChangeRefusal::Unknown)) };
                if !basis.holds(&revision(&kept)) {
                    return Ok(Err(ClientChangeRefusal::Stale));
                }
                client_history::remove(db, &id, event, &change)?;
                Ok(Ok(()))
            })
        })
        .await
    }

    /// A client's versions, the newest first, those below a number; also of a client that was removed.
    pub async fn history(
        &self,
        id: &ClientId,
        below: Option<i64>,
        most: usize,
    ) -> Answer<Page<ClientVersion, i64>> {
        let (id, below) = (id.clone(), below.unwrap_or(i64::MAX));
        let read = self.store().read(move |db| {
            let versions = db.client_versions(&id, below, one_more(most))?;
            let is_known = !versions.is_empty() || below != i64::MAX || db.find_client(&id)?.is_some();
            Ok(is_known.then_some(versions))
        });
        let versions = read.await?.ok_or(Unserved::Refused(ClientChangeRefusal::Unknown))?;
        Ok(Page::of(versions, most, |version| version.number))
    }

    /// One version.
    pub async fn version(&self, id: &ClientId, number: i64) -> Answer<ClientVersion> {
        let id = id.clone();
        let found = self.store().read(move |db| find_version(db, &id, number)).await?;
        found.ok_or(Unserved::Refused(ClientChangeRefusal::NoVersion))
    }

    /// Makes the registration of an earlier version the newest one; a client that was removed is registered again. What is
    /// there keeps its secret, whatever its secret was then.
    pub async fn go_back(
        &self,
        id: &ClientId,
        number: i64,
        basis: Option<&Basis>,
        change: &Change,
    ) -> Answer<Registered> {
        let version = self.version(id, number).await?;
        let Some(Value::Object(mut given)) = version.snapshot else {
            return Err(Unserved::Refused(ClientChangeRefusal::NoVersion));
        };
        given.insert("client_id".into(), id.as_str().into());
        self.put(&given, Expected { basis: basis.cloned(), may_be_gone: true }, change).await
    }

    /// Registers what is given if what is there allows it, judged again where somebody was faster.
    async fn put(
        &self,
        given: &Map<String, Value>,
        expected: Expected,
        change: &Change,
    ) -> Answer<Registered> {
        let checked = self.clients.check(given).await?;
        settled(|| {
            let (checked, expected, change) = (checked.clone(), expected.clone(), change.clone());
            self.store().transact(move |db| {
                match expected.judge(db.find_client(&checked.client.id)?.as_ref()) {
                    Err(refusal) => Ok(Err(refusal)),
                    Ok(()) => apply_one(db, checked, &change).map(Ok),
                }
            })
        })
        .await
    }

    fn store(&self) -> &Arc<dyn Store> {
        &self.clients.desk().store
    }
}

/// What the author of a change takes to be there.
#[derive(Clone)]
struct Expected {
    basis: Option<Basis>,
    may_be_gone: bool,
}

impl Expected {
    fn judge(&self, kept: Option<&Client>) -> Result<(), ClientChangeRefusal> {
        match (kept, &self.basis) {
            (None, _) if self.may_be_gone => Ok(()),
            (None, _) => Err(ClientChangeRefusal::Unknown),
            (Some(_), None) => Err(ClientChangeRefusal::Unseen),
            (Some(kept), Some(basis)) if basis.holds(&revision(kept)) => Ok(()),
            (Some(_), Some(_)) => Err(ClientChangeRefusal::Stale),
        }
    }
}

fn find_version(db: &mut dyn Db, id: &ClientId, number: i64) -> Result<Option<ClientVersion>, Fault> {
    let Some(below) = number.checked_add(1) else { return Ok(None) };
    let highest = db.client_versions(id, below, 1)?.pop();
    Ok(highest.filter(|version| version.number == number))
}
