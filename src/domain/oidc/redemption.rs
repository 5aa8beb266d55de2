//! What a client posts to the token endpoint.

use super::{
    client_grant::ClientTokenRequest,
    error::{ErrorCode, ProtocolError},
    refresh::RefreshRequest,
    request::ReceivedParameters,
    share::resources,
};
use crate::domain::{oidc::credentials::REPEATED, secret::SecretToken};

/// A well-formed request for tokens, by what the client presents.
#[derive(Clone, Debug)]
pub enum TokenRequest {
    /// A code (RFC 6749 §4.1.3).
    Code(CodeRedemption),
    /// A refresh token (RFC 6749 §6).
    Refresh(RefreshRequest),
    /// Only itself (RFC 6749 §4.4.2).
    ClientCredentials(ClientTokenRequest),
}

impl TokenRequest {
    /// Reads the body's parameters, none of which may be repeated (RFC 6749 §3.2).
    pub fn parse(received: &ReceivedParameters) -> Result<Self, ProtocolError> {
        if !received.repeated.is_empty() {
            return Err(REPEATED);
        }
        match received.parameters.value("grant_type") {
            Some("authorization_code") => CodeRedemption::parse(received).map(Self::Code),
            Some("refresh_token") => RefreshRequest::parse(received).map(Self::Refresh),
            Some("client_credentials") => Ok(Self::ClientCredentials(ClientTokenRequest::parse(received))),
            Some(_) => Err(ProtocolError::new(
                ErrorCode::UnsupportedGrantType,
                "grant_type",
                "grant_type must be authorization_code, refresh_token or client_credentials",
            )),
            None => Err(ProtocolError::invalid_request("grant_type_missing", "grant_type is missing")),
        }
    }
}

/// A well-formed request for tokens by a code (RFC 6749 §4.1.3).
#[derive(Clone, Debug)]
pub struct CodeRedemption {
    /// The code.
    pub code: SecretToken,
    /// The address that the code was sent to.
    pub redirect_uri: Option<String>,
    /// The PKCE verifier (RFC 7636 §4.5).
    pub code_verifier: Option<String>,
    /// For which of the granted resources the token shall be; all of them where it names none (RFC 8707 §2.2).
    pub resource: Vec<String>,
}

impl CodeRedemption {
    fn parse(received: &ReceivedParameters) -> Result<Self, ProtocolError> {
        let value = |name| received.parameters.value(name);
        let code = value("code").ok_or(ProtocolError::invalid_request("code_missing", "code is missing"))?;
        Ok(Self {
            code: SecretToken::from_outside(code),
            redirect_uri: value("redirect_uri").map(str::to_owned),
            code_verifier: value("code_verifier").map(str::to_owned),
            resource: resources(received),
        })
    }
}
