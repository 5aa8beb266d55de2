//! What a refusal is answered with: the kit's only place that knows HTTP status codes.

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use serde_json::{Map, Value, json};

use crate::resource::{
    challenge::{Challenge, ChallengeCode},
    refusal::Refusal,
};

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            // RFC 6750 §3.1, RFC 9470 §3
            Self::Challenged(challenge) => match challenge.code() {
                Some(ChallengeCode::InvalidRequest) => StatusCode::BAD_REQUEST,
                Some(ChallengeCode::InsufficientScope) => StatusCode::FORBIDDEN,
                Some(ChallengeCode::InvalidToken | ChallengeCode::InsufficientUserAuthentication) | None => {
                    StatusCode::UNAUTHORIZED
                }
            },
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unguarded => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The header says it all; the body says the same for programs that cannot read the header. Nothing is to be stored,
    /// since the same request with another token is answered otherwise.
    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        answer.insert_header((CACHE_CONTROL, "no-store"));
        match self {
            Self::Challenged(challenge) => {
                answer.insert_header((WWW_AUTHENTICATE, challenge.header()));
                match challenge.code() {
                    // RFC 6750 §3.1: who sent no token is told of no error.
                    None => answer.finish(),
                    Some(_) => answer.json(body(challenge)),
                }
            }
            Self::Unavailable { retry_seconds } => answer
                .insert_header((RETRY_AFTER, HeaderValue::from(*retry_seconds)))
                .json(json!({ "error": self.to_string() })),
            Self::Unguarded => answer.json(json!({ "error": self.to_string() })),
        }
    }
}

fn body(challenge: &Challenge) -> Value {
    let mut members: Map<String, Value> =
        challenge.parameters().map(|(name, value)| (name.to_owned(), value.into())).collect();
    if let Some(seconds) = challenge.max_age() {
        members.insert("max_age".into(), seconds.into());
    }
    members.into()
}
