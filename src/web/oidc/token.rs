//! The token endpoint (OpenID Connect Core 1.0 §3.1.3).

use actix_web::{HttpRequest, HttpResponse, http::header::PRAGMA, web};
use serde_json::json;

use crate::{
    domain::oidc::{credentials::ClientCredentials, error::ProtocolError, redemption::CodeRedemption},
    flows::{Unserved, token::TokenReply},
    web::{
        error::{Failure, token_refusal},
        form::Form,
        oidc::client,
        state::App,
    },
};

/// `POST /token`.
pub async fn redeem(app: web::Data<App>, request: HttpRequest, form: Form) -> Result<HttpResponse, Failure> {
    let (credentials, redemption) = match parse(&request, &form) {
        Ok(parsed) => parsed,
        Err(error) => return Ok(token_refusal(&error)),
    };
    match app.tokens.redeem(credentials, redemption).await {
        Ok(reply) => Ok(success(&reply)),
        Err(Unserved::Refused(error)) => Ok(token_refusal(&error)),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
    }
}

fn parse(request: &HttpRequest, form: &Form) -> Result<(ClientCredentials, CodeRedemption), ProtocolError> {
    let credentials = client::credentials(request, form)?;
    Ok((credentials, CodeRedemption::parse(&form.0)?))
}

/// RFC 6749 §5.1; nothing of it may be stored.
fn success(reply: &TokenReply) -> HttpResponse {
    HttpResponse::Ok().insert_header((PRAGMA, "no-cache")).json(json!({
        "access_token": reply.access_token.expose(),
        "token_type": "Bearer",
        "expires_in": reply.expires_in,
        "scope": reply.scope,
        "id_token": reply.id_token.expose(),
    }))
}
