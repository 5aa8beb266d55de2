//! The introspection endpoint (RFC 7662 §2).

use actix_web::{HttpRequest, HttpResponse, http::header::PRAGMA, web};

use crate::{
    flows::Unserved,
    web::{
        error::{Failure, token_refusal},
        form::Form,
        oidc::client,
        state::App,
    },
};

/// `POST /introspect`.
pub async fn answer(app: web::Data<App>, request: HttpRequest, form: Form) -> Result<HttpResponse, Failure> {
    let (credentials, token) = match client::with_token(&request, &form) {
        Ok(parsed) => parsed,
        Err(error) => return Ok(token_refusal(&error)),
    };
    match app.introspection.answer(credentials, token).await {
        Ok(claims) => Ok(HttpResponse::Ok().insert_header((PRAGMA, "no-cache")).json(claims)),
        Err(Unserved::Refused(error)) => Ok(token_refusal(&error)),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
    }
}
