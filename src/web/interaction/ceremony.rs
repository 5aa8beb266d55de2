//! The face check: what it is like, the page that captures, its socket, and the upload.

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    http::header::{HeaderName, ORIGIN},
    web,
};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    check::or_elsewhere,
    outcome::{outcome_address, outcome_page},
    socket::PageLine,
    upload_answer,
};
use crate::{
    domain::{
        face::{
            ceremony::{Ceremony, CeremonyRefusal},
            way::{Way, Ways},
        },
        id::CeremonyId,
    },
    flows::{
        Unserved,
        authorize::OpenInteraction,
        ceremony::FaceRefusal,
        devices::PageKeys,
        step_up::{GivenUp, Station},
    },
    ports::fault::Fault,
    web::{
        browser::{InInteraction, OwnBrowser},
        error::{Failure, no_room},
        follow::{follow, resume_address, see_other},
        form::{Form, is_same_origin},
        headers::FormTarget,
        limits::read_body,
        pages::{
            self, BriefingPage, CapturePage, DeviceSettings, FrameSettings, HintSettings,
            Outcome as OutcomeWords, Purpose,
        },
        state::App,
    },
};

/// Where an upload carries the session's anti-forgery token: it has no form to put it in.
const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
/// The media type of a compact JWE (RFC 7515 §9.2.1).
const JOSE: &str = "application/jose";
/// The largest message of a socket: a sealed hint frame is about 15 kB.
const LARGEST_MESSAGE: usize = 160 * 1024;

/// Extracts the `{ceremony}` of an address.
pub struct OfCeremony(pub CeremonyId);

impl FromRequest for OfCeremony {
    type Error = Failure;
    type Future = std::future::Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = request.match_info().get("ceremony").and_then(CeremonyId::parse);
        std::future::ready(named.map(Self).ok_or(Failure::NotFound))
    }
}

/// What is about to happen, before the camera opens, and the ways that can be chosen.
pub async fn briefing(app: &App, open: &OpenInteraction, station: Station) -> Result<HttpResponse, Failure> {
    let purpose = if station == Station::Portrait { Purpose::Enrol } else { Purpose::StepUp };
    Ok(pages::shown(&BriefingPage {
        interaction: open.interaction.id.to_string(),
        csrf: open.session.csrf.expose().to_owned(),
        client: open.client.name.clone(),
        returns_to: FormTarget::of(&open.request.terms.redirect_uri),
        purpose,
        ways: app.ceremonies.ways_open_to(&open.interaction.id, &open.session.ledger).await?,
        just_enrolled: station == Station::Template { just_enrolled: true },
    }))
}

/// `POST /interaction/{interaction}/begin` and `…/retry`: opens a capture, if the account's tries allow one now.
pub async fn begin(
    app: web::Data<App>,
    request: HttpRequest,
    InInteraction(interaction): InInteraction,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let open = app.ceremonies.ways_open_to(&interaction, &browser.session.ledger).await?;
    let Some(way) = chosen(&form, open) else {
        return Ok(see_other(&resume_address(&interaction)));
    };
    match app.ceremonies.open(&interaction, &browser, way).await {
        Ok(ceremony) => Ok(see_other(&capture_address(&ceremony))),
        Err(Unserved::Refused(FaceRefusal::Attempt(_))) => {
            Ok(see_other(&outcome_address(&interaction, &[], way)))
        }
        Err(Unserved::Refused(FaceRefusal::NoMoreCaptures)) => {
            app.step_up.give_up(&interaction, &browser, GivenUp::NoMoreCaptures).await?;
            let next = app.authorize.advance(&interaction, &browser).await?;
            Ok(follow(&app, &interaction, &next, None))
        }
        Err(Unserved::Refused(FaceRefusal::Crowded { until })) => {
            let open = app.authorize.find(&interaction, &browser).await?;
            let wait_seconds = app.ceremonies.seconds_until(until);
            let page = outcome_page(&open, OutcomeWords::Unavailable { wait_seconds }, Some(way));
            Ok(no_room(&page, wait_seconds))
        }
        Err(Unserved::Refused(FaceRefusal::WrongStep | FaceRefusal::OtherWay)) => {
            Ok(see_other(&resume_address(&interaction)))
        }
        Err(other) => Err(other.into()),
    }
}

/// The way that a form names; the first that is open where it names none.
fn chosen(form: &Form, open: Ways) -> Option<Way> {
    match form.value("way") {
        Some(name) => Way::parse(name),
        None => open.iter().next(),
    }
}

/// `GET /step-up/{ceremony}`: the capture page. One that was begun before leads back to where the interaction stands.
pub async fn show(
    app: web::Data<App>,
    OfCeremony(ceremony): OfCeremony,
    OwnBrowser(browser): OwnBrowser,
) -> Result<HttpResponse, Failure> {
    let found = match app.ceremonies.find(&ceremony, &browser).await {
        Err(Unserved::Refused(FaceRefusal::WrongStep | FaceRefusal::Ceremony(CeremonyRefusal::Expired))) => {
            None
        }
        found => Some(found?),
    };
    let Some(found) = found else {
        let gone = app.ceremonies.recall(&ceremony, &browser).await?;
        return Ok(see_other(&resume_address(&gone.interaction)));
    };
    let open = app.authorize.find(&found.interaction, &browser).await?;
    let station = or_elsewhere(app.step_up.station(&found.interaction, &browser).await)?;
    let purpose = if station == Some(Station::Portrait) { Purpose::Enrol } else { Purpose::StepUp };
    let PageKeys { name, revoked } = app.devices.for_page(&found.user).await?;
    Ok(pages::shown(&page(&open, &found, purpose, DeviceSettings { name, revoked })?))
}

