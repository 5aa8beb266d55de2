//! What a client posts to the token endpoint to redeem a code.

use super::{
    error::{ErrorCode, ProtocolError},
    grant::GrantTerms,
    request::ReceivedParameters,
};
use crate::domain::secret::SecretToken;

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
    /// Reads the body's parameters, none of which may be repeated (RFC 6749 §3.2).
    pub fn parse(received: &ReceivedParameters) -> Result<Self, ProtocolError> {
        if !received.repeated.is_empty() {
            return Err(ProtocolError::invalid_request(
                "repeated_parameter",
                "a parameter came more than once",
            ));
        }
        let value = |name| received.parameters.value(name);
        match value("grant_type") {
            Some("authorization_code") => {}
            Some(_) => {
                return Err(ProtocolError::new(
                    ErrorCode::UnsupportedGrantType,
                    "grant_type",
                    "grant_type must be authorization_code",
                ));
            }
            None => {
                return Err(ProtocolError::invalid_request("grant_type_missing", "grant_type is missing"));
            }
        }
        let code = value("code");
        let code = code.ok_or(ProtocolError::invalid_request("code_missing", "code is missing"))?;
        let resource = value("resource").unwrap_or_default().split(' ').filter(|text| !text.is_empty());
        Ok(Self {
            code: SecretToken::from_outside(code),
            redirect_uri: value("redirect_uri").map(str::to_owned),
            code_verifier: value("code_verifier").map(str::to_owned),
            resource: resource.map(str::to_owned).collect(),
        })
    }

    /// Checks that nothing is named that was not granted.
    pub fn check_resources(&self, terms: &GrantTerms) -> Result<(), ProtocolError> {
        if self.resource.iter().all(|asked| terms.resource.contains(asked)) {
            Ok(())
        } else {
            Err(ProtocolError::new(ErrorCode::InvalidTarget, "resource", "this resource was not granted"))
        }
    }

    /// Narrows what was granted to what is named.
    pub fn narrow(&self, terms: &mut GrantTerms) {
        if !self.resource.is_empty() {
            terms.resource.retain(|granted| self.resource.contains(granted));
        }
    }
}
