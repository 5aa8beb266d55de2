//! How a request must come.

use super::claims;
use crate::domain::oidc::{
    client::Client,
    error::ProtocolError,
    interaction::AuthorizationParameters,
    request::{Conveyance, RequestPolicy},
};

/// Pushed and signed, where the client or the operator says that it must be (RFC 9126 §5 and §6, RFC 9101 §10.5).
pub fn check(
    client: &Client,
    parameters: &AuthorizationParameters,
    came: Conveyance,
    policy: RequestPolicy,
) -> Result<(), ProtocolError> {
    let must_be_pushed = policy.must_be_pushed || client.metadata.require_pushed_authorization_requests;
    if must_be_pushed && !came.pushed {
        return Err(ProtocolError::invalid_request("not_pushed", "this request must be pushed before"));
    }
    if client.metadata.require_signed_request_object && !came.signed {
        return Err(ProtocolError::invalid_request("not_signed", "this client's requests must be signed"));
    }
    let must_be_protected = client.metadata.require_protected_step_up && asks_for_step_up(parameters);
    if must_be_protected && !came.pushed && !came.signed {
        return Err(ProtocolError::invalid_request(
            "step_up_not_protected",
            "this client asks for a context or an age by pushed or signed requests alone",
        ));
    }
    Ok(())
}

/// Whether a request says itself how its person is to sign in: what stands in an address, its person can edit. Claims are read
/// as they will be read, so that no spelling of JSON is overlooked; what cannot be read is refused either way.
fn asks_for_step_up(parameters: &AuthorizationParameters) -> bool {
    let names_context = || claims::check(parameters).map_or(true, |claims| !claims.acr.values.is_empty());
    parameters.value("acr_values").is_some() || parameters.value("max_age").is_some() || names_context()
}
