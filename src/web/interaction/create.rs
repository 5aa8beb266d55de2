//! The page that makes an account, and its form (Initiating User Registration via OpenID Connect 1.0).

use actix_web::{HttpRequest, HttpResponse, web};

use crate::{
    flows::{accounts::AccountRefusal, authorize::OpenInteraction, sign_in::SignInOutcome},
    web::{
        browser::{InInteraction, OwnBrowser},
        client_address::client_address,
        error::{Failure, form_refused},
        follow::follow,
        form::Form,
        headers::FormTarget,
        pages::{self, CreatePage, CreateProblem},
        state::App,
    },
};

/// `GET /interaction/{interaction}/create`.
pub async fn show(
    app: web::Data<App>,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
) -> Result<HttpResponse, Failure> {
    app.self_registration.as_ref().ok_or(Failure::NotFound)?;
    let open = app.authorize.find(&interaction, &browser).await?;
    let username = open.request.login_hint.clone().unwrap_or_default();
    Ok(pages::shown(&page(&open, username, None)))
}

/// `POST /interaction/{interaction}/create`: makes the account, signs its person in, and goes on.
pub async fn submit(
    app: web::Data<App>,
    request: HttpRequest,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    let accounts = app.self_registration.as_ref().ok_or(Failure::NotFound)?;
    form.prove_own(&request, &app, &browser)?;
    let open = app.authorize.find(&interaction, &browser).await?;
    let name = form.value("username").unwrap_or_default();
    let password = form.value("password").unwrap_or_default();
    let again = |problem, wait| form_refused(&page(&open, name.to_owned(), Some(problem)), wait);
    // Not given back: accounts are counted as wrong passwords are, and hashing one costs as much.
    if let Err(wait_seconds) = app.throttle.spend(name, client_address(&request)) {
        return Ok(again(CreateProblem::Throttled { wait_seconds }, Some(wait_seconds)));
    }
    match accounts.open_own(name, password).await {
        Ok(_) => {}
        Err(AccountRefusal::ShortPassword) => return Ok(again(CreateProblem::Password, None)),
        Err(AccountRefusal::Taken) => return Ok(again(CreateProblem::Taken, None)),
        Err(AccountRefusal::Fault(fault)) => return Err(fault.into()),
        Err(AccountRefusal::BadUsername | AccountRefusal::Unknown) => {
            return Ok(again(CreateProblem::Username, None));
        }
    }
    match app.sign_in.attempt(Some(&interaction), &browser, name, password).await? {
        // The account was erased in between.
        SignInOutcome::Mismatch => Ok(again(CreateProblem::Username, None)),
        SignInOutcome::SignedIn(signed_in) => {
            let next = app.authorize.advance(&interaction, &signed_in.browser).await?;
            let mut response = follow(&app, &interaction, &next, None);
            app.cookies.keep(&mut response, &signed_in.held);
            Ok(response)
        }
    }
}

fn page(open: &OpenInteraction, username: String, problem: Option<CreateProblem>) -> CreatePage {
    CreatePage {
        interaction: open.interaction.id.to_string(),
        csrf: open.session.csrf.expose().to_owned(),
        client: open.client.name.clone(),
        returns_to: FormTarget::of(&open.request.terms.redirect_uri),
        username,
        problem,
    }
}
