//! The scopes asked for.

use crate::domain::oidc::{
    client::Client,
    error::{ErrorCode, ProtocolError},
    interaction::AuthorizationParameters,
    scope::{OPENID, Scope},
};

/// `openid` must be among them (OpenID Connect Core 1.0 §3.1.2.1); others that do not exist here are left out.
pub fn check(client: &Client, parameters: &AuthorizationParameters) -> Result<Scope, ProtocolError> {
    let scope = Scope::grant(client, parameters.value("scope").unwrap_or_default());
    if scope.contains(OPENID) {
        Ok(scope)
    } else {
        Err(ProtocolError::new(ErrorCode::InvalidScope, "scope_openid_missing", "scope must contain openid"))
    }
}
