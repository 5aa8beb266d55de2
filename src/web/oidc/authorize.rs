//! The authorization endpoint (OpenID Connect Core 1.0 §3.1.2.1): GET and POST.

use actix_web::{HttpRequest, HttpResponse, web};
use url::form_urlencoded;

use crate::{
    domain::oidc::request::ReceivedParameters,
    flows::authorize::{Arrival, Begun},
    web::{
        error::Failure,
        follow::{deliver, go_on, resume_address, see_other},
        form::Form,
        state::App,
    },
};

/// `GET /authorize`: opens the request in the browser that came.
pub async fn by_address(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let pairs = form_urlencoded::parse(request.query_string().as_bytes()).into_owned();
    begin(&app, ReceivedParameters::collect(pairs), Arrival::Visited(app.cookies.visitor(&request))).await
}

/// `POST /authorize`: keeps the request and has the browser come back with a GET, since a cross-site POST brings no
/// `SameSite=Lax` cookie.
pub async fn by_form(app: web::Data<App>, form: Form) -> Result<HttpResponse, Failure> {
    begin(&app, form.0, Arrival::Posted).await
}

async fn begin(app: &App, received: ReceivedParameters, arrival: Arrival) -> Result<HttpResponse, Failure> {
    Ok(match app.authorize.begin(received, arrival).await? {
        Begun::Refused(reply) => deliver(&app.issuer, &reply),
        Begun::Kept(interaction) => see_other(&resume_address(&interaction)),
        Begun::Opened(advanced) => go_on(app, &advanced),
    })
}
