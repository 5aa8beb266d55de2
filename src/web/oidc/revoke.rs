//! The revocation endpoint (RFC 7009 §2).

use actix_web::{HttpRequest, HttpResponse, web};

use crate::{
    flows::Unserved,
    web::{
        error::{Failure, token_refusal},
        form::Form,
        oidc::client,
        state::App,
    },
};

/// `POST /revoke`: an empty 200, for a token that was not known as well (RFC 7009 §2.2).
pub async fn answer(app: web::Data<App>, request: HttpRequest, form: Form) -> Result<HttpResponse, Failure> {
    let (credentials, token) = match client::with_token(&request, &form) {
        Ok(parsed) => parsed,
        Err(error) => return Ok(token_refusal(&error)),
    };
    match app.revocation.answer(credentials, token).await {
        Ok(()) => Ok(HttpResponse::Ok().finish()),
        Err(Unserved::Refused(error)) => Ok(token_refusal(&error)),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
    }
}
