//! A session of a browser: who is signed in and what was proven. The cookie's secret is renewed with every new proof,
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

/// A session is another account's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the session is another account's")]
pub struct OtherAccount;

/// One account's session in one browser, anonymous until someone signs in. A browser may hold several, one of them current.
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
    /// The longest time that it lay unused since somebody proved something in it. A use does not end it: whoever comes to a
    /// browser that was left alone is asked as often as they try.
    pub longest_idle: SignedDuration,
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
            longest_idle: SignedDuration::ZERO,
            version: 0,
        }
    }

    /// Whether the session is within its lifetimes.
    pub fn is_live(&self, now: Timestamp, lifetimes: SessionLifetimes) -> bool {
        let whole = if self.user.is_some() { lifetimes.absolute } else { lifetimes.anonymous };
        now.duration_since(self.seen_at) <= lifetimes.idle && now.duration_since(self.opened_at) <= whole
    }

    /// Records a use.
    pub fn touch(&mut self, now: Timestamp) {
        self.longest_idle = self.longest_idle.max(now.duration_since(self.seen_at));
        self.seen_at = now;
    }

    /// A moment from which on it would have lain unused for as long as it did, at the longest, since somebody proved
    /// something in it.
    pub fn idle_since(&self, now: Timestamp) -> Timestamp {
        let longest = self.longest_idle.max(now.duration_since(self.seen_at));
        now.saturating_sub(longest).unwrap_or(Timestamp::MIN)
    }

    /// Whether this user may sign in to it: a session is one account's from the first sign-in to its end, so that a `sid`
    /// never passes to another user (OpenID Connect Back-Channel Logout 1.0 §2.1).
    pub fn may_hold(&self, user: &UserId) -> bool {
        self.user.as_ref().is_none_or(|holder| holder == user)
    }

    /// Records a sign-in under a new cookie secret and a new form token, since whoever used the browser before may know
    /// the old ones.
    pub fn sign_in(
        &mut self,
        user: UserId,
        entry: AssuranceEntry,
        renewed: &SecretToken,
        csrf: SecretToken,
    ) -> Result<(), OtherAccount> {
        if !self.may_hold(&user) {
            return Err(OtherAccount);
        }
        if self.user.is_none() {
            self.opened_at = entry.achieved_at;
        }
        self.user = Some(user);
        self.csrf = csrf;
        self.record(entry, renewed);
        Ok(())
    }

    /// Records a further proof of the signed-in user under a new cookie secret.
    pub fn record(&mut self, entry: AssuranceEntry, renewed: &SecretToken) {
        self.seen_at = entry.achieved_at;
        self.longest_idle = SignedDuration::ZERO;
        self.ledger.record(entry);
        self.token_hash = renewed.hash();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::authn::ledger::{Evidence, Method};

    #[test]
    fn a_session_that_lay_unused_did_so_until_something_is_proven_in_it() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let secret = || SecretToken::from_random([7; 32]);
        let mut session = Session::open(SessionId::parse("s").unwrap(), &secret(), secret(), at(0));
        session.touch(at(900));
        session.touch(at(960));
        assert_eq!((session.seen_at, session.idle_since(at(970))), (at(960), at(70)));
        assert_eq!(session.idle_since(at(2_000)), at(960));
        session.record(AssuranceEntry::own(Method::Pwd, at(2_000), Evidence::Password), &secret());
        assert_eq!(session.idle_since(at(2_010)), at(2_000));
    }

    #[test]
    fn a_session_stays_one_accounts_from_its_first_sign_in() {
        // OpenID Connect Back-Channel Logout 1.0 §2.1: the sid is of one user at one browser
        let secret = || SecretToken::from_random([7; 32]);
        let at = Timestamp::from_second(9).unwrap();
        let entry = || AssuranceEntry::own(Method::Pwd, at, Evidence::Password);
        let user = |name: &str| UserId::parse(name).unwrap();
        let id = SessionId::parse("s").unwrap();
        let mut session = Session::open(id, &secret(), secret(), Timestamp::UNIX_EPOCH);
        assert_eq!(session.sign_in(user("ada"), entry(), &secret(), secret()), Ok(()));
        assert_eq!(session.sign_in(user("ada"), entry(), &secret(), secret()), Ok(()));
        assert_eq!(session.sign_in(user("bob"), entry(), &secret(), secret()), Err(OtherAccount));
        assert_eq!(session.user, Some(user("ada")));
    }
}
