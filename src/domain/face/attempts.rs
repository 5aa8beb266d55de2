//! How many tries an account has, on browsers it succeeded on before and on unknown ones.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::id::{DeviceId, UserId};

/// Whose tries a budget counts: a stranger with the password must not shut the owner out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeviceScope {
    /// A browser that the account succeeded on before.
    Known(DeviceId),
    /// All other browsers together.
    Unknown,
}

/// One account's tries in one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptBudget {
    /// Whose.
    pub user: UserId,
    /// On which browsers.
    pub scope: DeviceScope,
    /// Attempts spent since the last success; each counts as failed until it is concluded.
    pub failures_in_a_row: i32,
    /// Captures in a row that failed for the picture's quality alone.
    pub poor_pictures_in_a_row: i32,
    /// When an attempt was last spent.
    pub last_spent_at: Option<Timestamp>,
    /// When face step-up was suspended in this scope.
    pub suspended_at: Option<Timestamp>,
    /// Guards concurrent writers; storage raises it.
    pub version: i64,
}
