//! The sign-in page and its form.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::{
    flows::{authorize::OpenInteraction, sign_in::SignInOutcome},
    web::{
        browser::{InInteraction, OwnBrowser},
        client_address::client_address,
        error::{Failure, form_refused},
        follow::follow,
        form::Form,
        headers::FormTarget,
        pages::{self, AboutClient, SignInPage, SignInProblem},
        state::App,
    },
};

/// `GET /interaction/{interaction}/sign-in`.
pub async fn show(
    app: web::Data<App>,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
) -> Result<HttpResponse, Failure> {
    let open = app.authorize.find(&interaction, &browser).await?;
    let has_accounts = !app.browsers.accounts(&browser).await?.is_empty();
    let username = open.request.login_hint.clone().unwrap_or_default();
    Ok(pages::shown(&page(&app, &open, has_accounts, username, None)))
}

/// `POST /interaction/{interaction}/sign-in`.
pub async fn submit(
    app: web::Data<App>,
    request: HttpRequest,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let open = app.authorize.find(&interaction, &browser).await?;
    let has_accounts = !browser.others.is_empty();
    let typed = form.value("username").unwrap_or_default();
    let again =
        |problem, wait| form_refused(&page(&app, &open, has_accounts, typed.to_owned(), Some(problem)), wait);
    let (Some(name), Some(password)) = (form.value("username"), form.value("password")) else {
        return Ok(again(SignInProblem::Incomplete, None));
    };
    let address = client_address(&request);
    if let Err(wait_seconds) = app.throttle.spend(name, address) {
        return Ok(again(SignInProblem::Throttled { wait_seconds }, Some(wait_seconds)));
    }
    match app.sign_in.attempt(Some(&interaction), &browser, name, password).await? {
        SignInOutcome::Mismatch => Ok(again(SignInProblem::Mismatch, None)),
        SignInOutcome::SignedIn(signed_in) => {
            app.throttle.give_back(name, address);
            let next = app.authorize.advance(&interaction, &signed_in.browser).await?;
            let mut response = follow(&app, &interaction, &next, None);
            app.cookies.keep(&mut response, &signed_in.held);
            Ok(response)
        }
    }
}

/// `POST /interaction/{interaction}/sign-in/decline`: back to the client without signing in.
pub async fn decline(
    app: web::Data<App>,
    request: HttpRequest,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let next = app.authorize.decline(&interaction, &browser).await?;
    Ok(follow(&app, &interaction, &next, None))
}

fn page(
    app: &App,
    open: &OpenInteraction,
    has_accounts: bool,
    username: String,
    problem: Option<SignInProblem>,
) -> SignInPage {
    SignInPage {
        interaction: open.interaction.id.to_string(),
        csrf: open.session.csrf.expose().to_owned(),
        client: open.client.name.clone(),
        about: AboutClient::of(&open.client),
        offers_account: app.self_registration.is_some(),
        has_accounts,
        returns_to: FormTarget::of(&open.request.terms.redirect_uri),
        username,
        problem,
    }
}
