//! How a client proves itself by a JWT of its own: what the assertion must say (RFC 7523 §3, OpenID Connect Core 1.0 §9).
//! Whether it is the client's is left to who has its keys; that none counts twice, to who keeps what was used.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{
    client::ClientAuthentication,
    error::{ErrorCode, ProtocolError},
    issuer::Issuer,
};
use crate::domain::{
    id::ClientId,
    secret::{SecretToken, TokenHash, from_base64url},
};

/// The only `client_assertion_type` (RFC 7523 §2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far a client's clock may be from ours.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// The longest that an assertion may be good for: so long is remembered that it was used.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// The most bytes of an assertion; a signed one with all its claims has less than two thousand.
const MOST_BYTES: usize = 8 * 1024;

/// An assertion as it came: who it says that it is from, and how it is protected. Nothing of it is proven yet.
#[derive(Clone, Debug)]
pub struct ClientAssertion {
    /// The JWT; whoever has it can use it, so it is as secret as a password until it lapses.
    pub jwt: SecretToken,
    /// Whose it says it is.
    pub client: ClientId,
    /// By which method: a MAC, or a signature.
    pub method: ClientAuthentication,
}

/// That an assertion was used, to be remembered until it lapses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedAssertion {
    /// By which client.
    pub client: ClientId,
    /// Hash of its `jti`.
    pub jti_hash: TokenHash,
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// Why a client's own assertion does not prove it; told to the client, whose key or secret it bears (RFC 7523 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionRefusal {
    /// `iss` and `sub` must both be the client.
    #[error("iss and sub must be the client_id")]
    NotItself,
    /// Not meant for us, or for others too.
    #[error("aud must be the issuer or the token endpoint, and nothing else")]
    OtherAudience,
    /// No end, or it is over.
    #[error("exp is missing or past")]
    Expired,
    /// It would be good for too long.
    #[error("exp is more than an hour away")]
    TooLong,
    /// From the future.
    #[error("nbf or iat is in the future")]
    TooEarly,
    /// Nothing to know it again by.
    #[error("jti is missing")]
    Nameless,
    /// A second use (RFC 7523 §3, item 7).
    #[error("this jti was used before")]
    Replayed,
}

impl ClientAssertion {
    /// Reads who it says that it is from. `None` for what is no compact JWS with a `sub`.
    pub fn parse(jwt: &str) -> Option<Self> {
        if jwt.len() > MOST_BYTES {
            return None;
        }
        let mut parts = jwt.split('.');
        let (header, claims) = (json_of(parts.next()?)?, json_of(parts.next()?)?);
        let algorithm = header.get("alg")?.as_str()?;
        let method = match algorithm.starts_with("HS") {
            true => ClientAuthentication::ClientSecretJwt,
            false => ClientAuthentication::PrivateKeyJwt,
        };
        let client = ClientId::parse(claims.get("sub")?.as_str()?)?;
        Some(Self { jwt: SecretToken::from_outside(jwt), client, method })
    }

    /// Checks the claims of an assertion whose signature or MAC was verified. `endpoints` are the addresses of ours at which
    /// clients prove themselves: each is taken as the audience, as is the issuer (RFC 7523 §3, item 3; RFC 9126 §2).
    pub fn check(
        &self,
        claims: &Map<String, Value>,
        issuer: &Issuer,
        endpoints: &[&str],
        now: Timestamp,
    ) -> Result<UsedAssertion, AssertionRefusal> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if [text("iss"), text("sub")] != [Some(self.client.as_str()); 2] {
            return Err(AssertionRefusal::NotItself);
        }
        let is_ours = |audience: &str| {
            audience == issuer.as_str()
                || endpoints.iter().any(|path| audience.strip_prefix(issuer.as_str()) == Some(path))
        };
        if !audience(claims).is_some_and(is_ours) {
            return Err(AssertionRefusal::OtherAudience);
        }
        let earlier = now.saturating_sub(SKEW).unwrap_or(Timestamp::MIN);
        let later =
            |span| now.saturating_add(SKEW).and_then(|t| t.saturating_add(span)).unwrap_or(Timestamp::MAX);
        let expires_at = time(claims, "exp").filter(|at| *at > earlier).ok_or(AssertionRefusal::Expired)?;
        if expires_at > later(LONGEST) {
            return Err(AssertionRefusal::TooLong);
        }
        for name in ["nbf", "iat"] {
            if claims.contains_key(name)
                && time(claims, name).is_none_or(|at| at > later(SignedDuration::ZERO))
            {
                return Err(AssertionRefusal::TooEarly);
            }
        }
        let jti = text("jti").filter(|jti| !jti.is_empty()).ok_or(AssertionRefusal::Nameless)?;
        Ok(UsedAssertion {
            client: self.client.clone(),
            jti_hash: SecretToken::from_outside(jti).hash(),
            // It is taken until our clock has run past its end by the skew, and must be known so long.
            expires_at: expires_at.saturating_add(SKEW).unwrap_or(Timestamp::MAX),
        })
    }
}

/// The one audience, alone or in an array of one: with several, another of them could present it here.
fn audience(claims: &Map<String, Value>) -> Option<&str> {
    match claims.get("aud")? {
        Value::String(one) => Some(one),
        Value::Array(all) => match all.as_slice() {
            [Value::String(one)] => Some(one),
            _ => None,
        },
        _ => None,
    }
}

