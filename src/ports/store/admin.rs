//! Administrators, the one-time links that let people in, and what officers attested.

use jiff::Timestamp;

use crate::{
    domain::{
        admin::{check::IdentityCheck, invitation::Invitation, role::Administrator},
        id::{IdentityCheckId, UserId},
        secret::TokenHash,
        workflow::document::DocumentHash,
    },
    ports::fault::Fault,
};

/// Who may use the console.
pub trait AdministratorStore {
    /// The role of an account, if it has one.
    fn find_administrator(&mut self, user: &UserId) -> Result<Option<Administrator>, Fault>;
    /// All of them, by account; there are few.
    fn administrators(&mut self) -> Result<Vec<Administrator>, Fault>;
    /// The owners, whose rows no other transaction changes until this one ends.
    fn hold_owners(&mut self) -> Result<Vec<Administrator>, Fault>;
    /// Gives a role in place of the one before.
    fn put_administrator(&mut self, administrator: &Administrator) -> Result<(), Fault>;
    /// Takes the role away; `false` when there was none.
    fn remove_administrator(&mut self, user: &UserId) -> Result<bool, Fault>;
}

/// One-time links.
pub trait InvitationStore {
    /// Adds one; those of the same account that are open lapse.
    fn insert_invitation(&mut self, invitation: &Invitation) -> Result<(), Fault>;
    /// The link whose secret has this hash.
    fn find_invitation(&mut self, token: &TokenHash) -> Result<Option<Invitation>, Fault>;
    /// Uses an open one up: `true` for one caller only.
    fn use_invitation(&mut self, token: &TokenHash, now: Timestamp) -> Result<bool, Fault>;
    /// Those that may still be used, the one that lapses first first.
    fn open_invitations(&mut self, now: Timestamp) -> Result<Vec<Invitation>, Fault>;
    /// Takes back what is open of an account; returns how many.
    fn withdraw_invitations(&mut self, user: &UserId) -> Result<usize, Fault>;
    /// Drops those that lapsed before this moment; returns how many.
    fn purge_invitations(&mut self, before: Timestamp) -> Result<usize, Fault>;
}

/// What the installer or an officer attested.
pub trait IdentityCheckStore {
    /// Adds one; those of the same account that are open are withdrawn.
    fn insert_identity_check(&mut self, check: &IdentityCheck) -> Result<(), Fault>;
    /// The check of this name.
    fn find_identity_check(&mut self, id: &IdentityCheckId) -> Result<Option<IdentityCheck>, Fault>;
    /// The account's check of this document that may still be used.
    fn find_open_check(
        &mut self,
        user: &UserId,
        document: &DocumentHash,
        now: Timestamp,
    ) -> Result<Option<IdentityCheck>, Fault>;
    /// An account's checks, the latest first.
    fn identity_checks_of(&mut self, user: &UserId) -> Result<Vec<IdentityCheck>, Fault>;
    /// How many may still be used.
    fn count_open_checks(&mut self, now: Timestamp) -> Result<i64, Fault>;
    /// Notes that an enrolment rests on it, and wipes its portrait; `false` when it was used or withdrawn before.
    fn spend_identity_check(&mut self, id: &IdentityCheckId, now: Timestamp) -> Result<bool, Fault>;
    /// Takes one back and wipes its portrait; `false` when it was used or withdrawn before.
    fn withdraw_identity_check(&mut self, id: &IdentityCheckId, now: Timestamp) -> Result<bool, Fault>;
    /// Drops those that lapsed before this moment; returns how many.
    fn purge_identity_checks(&mut self, before: Timestamp) -> Result<usize, Fault>;
}
