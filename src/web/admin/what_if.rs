//! What would happen? A request that nobody makes, judged by the rule that judges real ones, and told as those are.

use actix_web::{HttpRequest, web};
use askama::Template;
use jiff::SignedDuration;

use super::{
    Admin, Answer, Frame,
    asked::{Asked, Field, time},
    frame::console_page,
    phrases::say,
    terms::verdict::DecisionWords,
    why::PATH,
};
use crate::{
    domain::{authn::age::Age, face::way::Way, id::ClientId, user::Username},
    flows::{
        Unserved,
        admin::explain::{Foretold, SupposedFace, SupposedSession, Supposition, Unexplained},
    },
    web::{
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// The parameters that have fields of their own.
const PARAMETERS: [&str; 5] = ["scope", "acr_values", "max_age", "prompt", "resource"];
/// What a session can be supposed to be.
const SESSIONS: [&str; 3] = ["none", "live", "made"];

/// What would happen.
#[derive(Clone, Debug)]
pub enum Told {
    /// Nothing can be told, for this reason.
    Nothing(String),
    /// The request would be refused before anything is decided: the error, and what is wrong.
    Refused(String, String),
    /// It would be decided like this.
    Decided(Box<DecisionWords>),
}

/// `GET /admin/what-if`; with `go=yes` it is told.
#[derive(Template)]
#[template(path = "admin/what_if.html")]
pub struct WhatIfPage {
    /// What stands around it.
    pub frame: Frame,
    /// Who asks, and about whom.
    pub who: Vec<Field>,
    /// The request's parameters.
    pub request: Vec<Field>,
    /// What a session is supposed to be: each possibility, and whether it is chosen.
    pub sessions: Vec<(&'static str, bool)>,
    /// When things were proven.
    pub session: Vec<Field>,
    /// When and from where.
    pub around: Vec<Field>,
    /// Switches: the name, and whether it is on.
    pub switches: Vec<(&'static str, bool)>,
    /// What would happen, where that was asked.
    pub told: Option<Told>,
}

impl WhatIfPage {
    fn of(frame: Frame, asked: &Asked, told: Option<Told>) -> Self {
        let is_asked = asked.text("go").is_some();
        let field = |name: &'static str, is_sound: &dyn Fn(&str) -> bool, problem: &str| {
            let value = asked.field(name);
            let problem = (is_asked && !value.is_empty() && !is_sound(&value)).then(|| say(problem, &[]));
            let kind = if name == "at" { "datetime-local" } else { "text" };
            Field { name, kind, value, problem }
        };
        let any = |_: &str| true;
        let is_age = |text: &str| Age::parse(text).is_some();
        let chosen = asked.text("session").unwrap_or("none");
        Self {
            frame: frame.below(),
            who: vec![
                field("client", &|text| ClientId::parse(text).is_some(), "admin-audit-problem-client"),
                field("user", &any, ""),
            ],
            request: PARAMETERS.into_iter().chain(["others"]).map(|name| field(name, &any, "")).collect(),
            sessions: SESSIONS.map(|session| (session, session == chosen)).to_vec(),
            session: ["signed_in_ago", "face_ago", "idle"]
                .map(|name| field(name, &is_age, "admin-what-if-problem-age"))
                .to_vec(),
            around: vec![
                field("at", &|text| time(text).is_some(), "admin-audit-problem-time"),
                field(
                    "address",
                    &|text| text.parse::<std::net::IpAddr>().is_ok(),
                    "admin-what-if-problem-address",
                ),
            ],
            switches: ["new_device", "device_key"].map(|name| (name, asked.text(name).is_some())).to_vec(),
            told,
        }
    }

    /// Whether all fields could be read.
    fn is_sound(&self) -> bool {
        let fields = self.who.iter().chain(&self.session).chain(&self.around);
        fields.clone().all(|field| field.problem.is_none())
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame = Frame { here: PATH, ..Frame::sample() };
        let asked = "client=harbour-bank&user=ada&scope=openid%20transfer&session=made&signed_in_ago=20m&new_device=yes&go=yes";
        let told = DecisionWords::sample().map(|told| Told::Decided(Box::new(told)));
        Self::of(frame, &Asked::parse(asked), told)
    }
}

console_page!(WhatIfPage);

/// Shows the form, and what would happen where that is asked.
pub async fn show(app: web::Data<App>, admin: Admin, request: HttpRequest) -> Answer {
    let asked = Asked::of(&request);
    let page = WhatIfPage::of(admin.frame(PATH), &asked, None);
    if asked.text("go").is_none() || !page.is_sound() {
        return Ok(pages::shown(&page));
    }
    let told = match supposition(&asked) {
        None => Told::Nothing(say("admin-what-if-no-client", &[])),
        Some(supposed) => match app.desks.explain.suppose(supposed).await {
            Err(Unserved::Fault(fault)) => return Err(fault.into()),
            Err(Unserved::Refused(refusal)) => Told::Nothing(unexplained(&refusal)),
            Ok(Foretold::Refused { error, description }) => {
                Told::Refused(error, description.unwrap_or_default())
            }
            Ok(Foretold::Decided { at, record }) => {
                let in_force = app.admin.rules.in_force().await?;
                Told::Decided(Box::new(DecisionWords::of(at, &record, in_force.set.catalogue())))
            }
        },
    };
    Ok(pages::shown(&WhatIfPage { told: Some(told), ..page }))
}

/// What is supposed; none where no client is named.
fn supposition(asked: &Asked) -> Option<Supposition> {
    let ago = |name: &str| asked.text(name).and_then(Age::parse).map(Age::length);
    let parameter = |name: &str| asked.text(name).map(|value| (name.to_owned(), value.to_owned()));
    let others =
        url::form_urlencoded::parse(asked.text("others").unwrap_or_default().as_bytes()).into_owned();
    let face = ago("face_ago").map(|ago| SupposedFace {
        ago,
        way: Way::Turns,
        workflow: None,
        by_device_key: asked.text("device_key").is_some(),
        proofed_ago: None,
    });
    Some(Supposition {
        client: asked.text("client").and_then(ClientId::parse)?,
        user: asked.text("user").and_then(Username::parse),
        parameters: PARAMETERS.into_iter().filter_map(parameter).chain(others).collect(),
        session: match asked.text("session") {
            Some("live") => SupposedSession::Live,
            Some("made") => SupposedSession::Made {
                signed_in_ago: ago("signed_in_ago").unwrap_or(SignedDuration::ZERO),
                face,
                idle: ago("idle").unwrap_or(SignedDuration::ZERO),
            },
            _ => SupposedSession::None,
        },
        at: asked.text("at").and_then(time),
        address: asked.text("address").and_then(|text| text.parse().ok()),
        new_device: asked.text("new_device").is_some(),
        device_key: asked.text("device_key").is_some(),
    })
}

fn unexplained(refusal: &Unexplained) -> String {
    let key = match refusal {
        Unexplained::UnknownClient => "unknown-client",
        Unexplained::UnknownUser => "unknown-user",
        Unexplained::NoSession => "no-session",
        Unexplained::Nobody => "nobody",
        Unexplained::UnknownInteraction => "unknown-interaction",
    };
    say(&format!("admin-what-if-{key}"), &[])
}
