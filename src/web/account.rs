//! The pages of an account's owner.

use actix_web::{HttpRequest, HttpResponse, cookie::Cookie, web};
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    domain::{
        device::KeyThumbprint,
        id::{ClientId, SessionId},
        secret::SecretToken,
    },
    flows::{
        authorized_clients::AuthorizedClient,
        devices::OwnKey,
        own_account::{FaceCheck, Overview},
        sign_in::SignInOutcome,
    },
    web::{
        browser::OwnBrowser,
        client_address::client_address,
        error::{Failure, form_refused},
        follow::see_other,
        form::Form,
        interaction::select::line,
        pages::{
            self, AccountNews, AccountPage, AccountSignInPage, DeviceCard, FaceCard, ServiceCard,
            SignInProblem, WithdrawPage,
        },
        state::App,
    },
};

/// `GET /account`; who is not signed in is asked to.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let found = app.browsers.find_signed_in(app.cookies.visitor(&request)).await?;
    let Some((browser, held)) = found else { return Ok(see_other("/account/sign-in")) };
    let Some(overview) = app.own_accounts.overview(&browser).await? else {
        return Ok(see_other("/account/sign-in"));
    };
    let news = match request.query_string() {
        "withdrawn" if overview.face.is_none() => Some(AccountNews::FaceForgotten),
        "revoked" => Some(AccountNews::AccessWithdrawn),
        "device-revoked" => Some(AccountNews::DeviceRevoked),
        _ => None,
    };
    let services = app.authorized_clients.list(&browser).await?;
    let devices = app.devices.list(&browser).await?;
    let accounts = app.browsers.accounts(&browser).await?;
    let mut response = pages::shown(&AccountPage {
        username: overview.username.as_str().to_owned(),
        face: overview.face.map(card),
        news,
        csrf: browser.session.csrf.expose().to_owned(),
        services: services.into_iter().map(service).collect(),
        devices: devices.into_iter().map(device).collect(),
        accounts: accounts.into_iter().map(line).collect(),
    });
    if let Some(held) = &held {
        app.cookies.keep(&mut response, held);
    }
    Ok(response)
}

/// `POST /account/services/revoke`: takes back what a client may have.
pub async fn revoke(
    app: web::Data<App>,
    request: HttpRequest,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let client = form.value("client").and_then(ClientId::parse).ok_or(Failure::Malformed("client"))?;
    let is_done = app.authorized_clients.withdraw(&browser, &client).await?;
    Ok(see_other(if is_done { "/account?revoked" } else { "/account" }))
}

/// `POST /account/devices/revoke`: a browser's key counts no more.
pub async fn revoke_device(
    app: web::Data<App>,
    request: HttpRequest,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let key = form.value("device").and_then(KeyThumbprint::parse).ok_or(Failure::Malformed("device"))?;
    let is_done = app.devices.revoke(&browser, &key).await?;
    Ok(see_other(if is_done { "/account?device-revoked" } else { "/account" }))
}

/// `POST /account/switch`: another of the browser's accounts is the current one from now on.
pub async fn switch(
    app: web::Data<App>,
    request: HttpRequest,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let mut response = see_other("/account");
    if let Some(held) = app.browsers.turn_to(&browser, &named(&form)?).await? {
        app.cookies.keep(&mut response, &held);
    }
    Ok(response)
}

/// `POST /account/sign-out`: ends the session of one of the browser's accounts.
pub async fn sign_out(
    app: web::Data<App>,
    request: HttpRequest,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let Some(held) = app.logout.end_own(&browser, &named(&form)?).await? else {
        return Ok(see_other("/account"));
    };
    let mut response = see_other(if held.session.is_some() { "/account" } else { "/logout/done" });
    app.cookies.keep(&mut response, &held);
    Ok(response)
}

fn named(form: &Form) -> Result<SessionId, Failure> {
    form.value("account").and_then(SessionId::parse).ok_or(Failure::Malformed("account"))
}

