//! The pushed authorization request endpoint (RFC 9126 §2).

use actix_web::{HttpRequest, HttpResponse, http::header::ALLOW, web};
use serde_json::json;

use super::client;
use crate::{
    flows::Unserved,
    web::{
        error::{Failure, token_refusal},
        form::Form,
        state::App,
    },
};

/// `POST /par`.
pub async fn push(app: web::Data<App>, request: HttpRequest, form: Form) -> Result<HttpResponse, Failure> {
    let credentials = match client::credentials(&request, &form) {
        Ok(credentials) => credentials,
        Err(error) => return Ok(token_refusal(&error)),
    };
    match app.pushed_requests.push(credentials, form.0).await {
        Ok(pushed) => Ok(HttpResponse::Created().json(json!({
            "request_uri": pushed.request_uri.expose(),
            "expires_in": pushed.expires_in,
        }))),
        Err(Unserved::Refused(error)) => Ok(token_refusal(&error)),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
    }
}

/// Any other method (RFC 9126 §2.3).
pub async fn another_method() -> HttpResponse {
    HttpResponse::MethodNotAllowed().insert_header((ALLOW, "POST")).finish()
}
