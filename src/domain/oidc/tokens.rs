//! What stands in an ID token and in a UserInfo answer. All of it comes from the grant, in which `acr`, `amr` and
//! `auth_time` were frozen when the code was issued. Access tokens are in `access_token`.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest, Sha512};

use super::{
    access_token::tell,
    claims::told,
    client::Client,
    error::{ErrorCode, ProtocolError},
    grant::Grant,
    issuer::Issuer,
    refresh::RefreshLifetimes,
};
use crate::domain::{
    keys::SigningAlgorithm,
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
    /// Refresh tokens.
    pub refresh: RefreshLifetimes,
}

/// What an ID token is bound to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bound<'a> {
    /// The `nonce`, verbatim.
    pub nonce: Option<&'a str>,
    /// The access token that comes with it (`at_hash`).
    pub access_token: Option<&'a str>,
    /// The code that comes with it (`c_hash`).
    pub code: Option<&'a str>,
}

/// The claims of an ID token (OpenID Connect Core 1.0 §2, §3.1.3.6, §3.3.2.11): one audience, and what it is bound to.
pub fn id_token(
    issuer: &Issuer,
    grant: &Grant,
    algorithm: SigningAlgorithm,
    bound: Bound<'_>,
    now: Timestamp,
    lifetime: SignedDuration,
) -> Claims {
    let expires = now.saturating_add(lifetime).unwrap_or(now);
    let mut claims = Claims::new();
    claims.insert("iss".into(), issuer.as_str().into());
    claims.insert("sub".into(), grant.subject.as_str().into());
    claims.insert("aud".into(), grant.client.as_str().into());
    claims.insert("sid".into(), grant.session.as_str().into());
    claims.insert("iat".into(), now.as_second().into());
    claims.insert("exp".into(), expires.as_second().into());
    tell(&grant.assurance, &mut claims);
    if let Some(nonce) = bound.nonce {
        claims.insert("nonce".into(), nonce.into());
    }
    if let Some(access_token) = bound.access_token {
        claims.insert("at_hash".into(), hash_of(algorithm, access_token).into());
    }
    if let Some(code) = bound.code {
        claims.insert("c_hash".into(), hash_of(algorithm, code).into());
    }
    claims
}

/// What binds a token or a code to an ID token, `at_hash` or `c_hash`: the left half of its hash by the algorithm that the
/// ID token is signed with (OpenID Connect Core 1.0 §3.1.3.6, §3.3.2.11). EdDSA names no hash; on Ed25519 it is SHA-512,
/// which the signature itself is made with (RFC 8032 §5.1).
pub fn hash_of(algorithm: SigningAlgorithm, text: &str) -> String {
    let digest = match algorithm {
        SigningAlgorithm::ES256 | SigningAlgorithm::RS256 | SigningAlgorithm::PS256 => {
            sha256(text.as_bytes()).to_vec()
        }
        SigningAlgorithm::EdDsa => Sha512::digest(text.as_bytes()).to_vec(),
    };
    base64url(digest.split_at(digest.len() / 2).0)
}

/// What a token is told that is no good, whatever the cause (RFC 6750 §3.1).
pub const INVALID_TOKEN: ProtocolError =
    ProtocolError::new(ErrorCode::InvalidToken, "invalid_token", "the access token is not valid here");

/// What a token is told that was not issued for `openid` (OpenID Connect Core 1.0 §5.3.3).
pub const INSUFFICIENT_SCOPE: ProtocolError =
    ProtocolError::new(ErrorCode::InsufficientScope, "scope_openid_missing", "the scope openid is needed");

/// The UserInfo answer (OpenID Connect Core 1.0 §5.3.2): `sub`, and what was granted of the person's claims.
pub fn user_info(user: &User, grant: &Grant) -> Claims {
    user_info_within(user, grant, &grant.terms.scope)
}

/// The same for an access token of fewer scopes (RFC 6749 §6).
pub fn user_info_within(user: &User, grant: &Grant, scope: &str) -> Claims {
    let mut claims = told(user, scope, &grant.terms.claims.userinfo);
    claims.insert("sub".into(), grant.subject.as_str().into());
    claims
}

/// The same as a signed answer says it: from whom, and for whom (OpenID Connect Core 1.0 §5.3.2).
pub fn signed_user_info(mut claims: Claims, issuer: &Issuer, client: &Client) -> Claims {
    claims.insert("iss".into(), issuer.as_str().into());
    claims.insert("aud".into(), client.id.as_str().into());
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_bound_by_the_hash_of_the_algorithm_that_signs() {
        // OpenID Connect Core 1.0 §3.1.3.6; the digests of "abc" are those of FIPS 180-4
        for algorithm in [SigningAlgorithm::ES256, SigningAlgorithm::RS256, SigningAlgorithm::PS256] {
            let left = base64url(b"\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23");
            assert_eq!(hash_of(algorithm, "abc"), left);
        }
        let left =
            [0xddaf_35a1_9361_7aba_u64, 0xcc41_7349_ae20_4131, 0x12e6_fa4e_89a9_7ea2, 0x0a9e_eee6_4b55_d39a]
                .map(u64::to_be_bytes)
                .concat();
        assert_eq!(hash_of(SigningAlgorithm::EdDsa, "abc"), base64url(&left));
    }
}
