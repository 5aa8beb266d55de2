//! What may be shown.

use crate::domain::{
    authn::requirement::Prompt,
    oidc::{
        error::ProtocolError,
        interaction::AuthorizationParameters,
        request::{AskedPages, RequestPolicy},
    },
};

/// The pages that `prompt` asks for beside the sign-in page (OpenID Connect Core 1.0 §3.1.2.1).
pub fn pages(parameters: &AuthorizationParameters) -> AskedPages {
    let has =
        |page: &str| parameters.value("prompt").unwrap_or_default().split(' ').any(|value| value == page);
    AskedPages { consent: has("consent"), select_account: has("select_account"), create: has("create") }
}

/// `none` stands alone (OpenID Connect Core 1.0 §3.1.2.1). Values that are not known are ignored, as the specification
/// advises. Whoever sends `create` counts on a new account: where none is offered that is an error, and where one is, what
/// was signed in to before does not count (Initiating User Registration via OpenID Connect 1.0 §4, §4.1).
pub fn check(parameters: &AuthorizationParameters, policy: RequestPolicy) -> Result<Prompt, ProtocolError> {
    let values: Vec<&str> =
        parameters.value("prompt").unwrap_or_default().split(' ').filter(|value| !value.is_empty()).collect();
    match values.as_slice() {
        ["none"] => Ok(Prompt::None),
        values if values.contains(&"none") => {
            Err(ProtocolError::invalid_request("prompt_none_with_others", "prompt=none must stand alone"))
        }
        values if values.contains(&"create") && !policy.self_registration => {
            Err(ProtocolError::invalid_request("prompt_create", "prompt=create is not offered here"))
        }
        values if values.contains(&"login") || values.contains(&"create") => Ok(Prompt::Login),
        _ => Ok(Prompt::AsNeeded),
    }
}
