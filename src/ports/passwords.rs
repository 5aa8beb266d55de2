//! Password hashing.

use super::{BoxFuture, fault::Fault};
use crate::domain::user::PasswordHash;

/// Hashes and checks passwords (argon2id, RFC 9106), off the async threads and a bounded number at a time.
pub trait Passwords: Send + Sync {
    /// Hashes a password under a fresh salt.
    fn hash<'a>(&'a self, password: &'a str) -> BoxFuture<'a, Result<PasswordHash, Fault>>;

    /// Whether the password fits. Without a hash (no such user) it takes as long and says no.
    fn matches<'a>(
        &'a self,
        password: &'a str,
        hash: Option<PasswordHash>,
    ) -> BoxFuture<'a, Result<bool, Fault>>;
}
