//! How a request must come.

use crate::domain::oidc::{
    client::Client,
    error::ProtocolError,
    request::{Conveyance, RequestPolicy},
};

/// Pushed and signed, where the client or the operator says that it must be (RFC 9126 §5 and §6, RFC 9101 §10.5).
pub fn check(client: &Client, came: Conveyance, policy: RequestPolicy) -> Result<(), ProtocolError> {
    let must_be_pushed = policy.must_be_pushed || client.metadata.require_pushed_authorization_requests;
    if must_be_pushed && !came.pushed {
        return Err(ProtocolError::invalid_request("not_pushed", "this request must be pushed before"));
    }
    if client.metadata.require_signed_request_object && !came.signed {
        return Err(ProtocolError::invalid_request("not_signed", "this client's requests must be signed"));
    }
    Ok(())
}
