//! One-time links: each lets one account in once, and only for a while.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::role::Role;
use crate::domain::{
    change::Author,
    id::UserId,
    secret::{SecretToken, TokenHash},
};

/// How long a link is good unless it is said otherwise.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// The longest that it can be.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationKind {
    /// Someone is invited.
    Invite,
    /// Someone who lost their way in gets it back (break-glass).
    Recover,
}

/// A one-time link as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Hash of the secret in its address; 256 random bits, so a plain hash is enough.
    pub token_hash: TokenHash,
    /// What it is for.
    pub kind: InvitationKind,
    /// Whose account.
    pub user: UserId,
    /// The role that it gives; none for an account alone.
    pub role: Option<Role>,
    /// Who made it.
    pub invited_by: Author,
    /// When.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

impl Invitation {
    /// Makes one under a fresh secret.
    pub fn open(
        token: &SecretToken,
        kind: InvitationKind,
        user: UserId,
        role: Option<Role>,
        invited_by: Author,
        now: Timestamp,
        lifetime: SignedDuration,
    ) -> Self {
        let lifetime = lifetime.clamp(SignedDuration::ZERO, LONGEST);
        Self {
            token_hash: token.hash(),
            kind,
            user,
            role,
            invited_by,
            created_at: now,
            expires_at: now.saturating_add(lifetime).unwrap_or(now),
            used_at: None,
        }
    }

    /// Whether it may still be used.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_until_it_was_used_or_its_time_is_up_and_never_for_longer_than_a_week() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let open = |lifetime| {
            let (token, user) = (SecretToken::from_random([1; 32]), UserId::parse("ada").unwrap());
            Invitation::open(&token, InvitationKind::Invite, user, None, Author::Installer, at(0), lifetime)
        };
        let mut hour = open(SignedDuration::from_hours(1));
        assert!(hour.is_open(at(3599)) && !hour.is_open(at(3600)));
        hour.used_at = Some(at(1));
        assert!(!hour.is_open(at(2)));
        assert_eq!(open(SignedDuration::MAX).expires_at, at(7 * 24 * 3600));
    }
}
