//! What administrators do, one subject for each file: the console and the API only show it. Who may do what is judged at
//! the door ([`door`]); every change writes an audit event with its author in the change's own transaction.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        authn::ways::WayPolicy,
        change::{Author, Change},
        id::{AuditId, UserId},
        oidc::issuer::Issuer,
        session::SessionLifetimes,
        workflow::document::DocumentKey,
    },
    flows::policy_book::PolicyBook,
    ports::{
        clock::Clock,
        entropy::Entropy,
        envelope::Vault,
        face::FaceAnalyzer,
        fault::Fault,
        passwords::Passwords,
        store::{Db, Store},
    },
};

pub mod administrators;
pub mod attention;
pub mod audit;
pub mod callers;
pub mod clients;
pub mod declarations;
pub mod door;
pub mod explain;
pub mod keys;
pub mod names;
pub mod officer;
pub mod page;
pub mod policies;
mod recovery;
pub mod rules;
pub mod sessions;
pub mod statistics;
pub mod users;

/// The ports and rules that administrators' flows share.
pub struct AdminRoom {
    /// Who we are.
    pub issuer: Issuer,
    /// The database.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Password hashing.
    pub passwords: Arc<dyn Passwords>,
    /// What seals the portraits of checked documents.
    pub vault: Arc<dyn Vault>,
    /// The models.
    pub analyzer: Arc<dyn FaceAnalyzer>,
    /// What document numbers are hashed with.
    pub document_key: DocumentKey,
    /// What administrators decided.
    pub book: Arc<PolicyBook>,
    /// Which ways of a face check count.
    pub ways: WayPolicy,
    /// How long sessions live.
    pub sessions: SessionLifetimes,
    /// Wakes whoever delivers logout notices.
    pub bell: Arc<Notify>,
}

impl AdminRoom {
    /// An audit event of a change, with its author and reason.
    pub fn event(&self, kind: AuditKind, change: &Change) -> AuditEvent {
        let id = AuditId::from_random(self.entropy.bytes());
        change.tell(AuditEvent::new(id, self.clock.now(), kind))
    }

    /// The same about an account.
    pub fn event_of(&self, kind: AuditKind, change: &Change, user: &UserId) -> AuditEvent {
        AuditEvent { user: Some(user.clone()), ..self.event(kind, change) }
    }
}

/// What people are told of an author: an administrator by the name they sign in with.
pub fn name_of(db: &mut dyn Db, author: &Author) -> Result<String, Fault> {
    let found = author.operator().map(|user| db.find_user(user)).transpose()?.flatten();
    Ok(found.map_or_else(|| author.to_string(), |user| user.username.as_str().to_owned()))
}
