//! The policy document as administrators look after it: what is in force, what was before, and a change of it, which is
//! always a new version with its author and reason. Going back makes a new version of an old document.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::json;

use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        authn::{
            difference::Differences,
            document::{PolicyDocument, PolicyProblem},
            lint::{Finding, Surroundings, lint},
            policy_set::PolicySet,
        },
        change::Change,
        id::AuditId,
        oidc::client::Client,
        session::SessionLifetimes,
        versions::PolicyVersion,
    },
    flows::{
        Unserved,
        admin::page::{Page, one_more},
        policy_book::PolicyBook,
        settled,
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        fault::Fault,
        store::{Db, Store},
    },
};

/// Why the policies were not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRefusal {
    /// The document does not fit together, or not this program.
    #[error("the policies do not fit together: {}", told(.0))]
    Unfit(Vec<PolicyProblem>),
    /// Somebody else was faster: another version is in force than the one that the change was made of.
    #[error("version {in_force} is in force meanwhile")]
    Stale {
        /// Which one.
        in_force: i64,
    },
    /// There is no such version.
    #[error("there is no version of this number")]
    NoVersion,
}

/// A document with the version that keeps it.
#[derive(Clone, Debug)]
pub struct NumberedDocument {
    /// The version's number; 0 for what ships.
    pub number: i64,
    /// What it says.
    pub document: PolicyDocument,
    /// Who applied it, when and why; none of what ships.
    pub version: Option<PolicyVersion>,
}

/// What became of a change, or would.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// The version in force before.
    pub before: i64,
    /// The version in force now; the same where nothing changed.
    pub number: i64,
    /// What is different.
    pub differences: Differences,
}

/// What the rest of the configuration says that bears on whether a policy can apply.
#[derive(Clone, Copy, Debug)]
pub struct Premises {
    /// How long sessions live.
    pub sessions: SessionLifetimes,
    /// Whether a client without a list of resources may name any.
    pub any_resource: bool,
}

/// Looks after the policies.
pub struct PolicyDesk {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    book: Arc<PolicyBook>,
    premises: Premises,
}

