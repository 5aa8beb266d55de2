//! What lets clients register themselves.

use jiff::Timestamp;

use crate::{
    domain::{oidc::initial_access::InitialAccessToken, secret::TokenHash},
    ports::fault::Fault,
};

/// Initial access tokens.
pub trait InitialAccessStore {
    /// Adds one.
    fn insert_initial_access(&mut self, token: &InitialAccessToken) -> Result<(), Fault>;
    /// The token with this hash.
    fn find_initial_access(&mut self, hash: &TokenHash) -> Result<Option<InitialAccessToken>, Fault>;
    /// Spends one use of a token that has one left and has not lapsed; `true` if it did.
    fn spend_initial_access(&mut self, hash: &TokenHash, now: Timestamp) -> Result<bool, Fault>;
    /// Drops those that lapsed before this moment; returns how many.
    fn purge_initial_access(&mut self, before: Timestamp) -> Result<usize, Fault>;
}