/// `GET /step-up/{ceremony}/socket`: the one socket of a capture. A page of another site may open sockets too, and a
/// browser sends our cookies with them, so the origin must be ours (RFC 6455 §10.2).
pub async fn socket(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Payload,
    OfCeremony(ceremony): OfCeremony,
    OwnBrowser(browser): OwnBrowser,
) -> Result<HttpResponse, actix_web::Error> {
    if !request.headers().contains_key(ORIGIN) || !is_same_origin(request.headers(), &app.issuer) {
        return Err(Failure::StaleForm.into());
    }
    // The handshake comes first: a request that is none must not use the capture up.
    let (response, session, stream) = actix_ws::handle(&request, body)?;
    let live = app.ceremonies.connect(&ceremony, &browser).await.map_err(Failure::from)?;
    let mut line = PageLine::new(session, stream.max_frame_size(LARGEST_MESSAGE));
    actix_web::rt::spawn(async move {
        if let Err(Unserved::Fault(fault)) = live.run(&mut line).await {
            // The handshake was answered long ago, so this is where its fault is logged.
            tracing::error!(%fault, "what a socket brought could not be kept");
        }
        line.close().await;
    });
    Ok(response)
}

/// `POST /step-up/{ceremony}`: the sealed capture, once.
pub async fn upload(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
    OfCeremony(ceremony): OfCeremony,
    OwnBrowser(browser): OwnBrowser,
) -> Result<HttpResponse, Failure> {
    let token = request.headers().get(CSRF_HEADER).and_then(|token| token.to_str().ok());
    if !token.is_some_and(|token| browser.sent(token)) || !is_same_origin(request.headers(), &app.issuer) {
        return Err(Failure::StaleForm);
    }
    if request.content_type() != JOSE {
        return Err(Failure::Malformed("content_type"));
    }
    // Cheap questions first: a capture that is not this browser's, or not due, is not even read.
    app.ceremonies.is_due(&ceremony, &browser).await?;
    let limits = app.limits;
    let body = read_body(request.headers(), &mut payload.into_inner(), limits.capture, limits.within).await?;
    // The beat of the answer begins here: before it, time passed on the network alone.
    let received = Instant::now();
    let jwe = String::from_utf8(body).map_err(|_| Failure::Malformed("not_text"))?;
    match app.ceremonies.answer(&ceremony, &browser, jwe, received).await {
        Ok(judged) => Ok(upload_answer::judged(&app, &judged)),
        Err(Unserved::Refused(FaceRefusal::Attempt(_))) => {
            let sent = app.ceremonies.recall(&ceremony, &browser).await?;
            Ok(upload_answer::not_admitted(&sent.interaction, sent.challenge.way()))
        }
        Err(Unserved::Refused(FaceRefusal::Crowded { until })) => {
            Err(Failure::Busy { retry_seconds: app.ceremonies.seconds_until(until) })
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /step-up/{ceremony}/decline`.
pub async fn decline(
    app: web::Data<App>,
    request: HttpRequest,
    OfCeremony(ceremony): OfCeremony,
    OwnBrowser(browser): OwnBrowser,
    form: Form,
) -> Result<HttpResponse, Failure> {
    form.prove_own(&request, &app, &browser)?;
    let interaction = app.ceremonies.recall(&ceremony, &browser).await?.interaction;
    app.step_up.give_up(&interaction, &browser, super::outcome::why(&form)).await?;
    let next = app.authorize.advance(&interaction, &browser).await?;
    Ok(follow(&app, &interaction, &next, None))
}

fn page(
    open: &OpenInteraction,
    ceremony: &Ceremony,
    purpose: Purpose,
    device: DeviceSettings,
) -> Result<CapturePage, Fault> {
    let key = |jwk: &str| -> Result<Value, Fault> {
        serde_json::from_str(jwk).map_err(|_| Fault::Damaged("a ceremony's public key is no JSON".into()))
    };
    Ok(CapturePage {
        interaction: open.interaction.id.to_string(),
        ceremony: ceremony.id.to_string(),
        csrf: open.session.csrf.expose().to_owned(),
        client: open.client.name.clone(),
        returns_to: FormTarget::of(&open.request.terms.redirect_uri),
        purpose,
        way: ceremony.challenge.way(),
        nonce: ceremony.nonce.as_str().to_owned(),
        capture_key: key(&ceremony.keys.capture_public_jwk)?,
        hint_key: key(&ceremony.keys.hint_public_jwk)?,
        device,
        frame: FrameSettings::default(),
        hint: HintSettings::default(),
    })
}

/// Where a capture's page is.
pub fn capture_address(ceremony: &CeremonyId) -> String {
    format!("/step-up/{ceremony}")
}
