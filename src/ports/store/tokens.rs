//! What clients hold, and what they proved themselves with.

use jiff::Timestamp;

use crate::{domain::oidc::assertion::UsedAssertion, ports::fault::Fault};

/// Assertions that clients proved themselves with.
pub trait AssertionStore {
    /// Remembers that one was used: `true` for the first caller only (RFC 7523 §3, item 7). A client that is gone is a
    /// [`Fault::Conflict`].
    fn use_assertion(&mut self, used: &UsedAssertion) -> Result<bool, Fault>;
    /// Drops those that lapsed before this moment; returns how many.
    fn purge_assertions(&mut self, before: Timestamp) -> Result<usize, Fault>;
}
