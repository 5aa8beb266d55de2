//! What a resource server is told of a token (RFC 7662 §2.2), and who may ask.

use super::{
    access_token::{AccessToken, tell},
    client::Client,
    grant::Grant,
    issuer::Issuer,
    refresh::RefreshToken,
    tokens::Claims,
};

/// Whether this client may know of this token: its own, or one for an audience that it answers for. Whoever only holds a
/// token learns nothing of it, or a token could be probed for where it is good (RFC 7662 §4).
pub fn may_see(caller: &Client, token: &AccessToken) -> bool {
    token.client == caller.id || caller.metadata.audiences.iter().any(|own| token.is_for(own))
}

/// The answer for any token that is not active for the caller, whatever the cause (RFC 7662 §2.2).
pub fn inactive() -> Claims {
    let mut claims = Claims::new();
    claims.insert("active".into(), false.into());
    claims
}

/// The answer for a live access token: what it would say if it were signed, and that it is active.
pub fn of_access_token(issuer: &Issuer, token: &AccessToken) -> Claims {
    let mut claims = token.claims(issuer);
    claims.insert("active".into(), true.into());
    claims.insert("token_type".into(), "Bearer".into());
    claims.insert("nbf".into(), token.issued_at.as_second().into());
    claims
}

/// The answer for a live refresh token. It is no bearer token, so it has no `token_type` (RFC 6749 §5.1).
pub fn of_refresh_token(issuer: &Issuer, token: &RefreshToken, grant: &Grant) -> Claims {
    let mut claims = Claims::new();
    claims.insert("active".into(), true.into());
    claims.insert("iss".into(), issuer.as_str().into());
    claims.insert("sub".into(), grant.subject.as_str().into());
    claims.insert("client_id".into(), grant.client.as_str().into());
    claims.insert("scope".into(), grant.terms.scope.as_str().into());
    claims.insert("iat".into(), token.issued_at.as_second().into());
    claims.insert("exp".into(), token.expires_at.as_second().into());
    tell(&grant.assurance, &mut claims);
    claims
}
