//! From what comes next to where the browser goes. Always 303, so that no form is sent on (RFC 9700 §4.12).

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, HeaderValue, LOCATION, REFERRER_POLICY},
};
use url::Url;

use super::{
    headers::FormTarget,
    pages::{self, FormPostPage},
    state::App,
};
use crate::{
    domain::{
        id::InteractionId,
        oidc::{
            issuer::Issuer,
            reply::{AuthorizationReply, Delivery},
        },
        secret::SecretToken,
    },
    flows::authorize::{Advanced, Next},
};

/// What comes next for an interaction that went on, with what the browser holds from now on.
pub fn go_on(app: &App, advanced: &Advanced) -> HttpResponse {
    let mut response = follow(app, &advanced.interaction, &advanced.next, None);
    if let Some(held) = &advanced.held {
        app.cookies.keep(&mut response, held);
    }
    response
}

/// The page or the client's address that comes next, with a renewed session cookie where there is one.
pub fn follow(
    app: &App,
    interaction: &InteractionId,
    next: &Next,
    renewed: Option<&SecretToken>,
) -> HttpResponse {
    let mut response = match next {
        Next::SignIn => see_other(&format!("/interaction/{interaction}/sign-in")),
        Next::Create => see_other(&format!("/interaction/{interaction}/create")),
        Next::SelectAccount => see_other(&format!("/interaction/{interaction}/select-account")),
        Next::Enrol => see_other(&format!("/interaction/{interaction}/enrol")),
        Next::StepUp => see_other(&format!("/interaction/{interaction}/step-up")),
        Next::Allow => see_other(&format!("/interaction/{interaction}/allow")),
        Next::Answer(reply) => deliver(&app.issuer, reply),
    };
    if let Some(secret) = renewed {
        // A value that cannot stand in a cookie header cannot come up: secrets are base64url.
        let added = response.add_cookie(&app.cookies.session(secret));
        debug_assert!(added.is_ok());
    }
    response
}

/// A reply on its way to its client: in an address, or as a page whose form goes there.
pub fn deliver(issuer: &Issuer, reply: &AuthorizationReply) -> HttpResponse {
    match reply.delivery(issuer) {
        Delivery::Redirect(address) => see_other(address.as_str()),
        Delivery::Form { action, fields } => form_post(action, fields),
    }
}

fn form_post(action: Url, fields: Vec<(&'static str, String)>) -> HttpResponse {
    let returns_to = FormTarget::of(action.as_str());
    let mut response = pages::shown(&FormPostPage { action: action.into(), fields, returns_to });
    // Under `same-origin`, the post would carry `Origin: null`, which clients take for a forged one (Fetch §3.2).
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    response
}

/// Where an interaction goes on after a step.
pub fn resume_address(interaction: &InteractionId) -> String {
    format!("/interaction/{interaction}/resume")
}

/// A 303 to one of our own pages, or to an address that a reply was proven for.
pub fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, address))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}
