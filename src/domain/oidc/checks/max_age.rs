//! How old the authentication may be.

use jiff::SignedDuration;

use crate::domain::oidc::{client::Client, error::ProtocolError, interaction::AuthorizationParameters};

/// A whole number of seconds, not negative (OpenID Connect Core 1.0 §3.1.2.1); where the request is silent, the client's
/// `default_max_age` (OpenID Connect Dynamic Client Registration 1.0 §2).
pub fn check(
    client: &Client,
    parameters: &AuthorizationParameters,
) -> Result<Option<SignedDuration>, ProtocolError> {
    let Some(text) = parameters.value("max_age") else {
        let usual = client.metadata.default_max_age;
        return Ok(usual.map(|seconds| SignedDuration::from_secs(i64::from(seconds))));
    };
    if !text.bytes().all(|c| c.is_ascii_digit()) {
        return Err(ProtocolError::invalid_request("max_age", "max_age is not a number of seconds"));
    }
    // More than can be counted is as good as for ever.
    Ok(Some(SignedDuration::from_secs(text.parse().unwrap_or(i64::MAX))))
}
