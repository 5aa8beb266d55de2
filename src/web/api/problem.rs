//! What a caller of the admin API is told when it gets nothing: problem details (RFC 9457), each with a type that is stable,
//! and the challenges that belong to it (RFC 6750 §3, RFC 9470 §3).

use std::{borrow::Cow, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        admin::{api::ApiRefusal, role::Role},
        authn::acr::Acr,
    },
    flows::{Unserved, admin::clients::ClientChangeRefusal, clients::ClientRefusal},
    ports::fault::Fault,
    web::error::Failure,
};

/// Seconds after which another try makes sense when something is down or contended.
const RETRY_SECONDS: u32 = 5;

/// Sorts of problems; the name is the end of the type's URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It cannot be understood.
    Malformed,
    /// No token came.
    NoToken,
    /// The token is no good here.
    InvalidToken,
    /// The person must show their face first.
    StepUp,
    /// The token has not the scope.
    Scope,
    /// The role may not do it.
    Role,
    /// There is nothing there.
    NotFound,
    /// Not by this method.
    Method,
    /// It does not fit what is there.
    Conflict,
    /// Somebody else was faster.
    Stale,
    /// The body is too large.
    TooLarge,
    /// The body is no JSON.
    MediaType,
    /// What is said may not be so.
    Invalid,
    /// `If-Match` is missing.
    Unconditional,
    /// The body did not arrive in time.
    TooSlow,
    /// The head is too large.
    HeadTooLarge,
    /// Something is down or contended.
    Unavailable,
    /// Something failed.
    Broken,
}

impl Kind {
    /// What a failure is to a caller of the API.
    pub fn of(failure: &Failure) -> Self {
        match failure {
            Failure::TooLarge => Self::TooLarge,
            Failure::HeadTooLarge => Self::HeadTooLarge,
            Failure::TooSlow => Self::TooSlow,
            Failure::NotFound => Self::NotFound,
            Failure::Busy { .. } | Failure::Fault(Fault::Conflict(_) | Fault::Unavailable(_)) => {
                Self::Unavailable
            }
            Failure::Fault(_) => Self::Broken,
            _ => Self::Malformed,
        }
    }

    const fn told(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, "malformed", "The request cannot be understood"),
            Self::NoToken => (StatusCode::UNAUTHORIZED, "unauthenticated", "An access token is needed"),
            Self::InvalidToken => {
                (StatusCode::UNAUTHORIZED, "invalid-token", "The access token is not valid here")
            }
            Self::StepUp => (
                StatusCode::UNAUTHORIZED,
                "insufficient-user-authentication",
                "The person must show their face first",
            ),
            Self::Scope => (StatusCode::FORBIDDEN, "insufficient-scope", "The access token lacks a scope"),
            Self::Role => (StatusCode::FORBIDDEN, "insufficient-role", "The caller's role may not do this"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such thing here"),
            Self::Method => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This method means nothing here")
            }
            Self::Conflict => (StatusCode::CONFLICT, "conflict", "This does not fit what is there"),
            Self::Stale => {
                (StatusCode::PRECONDITION_FAILED, "precondition-failed", "It was changed meanwhile")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large"),
            Self::MediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body must be JSON")
            }
            Self::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "What is said may not be so"),
            Self::Unconditional => {
                (StatusCode::PRECONDITION_REQUIRED, "precondition-required", "If-Match is needed")
            }
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too-slow", "The body did not arrive in time"),
            Self::HeadTooLarge => {
                (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "head-too-large", "The head is too large")
            }
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "This cannot be served at the moment")
            }
            Self::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "fault", "Something failed here"),
        }
    }
}

/// Why a request gets nothing.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    detail: Option<Cow<'static, str>>,
    member: Option<Cow<'static, str>>,
    challenge: Option<String>,
    allow: Option<&'static str>,
    flaws: Vec<Flaw>,
}

/// One of several things that are the matter.
#[derive(Debug, Serialize, ToSchema)]
pub struct Flaw {
    /// Where.
    pub member: String,
    /// What is the matter, and how it is mended.
    pub detail: String,
}

/// Problem details (RFC 9457 §3).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDetails<'a> {
    /// What sort of problem it is; stable.
    #[serde(rename = "type")]
    #[schema(example = "urn:facestep:problem:precondition-failed")]
    kind: String,
    /// The same for people.
    title: &'a str,
    /// The status code of the answer.
    status: u16,
    /// What is the matter with this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// The member of the body or the parameter that is the matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a str>,
    /// All that is the matter, where that is more than one thing.
    #[serde(skip_serializing_if = "<[Flaw]>::is_empty")]
    errors: &'a [Flaw],
}

impl Problem {
    /// One of a sort.
    pub const fn new(kind: Kind) -> Self {
        Self { kind, detail: None, member: None, challenge: None, allow: None, flaws: Vec::new() }
    }

