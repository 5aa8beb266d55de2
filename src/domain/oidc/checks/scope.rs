//! The scopes asked for.

use crate::domain::oidc::{
    client::{Client, metadata::GrantType},
    error::{ErrorCode, ProtocolError},
    interaction::AuthorizationParameters,
    request::response::ResponseType,
    scope::{OFFLINE_ACCESS, OPENID, Scope},
};

/// `openid` must be among them (OpenID Connect Core 1.0 §3.1.2.1); others that do not exist here are left out, and so is
/// `offline_access` where no code is asked for or the client may not refresh (OpenID Connect Core 1.0 §11).
pub fn check(
    client: &Client,
    parameters: &AuthorizationParameters,
    response_type: ResponseType,
) -> Result<Scope, ProtocolError> {
    let mut scope = Scope::grant(client, parameters.value("scope").unwrap_or_default());
    if !response_type.gives_code() || !client.may_use(GrantType::RefreshToken) {
        scope = scope.without(OFFLINE_ACCESS);
    }
    if scope.contains(OPENID) {
        Ok(scope)
    } else {
        Err(ProtocolError::new(ErrorCode::InvalidScope, "scope_openid_missing", "scope must contain openid"))
    }
}
