//! The page of the accounts that are signed in to in this browser, and its form.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::{
    domain::id::SessionId,
    flows::browser::BrowserAccount,
    web::{
        browser::{InInteraction, OwnBrowser},
        error::Failure,
        follow::go_on,
        form::Form,
        headers::FormTarget,
        pages::{self, AccountLine, SelectPage},
        state::App,
    },
};

/// `GET /interaction/{interaction}/select-account`.
pub async fn show(
    app: web::Data<App>,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
) -> Result<HttpResponse, Failure> {
    let open = app.authorize.find(&interaction, &browser).await?;
    let accounts = app.browsers.accounts(&browser).await?;
    Ok(pages::shown(&SelectPage {
        interaction: open.interaction.id.to_string(),
        csrf: open.session.csrf.expose().to_owned(),
        client: open.client.name.clone(),
        returns_to: FormTarget::of(&open.request.terms.redirect_uri),
        accounts: accounts.into_iter().map(line).collect(),
    }))
}

/// `POST /interaction/{interaction}/select-account`.
pub async fn submit(
    app: web::Data<App>,
    request: HttpRequest,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let chosen = form.value("account").and_then(SessionId::parse).ok_or(Failure::Malformed("account"))?;
    let advanced = app.authorize.choose(&interaction, &browser, &chosen).await?;
    Ok(go_on(&app, &advanced))
}

/// An account as a page shows it.
pub fn line(account: BrowserAccount) -> AccountLine {
    AccountLine {
        session: account.session.to_string(),
        username: account.username.as_str().to_owned(),
        is_current: account.is_current,
    }
}
