//! What an administrator may do: three roles, each of which may all that the one below it may.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{change::Author, id::UserId};

/// An administrator's role, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything that the console shows, and changes nothing.
    Viewer,
    /// Checks documents, restores and revokes enrolments, ends sessions, and changes clients and users.
    Operator,
    /// Changes policies, keys and administrators as well.
    Owner,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Owner];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether this role may what `needed` may.
    pub fn may(self, needed: Self) -> bool {
        self >= needed
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Role {
    type Err = NoSuchRole;

    fn from_str(name: &str) -> Result<Self, NoSuchRole> {
        Self::parse(name).ok_or(NoSuchRole)
    }
}

/// Not a role's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is viewer, operator or owner")]
pub struct NoSuchRole;

/// Someone who may use the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administrator {
    /// Their account.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
    /// Who gave them the role.
    pub granted_by: Author,
    /// When.
    pub granted_at: Timestamp,
}

/// The last owner would be gone: nobody could change administrators any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the last owner stays an owner")]
pub struct LastOwner;

/// Whether an account may get another role, or none, given who the owners are now.
pub fn may_become(owners: &[Administrator], user: &UserId, next: Option<Role>) -> Result<(), LastOwner> {
    let stays = next == Some(Role::Owner) || owners.iter().all(|owner| owner.user != *user);
    let others = owners.iter().any(|owner| owner.user != *user);
    if stays || others { Ok(()) } else { Err(LastOwner) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(name: &str) -> Administrator {
        Administrator {
            user: UserId::parse(name).unwrap(),
            role: Role::Owner,
            granted_by: Author::Installer,
            granted_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn each_role_may_what_the_one_below_it_may_and_no_more() {
        for (at, role) in Role::ALL.into_iter().enumerate() {
            for (needed_at, needed) in Role::ALL.into_iter().enumerate() {
                assert_eq!(role.may(needed), needed_at <= at, "{role} {needed}");
            }
            assert_eq!(role.name().parse(), Ok(role));
        }
        assert_eq!("admin".parse::<Role>(), Err(NoSuchRole));
    }

    #[test]
    fn the_last_owner_keeps_the_role_and_one_of_two_may_lose_it() {
        let (ada, bob) = (owner("ada"), owner("bob"));
        for next in [None, Some(Role::Viewer), Some(Role::Operator)] {
            assert_eq!(may_become(std::slice::from_ref(&ada), &ada.user, next), Err(LastOwner));
            assert_eq!(may_become(&[ada.clone(), bob.clone()], &ada.user, next), Ok(()));
            assert_eq!(may_become(std::slice::from_ref(&ada), &bob.user, next), Ok(()));
        }
        assert_eq!(may_become(std::slice::from_ref(&ada), &ada.user, Some(Role::Owner)), Ok(()));
    }
}
