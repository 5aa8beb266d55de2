//! Local accounts, as an operator adds, erases and restores them.

use std::sync::Arc;

use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::{AuditId, UserId},
        user::{User, Username, VerifiedAttributes, profile::Profile},
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        fault::Fault,
        passwords::Passwords,
        store::{Db, Store},
    },
};

/// The shortest password that an account is added with, in characters (NIST SP 800-63B-4 §3.1.1.2: 15 where it stands
/// alone, 8 beside another factor).
pub const SHORTEST_PASSWORD: usize = 8;

/// The shortest password that people may choose for themselves, for it stands alone (NIST SP 800-63B-4 §3.1.1.2).
pub const SHORTEST_OWN_PASSWORD: usize = 15;

/// Why an account was not added or not found.
#[derive(Debug, thiserror::Error)]
pub enum AccountRefusal {
    /// Not a name to sign in with.
    #[error("a username has 1 to 128 characters and no control characters")]
    BadUsername,
    /// Too easy to guess.
    #[error("a password has at least {SHORTEST_PASSWORD} characters")]
    ShortPassword,
    /// Someone has it.
    #[error("this username is taken")]
    Taken,
    /// Nobody has it.
    #[error("there is no account with this username")]
    Unknown,
    /// The outside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Adds, erases and restores accounts.
pub struct Accounts {
    store: Arc<dyn Store>,
    passwords: Arc<dyn Passwords>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Accounts {
    /// Takes the ports.
    pub fn new(
        store: Arc<dyn Store>,
        passwords: Arc<dyn Passwords>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { store, passwords, clock, entropy }
    }

    /// Adds an account that a person makes for themselves: nothing was verified about them.
    pub async fn open_own(&self, username: &str, password: &str) -> Result<User, AccountRefusal> {
        if password.chars().count() < SHORTEST_OWN_PASSWORD {
            return Err(AccountRefusal::ShortPassword);
        }
        self.add(username, password, None, Profile::default()).await
    }

    /// Adds an account. `verified` is what whoever opens the account verified about the person; without it, no face can
    /// be enrolled. `profile` is what else is said of them.
    pub async fn add(
        &self,
        username: &str,
        password: &str,
        verified: Option<VerifiedAttributes>,
        profile: Profile,
    ) -> Result<User, AccountRefusal> {
        let username = Username::parse(username).ok_or(AccountRefusal::BadUsername)?;
        if password.chars().count() < SHORTEST_PASSWORD {
            return Err(AccountRefusal::ShortPassword);
        }
        let now = self.clock.now();
        let user = User {
            id: UserId::from_random(self.entropy.bytes()),
            username,
            password: self.passwords.hash(password).await?,
            verified,
            profile,
            groups: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        let event = self.event(AuditKind::UserAdded, &user.id);
        let added = user.clone();
        let is_new = self.store.transact(move |db| {
            let is_new = db.insert_user(&added)?;
            if is_new {
                db.append_event(&event)?;
            }
            Ok(is_new)
        });
        if is_new.await? { Ok(user) } else { Err(AccountRefusal::Taken) }
    }

    /// Erases an account with everything that was kept of it but its audit events.
    pub async fn erase(&self, username: &str) -> Result<(), AccountRefusal> {
        self.change(username, AuditKind::UserErased, |db, user| db.erase_user(user).map(drop)).await
    }

    /// Says something else of an account's person.
    pub async fn set_profile(&self, username: &str, profile: Profile) -> Result<(), AccountRefusal> {
        let now = self.clock.now();
        let set = move |db: &mut dyn Db, user: &UserId| db.set_profile(user, &profile, now).map(drop);
        self.change(username, AuditKind::UserChanged, set).await
    }

    /// The account of this name.
    pub async fn find(&self, username: &str) -> Result<User, AccountRefusal> {
        let username = Username::parse(username).ok_or(AccountRefusal::BadUsername)?;
        let found = self.store.read(move |db| db.find_user_by_name(&username)).await?;
        found.ok_or(AccountRefusal::Unknown)
    }

    /// Forgets an account's face, as when consent is withdrawn: the enrolment is revoked and its template wiped.
    pub async fn forget_face(&self, username: &str) -> Result<(), AccountRefusal> {
        let now = self.clock.now();
        self.change(username, AuditKind::FaceForgotten, move |db, user| match db.find_enrolment_of(user)? {
            Some(enrolment) => db.revoke_enrolment(&enrolment.id, now),
            None => Ok(()),
        })
        .await
    }

    /// Restores face step-up for an account whose attempts were exhausted.
    pub async fn restore_face(&self, username: &str) -> Result<(), AccountRefusal> {
        self.change(username, AuditKind::FaceRestored, |db, user| db.clear_budgets(user)).await
    }

    /// Changes the account of this name and writes the event with it.
    async fn change(
        &self,
        username: &str,
        kind: AuditKind,
        change: impl FnOnce(&mut dyn Db, &UserId) -> Result<(), Fault> + Send + 'static,
    ) -> Result<(), AccountRefusal> {
        let username = Username::parse(username).ok_or(AccountRefusal::BadUsername)?;
        let (id, now) = (AuditId::from_random(self.entropy.bytes()), self.clock.now());
        let found = self.store.transact(move |db| {
            let Some(user) = db.find_user_by_name(&username)? else { return Ok(false) };
            change(db, &user.id)?;
            db.append_event(&AuditEvent { user: Some(user.id), ..AuditEvent::new(id, now, kind) })?;
            Ok(true)
        });
        if found.await? { Ok(()) } else { Err(AccountRefusal::Unknown) }
    }

    fn event(&self, kind: AuditKind, user: &UserId) -> AuditEvent {
        let id = AuditId::from_random(self.entropy.bytes());
        AuditEvent { user: Some(user.clone()), ..AuditEvent::new(id, self.clock.now(), kind) }
    }
}