/// A NumericDate, which may have a fraction (RFC 7519 §2).
fn time(claims: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    let number = claims.get(name)?;
    let seconds = number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds.floor() as i64))?;
    Timestamp::from_second(seconds).ok()
}

fn json_of(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&from_base64url(part)?).ok()
}

impl From<AssertionRefusal> for ProtocolError {
    fn from(refusal: AssertionRefusal) -> Self {
        let (reason, text) = match refusal {
            AssertionRefusal::NotItself => ("assertion_subject", "iss and sub must be the client_id"),
            AssertionRefusal::OtherAudience => {
                ("assertion_audience", "aud must be the issuer or the token endpoint, and nothing else")
            }
            AssertionRefusal::Expired => ("assertion_expired", "exp is missing or past"),
            AssertionRefusal::TooLong => ("assertion_lifetime", "exp is more than an hour away"),
            AssertionRefusal::TooEarly => ("assertion_not_yet", "nbf or iat is in the future"),
            AssertionRefusal::Nameless => ("assertion_jti", "jti is missing"),
            AssertionRefusal::Replayed => ("assertion_used", "this jti was used before"),
        };
        Self::new(ErrorCode::InvalidClient, reason, text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::secret::base64url;

    const NOW: i64 = 1_790_000_000;

    fn checked(changes: &[(&str, Value)]) -> Result<UsedAssertion, AssertionRefusal> {
        let mut claims = json!({
            "iss": "bank", "sub": "bank", "aud": "https://id.example/token", "jti": "1", "exp": NOW + 60,
            "iat": NOW, "nbf": NOW,
        });
        for (name, value) in changes {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(*name)),
                value => claims[*name] = value.clone(),
            }
        }
        let assertion = ClientAssertion {
            jwt: SecretToken::from_outside("x"),
            client: ClientId::parse("bank").unwrap(),
            method: ClientAuthentication::PrivateKeyJwt,
        };
        let issuer = Issuer::parse("https://id.example").unwrap();
        let now = Timestamp::from_second(NOW).unwrap();
        assertion.check(claims.as_object().unwrap(), &issuer, &["/token", "/introspect"], now)
    }

    #[test]
    fn an_assertion_says_who_whom_until_when_and_which() {
        // RFC 7523 §3, OpenID Connect Core 1.0 §9
        assert!(checked(&[]).is_ok());
        for good in [
            ("aud", json!("https://id.example")),
            ("aud", json!(["https://id.example/introspect"])),
            ("iat", Value::Null),
            ("nbf", Value::Null),
            ("nbf", json!(NOW + 60)),
            ("exp", json!(NOW - 59)),
            ("exp", json!(NOW + 3660)),
            ("exp", json!(NOW as f64 + 0.5)),
        ] {
            assert!(checked(std::slice::from_ref(&good)).is_ok(), "{good:?}");
        }
        use AssertionRefusal::*;
        for (name, value, refusal) in [
            ("iss", json!("other"), NotItself),
            ("sub", json!("other"), NotItself),
            ("iss", Value::Null, NotItself),
            ("aud", json!("https://other.example/token"), OtherAudience),
            ("aud", json!("https://id.example/"), OtherAudience),
            ("aud", json!("https://id.example/authorize"), OtherAudience),
            ("aud", json!(["https://id.example", "https://other.example"]), OtherAudience),
            ("aud", json!([]), OtherAudience),
            ("aud", Value::Null, OtherAudience),
            ("exp", Value::Null, Expired),
            ("exp", json!("soon"), Expired),
            ("exp", json!(NOW - 60), Expired),
            ("exp", json!(NOW + 3661), TooLong),
            ("nbf", json!(NOW + 61), TooEarly),
            ("iat", json!(NOW + 61), TooEarly),
            ("iat", json!("now"), TooEarly),
            ("jti", Value::Null, Nameless),
            ("jti", json!(""), Nameless),
            ("jti", json!(7), Nameless),
        ] {
            assert_eq!(checked(&[(name, value.clone())]), Err(refusal), "{name}: {value}");
        }
    }

    #[test]
    fn a_use_is_remembered_until_nobody_would_take_it() {
        // RFC 7523 §3, item 7
        let used = checked(&[]).unwrap();
        assert_eq!(used.expires_at, Timestamp::from_second(NOW + 120).unwrap());
    }

    #[test]
    fn what_is_no_jwt_of_a_client_is_not_read() {
        let part = |value: Value| base64url(value.to_string().as_bytes());
        let header = part(json!({ "alg": "HS256" }));
        let good = format!("{header}.{}.x", part(json!({ "sub": "bank" })));
        assert_eq!(ClientAssertion::parse(&good).unwrap().method, ClientAuthentication::ClientSecretJwt);
        let long = format!("{header}.{}.x", part(json!({ "sub": "bank", "x": "x".repeat(MOST_BYTES) })));
        for bad in [
            "",
            "a.b.c",
            &header,
            &long,
            &format!("{header}.{}.x", part(json!({ "sub": 7 }))),
            &format!("{header}.{}.x", part(json!({ "sub": "a b" }))),
            &format!("{}.{}.x", part(json!({})), part(json!({ "sub": "bank" }))),
            &format!("{}.{}.x", part(json!([])), part(json!({ "sub": "bank" }))),
        ] {
            assert!(ClientAssertion::parse(bad).is_none(), "{bad}");
        }
    }
}
