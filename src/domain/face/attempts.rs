//! How many tries an account has, on browsers it succeeded on before and on unknown ones, and how many all accounts have
//! together.
//!
//! A try is spent, durably, before the sealed capture is opened, and counts as failed until it is concluded: a crash in
//! between never gives one back (NIST SP 800-63B-4 §3.2.3: five failures in a row, then 30 s before each next try; fifty
//! in a row, then another way). Failures of the picture's quality count apart: they say nothing about the face.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::{
    authn::policy::FaceStanding,
    id::{DeviceId, UserId},
};

/// Whose tries a budget counts: a stranger with the password must not shut the owner out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeviceScope {
    /// A browser that the account succeeded on before.
    Known(DeviceId),
    /// All other browsers together.
    Unknown,
}

/// How many tries there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptPolicy {
    /// Failures in a row before each next try must wait.
    pub free_failures: i32,
    /// How long it must wait.
    pub pause: SignedDuration,
    /// Failures in a row that suspend face step-up in the scope.
    pub most_failures: i32,
    /// Poor pictures in a row before each next try must wait as well; they never suspend.
    pub free_poor_pictures: i32,
    /// Length of the population's window.
    pub population_window: SignedDuration,
    /// Tries that did not succeed, over all accounts, in one window.
    pub population_most: i64,
}

impl Default for AttemptPolicy {
    fn default() -> Self {
        Self {
            free_failures: 5,
            pause: SignedDuration::from_secs(30),
            most_failures: 50,
            free_poor_pictures: 10,
            population_window: SignedDuration::from_hours(1),
            population_most: 2_000,
        }
    }
}

impl AttemptPolicy {
    /// The number of the population's window that a moment falls into.
    pub fn window(&self, now: Timestamp) -> i64 {
        now.as_second().div_euclid(self.population_window.as_secs().max(1))
    }

    /// When that window ends.
    pub fn window_end(&self, now: Timestamp) -> Timestamp {
        let end = self.window(now).saturating_add(1).saturating_mul(self.population_window.as_secs().max(1));
        Timestamp::from_second(end).unwrap_or(Timestamp::MAX)
    }
}

/// Why a try is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttemptRefusal {
    /// Too many failures in a row: the next try must wait.
    #[error("the next try must wait")]
    Wait {
        /// Until when.
        until: Timestamp,
    },
    /// Face step-up is suspended in this scope.
    #[error("face step-up is suspended")]
    Suspended,
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
    /// Captures since the last success that failed for the picture's quality alone, or broke off.
    pub poor_pictures_in_a_row: i32,
    /// Captures that were begun and neither sent nor broken off yet.
    pub unfinished: i32,
    /// When a capture was last begun.
    pub last_begun_at: Option<Timestamp>,
    /// When an attempt was last spent.
    pub last_spent_at: Option<Timestamp>,
    /// When face step-up was suspended in this scope.
    pub suspended_at: Option<Timestamp>,
    /// Guards concurrent writers; storage raises it.
    pub version: i64,
}

impl AttemptBudget {
    /// A budget of which nothing was spent yet.
    pub fn fresh(user: UserId, scope: DeviceScope) -> Self {
        Self {
            user,
            scope,
            failures_in_a_row: 0,
            poor_pictures_in_a_row: 0,
            unfinished: 0,
            last_begun_at: None,
            last_spent_at: None,
            suspended_at: None,
            version: 0,
        }
    }

    /// Whether a capture would be admitted now.
    pub fn admit(&self, now: Timestamp, policy: &AttemptPolicy) -> Result<(), AttemptRefusal> {
        if self.is_suspended(policy) {
            return Err(AttemptRefusal::Suspended);
        }
        let wasted = self.poor_pictures_in_a_row.saturating_add(self.unfinished);
        let must_wait = self.failures_in_a_row >= policy.free_failures || wasted >= policy.free_poor_pictures;
        paused(must_wait, self.last_spent_at.max(self.last_begun_at), now, policy)
    }

