//! A browser's session: who is signed in and what was proven. The cookie's secret is renewed with every new proof,
//! and the forms' token with every sign-in.

use jiff::{SignedDuration, Timestamp};

use super::{
    authn::ledger::{AssuranceEntry, AssuranceLedger},
    id::{SessionId, UserId},
    secret::{SecretToken, TokenHash},
};

/// How long a session lives.
#[derive(Clone, Copy, Debug)]
pub struct SessionLifetimes {
    /// Longest time between two uses.
    pub idle: SignedDuration,
    /// Longest time in all.
    pub absolute: SignedDuration,
    /// Longest time in all of a session that nobody signed in to.
    pub anonymous: SignedDuration,
}

/// One browser's session, anonymous until someone signs in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Stable across renewals of the cookie; the `sid` of tokens.
    pub id: SessionId,
    /// Hash of the secret in the cookie.
    pub token_hash: TokenHash,
    /// What every form of this session must send back.
    pub csrf: SecretToken,
    /// The user who signed in, if any.
    pub user: Option<UserId>,
    /// What was proven.
    pub ledger: AssuranceLedger,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was used last.
    pub seen_at: Timestamp,
    /// Guards concurrent writers; storage raises it.
    pub version: i64,
}

impl Session {
    /// Opens an anonymous session.
    pub fn open(id: SessionId, token: &SecretToken, csrf: SecretToken, now: Timestamp) -> Self {
        Self {
            id,
            token_hash: token.hash(),
            csrf,
            user: None,
            ledger: AssuranceLedger::default(),
            opened_at: now,
            seen_at: now,
            version: 0,
        }
    }

    /// Whether the session is within its lifetimes.
    pub fn is_live(&self, now: Timestamp, lifetimes: SessionLifetimes) -> bool {
        let whole = if self.user.is_some() { lifetimes.absolute } else { lifetimes.anonymous };
        now.duration_since(self.seen_at) <= lifetimes.idle && now.duration_since(self.opened_at) <= whole
    }

    /// Records a sign-in under a new cookie secret and a new form token, since whoever used the browser before may know
    /// the old ones; proofs of another user are dropped.
    pub fn sign_in(&mut self, user: UserId, entry: AssuranceEntry, renewed: &SecretToken, csrf: SecretToken) {
        if self.user.as_ref() != Some(&user) {
            self.ledger = AssuranceLedger::default();
            self.opened_at = entry.achieved_at;
        }
        self.user = Some(user);
        self.csrf = csrf;
        self.record(entry, renewed);
    }

    /// Records a further proof of the signed-in user under a new cookie secret.
    pub fn record(&mut self, entry: AssuranceEntry, renewed: &SecretToken) {
        self.seen_at = entry.achieved_at;
        self.ledger.record(entry);
        self.token_hash = renewed.hash();
    }
}
