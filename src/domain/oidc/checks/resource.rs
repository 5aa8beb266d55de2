//! For which resources the access token is.

use url::Url;

use crate::domain::oidc::{
    client::Client,
    error::{ErrorCode, ProtocolError},
    interaction::AuthorizationParameters,
    request::RequestPolicy,
};

/// Absolute URIs without a fragment that are registered for the client (RFC 8707 §2). A client without a list may name
/// none: a token is worth something at its resource, so who may have one for it is the operator's to say.
pub fn check(
    client: &Client,
    parameters: &AuthorizationParameters,
    policy: RequestPolicy,
) -> Result<Vec<String>, ProtocolError> {
    let registered = &client.metadata.resources;
    let may = |text: &str| match registered.as_slice() {
        [] => policy.any_resource,
        listed => listed.iter().any(|resource| resource == text),
    };
    let mut resources: Vec<String> = Vec::new();
    for text in parameters.value("resource").unwrap_or_default().split(' ').filter(|text| !text.is_empty()) {
        if !Url::parse(text).is_ok_and(|url| url.fragment().is_none()) {
            return Err(ProtocolError::new(
                ErrorCode::InvalidTarget,
                "resource",
                "resource must be an absolute URI without a fragment",
            ));
        }
        if !may(text) {
            return Err(ProtocolError::new(
                ErrorCode::InvalidTarget,
                "resource_not_registered",
                "this resource is not registered for the client",
            ));
        }
        if !resources.iter().any(|kept| kept == text) {
            resources.push(text.to_owned());
        }
    }
    Ok(resources)
}