    /// Begins a capture, before anything of its challenge is revealed. Until it is sent or broken off it weighs like a poor
    /// picture, so that nobody can open many at once and send those that suit a recording.
    pub fn begin(&mut self, now: Timestamp, policy: &AttemptPolicy) -> Result<(), AttemptRefusal> {
        self.admit(now, policy)?;
        self.unfinished = self.unfinished.saturating_add(1);
        self.last_begun_at = self.last_begun_at.max(Some(now));
        Ok(())
    }

    /// Ends a capture that was broken off before anything of its challenge was revealed.
    pub fn turn_back(&mut self) {
        self.unfinished = self.unfinished.saturating_sub(1).max(0);
    }

    /// Spends a try; it counts as failed until it is concluded. Its capture was admitted when it began, so only the pace
    /// of failures is asked for again: captures that were begun side by side are still sent one after the other.
    pub fn spend(&mut self, now: Timestamp, policy: &AttemptPolicy) -> Result<(), AttemptRefusal> {
        if self.is_suspended(policy) {
            return Err(AttemptRefusal::Suspended);
        }
        paused(self.failures_in_a_row >= policy.free_failures, self.last_spent_at, now, policy)?;
        self.turn_back();
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        self.last_spent_at = Some(now);
        Ok(())
    }

    /// Concludes a spent try as passed: the count begins again.
    pub fn pass(&mut self) {
        self.failures_in_a_row = 0;
        self.poor_pictures_in_a_row = 0;
        self.unfinished = 0;
        self.suspended_at = None;
    }

    /// Concludes a spent try as failed; `true` when this failure suspends the scope. It refills nothing: what was wasted before
    /// still counts, so that failures buy no more captures to break off.
    pub fn fail(&mut self, now: Timestamp, policy: &AttemptPolicy) -> bool {
        let suspends = self.suspended_at.is_none() && self.failures_in_a_row >= policy.most_failures;
        if suspends {
            self.suspended_at = Some(now);
        }
        suspends
    }

    /// Concludes a spent try as a poor picture, which counts apart.
    pub fn poor_picture(&mut self) {
        self.give_back();
        self.poor_pictures_in_a_row = self.poor_pictures_in_a_row.saturating_add(1);
    }

    /// Counts a capture that broke off after a turn was revealed, before a try was spent. It counts like a poor picture:
    /// otherwise a recording could be played, at no cost, until the challenge happens to ask for what it shows.
    pub fn break_off(&mut self, now: Timestamp) {
        self.turn_back();
        self.poor_pictures_in_a_row = self.poor_pictures_in_a_row.saturating_add(1);
        self.last_begun_at = self.last_begun_at.max(Some(now));
    }

    /// Gives a spent try back that nothing was judged in, as when the analysis had no room for it.
    pub fn give_back(&mut self) {
        self.failures_in_a_row = self.failures_in_a_row.saturating_sub(1).max(0);
    }

    /// Whether face step-up is suspended in this scope. The count alone suffices: of the last try, a crash may have left
    /// nothing but that it was spent.
    pub fn is_suspended(&self, policy: &AttemptPolicy) -> bool {
        self.suspended_at.is_some() || self.failures_in_a_row >= policy.most_failures
    }
}

/// Refuses until the pause after `last` is over, if there must be one.
fn paused(
    must_wait: bool,
    last: Option<Timestamp>,
    now: Timestamp,
    policy: &AttemptPolicy,
) -> Result<(), AttemptRefusal> {
    match last.and_then(|at| at.checked_add(policy.pause).ok()) {
        Some(until) if must_wait && now < until => Err(AttemptRefusal::Wait { until }),
        _ => Ok(()),
    }
}

/// Whether a face can be asked of an account in a browser, for the step-up policy.
///
/// `enrolled` means a proven enrolment; `enrollable` that attributes were verified on the account before; `budget` is the
/// one of this browser's scope, if anything was spent in it.
pub fn standing(
    enrolled: bool,
    enrollable: bool,
    budget: Option<&AttemptBudget>,
    policy: &AttemptPolicy,
) -> FaceStanding {
    if !enrolled && !enrollable {
        return FaceStanding::NotEnrollable;
    }
    if budget.is_some_and(|budget| budget.is_suspended(policy)) {
        return FaceStanding::Suspended;
    }
    if enrolled { FaceStanding::Enrolled } else { FaceStanding::Enrollable }
}

#[cfg(test)]
mod tests;
