//! What clients hold, and what they proved themselves with.

use jiff::Timestamp;

use crate::{
    domain::{
        id::{GrantId, RefreshId},
        oidc::{
            access_token::KeptAccessToken, assertion::UsedAssertion, client_grant::ClientGrant,
            refresh::RefreshToken, tokens::Claims,
        },
        secret::TokenHash,
    },
    ports::fault::Fault,
};

/// Refresh tokens: one row for each grant's chain.
pub trait RefreshTokenStore {
    /// Adds the first of a grant.
    fn insert_refresh_token(&mut self, token: &RefreshToken) -> Result<(), Fault>;
    /// The one of this chain that can be used now.
    fn find_refresh_token(&mut self, id: &RefreshId) -> Result<Option<RefreshToken>, Fault>;
    /// Puts the next one in the place of the one whose secret has this hash: `true` for one caller only (RFC 9700
    /// §4.14.2).
    fn rotate_refresh_token(&mut self, used: &TokenHash, next: &RefreshToken) -> Result<bool, Fault>;
    /// Drops those that lapsed before this moment; returns how many.
    fn purge_refresh_tokens(&mut self, before: Timestamp) -> Result<usize, Fault>;
}

/// Opaque access tokens, and what clients got for themselves.
pub trait AccessTokenStore {
    /// Adds one.
    fn insert_access_token(&mut self, token: &KeptAccessToken) -> Result<(), Fault>;
    /// The claims of the one whose text has this hash.
    fn find_access_token(&mut self, hash: &TokenHash) -> Result<Option<Claims>, Fault>;
    /// Drops those that lapsed before this moment; returns how many.
    fn purge_access_tokens(&mut self, before: Timestamp) -> Result<usize, Fault>;
    /// Adds what a client got for itself.
    fn insert_client_grant(&mut self, grant: &ClientGrant) -> Result<(), Fault>;
    /// What a client got for itself under this name.
    fn find_client_grant(&mut self, id: &GrantId) -> Result<Option<ClientGrant>, Fault>;
    /// Revokes what a client got for itself.
    fn revoke_client_grant(&mut self, id: &GrantId, at: Timestamp) -> Result<(), Fault>;
    /// Drops those that lapsed before this moment; returns how many.
    fn purge_client_grants(&mut self, before: Timestamp) -> Result<usize, Fault>;
}

/// Assertions that clients proved themselves with.
pub trait AssertionStore {
    /// Remembers that one was used: `true` for the first caller only (RFC 7523 §3, item 7). A client that is gone is a
    /// [`Fault::Conflict`].
    fn use_assertion(&mut self, used: &UsedAssertion) -> Result<bool, Fault>;
    /// Drops those that lapsed before this moment; returns how many.
    fn purge_assertions(&mut self, before: Timestamp) -> Result<usize, Fault>;
}
