//! What a route needs of a token, and what it says to one that does not do.

use jiff::{SignedDuration, Timestamp};

use super::{
    challenge::{Challenge, ChallengeCode},
    token::{ProvenToken, SKEW},
    words::Words,
};

/// What a token must be good for: scopes, a context, a sign-in not too long ago.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirement {
    scope: Words,
    acr_values: Words,
    max_age: Option<u32>,
}

/// Why something cannot be required.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRequirement {
    /// A scope that no token can have (RFC 6749 §3.3).
    #[error("a scope is made of visible ASCII without quotes and backslashes")]
    Scope,
    /// A context that cannot be named in a header.
    #[error("a context is named by visible ASCII")]
    Acr,
    /// A sign-in is always some time ago when its token arrives, so a client could only come back and back.
    #[error("max_age must be at least a second")]
    NeverMet,
}

impl Requirement {
    /// Any good token will do.
    pub fn any_token() -> Self {
        Self::default()
    }

    /// All of these scopes, separated by spaces.
    pub fn scope(mut self, scopes: &str) -> Result<Self, BadRequirement> {
        let words = Words::parse(scopes).filter(|_| !scopes.contains(['"', '\\']));
        self.scope = words.ok_or(BadRequirement::Scope)?;
        Ok(self)
    }

    /// One of these contexts, separated by spaces, the preferred one first (RFC 9470 §3). A token's `acr` must be one of
    /// them to the letter: that another is stronger is for the provider to know, so name it too.
    pub fn acr_values(mut self, contexts: &str) -> Result<Self, BadRequirement> {
        self.acr_values = Words::parse(contexts).ok_or(BadRequirement::Acr)?;
        Ok(self)
    }

    /// A sign-in at most so many seconds ago, by `auth_time` (RFC 9470 §3). Leave a person the time to come back from it.
    pub fn max_age(mut self, seconds: u32) -> Result<Self, BadRequirement> {
        if seconds == 0 {
            return Err(BadRequirement::NeverMet);
        }
        self.max_age = Some(seconds);
        Ok(self)
    }

    /// Whether a token does. What a token does not say, it does not have: without an `acr` it reached no context, without an
    /// `auth_time` no sign-in of its is recent, however fresh the token itself is (RFC 9470 §6). All that is lacking is
    /// told at once, so that one round is enough (§3).
    pub fn judge(&self, token: &ProvenToken, now: Timestamp) -> Result<(), Challenge> {
        let lacks_scope = !self.scope.iter().all(|scope| token.has_scope(scope));
        let scope = || if lacks_scope { self.scope.clone() } else { Words::default() };
        if let Some(lack) = self.lack_of_authentication(token, now) {
            return Err(Challenge {
                scope: scope(),
                acr_values: self.acr_values.clone(),
                max_age: self.max_age,
                ..Challenge::of(ChallengeCode::InsufficientUserAuthentication, lack)
            });
        }
        if lacks_scope {
            let lack = "The token does not have all scopes that are required";
            let code = ChallengeCode::InsufficientScope;
            return Err(Challenge { scope: scope(), ..Challenge::of(code, lack) });
        }
        Ok(())
    }

    fn lack_of_authentication(&self, token: &ProvenToken, now: Timestamp) -> Option<&'static str> {
        // The provider may say that a context holds for less time than the token (`acr_expires_at`).
        let holds = token.acr_expires_at.is_none_or(|until| now < until);
        let reached = token.acr.as_deref().filter(|_| holds).is_some_and(|acr| self.acr_values.contains(acr));
        if !reached && !self.acr_values.is_empty() {
            return Some("A different authentication level is required");
        }
        let is_recent = |most: u32| {
            let age = token.auth_time.map(|at| now.duration_since(at));
            age.is_some_and(|age| -SKEW <= age && age <= SignedDuration::from_secs(most.into()))
        };
        let recent = self.max_age.is_none_or(is_recent);
        (!recent).then_some("More recent authentication is required")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;
    const FACE: &str = "urn:facestep:acr:face";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn face() -> ProvenToken {
        ProvenToken {
            sub: "ada".into(),
            client_id: "bank".into(),
            scopes: vec!["openid".into(), "pay".into()],
            acr: Some(FACE.into()),
            amr: vec!["face".into(), "pwd".into()],
            auth_time: Some(at(NOW - 10)),
            face_auth_time: None,
            acr_expires_at: None,
            expires_at: at(NOW + 300),
            proven_at: at(NOW),
        }
    }

