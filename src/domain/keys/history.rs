//! The life of signing keys: published, signing, retiring, retired. A key's state is not kept but follows from when it was
//! made, when it signs from, and who came after it, so that every node tells the same at the same time.
//!
//! A client may keep our key set for as long as we told it. So a key is published for longer than that before it signs, and
//! stays published until the last token it signed has lapsed and every set without its successor has, too.

use jiff::{SignedDuration, Timestamp};

use super::{Algorithms, SigningAlgorithm, SigningKey};

/// What may come between nodes and clients: how far their clocks are apart, and how old what a node knows may be.
pub const SLACK: SignedDuration = SignedDuration::from_mins(5);

/// The longest that a token of ours is good for, by any configuration: the bound of `tokens.*_seconds`.
pub const LONGEST_TOKEN: SignedDuration = SignedDuration::from_hours(1);

/// For how long after it left the key set a key's public half verifies the ID tokens that come back as hints.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(400 * 24);

/// What an operator may set about signing keys.
#[derive(Clone, Copy, Debug)]
pub struct KeyPolicy {
    /// What is signed with, and promised to clients.
    pub algorithms: Algorithms,
    /// Whose keys are published with a certificate (RFC 7517 §4.7).
    pub certified: Algorithms,
    /// How long a key signs; for good, where nothing is said.
    pub rotate_every: Option<SignedDuration>,
    /// How long a key is published before it signs, where caches do not ask for more.
    pub publish_ahead: SignedDuration,
    /// How long clients may keep the key set.
    pub cached_for: SignedDuration,
}

impl Default for KeyPolicy {
    fn default() -> Self {
        Self {
            algorithms: SigningAlgorithm::ALL.into_iter().collect(),
            certified: Algorithms::default(),
            rotate_every: Some(SignedDuration::from_hours(90 * 24)),
            publish_ahead: SignedDuration::from_hours(24),
            cached_for: SignedDuration::from_mins(5),
        }
    }
}

impl KeyPolicy {
    /// How long a key must be published before it signs: as long as any set without it may be kept.
    pub fn soonest(&self) -> SignedDuration {
        self.cached_for + SLACK
    }

    /// How long a key that replaces another as planned is published before it signs.
    pub fn ahead(&self) -> SignedDuration {
        self.publish_ahead.max(self.soonest())
    }

    /// How long a key stays published after it signed last.
    pub fn tail(&self) -> SignedDuration {
        LONGEST_TOKEN + self.cached_for + SLACK
    }
}

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// In the key set, so that clients know it when it signs.
    Published,
    /// What tokens of its algorithm are signed with.
    Signing,
    /// In the key set still, for the tokens that it signed.
    Retiring,
    /// Not in the key set any more; it verifies hints, unless it was withdrawn.
    Retired,
}

impl KeyState {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Signing => "signing",
            Self::Retiring => "retiring",
            Self::Retired => "retired",
        }
    }
}

/// All keys that there are, and what follows from each other's times.
#[derive(Clone, Debug, Default)]
pub struct KeyHistory(Vec<SigningKey>);

impl KeyHistory {
    /// Of keys in any order.
    pub fn new(mut keys: Vec<SigningKey>) -> Self {
        keys.sort_by_key(|key| (key.signs_from, key.generation));
        Self(keys)
    }

    /// All of them; those of one algorithm in the order in which they sign.
    pub fn keys(&self) -> &[SigningKey] {
        &self.0
    }

    /// The key that tokens of this algorithm are signed with: the last whose time has come. Where that one was withdrawn, the
    /// one that waits signs before its time.
    pub fn signing(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<&SigningKey> {
        let started = self.of(algorithm).rfind(|key| key.took_over_by(now));
        match started {
            Some(key) if key.withdrawn_at.is_none() => Some(key),
            _ => self.of(algorithm).find(|key| key.signs_from > now && key.withdrawn_at.is_none()),
        }
    }

    /// Where a key is in its life.
    pub fn state(&self, key: &SigningKey, policy: &KeyPolicy, now: Timestamp) -> KeyState {
        if self.retired_since(key, policy, now).is_some() {
            KeyState::Retired
        } else if self.signing(key.algorithm, now).is_some_and(|signing| signing.id == key.id) {
            KeyState::Signing
        } else if key.signs_from > now {
            KeyState::Published
        } else {
            KeyState::Retiring
        }
    }

    /// The keys of the set that clients read, newest first.
    pub fn published(&self, policy: &KeyPolicy, now: Timestamp) -> impl Iterator<Item = &SigningKey> {
        self.0.iter().rev().filter(move |key| self.retired_since(key, policy, now).is_none())
    }

    /// Since when a key is in the set no more: since it was withdrawn, or since all that it signed has lapsed.
    pub fn retired_since(&self, key: &SigningKey, policy: &KeyPolicy, now: Timestamp) -> Option<Timestamp> {
        let lapsed = || self.succeeded_at(key, now).map(|at| at.saturating_add(policy.tail()).unwrap_or(at));
        key.withdrawn_at.or_else(lapsed).filter(|at| *at <= now)
    }

    /// When a key that is to be made now for this algorithm is to sign from; nothing where none is to be made.
    pub fn due(&self, algorithm: SigningAlgorithm, policy: &KeyPolicy, now: Timestamp) -> Option<Timestamp> {
        let newest = self.of(algorithm).rfind(|key| key.withdrawn_at.is_none());
        let (Some(newest), Some(_)) = (newest, self.signing(algorithm, now)) else { return Some(now) };
        let over = newest.signs_from.saturating_add(policy.rotate_every?).ok()?;
        let soonest = now.saturating_add(policy.ahead()).ok()?;
        (over <= soonest).then_some(soonest)
    }

    /// The number of the next key of an algorithm.
    pub fn next_generation(&self, algorithm: SigningAlgorithm) -> i64 {
        self.of(algorithm).map(|key| key.generation + 1).max().unwrap_or(0)
    }

    /// When another key took over from one that has signed.
    fn succeeded_at(&self, key: &SigningKey, now: Timestamp) -> Option<Timestamp> {
        let later = self.of(key.algorithm).skip_while(|other| other.id != key.id).skip(1);
        later.filter(|other| other.took_over_by(now)).map(|other| other.signs_from).next()
    }

    fn of(&self, algorithm: SigningAlgorithm) -> impl DoubleEndedIterator<Item = &SigningKey> {
        self.0.iter().filter(move |key| key.algorithm == algorithm)
    }
}

impl SigningKey {
    /// Whether its time had come by a moment. One that was withdrawn before never took over from another.
    fn took_over_by(&self, now: Timestamp) -> bool {
        self.signs_from <= now && self.withdrawn_at.is_none_or(|at| at > self.signs_from)
    }
}

#[cfg(test)]
mod tests;
