//! Where a face check stands: the page of the step that the person is at.

use actix_web::{HttpResponse, web};

use super::{ceremony::briefing, consent, identity};
use crate::{
    flows::{Unserved, ceremony::FaceRefusal, ceremony::Served, step_up::Station},
    web::{
        browser::{InInteraction, OwnBrowser},
        error::Failure,
        follow::{resume_address, see_other},
        state::App,
    },
};

/// `GET /interaction/{interaction}/enrol` and `…/step-up`: consent, document or briefing, as the run stands.
pub async fn show(
    app: web::Data<App>,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
) -> Result<HttpResponse, Failure> {
    let station = or_elsewhere(app.step_up.station(&interaction, &browser).await)?;
    let open = app.authorize.find(&interaction, &browser).await?;
    match station {
        Some(Station::Consent) => Ok(consent::page(&app, &open)),
        Some(Station::Identity) => identity::page(&app, &open, String::new(), None).await,
        Some(station @ (Station::Portrait | Station::Template { .. })) => {
            briefing(&app, &open, station).await
        }
        Some(Station::Elsewhere) | None => Ok(see_other(&resume_address(&interaction))),
    }
}

/// `None` where the run is at another step: the browser is then sent to whatever comes next.
pub fn or_elsewhere<T>(served: Served<T>) -> Result<Option<T>, Failure> {
    match served {
        Ok(value) => Ok(Some(value)),
        Err(Unserved::Refused(FaceRefusal::WrongStep)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}