    /// There is nothing there.
    pub const fn not_found() -> Self {
        Self::new(Kind::NotFound)
    }

    /// A parameter or a header cannot be understood.
    pub fn malformed(member: impl Into<Cow<'static, str>>, detail: &'static str) -> Self {
        Self::new(Kind::Malformed).at(member).saying(detail)
    }

    /// What is said may not be so.
    pub fn invalid(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Invalid).saying(detail)
    }

    /// Only by these methods (RFC 9110 §15.5.6).
    pub fn method(allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::new(Kind::Method) }
    }

    /// With what is the matter.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With where it is.
    #[must_use]
    pub fn at(mut self, member: impl Into<Cow<'static, str>>) -> Self {
        self.member = Some(member.into());
        self
    }

    /// With all that is the matter.
    #[must_use]
    pub fn with(mut self, flaws: Vec<Flaw>) -> Self {
        self.flaws = flaws;
        self
    }

    /// No token came, so there is a bare challenge (RFC 6750 §3.1).
    pub fn no_token() -> Self {
        Self { challenge: Some("Bearer".into()), ..Self::new(Kind::NoToken) }
    }

    /// Why a token does not do, with the challenge that says how one would.
    pub fn refused(refusal: ApiRefusal) -> Self {
        match refusal {
            ApiRefusal::Invalid => {
                let challenge = Some("Bearer error=\"invalid_token\"".into());
                Self { challenge, ..Self::new(Kind::InvalidToken) }
            }
            ApiRefusal::Scope(scope) => {
                let challenge = Some(format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\""));
                Self { challenge, ..Self::new(Kind::Scope) }.saying(format!("the scope {scope} is needed"))
            }
            ApiRefusal::Role(role) => Self::role(role),
            ApiRefusal::StepUp => {
                let error = "Bearer error=\"insufficient_user_authentication\"";
                let asked = format!("{error}, acr_values=\"{}\", max_age=\"0\"", Acr::FACE);
                Self { challenge: Some(asked), ..Self::new(Kind::StepUp) }
            }
        }
    }

    fn role(needed: Role) -> Self {
        Self::new(Kind::Role)
            .saying(format!("this is for administrators with the role {needed} or a higher one"))
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Failure::Fault(fault).into()
    }
}

impl From<Failure> for Problem {
    /// A fault is logged here, once, and never shown to anyone.
    fn from(failure: Failure) -> Self {
        if let Failure::Fault(fault) = &failure {
            tracing::error!(%fault, "the outside failed");
        }
        Self::new(Kind::of(&failure))
    }
}

impl<R: Into<Problem>> From<Unserved<R>> for Problem {
    fn from(unserved: Unserved<R>) -> Self {
        match unserved {
            Unserved::Fault(fault) => fault.into(),
            Unserved::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<ClientChangeRefusal> for Problem {
    fn from(refusal: ClientChangeRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            ClientChangeRefusal::Unknown | ClientChangeRefusal::NoVersion => Self::not_found().saying(detail),
            ClientChangeRefusal::Unseen => Self::new(Kind::Unconditional).saying(detail),
            ClientChangeRefusal::Stale => Self::new(Kind::Stale).saying(detail),
            ClientChangeRefusal::OtherClient => Self::invalid(detail).at("client_id"),
            ClientChangeRefusal::Registration(ClientRefusal::Taken) => {
                Self::new(Kind::Conflict).saying(detail).at("client_id")
            }
            ClientChangeRefusal::Registration(ClientRefusal::BadId) => Self::invalid(detail).at("client_id"),
            ClientChangeRefusal::Registration(ClientRefusal::BadSecret(..)) => {
                Self::invalid(detail).at("client_secret")
            }
            ClientChangeRefusal::Registration(ClientRefusal::Metadata(_, error)) => {
                Self::invalid(error.text).at(error.reason)
            }
            ClientChangeRefusal::Registration(_) => Self::invalid(detail),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.told().1)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.told().0
    }

    fn error_response(&self) -> HttpResponse {
        let (status, name, title) = self.kind.told();
        let mut response = HttpResponse::build(status);
        if let Some(challenge) = &self.challenge {
            response.insert_header((WWW_AUTHENTICATE, challenge.as_str()));
        }
        if let Some(allow) = self.allow {
            response.insert_header((ALLOW, allow));
        }
        match self.kind {
            Kind::Unavailable => {
                response.insert_header((RETRY_AFTER, RETRY_SECONDS));
            }
            // The rest of the body is not read, so nothing can follow it on this connection.
            Kind::TooLarge | Kind::TooSlow => {
                response.force_close();
            }
            _ => {}
        }
        response.content_type("application/problem+json").json(ProblemDetails {
            kind: format!("urn:facestep:problem:{name}"),
            title,
            status: status.as_u16(),
            detail: self.detail.as_deref(),
            member: self.member.as_deref(),
            errors: &self.flaws,
        })
    }
}
