//! Users, sessions and known devices.

use jiff::Timestamp;

use crate::{
    domain::{
        device::KnownDevice,
        id::{SessionId, UserId},
        secret::TokenHash,
        session::Session,
        user::{PasswordHash, User, Username, VerifiedAttributes, profile::Profile},
    },
    ports::fault::Fault,
};

/// Local accounts.
pub trait UserStore {
    /// The user of this id.
    fn find_user(&mut self, id: &UserId) -> Result<Option<User>, Fault>;
    /// The user of this sign-in name.
    fn find_user_by_name(&mut self, name: &Username) -> Result<Option<User>, Fault>;
    /// Adds one; `false` when the name is taken.
    fn insert_user(&mut self, user: &User) -> Result<bool, Fault>;
    /// Says something else of the person; `false` when there is none.
    fn set_profile(&mut self, id: &UserId, profile: &Profile, at: Timestamp) -> Result<bool, Fault>;
    /// Puts another password in place of the one before; `false` when there is no such account.
    fn set_password(&mut self, id: &UserId, password: &PasswordHash) -> Result<bool, Fault>;
    /// Records what was verified of the person where nothing was before; `false` where something was.
    fn set_verified(&mut self, id: &UserId, verified: &VerifiedAttributes) -> Result<bool, Fault>;
    /// Accounts by sign-in name, behind one; those whose name contains a text, where one is given.
    fn users(
        &mut self,
        containing: Option<&str>,
        behind: Option<&Username>,
        most: i64,
    ) -> Result<Vec<User>, Fault>;
    /// Puts an account into these groups and no others; `false` when there is none.
    fn set_groups(&mut self, id: &UserId, groups: &[String]) -> Result<bool, Fault>;
    /// Every group that some account is in, each once, sorted.
    fn groups_in_use(&mut self) -> Result<Vec<String>, Fault>;
    /// Erases an account with its sessions, runs, enrolments, ceremonies, devices, budgets and grants. Audit events stay:
    /// they hold no name and no biometrics. `false` when there is none.
    fn erase_user(&mut self, id: &UserId) -> Result<bool, Fault>;
}

/// Browser sessions.
pub trait SessionStore {
    /// The session whose cookie has this hash.
    fn find_session(&mut self, token: &TokenHash) -> Result<Option<Session>, Fault>;
    /// The session of this name.
    fn find_session_by_id(&mut self, id: &SessionId) -> Result<Option<Session>, Fault>;
    /// Sessions that somebody is signed in to, of one account or of all, the one used last first, behind one.
    fn sessions(
        &mut self,
        user: Option<&UserId>,
        behind: Option<(Timestamp, &SessionId)>,
        most: i64,
    ) -> Result<Vec<Session>, Fault>;
    /// Adds one.
    fn insert_session(&mut self, session: &Session) -> Result<(), Fault>;
    /// Saves one that was read before.
    fn save_session(&mut self, session: &Session) -> Result<(), Fault>;
    /// Ends one, with the requests that wait in it; `false` when there is none.
    fn remove_session(&mut self, id: &SessionId) -> Result<bool, Fault>;
    /// Drops those last seen before this moment; returns how many.
    fn purge_sessions(&mut self, seen_before: Timestamp) -> Result<usize, Fault>;
}

/// Browsers that accounts succeeded on before.
pub trait DeviceStore {
    /// The user's device whose cookie has this hash.
    fn find_device(&mut self, user: &UserId, token: &TokenHash) -> Result<Option<KnownDevice>, Fault>;
    /// Adds one.
    fn insert_device(&mut self, device: &KnownDevice) -> Result<(), Fault>;
}
