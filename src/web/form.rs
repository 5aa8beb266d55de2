//! Posted forms: bounded, decoded, and proven to be this session's own where they change something.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header::{HeaderMap, ORIGIN},
    web,
};
use url::form_urlencoded;

use super::{error::Failure, limits::read_body, state::App};
use crate::{
    domain::oidc::{issuer::Issuer, request::ReceivedParameters},
    flows::browser::Browser,
};

/// The field that holds the session's anti-forgery token.
const CSRF_FIELD: &str = "csrf_token";

/// The fields of an `application/x-www-form-urlencoded` body.
pub struct Form(pub ReceivedParameters);

impl Form {
    /// A field that is there and not empty.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.parameters.value(name)
    }

    /// Proves that a page of ours, in this very session, sent the form.
    pub fn prove_own(&self, request: &HttpRequest, app: &App, browser: &Browser) -> Result<(), Failure> {
        let sent = self.value(CSRF_FIELD).is_some_and(|token| browser.sent(token));
        if sent && is_same_origin(request.headers(), &app.issuer) { Ok(()) } else { Err(Failure::StaleForm) }
    }
}

/// Whether a request says that it comes from our own pages; a browser that says nothing is judged by its token alone.
pub fn is_same_origin(headers: &HeaderMap, issuer: &Issuer) -> bool {
    headers.get(ORIGIN).is_none_or(|origin| origin.as_bytes() == issuer.origin().as_bytes())
}

impl FromRequest for Form {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            if request.content_type() != "application/x-www-form-urlencoded" {
                return Err(Failure::Malformed("content_type"));
            }
            let limits = request.app_data::<web::Data<App>>().ok_or(Failure::NotFound)?.limits;
            let body = read_body(request.headers(), &mut payload, limits.body, limits.within).await?;
            Ok(Self(ReceivedParameters::collect(form_urlencoded::parse(&body).into_owned())))
        })
    }
}
