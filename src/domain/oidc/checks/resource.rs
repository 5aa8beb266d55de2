//! For which resources the access token is.

use url::Url;

use crate::domain::oidc::{
    error::{ErrorCode, ProtocolError},
    interaction::AuthorizationParameters,
};

/// Absolute URIs without a fragment (RFC 8707 §2).
pub fn check(parameters: &AuthorizationParameters) -> Result<Vec<String>, ProtocolError> {
    let mut resources: Vec<String> = Vec::new();
    for text in parameters.value("resource").unwrap_or_default().split(' ').filter(|text| !text.is_empty()) {
        if !Url::parse(text).is_ok_and(|url| url.fragment().is_none()) {
            return Err(ProtocolError::new(
                ErrorCode::InvalidTarget,
                "resource",
                "resource must be an absolute URI without a fragment",
            ));
        }
        if !resources.iter().any(|kept| kept == text) {
            resources.push(text.to_owned());
        }
    }
    Ok(resources)
}
