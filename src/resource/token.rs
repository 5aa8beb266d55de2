//! An access token that was checked, as a handler gets it. What a signed one says and what the issuer tells of an opaque one
//! are the same claims (RFC 9068 §2.2, RFC 7662 §2.2), and both are held to the same rules.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    refusal::{Refusal, TokenFlaw},
    requirement::Requirement,
};
use crate::domain::oidc::{issuer::Issuer, tokens::Claims};

/// How far the issuer's clock may be ahead of ours. For a token that lapses there is no grace.
pub(super) const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// A token that is good here and now, and what it says. Made by the kit alone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProvenToken {
    /// The person, as the issuer names them to this client; the client itself where no person is (RFC 9068 §2.2).
    pub sub: String,
    /// For which client it was issued.
    pub client_id: String,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// The context that the person reached.
    pub acr: Option<String>,
    /// How they got there (RFC 8176).
    pub amr: Vec<String>,
    /// When they were last actively authenticated for it; never when the token was issued (RFC 9470 §6).
    pub auth_time: Option<Timestamp>,
    /// When their face was looked at, where it was.
    pub face_auth_time: Option<Timestamp>,
    /// Until when the context holds, where the issuer says so.
    pub acr_expires_at: Option<Timestamp>,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// When it was checked.
    pub proven_at: Timestamp,
}

/// What a token is held against.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a Issuer,
    pub(super) audience: &'a str,
    pub(super) now: Timestamp,
}

impl ProvenToken {
    /// Reads claims that the issuer signed or told (RFC 9068 §4).
    pub(super) fn read(claims: &Claims, expected: &Expected<'_>) -> Result<Self, TokenFlaw> {
        let now = expected.now;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        if text("iss").as_deref() != Some(expected.issuer.as_str()) {
            return Err(TokenFlaw::Issuer);
        }
        if !is_for(claims, expected.audience) {
            return Err(TokenFlaw::Audience);
        }
        let expires_at = time(claims, "exp").filter(|at| now < *at).ok_or(TokenFlaw::Expired)?;
        let soon = now.saturating_add(SKEW).unwrap_or(now);
        let has_begun = |name: &str| time(claims, name).is_some_and(|at| at <= soon);
        if !has_begun("iat") || (claims.contains_key("nbf") && !has_begun("nbf")) {
            return Err(TokenFlaw::TooEarly);
        }
        if claims.contains_key("cnf") {
            return Err(TokenFlaw::KeyBound);
        }
        Ok(Self {
            sub: text("sub").ok_or(TokenFlaw::Incomplete)?,
            client_id: text("client_id").ok_or(TokenFlaw::Incomplete)?,
            scopes: words(text("scope").as_deref().unwrap_or_default()),
            acr: text("acr"),
            amr: texts(claims.get("amr")),
            auth_time: time(claims, "auth_time"),
            face_auth_time: time(claims, "face_auth_time"),
            acr_expires_at: time(claims, "acr_expires_at"),
            expires_at,
            proven_at: now,
        })
    }

    /// Whether it has a scope.
    pub fn has_scope(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope == name)
    }

    /// Holds it to more than its route does, as where it depends on the request what is needed: a handler returns the refusal,
    /// and the client is challenged.
    pub fn must_meet(&self, requirement: &Requirement) -> Result<(), Refusal> {
        Ok(requirement.judge(self, self.proven_at)?)
    }
}

/// Whether it names the audience, alone or among others (RFC 7519 §4.1.3).
fn is_for(claims: &Claims, audience: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(several)) => several.iter().any(|one| one == audience),
        _ => false,
    }
}

/// A NumericDate, which may have a fraction (RFC 7519 §2).
fn time(claims: &Claims, name: &str) -> Option<Timestamp> {
    let number = claims.get(name)?;
    let seconds = number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds.floor() as i64))?;
    Timestamp::from_second(seconds).ok()
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let all = value.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn read(changes: &[(&str, Value)]) -> Result<ProvenToken, TokenFlaw> {
        let mut claims = json!({
            "iss": "https://id.example", "aud": "https://api.example/", "sub": "ada", "client_id": "bank",
            "iat": NOW, "exp": NOW + 300, "scope": "openid pay", "acr": "urn:facestep:acr:face",
            "amr": ["face", "pwd"], "auth_time": NOW - 5, "face_auth_time": NOW - 5,
        });
        for (name, value) in changes {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(*name)),
                value => claims[*name] = value.clone(),
            }
        }
        let issuer = Issuer::parse("https://id.example").unwrap();
        let now = Timestamp::from_second(NOW).unwrap();
        let expected = Expected { issuer: &issuer, audience: "https://api.example/", now };
        ProvenToken::read(claims.as_object().unwrap(), &expected)
    }

    #[test]
    fn a_token_is_of_this_issuer_for_this_audience_and_of_now() {
        // RFC 9068 §4
        let good = read(&[]).unwrap();
        assert_eq!((&*good.sub, &*good.client_id, good.scopes.len()), ("ada", "bank", 2));
        assert_eq!(good.face_auth_time, Timestamp::from_second(NOW - 5).ok());
        assert!(read(&[("aud", json!(["https://other.example/", "https://api.example/"]))]).is_ok());
        assert!(read(&[("exp", json!(NOW as f64 + 1.5))]).is_ok());
        assert!(read(&[("iat", json!(NOW + 60))]).is_ok());
        use TokenFlaw::*;
        for (name, value, flaw) in [
            ("iss", json!("https://id.example/"), Issuer),
            ("iss", Value::Null, Issuer),
            ("aud", json!("https://api.example"), Audience),
            ("aud", json!([]), Audience),
            ("aud", Value::Null, Audience),
            ("exp", json!(NOW), Expired),
            ("exp", json!("never"), Expired),
            ("exp", Value::Null, Expired),
            ("iat", json!(NOW + 61), TooEarly),
            ("iat", Value::Null, TooEarly),
            ("nbf", json!(NOW + 61), TooEarly),
            ("nbf", json!("soon"), TooEarly),
            ("sub", Value::Null, Incomplete),
            ("sub", json!(7), Incomplete),
            ("client_id", Value::Null, Incomplete),
            ("cnf", json!({ "jkt": "x" }), KeyBound),
        ] {
            assert_eq!(read(&[(name, value.clone())]), Err(flaw), "{name}: {value}");
        }
    }

    #[test]
    fn a_claim_of_another_shape_is_as_good_as_none() {
        // RFC 9470 §6: fails closed
        let odd =
            [("acr", json!(7)), ("auth_time", json!("now")), ("amr", json!("face")), ("scope", json!([]))];
        let token = read(&odd).unwrap();
        assert_eq!((token.acr, token.auth_time, token.amr.len(), token.scopes.len()), (None, None, 0, 0));
    }
}