/// `GET /account/sign-in`; a browser without a session gets one, since the form is proven by it.
pub async fn sign_in_form(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let (browser, opened) = app.own_accounts.welcome(app.cookies.visitor(&request)).await?;
    let csrf = browser.session.csrf.expose().to_owned();
    let page = pages::shown(&AccountSignInPage { csrf, username: String::new(), problem: None });
    Ok(with_session(&app, page, opened.as_ref()))
}

/// `POST /account/sign-in`.
pub async fn sign_in(
    app: web::Data<App>,
    request: HttpRequest,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let typed = form.value("username").unwrap_or_default();
    let again = |problem: SignInProblem, wait| {
        let csrf = browser.session.csrf.expose().to_owned();
        form_refused(&AccountSignInPage { csrf, username: typed.to_owned(), problem: Some(problem) }, wait)
    };
    let (Some(name), Some(password)) = (form.value("username"), form.value("password")) else {
        return Ok(again(SignInProblem::Incomplete, None));
    };
    let address = client_address(&request);
    if let Err(wait_seconds) = app.throttle.spend(name, address) {
        return Ok(again(SignInProblem::Throttled { wait_seconds }, Some(wait_seconds)));
    }
    match app.sign_in.attempt(None, &browser, name, password).await? {
        SignInOutcome::Mismatch => Ok(again(SignInProblem::Mismatch, None)),
        SignInOutcome::SignedIn(signed_in) => {
            app.throttle.give_back(name, address);
            let mut response = see_other("/account");
            app.cookies.keep(&mut response, &signed_in.held);
            Ok(response)
        }
    }
}

/// `GET /account/withdraw`: what a withdrawal means.
pub async fn withdraw_form(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let Some(overview) = overview(&app, &request).await? else { return Ok(see_other("/account/sign-in")) };
    let browser = app.browsers.find(app.cookies.visitor(&request)).await?;
    Ok(match (overview.face, browser) {
        (Some(_), Some(browser)) => {
            pages::shown(&WithdrawPage { csrf: browser.session.csrf.expose().to_owned() })
        }
        _ => see_other("/account"),
    })
}

/// `POST /account/withdraw`.
pub async fn withdraw(
    app: web::Data<App>,
    request: HttpRequest,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let is_done = app.own_accounts.withdraw(&browser).await?;
    Ok(see_other(if is_done { "/account?withdrawn" } else { "/account/sign-in" }))
}

async fn overview(app: &App, request: &HttpRequest) -> Result<Option<Overview>, Failure> {
    match app.browsers.find(app.cookies.visitor(request)).await? {
        Some(browser) => Ok(app.own_accounts.overview(&browser).await?),
        None => Ok(None),
    }
}

fn service(client: AuthorizedClient) -> ServiceCard {
    let since = |at: Timestamp| at.to_zoned(TimeZone::UTC).date().to_string();
    ServiceCard {
        id: client.id.to_string(),
        name: client.name,
        allowed: client.allowed.map(|(access, at)| (access, since(at))),
        start: client.start.map(String::from),
    }
}

fn device(key: OwnKey) -> DeviceCard {
    let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date().to_string();
    DeviceCard {
        key: key.thumbprint.as_str().to_owned(),
        since: day(key.bound_at),
        used: day(key.last_used_at),
        is_here: key.is_here,
    }
}

fn card(face: FaceCheck) -> FaceCard {
    let since = face.since.to_zoned(TimeZone::UTC).date().to_string();
    // The register's own name, or the words for somebody of this service's own.
    let source = pages::text::find(&format!("account-source-{}", face.source)).unwrap_or(face.source);
    FaceCard { since, source, coverage: face.coverage }
}

fn with_session(app: &App, mut response: HttpResponse, secret: Option<&SecretToken>) -> HttpResponse {
    let cookie: Option<Cookie<'static>> = secret.map(|secret| app.cookies.session(secret));
    // A value that cannot stand in a cookie header cannot come up: secrets are base64url.
    let added = cookie.map_or(Ok(()), |cookie| response.add_cookie(&cookie));
    debug_assert!(added.is_ok());
    response
}
