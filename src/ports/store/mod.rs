//! Storage: one closure, one transaction, one trait for each aggregate.

use std::sync::{Arc, Mutex, PoisonError};

use super::{BoxFuture, fault::Fault};

mod access;
mod admin;
mod audit;
mod authn;
mod device_keys;
mod face;
mod key_encryption;
mod logout;
mod oidc;
mod policy;
mod registration;
mod shown;
mod tokens;
mod workflow;

pub use access::AccessConsentStore;
pub use admin::{AdministratorStore, IdentityCheckStore, InvitationStore};
pub use audit::{AuditPlace, AuditQuery, AuditSearch, AuditStore, FoundEvent, SealedEvent};
pub use authn::{DeviceStore, SessionStore, UserStore};
pub use device_keys::DeviceKeyStore;
pub use face::{AttemptStore, CeremonyStore};
pub use key_encryption::{KeptKey, KeyEncryptionStore};
pub use logout::LogoutNoticeStore;
pub use oidc::{ClientStore, GrantStore, InteractionStore, PushedRequestStore, SigningKeyStore};
pub use policy::{ClientVersionStore, PolicyStore};
pub use registration::InitialAccessStore;
pub use shown::{ShownCapture, ShownCaptureStore};
pub use tokens::{AccessTokenStore, AssertionStore, RefreshTokenStore};
pub use workflow::{EnrolmentStore, Persona, PersonaStore, RunStore};

/// One open transaction. Every `save_…` guards by the aggregate's `version`: [`Fault::Conflict`] when another writer was
/// faster, and the transaction is rolled back.
pub trait Db:
    AccessConsentStore
    + AccessTokenStore
    + AdministratorStore
    + AssertionStore
    + AttemptStore
    + AuditSearch
    + AuditStore
    + CeremonyStore
    + ClientStore
    + ClientVersionStore
    + DeviceKeyStore
    + DeviceStore
    + EnrolmentStore
    + GrantStore
    + IdentityCheckStore
    + InitialAccessStore
    + InteractionStore
    + InvitationStore
    + KeyEncryptionStore
    + LogoutNoticeStore
    + PersonaStore
    + PolicyStore
    + PushedRequestStore
    + RefreshTokenStore
    + RunStore
    + SessionStore
    + ShownCaptureStore
    + SigningKeyStore
    + UserStore
{
}

/// Whether a transaction writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It only reads.
    Read,
    /// It may write.
    Write,
}

/// What is run in a transaction: committed on `Ok`, rolled back on `Err`.
pub type Work = Box<dyn FnOnce(&mut dyn Db) -> Result<(), Fault> + Send>;

/// A database.
pub trait Store: Send + Sync {
    /// Runs work in one transaction, off the async threads. Answered only after the commit.
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), Fault>>;
}

impl dyn Store {
    /// Runs a closure in one transaction that may write, and returns what it returned.
    pub async fn transact<T, F>(&self, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Db) -> Result<T, Fault> + Send + 'static,
    {
        self.run_returning(Access::Write, work).await
    }

    /// Runs a closure in one transaction that only reads, and returns what it returned.
    pub async fn read<T, F>(&self, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Db) -> Result<T, Fault> + Send + 'static,
    {
        self.run_returning(Access::Read, work).await
    }

    async fn run_returning<T, F>(&self, access: Access, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Db) -> Result<T, Fault> + Send + 'static,
    {
        let slot = Arc::new(Mutex::new(None));
        let filled = slot.clone();
        let work: Work = Box::new(move |db| {
            let value = work(db)?;
            *filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
            Ok(())
        });
        self.run(access, work).await?;
        let value = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| Fault::Internal("a transaction returned nothing".into()))
    }
}
