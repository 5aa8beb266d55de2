//! How a client's credentials are read from a request, at every endpoint that asks for them.

use actix_web::{HttpRequest, http::header::AUTHORIZATION};

use crate::{
    domain::{
        oidc::{
            credentials::{ClientCredentials, INVALID_CLIENT},
            error::ProtocolError,
        },
        secret::SecretToken,
    },
    web::form::Form,
};

/// The credentials in the `Authorization` header or in the body (RFC 6749 §2.3.1, RFC 7523 §2.2).
pub fn credentials(request: &HttpRequest, form: &Form) -> Result<ClientCredentials, ProtocolError> {
    let header = request.headers().get(AUTHORIZATION).map(|value| value.to_str()).transpose();
    ClientCredentials::parse(header.map_err(|_| INVALID_CLIENT)?, &form.0)
}

/// The same with the `token` that the request is about. Its `token_type_hint` is not needed, since our tokens tell their
/// type by their form (RFC 7009 §2.1, RFC 7662 §2.1).
pub fn with_token(
    request: &HttpRequest,
    form: &Form,
) -> Result<(ClientCredentials, SecretToken), ProtocolError> {
    let credentials = credentials(request, form)?;
    let missing = ProtocolError::invalid_request("token_missing", "token is missing");
    Ok((credentials, form.value("token").map(SecretToken::from_outside).ok_or(missing)?))
}
