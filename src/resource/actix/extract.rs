//! Gives a handler the token that its route demanded.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};

use super::require::Admitted;
use crate::resource::{refusal::Refusal, token::ProvenToken};

impl FromRequest for ProvenToken {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    /// A route without [`super::RequireToken`] admits nobody, so a handler never runs for a token that was not checked.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let admitted = request.extensions().get::<Admitted>().map(|admitted| admitted.token.clone());
        ready(admitted.ok_or_else(|| {
            tracing::error!(
                path = request.match_pattern(),
                "a handler wants a token on a route that demands none"
            );
            Refusal::Unguarded
        }))
    }
}
