//! Ceremonies and attempt budgets.

use jiff::Timestamp;

use crate::{
    domain::{
        face::{
            attempts::{AttemptBudget, DeviceScope},
            ceremony::Ceremony,
        },
        id::{CeremonyId, UserId},
    },
    ports::fault::Fault,
};

/// Face captures.
pub trait CeremonyStore {
    /// The ceremony of this name.
    fn find_ceremony(&mut self, id: &CeremonyId) -> Result<Option<Ceremony>, Fault>;
    /// Adds one.
    fn insert_ceremony(&mut self, ceremony: &Ceremony) -> Result<(), Fault>;
    /// Saves one that was read before.
    fn save_ceremony(&mut self, ceremony: &Ceremony) -> Result<(), Fault>;
    /// Drops those that lapsed before this moment, with their keys; returns how many.
    fn purge_ceremonies(&mut self, before: Timestamp) -> Result<usize, Fault>;
}

/// Tries, by account and over the whole population.
pub trait AttemptStore {
    /// The user's budget in this scope.
    fn find_budget(&mut self, user: &UserId, scope: &DeviceScope) -> Result<Option<AttemptBudget>, Fault>;
    /// Accounts whose face step-up is suspended on some browsers, in order of their ids, at most so many.
    fn suspended_users(&mut self, most: i64) -> Result<Vec<UserId>, Fault>;
    /// Whether the user's face step-up is suspended on some browsers.
    fn is_suspended(&mut self, user: &UserId) -> Result<bool, Fault>;
    /// Saves a budget: an insert at version 0, otherwise an update of the version that was read.
    fn save_budget(&mut self, budget: &AttemptBudget) -> Result<(), Fault>;
    /// Drops all of a user's budgets, which restores face step-up.
    fn clear_budgets(&mut self, user: &UserId) -> Result<(), Fault>;
    /// Counts one attempt in the population's current window unless `most` were counted: `false` when full.
    fn spend_population(&mut self, window: i64, most: i64) -> Result<bool, Fault>;
    /// Whether fewer than `most` were counted in the window; counts nothing.
    fn has_population_room(&mut self, window: i64, most: i64) -> Result<bool, Fault>;
    /// Takes one attempt back out of the window, as when it succeeded.
    fn refund_population(&mut self, window: i64) -> Result<(), Fault>;
}
