//! A one-time link's page: its holder sets a password where the account has none, takes the role, and is signed in.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::Answer;
use crate::{
    domain::{
        admin::{invitation::InvitationKind, role::Role},
        secret::SecretToken,
    },
    flows::{
        admin::administrators::{AdminRefusal, Welcome},
        browser::Browser,
        sign_in::SignInOutcome,
    },
    web::{
        browser::OwnBrowser,
        error::{Failure, form_again},
        follow::see_other,
        form::Form,
        headers::Policy,
        pages::{
            self, Page,
            text::{self, filters},
        },
        state::App,
    },
};

/// Says what the link is for; posts `password` and `csrf_token` to its own address.
#[derive(Template)]
#[template(path = "admin/invitation.html")]
pub struct InvitationPage {
    /// The secret in the link, for the form's address.
    pub link: String,
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The account's name.
    pub username: String,
    /// The role that it gives; none for an account alone.
    pub role: Option<Role>,
    /// Whether somebody gets their way in back.
    pub recovers: bool,
    /// Whether a password is to be set.
    pub sets_password: bool,
    /// Whether the password that was sent was too short.
    pub is_short: bool,
}

impl InvitationPage {
    fn of(link: &SecretToken, browser: &Browser, welcome: Welcome, is_short: bool) -> Self {
        Self {
            link: link.expose().to_owned(),
            csrf: browser.session.csrf.expose().to_owned(),
            username: welcome.username.as_str().to_owned(),
            role: welcome.role,
            recovers: welcome.kind == InvitationKind::Recover,
            sets_password: welcome.sets_password,
            is_short,
        }
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            link: "l1nk".into(),
            csrf: "csrf-sample".into(),
            username: "olivia".into(),
            role: Some(Role::Owner),
            recovers: false,
            sets_password: true,
            is_short: false,
        }
    }
}

impl Page for InvitationPage {
    fn policy(&self) -> Policy {
        Policy::form(None)
    }
}

/// Says that a link is not valid any more.
#[derive(Template)]
#[template(path = "admin/link_over.html")]
pub struct LinkOverPage {}

impl Page for LinkOverPage {
    fn policy(&self) -> Policy {
        Policy::plain()
    }
}

/// `GET /admin/invitation/{link}`; it changes nothing, so a program that looks ahead uses nothing up.
pub async fn show(app: web::Data<App>, request: HttpRequest, link: web::Path<String>) -> Answer {
    let link = SecretToken::from_outside(&link);
    let Some(welcome) = app.admin.administrators.welcome(&link).await? else { return Ok(over()) };
    let (browser, opened) = app.own_accounts.welcome(app.cookies.visitor(&request)).await?;
    let mut response = pages::shown(&InvitationPage::of(&link, &browser, welcome, false));
    if let Some(secret) = &opened {
        let added = response.add_cookie(&app.cookies.session(secret));
        debug_assert!(added.is_ok());
    }
    Ok(response)
}

/// `POST /admin/invitation/{link}`: uses it up. Whoever set a password by it is signed in with that; who had one before
/// signs in with that as ever.
pub async fn accept(
    app: web::Data<App>,
    request: HttpRequest,
    link: web::Path<String>,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Answer {
    form.prove_own(&request, &app, &browser)?;
    let link = SecretToken::from_outside(&link);
    let Some(welcome) = app.admin.administrators.welcome(&link).await? else { return Ok(over()) };
    let (password, onward) = (form.value("password").unwrap_or_default(), onward(&welcome));
    let username = match app.admin.administrators.accept(&link, password).await {
        Ok(username) => username,
        Err(AdminRefusal::ShortPassword) => {
            return Ok(form_again(&InvitationPage::of(&link, &browser, welcome, true), true));
        }
        Err(AdminRefusal::Fault(fault)) => return Err(fault.into()),
        Err(_) => return Ok(over()),
    };
    let mut response = see_other(onward);
    if welcome.sets_password {
        let signed_in = app.sign_in.attempt(None, &browser, username.as_str(), password);
        if let SignInOutcome::SignedIn(signed_in) = signed_in.await.map_err(Failure::from)? {
            app.cookies.keep(&mut response, &signed_in.held);
        }
    }
    Ok(response)
}

/// Where a link's holder goes on.
fn onward(welcome: &Welcome) -> &'static str {
    if welcome.role.is_some() { "/admin" } else { "/account" }
}

fn over() -> HttpResponse {
    pages::answer(StatusCode::GONE, &LinkOverPage {})
}
