//! A browser that an account has succeeded on before, known by a long-lived cookie.

use jiff::Timestamp;

use super::{
    id::{DeviceId, UserId},
    secret::TokenHash,
};

/// A browser on which this account passed a face check.
#[derive(Clone, Debug)]
pub struct KnownDevice {
    /// Its name in the records.
    pub id: DeviceId,
    /// The account that succeeded on it.
    pub user: UserId,
    /// Hash of the secret in its cookie; one browser has the same for every account that it is known to.
    pub token_hash: TokenHash,
    /// When it succeeded first.
    pub first_success_at: Timestamp,
}
