//! What binds an ID token to the request that asked for it.

use crate::domain::oidc::{
    error::ProtocolError, interaction::AuthorizationParameters, request::response::ResponseType,
};

/// Required where an ID token comes straight from the authorization endpoint (OpenID Connect Core 1.0 §3.2.2.1,
/// §3.3.2.11); kept verbatim.
pub fn check(
    parameters: &AuthorizationParameters,
    response_type: ResponseType,
) -> Result<Option<String>, ProtocolError> {
    match parameters.value("nonce") {
        None if response_type.gives_id_token() => {
            Err(ProtocolError::invalid_request("nonce_missing", "nonce is missing"))
        }
        nonce => Ok(nonce.map(str::to_owned)),
    }
}
