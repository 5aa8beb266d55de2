//! Proof Key for Code Exchange.

use crate::domain::{
    oidc::{
        client::Client, error::ProtocolError, interaction::AuthorizationParameters,
        request::response::ResponseType,
    },
    secret::from_base64url,
};

/// The length of a SHA-256.
const DIGEST: usize = 32;

/// An S256 challenge (RFC 7636 §4.3): required of public clients (RFC 9700 §2.1.1), and `plain`, which is also what a
/// missing method means, is refused. Without a code there is nothing to prove.
pub fn check(
    client: &Client,
    parameters: &AuthorizationParameters,
    response_type: ResponseType,
) -> Result<Option<String>, ProtocolError> {
    if !response_type.gives_code() {
        return Ok(None);
    }
    let method = parameters.value("code_challenge_method");
    let Some(challenge) = parameters.value("code_challenge") else {
        if client.is_public() || method.is_some() {
            return Err(ProtocolError::invalid_request(
                "code_challenge_missing",
                "code_challenge is missing",
            ));
        }
        return Ok(None);
    };
    if method != Some("S256") {
        return Err(ProtocolError::invalid_request(
            "code_challenge_method",
            "code_challenge_method must be S256",
        ));
    }
    match from_base64url(challenge) {
        Some(digest) if digest.len() == DIGEST => Ok(Some(challenge.to_owned())),
        _ => Err(ProtocolError::invalid_request("code_challenge", "code_challenge is not an S256 challenge")),
    }
}
