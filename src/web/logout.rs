//! The end session endpoint (OpenID Connect RP-Initiated Logout 1.0 §2), and the pages before and after a logout.

use actix_web::{HttpRequest, HttpResponse, web};
use url::form_urlencoded;

use super::{
    browser::OwnBrowser,
    error::Failure,
    follow::see_other,
    form::Form,
    headers::FormTarget,
    pages::{self, LogoutPage, SignedOutPage},
    state::App,
};
use crate::{
    domain::oidc::{
        endpoints::END_SESSION,
        logout::{LogoutRefusal, LogoutRequest},
        request::ReceivedParameters,
    },
    flows::{
        Unserved,
        browser::Held,
        logout::{Afterwards, Heard, Question},
    },
};

/// Where a browser is told that nobody is signed in any more.
const DONE: &str = "/logout/done";

/// `GET /logout`.
pub async fn by_address(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let pairs = form_urlencoded::parse(request.query_string().as_bytes()).into_owned();
    let asked = received(&ReceivedParameters::collect(pairs))?;
    Ok(match app.logout.hear(&asked, app.cookies.visitor(&request)).await? {
        Heard::Ask(question) => ask(&app, &asked, *question),
        Heard::Ended { held, afterwards } => onward(&app, &afterwards, Some(&held)),
        Heard::Over { afterwards } if afterwards.is_hinted => onward(&app, &afterwards, None),
        Heard::Over { afterwards } => pages::shown(&SignedOutPage { onward: link(afterwards) }),
    })
}

/// `POST /logout`: comes back with a GET, since a cross-site POST brings no `SameSite=Lax` cookie.
pub async fn by_form(form: Form) -> Result<HttpResponse, Failure> {
    let asked = received(&form.0)?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(asked.parameters());
    Ok(see_other(&format!("{END_SESSION}?{}", query.finish())))
}

/// `POST /logout/confirm`: the answer to the question.
pub async fn confirm(
    app: web::Data<App>,
    request: HttpRequest,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    match form.value("decision") {
        Some("log-out") => {
            let (held, afterwards) = app.logout.confirm(&received(&form.0)?, &browser).await?;
            Ok(onward(&app, &afterwards, Some(&held)))
        }
        Some("stay") => Ok(see_other("/account")),
        _ => Err(Failure::Malformed("decision")),
    }
}

/// `GET /logout/done`.
pub async fn done() -> HttpResponse {
    pages::shown(&SignedOutPage { onward: None })
}

fn received(parameters: &ReceivedParameters) -> Result<LogoutRequest, Failure> {
    LogoutRequest::receive(parameters).map_err(Failure::Logout)
}

fn ask(app: &App, asked: &LogoutRequest, question: Question) -> HttpResponse {
    let Question { browser, held, username, afterwards } = question;
    let mut response = pages::shown(&LogoutPage {
        csrf: browser.session.csrf.expose().to_owned(),
        client: afterwards.client,
        username,
        request: asked.parameters(),
        returns_to: afterwards.address.and_then(|address| FormTarget::of(address.as_str())),
    });
    if let Some(held) = &held {
        app.cookies.keep(&mut response, held);
    }
    response
}

fn onward(app: &App, afterwards: &Afterwards, held: Option<&Held>) -> HttpResponse {
    let mut response = see_other(afterwards.address.as_ref().map_or(DONE, |address| address.as_str()));
    if let Some(held) = held {
        app.cookies.keep(&mut response, held);
    }
    response
}

/// An address that no ID token vouches for is offered, not gone to.
fn link(afterwards: Afterwards) -> Option<(String, String)> {
    Some((afterwards.client?, afterwards.address?.into()))
}

impl From<Unserved<LogoutRefusal>> for Failure {
    fn from(unserved: Unserved<LogoutRefusal>) -> Self {
        match unserved {
            Unserved::Refused(refusal) => Self::Logout(refusal),
            Unserved::Fault(fault) => Self::Fault(fault),
        }
    }
}
