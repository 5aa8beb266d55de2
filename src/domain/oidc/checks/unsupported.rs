//! Parameters that must not be ignored, for they would change the request: one whose feature is not spoken here, and those
//! in whose place stands what they lead to before a request is checked.

use crate::domain::oidc::{
    error::{ErrorCode, ProtocolError},
    interaction::AuthorizationParameters,
};

/// Refuses registration inside a request (OpenID Connect Core 1.0 §7.2.1), and a request object that nobody opened.
pub fn check(parameters: &AuthorizationParameters) -> Result<(), ProtocolError> {
    let refused = [
        ("request", ErrorCode::InvalidRequestObject, "request_object"),
        ("request_uri", ErrorCode::InvalidRequestUri, "request_uri"),
        ("registration", ErrorCode::RegistrationNotSupported, "registration"),
    ];
    for (name, code, reason) in refused {
        if parameters.value(name).is_some() {
            return Err(ProtocolError::new(code, reason, "this parameter is not accepted here"));
        }
    }
    Ok(())
}
