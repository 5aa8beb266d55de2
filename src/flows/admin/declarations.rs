//! What a policy file declares, put in force as a whole: the policy document and the clients in one transaction, all of it
//! or nothing. Clients are checked by the document that comes with them.

use std::sync::Arc;

use crate::{
    domain::{
        authn::{lint::Finding, policy_set::PolicySet, written::Declared},
        change::Change,
        id::ClientId,
        oidc::registration::snapshot::snapshot,
    },
    flows::{
        Unserved,
        admin::{
            door,
            policies::{Applied, PolicyDesk, PolicyRefusal},
        },
        clients::{Checked, ClientRefusal, Clients, Outcome, Registered, apply_one, foreseen},
        settled,
    },
    ports::fault::Fault,
};

/// Why nothing of a file was put in force.
#[derive(Debug)]
pub enum DeclarationRefusal {
    /// For its policies.
    Policy(PolicyRefusal),
    /// For some of its clients.
    Clients(Vec<ClientRefusal>),
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// What became of the policies, where it has some.
    pub policies: Option<Applied>,
    /// What became of each client.
    pub clients: Vec<Registered>,
}

/// What would become of a file.
#[derive(Clone, Debug)]
pub struct Foreseen {
    /// What would become of the policies, where it has some.
    pub policies: Option<Applied>,
    /// What would become of each client.
    pub clients: Vec<(ClientId, Outcome)>,
    /// What is no good in the policies and clients as they would be.
    pub findings: Vec<Finding>,
}

/// Puts declared policies and clients in force.
pub struct DeclarationDesk {
    policies: Arc<PolicyDesk>,
    clients: Clients,
}

type Answer<T> = Result<T, Unserved<DeclarationRefusal>>;

impl DeclarationDesk {
    /// Over the two desks whose things a file declares.
    pub fn new(policies: Arc<PolicyDesk>, clients: Clients) -> Self {
        Self { policies, clients }
    }

    /// Puts a file in force. A second time changes nothing.
    pub async fn apply(
        &self,
        declared: &Declared,
        expected: Option<i64>,
        change: &Change,
    ) -> Answer<Declaration> {
        let set = self.proven(declared).await?;
        let checked = self.checked(declared, &set).await?;
        settled(|| {
            let document = declared.document.as_ref();
            let draft = document.map(|document| self.policies.draft(document, expected, change, None));
            let (book, checked, change) = (self.policies.book(), checked.clone(), change.clone());
            self.clients.desk().store.transact(move |db| {
                // The policies come first: they refuse before anything is written.
                let policies = match draft.map(|draft| draft.put(db, &book)).transpose()? {
                    Some(Err(refusal)) => return Ok(Err(DeclarationRefusal::Policy(refusal))),
                    Some(Ok(applied)) => Some(applied),
                    None => None,
                };
                let clients = checked.into_iter().map(|one| apply_one(db, one, &change));
                Ok(Ok(Declaration { policies, clients: clients.collect::<Result<_, Fault>>()? }))
            })
        })
        .await
    }

    /// What [`Self::apply`] would do, and nothing is done.
    pub async fn rehearse(&self, declared: &Declared) -> Answer<Foreseen> {
        let set = self.proven(declared).await?;
        let checked = self.checked(declared, &set).await?;
        let policies = match &declared.document {
            Some(document) => Some(self.policies.rehearse(document).await.map_err(of_policy)?),
            None => None,
        };
        let clients = checked.iter().map(|one| one.client().clone()).collect();
        let findings =
            self.policies.lint_among(declared.document.as_ref(), clients).await.map_err(of_policy)?;
        let read = self.clients.desk().store.read(move |db| {
            checked.iter().map(|one| Ok((one.client().id.clone(), foreseen(db, one)?))).collect()
        });
        Ok(Foreseen { policies, clients: read.await?, findings })
    }

    /// What is in force, as a file that changes nothing. The built-in client is not in it: it is ours to keep.
    pub async fn declared(&self) -> Result<Declared, Fault> {
        let document = Some(self.policies.current().await?.document);
        let clients = self.clients.list().await?;
        let own = clients.iter().filter(|client| client.id.as_str() != door::CLIENT);
        let clients = own.map(|client| {
            let mut members = snapshot(client);
            members.insert("client_id".into(), client.id.as_str().into());
            members
        });
        Ok(Declared { document, clients: clients.collect() })
    }

    /// The policies that the clients are checked by: those of the file, or else those in force.
    async fn proven(&self, declared: &Declared) -> Answer<Arc<PolicySet>> {
        match &declared.document {
            Some(document) => self.policies.proven(document).map_err(of_policy),
            None => {
                let book = self.policies.book();
                let read = self.clients.desk().store.read(move |db| book.in_force(db));
                Ok(read.await?.set)
            }
        }
    }

    async fn checked(&self, declared: &Declared, set: &Arc<PolicySet>) -> Answer<Vec<Checked>> {
        let mut checked: Vec<Checked> = Vec::new();
        let mut refused = Vec::new();
        for given in &declared.clients {
            match self.clients.check_by(given, set.clone()).await {
                Ok(next) if checked.iter().any(|before| before.client().id == next.client().id) => {
                    refused.push(ClientRefusal::Twice(next.client().id.clone()));
                }
                Ok(next) => checked.push(next),
                Err(ClientRefusal::Fault(fault)) => return Err(fault.into()),
                Err(refusal) => refused.push(refusal),
            }
        }
        match refused.is_empty() {
            true => Ok(checked),
            false => Err(Unserved::Refused(DeclarationRefusal::Clients(refused))),
        }
    }
}

fn of_policy(refusal: Unserved<PolicyRefusal>) -> Unserved<DeclarationRefusal> {
    match refusal {
        Unserved::Refused(refusal) => Unserved::Refused(DeclarationRefusal::Policy(refusal)),
        Unserved::Fault(fault) => Unserved::Fault(fault),
    }
}
