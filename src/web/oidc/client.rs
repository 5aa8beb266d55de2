//! How a client's credentials are read from a request, at every endpoint that asks for them.

use actix_web::{HttpRequest, http::header::AUTHORIZATION};

use crate::{
    domain::oidc::{
        credentials::{ClientCredentials, INVALID_CLIENT},
        error::ProtocolError,
    },
    web::form::Form,
};

/// The credentials in the `Authorization` header or in the body (RFC 6749 §2.3.1, RFC 7523 §2.2).
pub fn credentials(request: &HttpRequest, form: &Form) -> Result<ClientCredentials, ProtocolError> {
    let header = request.headers().get(AUTHORIZATION).map(|value| value.to_str()).transpose();
    ClientCredentials::parse(header.map_err(|_| INVALID_CLIENT)?, &form.0)
}