impl PolicyDesk {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        book: Arc<PolicyBook>,
        premises: Premises,
    ) -> Self {
        Self { store, clock, entropy, book, premises }
    }

    /// What is in force.
    pub async fn current(&self) -> Result<NumberedDocument, Fault> {
        let book = self.book.clone();
        self.store
            .read(move |db| {
                let number = db.policy_number()?;
                find_numbered(db, &book, number)?
                    .ok_or_else(|| Fault::Damaged(format!("policy_versions.number of row {number}")))
            })
            .await
    }

    /// One version; 0 is what ships.
    pub async fn version(&self, number: i64) -> Result<NumberedDocument, Unserved<PolicyRefusal>> {
        let book = self.book.clone();
        let found = self.store.read(move |db| find_numbered(db, &book, number)).await?;
        found.ok_or(Unserved::Refused(PolicyRefusal::NoVersion))
    }

    /// The versions below a number, or all of them, the newest first; at most so many. Nobody applied version 0, so it is not
    /// among them.
    pub async fn versions(&self, below: Option<i64>, most: usize) -> Result<Page<PolicyVersion, i64>, Fault> {
        let below = below.unwrap_or(i64::MAX);
        let versions = self.store.read(move |db| db.policy_versions(below, one_more(most))).await?;
        Ok(Page::of(versions, most, |version| version.number))
    }

    /// What the second version says that the first does not.
    pub async fn differences(&self, from: i64, to: i64) -> Result<Differences, Unserved<PolicyRefusal>> {
        let (from, to) = (self.version(from).await?, self.version(to).await?);
        Ok(Differences::between(&from.document, &to.document))
    }

    /// What [`Self::apply`] would do, and nothing is done.
    pub async fn rehearse(&self, document: &PolicyDocument) -> Result<Applied, Unserved<PolicyRefusal>> {
        self.proven(document)?;
        let current = self.current().await?;
        let differences = Differences::between(&current.document, document);
        let number = current.number + i64::from(!differences.is_empty());
        Ok(Applied { before: current.number, number, differences })
    }

    /// Puts a document in force as a new version, if the version is in force that its author saw, where they name one.
    /// Applying what is in force changes nothing.
    pub async fn apply(
        &self,
        document: &PolicyDocument,
        expected: Option<i64>,
        change: &Change,
    ) -> Result<Applied, Unserved<PolicyRefusal>> {
        self.proven(document)?;
        self.put(document, expected, change, None).await
    }

    /// Puts the document of an earlier version in force again.
    pub async fn go_back(
        &self,
        number: i64,
        expected: Option<i64>,
        change: &Change,
    ) -> Result<Applied, Unserved<PolicyRefusal>> {
        let document = self.version(number).await?.document;
        self.proven(&document)?;
        self.put(&document, expected, change, Some(number)).await
    }

    /// What is to be told of a document, or of the one in force, among the clients and groups that there are.
    pub async fn lint(
        &self,
        document: Option<&PolicyDocument>,
    ) -> Result<Vec<Finding>, Unserved<PolicyRefusal>> {
        self.lint_among(document, Vec::new()).await
    }

    /// The same with some clients as they are to be.
    pub(super) async fn lint_among(
        &self,
        document: Option<&PolicyDocument>,
        declared: Vec<Client>,
    ) -> Result<Vec<Finding>, Unserved<PolicyRefusal>> {
        let document = match document {
            Some(document) => document.clone(),
            None => self.current().await?.document,
        };
        let set = self.proven(&document)?;
        let (mut clients, groups) = self.store.read(|db| Ok((db.clients()?, db.groups_in_use()?))).await?;
        clients.retain(|client| declared.iter().all(|one| one.id != client.id));
        clients.extend(declared);
        let groups: BTreeSet<String> = groups.into_iter().collect();
        let around = Surroundings {
            house: self.book.house(),
            clients: &clients,
            groups: &groups,
            issuers: &[],
            sessions: self.premises.sessions,
            any_resource: self.premises.any_resource,
        };
        Ok(lint(&document, &set, around))
    }

    async fn put(
        &self,
        document: &PolicyDocument,
        expected: Option<i64>,
        change: &Change,
        back_to: Option<i64>,
    ) -> Result<Applied, Unserved<PolicyRefusal>> {
        settled(|| {
            let (draft, book) = (self.draft(document, expected, change, back_to), self.book.clone());
            self.store.transact(move |db| draft.put(db, &book))
        })
        .await
    }

    /// A change that is ready for its transaction.
    pub(super) fn draft(
        &self,
        document: &PolicyDocument,
        expected: Option<i64>,
        change: &Change,
        back_to: Option<i64>,
    ) -> Draft {
        let id = AuditId::from_random(self.entropy.bytes());
        let event = AuditEvent::new(id, self.clock.now(), AuditKind::PolicyApplied);
        let event = match back_to {
            Some(number) => event.with("back_to", number),
            None => event,
        };
        Draft { document: document.clone(), expected, change: change.clone(), event }
    }

    /// The policies that a document makes, if it fits together.
    pub(super) fn proven(
        &self,
        document: &PolicyDocument,
    ) -> Result<Arc<PolicySet>, Unserved<PolicyRefusal>> {
        let proven = document.compile(self.book.house());
        proven.map(Arc::new).map_err(|problems| Unserved::Refused(PolicyRefusal::Unfit(problems)))
    }

    /// What compiles documents for this program.
    pub(super) fn book(&self) -> Arc<PolicyBook> {
        self.book.clone()
    }
}

/// A proven document on its way into force.
pub(super) struct Draft {
    document: PolicyDocument,
    expected: Option<i64>,
    change: Change,
    event: AuditEvent,
}

impl Draft {
    /// Writes the version and its event. Of two who do so at once, the number lets one win, and the other sees it when it
    /// tries again.
    pub(super) fn put(
        self,
        db: &mut dyn Db,
        book: &PolicyBook,
    ) -> Result<Result<Applied, PolicyRefusal>, Fault> {
        let before = db.policy_number()?;
        if self.expected.is_some_and(|expected| expected != before) {
            return Ok(Err(PolicyRefusal::Stale { in_force: before }));
        }
        let differences = Differences::between(&book.document(db, before)?, &self.document);
        if differences.is_empty() {
            return Ok(Ok(Applied { before, number: before, differences }));
        }
        let number = before + 1;
        let document = serde_json::to_string(&self.document)
            .map_err(|error| Fault::Internal(format!("a policy document cannot be kept: {error}")))?;
        let version = PolicyVersion {
            number,
            document,
            author: self.change.by.clone(),
            reason: self.change.reason.clone().unwrap_or_default(),
            at: self.event.at,
        };
        if !db.insert_policy(&version)? {
            return Err(Fault::Conflict("policy version"));
        }
        let event = self.change.tell(self.event).with("version", number);
        db.append_event(&event.with("changes", json!(differences.summary())))?;
        Ok(Ok(Applied { before, number, differences }))
    }
}

fn find_numbered(db: &mut dyn Db, book: &PolicyBook, number: i64) -> Result<Option<NumberedDocument>, Fault> {
    let version = match number {
        0 => None,
        _ => match db.find_policy(number)? {
            None => return Ok(None),
            version => version,
        },
    };
    Ok(Some(NumberedDocument { number, document: book.document(db, number)?, version }))
}

fn told(problems: &[PolicyProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
