//! Parameters whose feature is not spoken here, and which must not be ignored: they would change the request.

use crate::domain::oidc::{
    error::{ErrorCode, ProtocolError},
    interaction::AuthorizationParameters,
};

/// Refuses request objects and registration inside a request (OpenID Connect Core 1.0 §6.1, §6.2, §7.2.1).
pub fn check(parameters: &AuthorizationParameters) -> Result<(), ProtocolError> {
    let refused = [
        ("request", ErrorCode::RequestNotSupported, "request_object"),
        ("request_uri", ErrorCode::RequestUriNotSupported, "request_uri"),
        ("registration", ErrorCode::RegistrationNotSupported, "registration"),
    ];
    for (name, code, reason) in refused {
        if parameters.value(name).is_some() {
            return Err(ProtocolError::new(code, reason, "this parameter is not supported"));
        }
    }
    Ok(())
}
