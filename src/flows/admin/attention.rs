//! What needs an administrator's attention.

use std::sync::Arc;

use super::AdminRoom;
use crate::{
    domain::{admin::role::Role, id::UserId, user::Username},
    ports::fault::Fault,
};

/// How many suspended accounts are named.
const MOST_NAMED: i64 = 10;

/// What needs attention now.
#[derive(Clone, Debug, Default)]
pub struct Attention {
    /// Accounts whose face step-up is suspended, some of them where there are many.
    pub suspended: Vec<(UserId, Username)>,
    /// How many links are still to be used.
    pub open_invitations: usize,
    /// How many checked documents wait for their person to enrol.
    pub open_checks: usize,
    /// How many owners there are; with one, nobody could stand in.
    pub owners: usize,
}

/// Looks for what needs attention.
pub struct Lookout(Arc<AdminRoom>);

impl Lookout {
    /// In a room.
    pub fn new(room: Arc<AdminRoom>) -> Self {
        Self(room)
    }

    /// Looks.
    pub async fn look(&self) -> Result<Attention, Fault> {
        let now = self.0.clock.now();
        self.0
            .store
            .read(move |db| {
                let mut suspended = Vec::new();
                for user in db.suspended_users(MOST_NAMED)? {
                    suspended.extend(db.find_user(&user)?.map(|found| (user, found.username)));
                }
                let administrators = db.administrators()?;
                Ok(Attention {
                    suspended,
                    open_invitations: db.open_invitations(now)?.len(),
                    open_checks: usize::try_from(db.count_open_checks(now)?).unwrap_or_default(),
                    owners: administrators.iter().filter(|one| one.role == Role::Owner).count(),
                })
            })
            .await
    }
}
