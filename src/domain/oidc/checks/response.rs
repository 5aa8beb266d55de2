//! What kind of answer is asked for.

use crate::domain::oidc::{
    error::{ErrorCode, ProtocolError},
    interaction::AuthorizationParameters,
};

/// Only a code, only in the query: no token ever stands in an address (RFC 9700 §2.1.2).
pub fn check(parameters: &AuthorizationParameters) -> Result<(), ProtocolError> {
    match parameters.value("response_type") {
        Some("code") => {}
        Some(_) => {
            return Err(ProtocolError::new(
                ErrorCode::UnsupportedResponseType,
                "response_type",
                "response_type must be code",
            ));
        }
        None => {
            return Err(ProtocolError::invalid_request("response_type_missing", "response_type is missing"));
        }
    }
    match parameters.value("response_mode") {
        None | Some("query") => Ok(()),
        Some(_) => Err(ProtocolError::invalid_request("response_mode", "response_mode must be query")),
    }
}
