//! What lets clients register themselves where not everyone may (RFC 7591 §3): a token for a number of registrations and a
//! time.

use jiff::Timestamp;

use crate::domain::secret::TokenHash;

/// An initial access token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialAccessToken {
    /// Its hash.
    pub hash: TokenHash,
    /// How many registrations it still lets through.
    pub uses_left: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
}

impl InitialAccessToken {
    /// Whether it lets a registration through now; storage spends it for one.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.uses_left > 0 && now < self.expires_at
    }
}
