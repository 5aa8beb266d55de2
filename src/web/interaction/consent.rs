//! The consent page and its form.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{check::or_elsewhere, outcome::why};
use crate::{
    flows::authorize::OpenInteraction,
    web::{
        browser::{InInteraction, OwnBrowser},
        error::Failure,
        follow::{follow, see_other},
        form::Form,
        headers::FormTarget,
        pages::{self, ConsentPage},
        state::App,
    },
};

/// `POST /interaction/{interaction}/consent`. Agreement to a text that is not the one in force is asked for again.
pub async fn submit(
    app: web::Data<App>,
    request: HttpRequest,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    match form.value("decision") {
        Some("agree") if form.value("text_version") == Some(ConsentPage::TEXT_VERSION) => {
            or_elsewhere(app.consents.give(&interaction, &browser, ConsentPage::TEXT_VERSION).await)?;
            Ok(see_other(&format!("/interaction/{interaction}/enrol")))
        }
        Some("agree") => Ok(see_other(&format!("/interaction/{interaction}/enrol"))),
        Some("decline") => {
            or_elsewhere(app.step_up.give_up(&interaction, &browser, why(&form)).await)?;
            let next = app.authorize.advance(&interaction, &browser).await?;
            Ok(follow(&app, &interaction, &next, None))
        }
        _ => Err(Failure::Malformed("decision")),
    }
}

/// The consent page.
pub fn page(app: &App, open: &OpenInteraction) -> HttpResponse {
    pages::shown(&ConsentPage {
        interaction: open.interaction.id.to_string(),
        csrf: open.session.csrf.expose().to_owned(),
        client: open.client.name.clone(),
        returns_to: FormTarget::of(&open.request.terms.redirect_uri),
        source: app.enrol.source().to_owned(),
        text_version: ConsentPage::TEXT_VERSION.to_owned(),
    })
}
