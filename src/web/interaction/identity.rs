//! The digital-ID page and its form.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{check::or_elsewhere, outcome::outcome_address};
use crate::{
    domain::face::way::Way,
    flows::{authorize::OpenInteraction, enrol::Identified},
    ports::store,
    web::{
        browser::{InInteraction, OwnBrowser},
        error::{Failure, form_refused},
        follow::{resume_address, see_other},
        form::Form,
        headers::FormTarget,
        pages::{self, IdentityPage, IdentityProblem, Persona, PersonaEnding},
        state::App,
    },
};

/// The longest document number that is accepted.
const LONGEST_NUMBER: usize = 64;

/// `POST /interaction/{interaction}/identity`.
pub async fn submit(
    app: web::Data<App>,
    request: HttpRequest,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let open = app.authorize.find(&interaction, &browser).await?;
    let number = form.value("document_number").unwrap_or_default().trim().to_uppercase();
    if number.is_empty() || number.len() > LONGEST_NUMBER {
        return page(&app, &open, number, Some(IdentityProblem::Malformed)).await;
    }
    // Runs are free, so what a run counts would not keep anyone from searching the register.
    if let Some(Err(wait_seconds)) = open.session.user.as_ref().map(|user| app.look_ups.spend(user)) {
        return page(&app, &open, number, Some(IdentityProblem::Throttled { wait_seconds })).await;
    }
    match or_elsewhere(app.enrol.identify(&interaction, &browser, &number).await)? {
        None => Ok(see_other(&resume_address(&interaction))),
        Some(Identified::Matched) => Ok(see_other(&format!("/interaction/{interaction}/enrol"))),
        Some(Identified::Refused) => Ok(see_other(&outcome_address(&interaction, &[], Way::Turns))),
        Some(Identified::NoRecord) => page(&app, &open, number, Some(IdentityProblem::NoMatch)).await,
        Some(Identified::SourceDown) => page(&app, &open, number, Some(IdentityProblem::SourceDown)).await,
    }
}

/// The digital-ID page; the simulator's personas are offered in the demo alone.
pub async fn page(
    app: &App,
    open: &OpenInteraction,
    document_number: String,
    problem: Option<IdentityProblem>,
) -> Result<HttpResponse, Failure> {
    let personas = match &app.demo {
        Some(demo) => demo.flow.personas().await?,
        None => Vec::new(),
    };
    let page = IdentityPage {
        interaction: open.interaction.id.to_string(),
        csrf: open.session.csrf.expose().to_owned(),
        client: open.client.name.clone(),
        returns_to: FormTarget::of(&open.request.terms.redirect_uri),
        source: app.enrol.source().to_owned(),
        document_number,
        personas: personas.into_iter().map(card).collect(),
        problem,
    };
    Ok(match problem {
        None => pages::shown(&page),
        Some(problem) => form_refused(&page, problem.wait_seconds()),
    })
}

fn card(persona: store::Persona) -> Persona {
    let ending = match persona.behaviour.as_str() {
        "match" => PersonaEnding::Attested,
        "partial" => PersonaEnding::PartialMatch,
        "down" => PersonaEnding::SourceDown,
        _ => PersonaEnding::NoMatch,
    };
    let portrait = format!("/demo/portraits/{}", persona.document_number);
    Persona {
        name: format!("{} {}", persona.given_name, persona.family_name),
        portrait: (ending == PersonaEnding::Attested).then_some(portrait),
        document_number: persona.document_number,
        ending,
    }
}
