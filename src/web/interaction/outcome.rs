//! The page after a check without success, and the way out of any step.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::SignedDuration;
use serde::Deserialize;

use super::check::or_elsewhere;
use crate::{
    domain::{
        face::{verification::Advice, way::Way},
        id::InteractionId,
    },
    flows::{
        authorize::OpenInteraction,
        step_up::{GivenUp, Setback},
    },
    web::{
        browser::{InInteraction, OwnBrowser},
        error::Failure,
        follow::{follow, resume_address, see_other},
        form::Form,
        headers::FormTarget,
        pages::{self, Outcome, OutcomePage},
        state::App,
    },
};

/// What the address of the page says: advice and the way, by the protocol's names; what is neither is passed over.
#[derive(Deserialize)]
pub struct Told {
    #[serde(default)]
    advice: String,
    #[serde(default)]
    way: String,
}

/// `GET /interaction/{interaction}/outcome`.
pub async fn show(
    app: web::Data<App>,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
    told: web::Query<Told>,
) -> Result<HttpResponse, Failure> {
    let setback = or_elsewhere(app.step_up.setback(&interaction, &browser).await)?;
    let contact = app.contact.clone();
    let outcome = match setback {
        Some(Setback::Retry { wait }) => Outcome::NotVerified {
            advice: told.advice.split(',').filter_map(Advice::parse).map(words).collect(),
            wait_seconds: whole_seconds(wait),
        },
        Some(Setback::Suspended) => Outcome::Suspended { contact },
        Some(Setback::IdentityRefused) => Outcome::IdentityRefused { contact },
        Some(Setback::Elsewhere) | None => return Ok(see_other(&resume_address(&interaction))),
    };
    let open = app.authorize.find(&interaction, &browser).await?;
    Ok(pages::shown(&outcome_page(&open, outcome, Way::parse(&told.way))))
}

/// The page about an outcome; another try is in the same way.
pub fn outcome_page(open: &OpenInteraction, outcome: Outcome, way: Option<Way>) -> OutcomePage {
    OutcomePage {
        interaction: open.interaction.id.to_string(),
        csrf: open.session.csrf.expose().to_owned(),
        client: open.client.name.clone(),
        returns_to: FormTarget::of(&open.request.terms.redirect_uri),
        way,
        outcome,
    }
}

/// `POST /interaction/{interaction}/decline`: the client gets its answer without a face.
pub async fn decline(
    app: web::Data<App>,
    request: HttpRequest,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    or_elsewhere(app.step_up.give_up(&interaction, &browser, why(&form)).await)?;
    let next = app.authorize.advance(&interaction, &browser).await?;
    Ok(follow(&app, &interaction, &next, None))
}

/// Why the person gives up, as far as the page knows. It picks one name of several misses and nothing else.
pub fn why(form: &Form) -> GivenUp {
    match form.value("reason") {
        Some("camera_unavailable") => GivenUp::NoCamera,
        Some("registry_unavailable") => GivenUp::SourceDown,
        _ => GivenUp::Declined,
    }
}

/// Where the page is. The way that is usual needs no word.
pub fn outcome_address(interaction: &InteractionId, advice: &[Advice], way: Way) -> String {
    let names: Vec<&str> = advice.iter().map(|advice| advice.code()).collect();
    let told = [
        (!names.is_empty()).then(|| format!("advice={}", names.join(","))),
        (way != Way::Turns).then(|| format!("way={}", way.name())),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    match told.is_empty() {
        true => format!("/interaction/{interaction}/outcome"),
        false => format!("/interaction/{interaction}/outcome?{}", told.join("&")),
    }
}

/// So many seconds, the last begun one counted whole.
fn whole_seconds(wait: SignedDuration) -> u32 {
    let begun = i64::from(wait.subsec_nanos() > 0);
    u32::try_from(wait.as_secs().saturating_add(begun)).unwrap_or(0)
}

fn words(advice: Advice) -> pages::Advice {
    match advice {
        Advice::NoFace => pages::Advice::NoFace,
        Advice::SeveralFaces => pages::Advice::SeveralFaces,
        Advice::Dark => pages::Advice::Dark,
        Advice::Bright => pages::Advice::Bright,
        Advice::TooFar => pages::Advice::TooFar,
        Advice::TooNear => pages::Advice::TooNear,
        Advice::OffCentre => pages::Advice::OffCentre,
        Advice::HoldStill => pages::Advice::HoldStill,
    }
}
