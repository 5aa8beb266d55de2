//! The page that asks whether a client may have what it asks, and its form.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::{
    domain::oidc::consent::Access,
    flows::authorize::OpenInteraction,
    web::{
        browser::{InInteraction, OwnBrowser},
        error::Failure,
        follow::follow,
        form::Form,
        headers::FormTarget,
        pages::{self, AboutClient, AllowPage},
        state::App,
    },
};

/// `GET /interaction/{interaction}/allow`.
pub async fn show(
    app: web::Data<App>,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
) -> Result<HttpResponse, Failure> {
    let open = app.authorize.find(&interaction, &browser).await?;
    Ok(pages::shown(&page(&open)))
}

/// `POST /interaction/{interaction}/allow`.
pub async fn submit(
    app: web::Data<App>,
    request: HttpRequest,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let next = match form.value("decision") {
        Some("allow") => {
            let asked = form.value("asked").unwrap_or_default();
            app.authorize.allow(&interaction, &browser, asked).await?
        }
        Some("deny") => app.authorize.deny(&interaction, &browser).await?,
        _ => return Err(Failure::Malformed("decision")),
    };
    Ok(follow(&app, &interaction, &next, None))
}

fn page(open: &OpenInteraction) -> AllowPage {
    let asked = Access::of(&open.request.terms);
    AllowPage {
        interaction: open.interaction.id.to_string(),
        csrf: open.session.csrf.expose().to_owned(),
        client: open.client.name.clone(),
        username: open.username.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default(),
        about: AboutClient::of(&open.client),
        returns_to: FormTarget::of(&open.request.terms.redirect_uri),
        asked: asked.digest(),
        access: asked,
    }
}
