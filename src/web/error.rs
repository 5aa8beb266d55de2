//! What becomes of a failure: the only place that knows HTTP status codes, beside [`super::api`]. People get a page, programs a JSON object
//! with a stable reason, and a fault is logged here, once, and never shown to anyone.

use std::fmt;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType, StatusCode,
        header::{ACCEPT, HeaderValue, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    middleware::Next,
};
use serde_json::json;
use tracing_actix_web::RequestId;

use super::{
    admin::Barred,
    api, headers,
    pages::{self, FaultPage, RequestErrorPage, RequestProblem, Trouble},
};
use crate::{
    domain::{
        face::ceremony::CeremonyRefusal,
        oidc::{
            error::{ErrorCode, ProtocolError},
            logout::LogoutRefusal,
        },
    },
    flows::{Lost, Unserved, authorize::BeginRefusal, ceremony::FaceRefusal},
    ports::fault::Fault,
};

/// Seconds after which another try makes sense when something is down or contended.
const RETRY_SECONDS: u32 = 5;

/// Why a handler has no answer of its own.
#[derive(Debug)]
pub enum Failure {
    /// There is no such page.
    NotFound,
    /// The request cannot be understood; the reason is stable.
    Malformed(&'static str),
    /// An authorization request has no address that may be answered (RFC 6749 §4.1.2.1).
    Begin(BeginRefusal),
    /// A logout request that is not done (OpenID Connect RP-Initiated Logout 1.0 §4).
    Logout(LogoutRefusal),
    /// The interaction cannot be gone on with in this browser.
    Lost(Lost),
    /// The capture does not allow it.
    Ceremony(CeremonyRefusal),
    /// The face check is at another step than the request.
    WrongStep,
    /// A form was not one of this session's.
    StaleForm,
    /// More was sent than is accepted.
    TooLarge,
    /// The head was larger than is accepted.
    HeadTooLarge,
    /// The body did not arrive in time.
    TooSlow,
    /// There is no room at the moment; try again after so many seconds.
    Busy {
        /// Seconds until another try makes sense.
        retry_seconds: u32,
    },
    /// The outside failed.
    Fault(Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Unserved<Lost>> for Failure {
    fn from(unserved: Unserved<Lost>) -> Self {
        match unserved {
            Unserved::Refused(lost) => Self::Lost(lost),
            Unserved::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<Unserved<FaceRefusal>> for Failure {
    fn from(unserved: Unserved<FaceRefusal>) -> Self {
        match unserved {
            Unserved::Fault(fault) => Self::Fault(fault),
            Unserved::Refused(FaceRefusal::Lost(lost)) => Self::Lost(lost),
            Unserved::Refused(FaceRefusal::Ceremony(refusal)) => Self::Ceremony(refusal),
            Unserved::Refused(FaceRefusal::Busy | FaceRefusal::Crowded { .. }) => {
                Self::Busy { retry_seconds: RETRY_SECONDS }
            }
            Unserved::Refused(
                FaceRefusal::WrongStep
                | FaceRefusal::OtherWay
                | FaceRefusal::Attempt(_)
                | FaceRefusal::NoMoreCaptures,
            ) => Self::WrongStep,
        }
    }
}

impl From<Unserved<BeginRefusal>> for Failure {
    fn from(unserved: Unserved<BeginRefusal>) -> Self {
        match unserved {
            Unserved::Refused(refusal) => Self::Begin(refusal),
            Unserved::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl Failure {
    /// The stable reason, for programs.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Malformed(reason) => reason,
            Self::Begin(BeginRefusal::UnknownClient) => "unknown_client",
            Self::Begin(BeginRefusal::Address(_)) => "redirect_uri",
            Self::Begin(BeginRefusal::Unreadable(error)) => error.reason,
            Self::Logout(refusal) => refusal.name(),
            Self::Lost(Lost::Unknown) => "unknown_interaction",
            Self::Lost(Lost::OtherBrowser) => "other_browser",
            Self::Lost(Lost::Over) => "interaction_over",
            Self::Ceremony(refusal) => refusal.name(),
            Self::WrongStep => "wrong_step",
            Self::StaleForm => "stale_form",
            Self::TooLarge => "too_large",
            Self::HeadTooLarge => "head_too_large",
            Self::TooSlow => "too_slow",
            Self::Busy { .. } => "busy",
            Self::Fault(Fault::Conflict(_) | Fault::Unavailable(_)) => "temporarily_unavailable",
            Self::Fault(_) => "server_error",
        }
    }

    fn retry_seconds(&self) -> Option<u32> {
        match self {
            Self::Busy { retry_seconds } => Some(*retry_seconds),
            Self::Fault(Fault::Conflict(_) | Fault::Unavailable(_)) => Some(RETRY_SECONDS),
            _ => None,
        }
    }

    fn log(&self) {
        match self {
            Self::Fault(fault) => tracing::error!(%fault, "the outside failed"),
            other => tracing::info!(reason = other.reason(), "refused"),
        }
    }

    fn page(&self, request_id: String) -> HttpResponse {
        let status = self.status_code();
        let problem = match self {
            Self::Begin(BeginRefusal::UnknownClient) => RequestProblem::UnknownClient,
            Self::Begin(BeginRefusal::Address(_)) => RequestProblem::WrongRedirect,
            Self::Begin(BeginRefusal::Unreadable(error)) if error.code == ErrorCode::InvalidRequestUri => {
                RequestProblem::LostInteraction
            }
            Self::Begin(BeginRefusal::Unreadable(_)) => RequestProblem::Malformed,
            Self::Logout(_) => RequestProblem::WrongLogout,
            Self::Lost(_) | Self::Ceremony(_) | Self::WrongStep => RequestProblem::LostInteraction,
            Self::Malformed(_) | Self::HeadTooLarge | Self::TooSlow => RequestProblem::Malformed,
            other => {
                let trouble = match other {
                    Self::NotFound => Trouble::NotFound,
                    Self::StaleForm => Trouble::StaleForm,
                    Self::TooLarge => Trouble::TooLarge,
                    _ => match other.retry_seconds() {
                        Some(retry_seconds) => Trouble::Unavailable { retry_seconds },
                        None => Trouble::Fault,
                    },
                };
                return pages::answer(status, &FaultPage { trouble, request_id });
            }
        };
        let error = match self {
            Self::Begin(BeginRefusal::Unreadable(error)) => error.code,
            _ => ErrorCode::InvalidRequest,
        };
        let error = error.name().to_owned();
        let reason = self.reason().to_owned();
        pages::answer(status, &RequestErrorPage { problem, error, reason, request_id })
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::Lost(Lost::Unknown) => StatusCode::NOT_FOUND,
            Self::Malformed(_) | Self::Begin(_) | Self::Logout(_) => StatusCode::BAD_REQUEST,
            Self::Lost(Lost::OtherBrowser) | Self::StaleForm => StatusCode::FORBIDDEN,
            Self::Ceremony(CeremonyRefusal::OtherBrowser) => StatusCode::NOT_FOUND,
            Self::Lost(Lost::Over) | Self::Ceremony(CeremonyRefusal::Expired) => StatusCode::GONE,
            Self::Ceremony(_) | Self::WrongStep => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault(Fault::Conflict(_) | Fault::Unavailable(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The answer for a program; [`explain`] puts a page in its place for a person.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).json(json!({ "error": self.reason() }))
    }
}

/// Middleware: logs each failure once, and gives people a page that says what to do next.
pub async fn explain(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (wants_page, is_api) = (wants_page(request.request()), api::holds(request.path()));
    let request_id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let response = next.call(request).await?.map_into_boxed_body();
    let Some(failure) = response.response().error().and_then(failure_in) else { return Ok(response) };
    failure.log();
    let (retry, closes) = (failure.retry_seconds(), matches!(failure, Failure::TooLarge | Failure::TooSlow));
    let page = match is_api {
        true => Some(api::told(failure)),
        false => wants_page.then(|| failure.page(request_id)),
    };
    let mut response = match page {
        Some(page) => response.into_response(page),
        None => response,
    };
    if closes {
        // The rest of the body is not read, so nothing can follow it on this connection.
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    if let Some(seconds) = retry {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers::complete(headers, false);
    Ok(response)
}

/// The failure that an error is, or that the console passes on.
fn failure_in(error: &actix_web::Error) -> Option<&Failure> {
    error.as_error::<Failure>().or_else(|| error.as_error::<Barred>().and_then(Barred::failure))
}

/// A browser that navigates asks for HTML; scripts and clients do not.
fn wants_page(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|types| types.contains("text/html"))
}

/// A page with a form, again where something in it is to be mended (RFC 9110 §15.5.21).
pub fn form_again(page: &impl pages::Page, is_flawed: bool) -> HttpResponse {
    pages::answer(if is_flawed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, page)
}

/// A page with a form, again with what went wrong: 429 and `Retry-After` while throttled (RFC 6585 §4).
pub fn form_refused(page: &impl pages::Page, wait_seconds: Option<u32>) -> HttpResponse {
    match wait_seconds {
        None => form_again(page, true),
        Some(seconds) => with_wait(StatusCode::TOO_MANY_REQUESTS, page, seconds),
    }
}

/// A page that tells when there is room again (RFC 9110 §15.6.4).
pub fn no_room(page: &impl pages::Page, wait_seconds: u32) -> HttpResponse {
    with_wait(StatusCode::SERVICE_UNAVAILABLE, page, wait_seconds)
}

fn with_wait(status: StatusCode, page: &impl pages::Page, seconds: u32) -> HttpResponse {
    let mut response = pages::answer(status, page);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A refusal of the token endpoint (RFC 6749 §5.2): a client that did not authenticate is challenged.
pub fn token_refusal(error: &ProtocolError) -> HttpResponse {
    let status = match error.code {
        ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut response = HttpResponse::build(status);
    if error.code == ErrorCode::InvalidClient {
        response.insert_header((WWW_AUTHENTICATE, "Basic realm=\"token\", charset=\"UTF-8\""));
    }
    response
        .insert_header((PRAGMA, "no-cache"))
        .json(json!({ "error": error.code.name(), "error_description": error.description() }))
}

/// What a program is told that asks too often (RFC 6585 §4).
pub fn too_often(wait_seconds: u32) -> HttpResponse {
    let code = ErrorCode::TemporarilyUnavailable.name();
    HttpResponse::TooManyRequests()
        .insert_header((RETRY_AFTER, HeaderValue::from(wait_seconds)))
        .json(json!({ "error": code, "error_description": "too_often: try again later" }))
}

/// A refusal of the UserInfo endpoint (RFC 6750 §3); without any token, a bare challenge (§3.1).
pub fn bearer_refusal(error: Option<&ProtocolError>) -> HttpResponse {
    let (status, challenge) = match error {
        None => (StatusCode::UNAUTHORIZED, "Bearer".to_owned()),
        Some(error) => {
            let status = match error.code {
                ErrorCode::InvalidRequest => StatusCode::BAD_REQUEST,
                ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
                _ => StatusCode::UNAUTHORIZED,
            };
            let (code, description) = (error.code.name(), error.description());
            (status, format!("Bearer error=\"{code}\", error_description=\"{description}\""))
        }
    };
    HttpResponse::build(status).insert_header((WWW_AUTHENTICATE, challenge)).finish()
}
