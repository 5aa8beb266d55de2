//! The registration endpoint and what manages a registration (RFC 7591, RFC 7592).

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode,
        header::{AUTHORIZATION, PRAGMA},
    },
    web,
};
use serde_json::{Map, Value};

use crate::{
    domain::{
        oidc::{
            bearer,
            endpoints::REGISTER,
            error::{ErrorCode, ProtocolError},
            registration::Admission,
        },
        secret::SecretToken,
    },
    flows::{
        Unserved,
        registration::{RegistrationRefusal, RegistrationReply},
    },
    web::{
        client_address::client_address,
        error::{Failure, bearer_refusal, token_refusal, too_often},
        limits::read_body,
        state::App,
    },
};

const NOT_JSON: ProtocolError = ProtocolError::new(
    ErrorCode::InvalidClientMetadata,
    "body",
    "must be a JSON object, sent as application/json",
);

/// `POST /register` (RFC 7591 §3.1).
pub async fn register(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Failure> {
    let token = match token_of(&request) {
        Ok(token) => token,
        Err(error) => return Ok(bearer_refusal(Some(&error))),
    };
    if app.registrations.admission() == Admission::Open {
        let address = client_address(&request);
        if let Err(seconds) = app.registering.spend(address) {
            return Ok(too_often(seconds));
        }
    }
    let Some(given) = body(&app, &request, payload).await? else { return Ok(token_refusal(&NOT_JSON)) };
    answer(&app, StatusCode::CREATED, app.registrations.register(token, &given).await)
}

/// `GET /register/{client}` (RFC 7592 §2.1).
pub async fn read(
    app: web::Data<App>,
    request: HttpRequest,
    client: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    match token_of(&request) {
        Ok(token) => answer(&app, StatusCode::OK, app.registrations.read(&client, token).await),
        Err(error) => Ok(bearer_refusal(Some(&error))),
    }
}

/// `PUT /register/{client}` (RFC 7592 §2.2).
pub async fn update(
    app: web::Data<App>,
    request: HttpRequest,
    client: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Failure> {
    let token = match token_of(&request) {
        Ok(token) => token,
        Err(error) => return Ok(bearer_refusal(Some(&error))),
    };
    let Some(given) = body(&app, &request, payload).await? else { return Ok(token_refusal(&NOT_JSON)) };
    answer(&app, StatusCode::OK, app.registrations.update(&client, token, &given).await)
}

/// `DELETE /register/{client}` (RFC 7592 §2.3).
pub async fn remove(
    app: web::Data<App>,
    request: HttpRequest,
    client: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let token = match token_of(&request) {
        Ok(token) => token,
        Err(error) => return Ok(bearer_refusal(Some(&error))),
    };
    match app.registrations.remove(&client, token).await {
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(unserved) => refusal(unserved),
    }
}

/// The bearer token in the header (RFC 6750 §2.1).
fn token_of(request: &HttpRequest) -> Result<Option<SecretToken>, ProtocolError> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    bearer::presented(header, None)
}

/// The members of the body; `None` where it is no JSON object.
async fn body(
    app: &App,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Option<Map<String, Value>>, Failure> {
    if request.content_type() != "application/json" {
        return Ok(None);
    }
    let mut payload: Payload = payload.into_inner();
    let body = read_body(request.headers(), &mut payload, app.limits.body, app.limits.within).await?;
    Ok(serde_json::from_slice(&body).ok())
}

/// What a client is told of its registration (RFC 7591 §3.2.1, RFC 7592 §3).
fn answer(
    app: &App,
    status: StatusCode,
    outcome: Result<RegistrationReply, Unserved<RegistrationRefusal>>,
) -> Result<HttpResponse, Failure> {
    let reply = match outcome {
        Ok(reply) => reply,
        Err(unserved) => return refusal(unserved),
    };
    let mut members = reply.members;
    if let Some(secret) = &reply.secret {
        members.insert("client_secret".into(), secret.expose().into());
        members.insert("client_secret_expires_at".into(), 0.into());
    }
    let address = app.issuer.address(&format!("{REGISTER}/{}", reply.client));
    members.insert("registration_client_uri".into(), address.into());
    members.insert("registration_access_token".into(), reply.token.expose().into());
    Ok(HttpResponse::build(status).insert_header((PRAGMA, "no-cache")).json(members))
}

fn refusal(unserved: Unserved<RegistrationRefusal>) -> Result<HttpResponse, Failure> {
    match unserved {
        Unserved::Fault(fault) => Err(fault.into()),
        Unserved::Refused(RegistrationRefusal::Off) => Err(Failure::NotFound),
        Unserved::Refused(RegistrationRefusal::NoToken) => Ok(bearer_refusal(None)),
        Unserved::Refused(RegistrationRefusal::Protocol(error)) => Ok(match error.code {
            ErrorCode::InvalidToken => bearer_refusal(Some(&error)),
            _ => token_refusal(&error),
        }),
    }
}
