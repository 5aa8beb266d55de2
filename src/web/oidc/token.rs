//! The token endpoint (RFC 6749 §3.2, OpenID Connect Core 1.0 §3.1.3, §12).

use actix_web::{HttpRequest, HttpResponse, http::header::PRAGMA, web};
use serde_json::{Map, Value};

use crate::{
    domain::oidc::{credentials::ClientCredentials, error::ProtocolError, redemption::TokenRequest},
    flows::{Unserved, token::TokenReply},
    web::{
        error::{Failure, token_refusal},
        form::Form,
        oidc::client,
        state::App,
    },
};

/// `POST /token`.
pub async fn answer(app: web::Data<App>, request: HttpRequest, form: Form) -> Result<HttpResponse, Failure> {
    let (credentials, asked) = match parse(&request, &form) {
        Ok(parsed) => parsed,
        Err(error) => return Ok(token_refusal(&error)),
    };
    match app.tokens.answer(credentials, asked).await {
        Ok(reply) => Ok(success(&reply)),
        Err(Unserved::Refused(error)) => Ok(token_refusal(&error)),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
    }
}

fn parse(request: &HttpRequest, form: &Form) -> Result<(ClientCredentials, TokenRequest), ProtocolError> {
    let credentials = client::credentials(request, form)?;
    Ok((credentials, TokenRequest::parse(&form.0)?))
}

/// RFC 6749 §5.1; nothing of it may be stored.
fn success(reply: &TokenReply) -> HttpResponse {
    let mut body = Map::new();
    let mut tell = |name: &str, value: Value| body.insert(name.to_owned(), value);
    tell("access_token", reply.access_token.expose().into());
    tell("token_type", "Bearer".into());
    tell("expires_in", reply.expires_in.into());
    if !reply.scope.is_empty() {
        tell("scope", reply.scope.as_str().into());
    }
    if let Some(refresh_token) = &reply.refresh_token {
        tell("refresh_token", refresh_token.expose().into());
    }
    if let Some(id_token) = &reply.id_token {
        tell("id_token", id_token.expose().into());
    }
    HttpResponse::Ok().insert_header((PRAGMA, "no-cache")).json(body)
}
