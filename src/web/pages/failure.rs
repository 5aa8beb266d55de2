//! The error pages: a request that names no address we may answer to, and everything that is no page.

use askama::Template;

use super::text::filters;
use super::{Page, text};
use crate::web::headers::Policy;

/// An authorization request that must not be answered by a redirect (RFC 6749 §4.1.2.1).
#[derive(Template)]
#[template(path = "error/request.html")]
pub struct RequestErrorPage {
    /// What is wrong, as far as a person needs to know.
    pub problem: RequestProblem,
    /// The specification's error code, e.g. `invalid_request`.
    pub error: String,
    /// The stable reason, for the client's developers.
    pub reason: String,
    /// Id of the request, as it stands in the log.
    pub request_id: String,
}

/// What is wrong with a request that gets a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestProblem {
    /// No client of this id is registered.
    UnknownClient,
    /// The redirect address is none of the client's.
    WrongRedirect,
    /// A client asked to sign a person out in a way that is not done.
    WrongLogout,
    /// The interaction is over, unknown, or another browser's.
    LostInteraction,
    /// Anything else that keeps the request from being understood.
    Malformed,
}

impl RequestProblem {
    /// Start of this problem's text keys.
    pub fn key(self) -> &'static str {
        match self {
            Self::UnknownClient => "request-unknown-client",
            Self::WrongRedirect => "request-wrong-redirect",
            Self::WrongLogout => "request-wrong-logout",
            Self::LostInteraction => "request-lost-interaction",
            Self::Malformed => "request-malformed",
        }
    }
}

impl Page for RequestErrorPage {
    fn policy(&self) -> Policy {
        Policy::plain()
    }
}

impl RequestErrorPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            problem: RequestProblem::WrongRedirect,
            error: "invalid_request".into(),
            reason: "redirect_uri_not_registered".into(),
            request_id: "0b5c0c0e-9f0d-4c5e-a1f5-3f6f4f2f7b11".into(),
        }
    }
}

/// The page for an HTTP error that has no page of its own.
#[derive(Template)]
#[template(path = "error/fault.html")]
pub struct FaultPage {
    /// What happened.
    pub trouble: Trouble,
    /// Id of the request, as it stands in the log.
    pub request_id: String,
}

/// What a general error page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// 404: there is no such page.
    NotFound,
    /// 403: the form was stale, or came from elsewhere.
    StaleForm,
    /// 413: more was sent than is accepted.
    TooLarge,
    /// 429: too many requests; the next is accepted after this many seconds.
    TooMany {
        /// Seconds until the next request is accepted.
        retry_seconds: u32,
    },
    /// 500: our fault.
    Fault,
    /// 503: no room or a part is down; try again after this many seconds.
    Unavailable {
        /// Seconds until another try makes sense.
        retry_seconds: u32,
    },
}

impl Trouble {
    /// Start of this trouble's text keys.
    pub fn key(self) -> &'static str {
        match self {
            Self::NotFound => "fault-not-found",
            Self::StaleForm => "fault-stale-form",
            Self::TooLarge => "fault-too-large",
            Self::TooMany { .. } => "fault-too-many",
            Self::Fault => "fault-fault",
            Self::Unavailable { .. } => "fault-unavailable",
        }
    }

    /// Seconds until another try makes sense, where one does.
    pub fn retry_seconds(self) -> Option<u32> {
        match self {
            Self::TooMany { retry_seconds } | Self::Unavailable { retry_seconds } => Some(retry_seconds),
            _ => None,
        }
    }
}

impl Page for FaultPage {
    fn policy(&self) -> Policy {
        Policy::plain()
    }
}

impl FaultPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            trouble: Trouble::Unavailable { retry_seconds: 20 },
            request_id: "0b5c0c0e-9f0d-4c5e-a1f5-3f6f4f2f7b11".into(),
        }
    }
}
