//! A logout that a client is still to hear of (OpenID Connect Back-Channel Logout 1.0 §2.5): what it is told, and when it is
//! tried again. A notice is delivered at least once; each try carries a token of its own.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::domain::{
    id::{ClientId, LogoutNoticeId, SessionId, Subject},
    oidc::{issuer::Issuer, tokens::Claims},
};

/// The one event that a logout token tells of (OpenID Connect Back-Channel Logout 1.0 §2.4).
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// How long a logout token is good for (OpenID Connect Back-Channel Logout 1.0 §4 recommends two minutes at most).
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_mins(2);
/// Whoever claims a notice has this long to deliver it; then another may.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// The wait before the second try; it doubles from try to try.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(5);
/// The longest wait between two tries.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// A notice this old is given up.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// A client that is to hear of the end of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutNotice {
    /// Its name.
    pub id: LogoutNoticeId,
    /// Who is to hear.
    pub client: ClientId,
    /// By which it knows the person.
    pub subject: Subject,
    /// The session that ended.
    pub session: SessionId,
    /// When it ended.
    pub opened_at: Timestamp,
    /// When it is to be tried next; storage moves it on for one claimer.
    pub next_try_at: Timestamp,
    /// How often it was tried in vain.
    pub tries: i32,
}

impl LogoutNotice {
    /// Opens one, to be tried at once.
    pub fn open(
        id: LogoutNoticeId,
        client: ClientId,
        subject: Subject,
        session: SessionId,
        now: Timestamp,
    ) -> Self {
        Self { id, client, subject, session, opened_at: now, next_try_at: now, tries: 0 }
    }

    /// Until when a claim made now keeps others off.
    pub fn claimed_until(now: Timestamp) -> Timestamp {
        now.saturating_add(LEASE).unwrap_or(Timestamp::MAX)
    }

    /// The claims of the logout token (OpenID Connect Back-Channel Logout 1.0 §2.4): both `sub` and `sid`, and never a `nonce`.
    pub fn claims(&self, issuer: &Issuer, jti: &str, now: Timestamp) -> Claims {
        let expires = now.saturating_add(TOKEN_LIFETIME).unwrap_or(now);
        let mut claims = Claims::new();
        claims.insert("iss".into(), issuer.as_str().into());
        claims.insert("aud".into(), self.client.as_str().into());
        claims.insert("iat".into(), now.as_second().into());
        claims.insert("exp".into(), expires.as_second().into());
        claims.insert("jti".into(), jti.into());
        claims.insert("sub".into(), self.subject.as_str().into());
        claims.insert("sid".into(), self.session.as_str().into());
        claims.insert("events".into(), json!({ EVENT: {} }));
        claims
    }

    /// The notice after a try in vain that may succeed later; `None` where it is given up.
    #[must_use]
    pub fn again(&self, now: Timestamp) -> Option<Self> {
        let doublings = self.tries.clamp(0, 16).unsigned_abs();
        let wait = FIRST_WAIT.saturating_mul(1_i32 << doublings).min(LONGEST_WAIT);
        let next_try_at = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        let is_in_time = next_try_at.duration_since(self.opened_at) <= GIVEN_UP_AFTER;
        is_in_time.then(|| Self { next_try_at, tries: self.tries.saturating_add(1), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice() -> LogoutNotice {
        LogoutNotice::open(
            LogoutNoticeId::parse("n").unwrap(),
            ClientId::parse("bank").unwrap(),
            Subject::parse("ada").unwrap(),
            SessionId::parse("s").unwrap(),
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn waits_double_up_to_an_hour_and_a_day_is_the_end() {
        // OpenID Connect Back-Channel Logout 1.0 §2.5: again only where the failure may pass
        let (mut notice, mut waits) = (notice(), Vec::new());
        let mut now = notice.opened_at;
        while let Some(next) = notice.again(now) {
            waits.push(next.next_try_at.duration_since(now).as_secs());
            (now, notice) = (next.next_try_at, next);
        }
        assert_eq!(&waits[..5], [5, 10, 20, 40, 80]);
        assert_eq!(waits.last(), Some(&3600));
        let whole = now.duration_since(notice.opened_at).as_hours();
        assert!((22..=24).contains(&whole), "{whole}");
    }

    #[test]
    fn a_logout_token_lives_two_minutes_and_has_no_nonce() {
        // OpenID Connect Back-Channel Logout 1.0 §2.4, §4
        let issuer = Issuer::parse("https://id.example").unwrap();
        let claims = notice().claims(&issuer, "j", Timestamp::from_second(1000).unwrap());
        assert_eq!((claims["iat"].as_i64(), claims["exp"].as_i64()), (Some(1000), Some(1120)));
        assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
        assert_eq!(
            (&claims["aud"], &claims["sub"], &claims["sid"]),
            (&json!("bank"), &json!("ada"), &json!("s"))
        );
        assert!(!claims.contains_key("nonce"));
    }
}
