//! The demo's own pages: the front page, the personas' portraits, and the registration.

use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::form_urlencoded;

use crate::{
    domain::{face::capture::EncodedFrame, oidc::request::ReceivedParameters},
    flows::demo::{Flaw, Registration, Unregistered},
    web::{
        browser::OwnBrowser,
        error::{Failure, form_again},
        form::Form,
        limits::read_body,
        pages::{self, LandingPage, RegisterPage, RegisterProblem, RegisteredPage},
        state::{App, DemoDesk},
    },
};

/// Seconds after which a full analysis may have room again.
const BUSY_SECONDS: u32 = 5;
/// The largest registration: a portrait in base64 and a few words.
const LARGEST_BODY: usize = 3 * 1024 * 1024;

/// `GET /`.
pub async fn landing(app: web::Data<App>) -> Result<HttpResponse, Failure> {
    let desk = desk(&app)?;
    Ok(pages::shown(&LandingPage {
        bank: desk.bank.clone(),
        issuer: app.issuer.as_str().to_owned(),
        accounts: desk.accounts.clone(),
    }))
}

/// `GET /demo/portraits/{document}`.
pub async fn portrait(app: web::Data<App>, document: web::Path<String>) -> Result<HttpResponse, Failure> {
    let portrait = desk(&app)?.flow.portrait(&document).await?.ok_or(Failure::NotFound)?;
    Ok(HttpResponse::Ok().content_type("image/jpeg").body(portrait))
}

/// `GET /demo/register`; a browser without a session gets one, since the form is proven by it.
pub async fn form(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let (browser, opened) = desk(&app)?.flow.welcome(app.cookies.visitor(&request)).await?;
    let mut response = pages::shown(&RegisterPage {
        csrf: browser.session.csrf.expose().to_owned(),
        name: String::new(),
        birth_date: String::new(),
        username: String::new(),
        problems: Vec::new(),
    });
    if let Some(secret) = opened {
        let added = response.add_cookie(&app.cookies.session(&secret));
        debug_assert!(added.is_ok());
    }
    Ok(response)
}

/// `POST /demo/register`.
pub async fn register(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
    OwnBrowser(browser): OwnBrowser,
) -> Result<HttpResponse, Failure> {
    let desk = desk(&app)?;
    if request.content_type() != "application/x-www-form-urlencoded" {
        return Err(Failure::Malformed("content_type"));
    }
    let (headers, mut payload) = (request.headers(), payload.into_inner());
    let body = read_body(headers, &mut payload, LARGEST_BODY, app.limits.within).await?;
    let form = Form(ReceivedParameters::collect(form_urlencoded::parse(&body).into_owned()));
    form.prove_own(&request, &app, &browser)?;
    let value = |name| form.value(name).unwrap_or_default().to_owned();
    let registration = Registration {
        name: value("name"),
        birth_date: value("birth_date"),
        username: value("username"),
        password: value("password"),
        portrait: form.value("portrait").and_then(|text| STANDARD.decode(text).ok()).map(EncodedFrame::new),
    };
    match desk.flow.register(registration.clone()).await {
        Ok(registered) => Ok(pages::shown(&RegisteredPage {
            username: registered.username,
            document_number: registered.document_number,
            bank: desk.bank.clone(),
        })),
        Err(Unregistered::Flawed(flaws)) => {
            let page = RegisterPage {
                csrf: browser.session.csrf.expose().to_owned(),
                name: registration.name,
                birth_date: registration.birth_date,
                username: registration.username,
                problems: flaws.into_iter().map(words).collect(),
            };
            Ok(form_again(&page, true))
        }
        Err(Unregistered::Busy) => Err(Failure::Busy { retry_seconds: BUSY_SECONDS }),
        Err(Unregistered::Fault(fault)) => Err(fault.into()),
    }
}

fn desk(app: &App) -> Result<&DemoDesk, Failure> {
    app.demo.as_ref().ok_or(Failure::NotFound)
}

fn words(flaw: Flaw) -> RegisterProblem {
    match flaw {
        Flaw::Name => RegisterProblem::Name,
        Flaw::BirthDate => RegisterProblem::BirthDate,
        Flaw::Username => RegisterProblem::Username,
        Flaw::UsernameTaken => RegisterProblem::UsernameTaken,
        Flaw::Password => RegisterProblem::Password,
        Flaw::PortraitMissing => RegisterProblem::PortraitMissing,
        Flaw::PortraitUnusable => RegisterProblem::PortraitUnusable,
    }
}
