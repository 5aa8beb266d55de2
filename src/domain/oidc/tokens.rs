//! What stands in an ID token, in an access token, and in a UserInfo answer. All of it comes from the grant, in which
//! `acr`, `amr` and `auth_time` were frozen when the code was issued.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{error::ErrorCode, error::ProtocolError, grant::Grant, issuer::Issuer, scope};
use crate::domain::{
    id::{GrantId, Subject},
    secret::{base64url, sha256},
    user::User,
};

/// Claims of a token or answer.
pub type Claims = Map<String, Value>;

/// How long tokens live.
#[derive(Clone, Copy, Debug)]
pub struct TokenLifetimes {
    /// ID tokens: long enough for the client to read one.
    pub id_token: SignedDuration,
    /// Access tokens.
    pub access_token: SignedDuration,
}

/// The claims of an access token (RFC 9068 §2.2, §2.2.1). Its audience is the resources asked for (RFC 8707 §2), or
/// ourselves where none was.
pub fn access_token(issuer: &Issuer, grant: &Grant, now: Timestamp, lifetime: SignedDuration) -> Claims {
    let mut claims = common(issuer, grant, now, lifetime);
    let audience = match grant.terms.resource.as_slice() {
        [] => json!(issuer.as_str()),
        [one] => json!(one),
        several => json!(several),
    };
    claims.insert("aud".into(), audience);
    claims.insert("client_id".into(), grant.client.as_str().into());
    claims.insert("jti".into(), grant.id.as_str().into());
    claims.insert("scope".into(), grant.terms.scope.as_str().into());
    claims
}

/// The claims of an ID token (OpenID Connect Core 1.0 §2, §3.1.3.6): one audience, the `nonce` verbatim, and the hash
/// that binds the access token to it.
pub fn id_token(
    issuer: &Issuer,
    grant: &Grant,
    access_token: &str,
    now: Timestamp,
    lifetime: SignedDuration,
) -> Claims {
    let mut claims = common(issuer, grant, now, lifetime);
    claims.insert("aud".into(), grant.client.as_str().into());
    claims.insert("sid".into(), grant.session.as_str().into());
    claims.insert("at_hash".into(), at_hash(access_token).into());
    if let Some(nonce) = &grant.terms.nonce {
        claims.insert("nonce".into(), nonce.as_str().into());
    }
    claims
}

fn common(issuer: &Issuer, grant: &Grant, now: Timestamp, lifetime: SignedDuration) -> Claims {
    let expires = now.saturating_add(lifetime).unwrap_or(now);
    let mut claims = Claims::new();
    claims.insert("iss".into(), issuer.as_str().into());
    claims.insert("sub".into(), grant.subject.as_str().into());
    claims.insert("iat".into(), now.as_second().into());
    claims.insert("exp".into(), expires.as_second().into());
    claims.insert("auth_time".into(), grant.assurance.auth_time.as_second().into());
    claims.insert("acr".into(), grant.assurance.acr.0.as_str().into());
    claims.insert("amr".into(), json!(grant.assurance.amr));
    claims
}

/// The left half of the token's SHA-256, for both of our algorithms (OpenID Connect Core 1.0 §3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let digest = sha256(access_token.as_bytes());
    base64url(digest.split_at(digest.len() / 2).0)
}

/// An access token of ours whose signature was verified, checked for use at our own endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedToken {
    /// The grant that yielded it.
    pub grant: GrantId,
    /// By which its client knows whose it is.
    pub subject: Subject,
}

/// What a token is told that is no good, whatever the cause (RFC 6750 §3.1).
pub const INVALID_TOKEN: ProtocolError =
    ProtocolError::new(ErrorCode::InvalidToken, "invalid_token", "the access token is not valid here");

/// What a token is told that was not issued for `openid` (OpenID Connect Core 1.0 §5.3.3).
pub const INSUFFICIENT_SCOPE: ProtocolError =
    ProtocolError::new(ErrorCode::InsufficientScope, "scope_openid_missing", "the scope openid is needed");

impl PresentedToken {
    /// Checks issuer, audience, expiry and scope (RFC 9068 §4).
    pub fn check(issuer: &Issuer, claims: &Claims, now: Timestamp) -> Result<Self, ProtocolError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
        if text("iss") != Some(issuer.as_str())
            || text("aud") != Some(issuer.as_str())
            || now.as_second() >= expires
        {
            return Err(INVALID_TOKEN);
        }
        if !text("scope").is_some_and(|granted| granted.split(' ').any(|name| name == scope::OPENID)) {
            return Err(INSUFFICIENT_SCOPE);
        }
        let grant = text("jti").and_then(GrantId::parse).ok_or(INVALID_TOKEN)?;
        let subject = text("sub").and_then(Subject::parse).ok_or(INVALID_TOKEN)?;
        Ok(Self { grant, subject })
    }
}

/// The UserInfo answer (OpenID Connect Core 1.0 §5.3.2): `sub`, and for `profile` what was verified on the account.
pub fn user_info(user: &User, grant: &Grant) -> Claims {
    let mut claims = Claims::new();
    claims.insert("sub".into(), grant.subject.as_str().into());
    let profile = grant.terms.scope.split(' ').any(|name| name == scope::PROFILE);
    if let (true, Some(verified)) = (profile, &user.verified) {
        let name = format!("{} {}", verified.given_name, verified.family_name);
        claims.insert("name".into(), name.into());
        claims.insert("given_name".into(), verified.given_name.as_str().into());
        claims.insert("family_name".into(), verified.family_name.as_str().into());
        claims.insert("birthdate".into(), verified.birth_date.to_string().into());
    }
    claims
}