    fn judged(requirement: &Requirement, token: &ProvenToken) -> Result<(), String> {
        requirement.judge(token, at(NOW)).map_err(|challenge| challenge.header())
    }

    #[test]
    fn a_token_does_that_has_scope_context_and_age() {
        // RFC 9470 §3
        let needed = Requirement::any_token().scope("pay").unwrap().acr_values("other urn:facestep:acr:face");
        let needed = needed.unwrap().max_age(10).unwrap();
        assert_eq!(judged(&needed, &face()), Ok(()));
        assert_eq!(judged(&Requirement::any_token(), &ProvenToken { acr: None, ..face() }), Ok(()));
    }

    #[test]
    fn what_a_token_does_not_say_it_does_not_have() {
        // RFC 9470 §6: a missing acr or auth_time meets nothing
        let level = "Bearer error=\"insufficient_user_authentication\", error_description=\"A different \
                     authentication level is required\", acr_values=\"urn:facestep:acr:face\", max_age=\"300\"";
        let recent = "Bearer error=\"insufficient_user_authentication\", error_description=\"More recent \
                      authentication is required\", acr_values=\"urn:facestep:acr:face\", max_age=\"300\"";
        let needed = Requirement::any_token().acr_values(FACE).unwrap().max_age(300).unwrap();
        for (token, expected) in [
            (ProvenToken { acr: None, ..face() }, level),
            (ProvenToken { acr: Some("urn:facestep:acr:pwd".into()), ..face() }, level),
            (ProvenToken { acr: Some("URN:FACESTEP:ACR:FACE".into()), ..face() }, level),
            (ProvenToken { acr_expires_at: Some(at(NOW)), ..face() }, level),
            (ProvenToken { auth_time: None, ..face() }, recent),
            (ProvenToken { auth_time: Some(at(NOW - 301)), ..face() }, recent),
            (ProvenToken { auth_time: Some(at(NOW + 61)), ..face() }, recent),
        ] {
            assert_eq!(judged(&needed, &token), Err(expected.into()), "{token:?}");
        }
        let until =
            ProvenToken { acr_expires_at: Some(at(NOW + 1)), auth_time: Some(at(NOW - 300)), ..face() };
        assert_eq!(judged(&needed, &until), Ok(()));
    }

    #[test]
    fn a_missing_scope_is_told_alone_or_with_the_context() {
        // RFC 6750 §3.1, RFC 9470 §3
        let needed = Requirement::any_token().scope("pay admin").unwrap();
        let alone = "Bearer error=\"insufficient_scope\", error_description=\"The token does not have all scopes \
                     that are required\", scope=\"pay admin\"";
        assert_eq!(judged(&needed, &face()), Err(alone.into()));
        let both = "Bearer error=\"insufficient_user_authentication\", error_description=\"A different \
                    authentication level is required\", scope=\"pay admin\", acr_values=\"other\"";
        let needed = needed.acr_values("other").unwrap();
        assert_eq!(judged(&needed, &face()), Err(both.into()));
    }

    #[test]
    fn what_no_token_can_meet_cannot_be_required() {
        // RFC 6749 §3.3: scope-token
        let any = Requirement::any_token;
        assert_eq!(any().max_age(0), Err(BadRequirement::NeverMet));
        assert_eq!(any().scope("a\"b"), Err(BadRequirement::Scope));
        assert_eq!(any().scope("a\nb"), Err(BadRequirement::Scope));
        assert_eq!(any().acr_values("é"), Err(BadRequirement::Acr));
    }
}
