//! Why was somebody challenged? An interaction from its first event to its last, with each decision and all that it rested
//! on.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{
    Admin, Answer, Frame,
    asked::Asked,
    audit::{event::told, names_in},
    contexts::sample_set,
    frame::console_page,
    phrases::moment,
    terms::verdict::DecisionWords,
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        authn::{acr::AcrCatalogue, record::DecisionRecord},
        id::InteractionId,
    },
    web::{
        follow::see_other,
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// Where it is.
pub const PATH: &str = "/admin/why";

/// `GET /admin/why`: which interaction?
#[derive(Template)]
#[template(path = "admin/why_ask.html")]
pub struct AskPage {
    /// What stands around it.
    pub frame: Frame,
    /// The interaction that was typed, of which nothing is known.
    pub unknown: Option<String>,
}

impl AskPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self { frame: Frame { here: PATH, ..Frame::sample() }, unknown: None }
    }
}

/// Something that happened in the interaction.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub at: String,
    /// What, in a sentence.
    pub words: String,
    /// The decision, where it is one that was kept with all that it rested on.
    pub decision: Option<DecisionWords>,
}

/// `GET /admin/why/{interaction}`.
#[derive(Template)]
#[template(path = "admin/why.html")]
pub struct WhyPage {
    /// What stands around it.
    pub frame: Frame,
    /// The interaction.
    pub interaction: String,
    /// The last account that took part: its id and what it is called.
    pub user: Option<(String, String)>,
    /// The client.
    pub client: Option<String>,
    /// What happened, in order.
    pub steps: Vec<Step>,
}

impl WhyPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let step = |words: &str, decision| Step {
            at: "2026-11-23 16:03:39 UTC".into(),
            words: words.into(),
            decision,
        };
        let decision = DecisionWords::sample();
        Self {
            frame: Frame { here: PATH, ..Frame::sample() }.below(),
            interaction: "i7Qx2mNv".into(),
            user: Some(("u1".into(), "ada".into())),
            client: Some("harbour-bank".into()),
            steps: vec![step("harbour-bank asked for a sign-in.", None), step("", decision)],
        }
    }
}

console_page!(AskPage, WhyPage);

/// Asks for an interaction, and goes to one that is named.
pub async fn ask(admin: Admin, request: HttpRequest) -> Answer {
    match Asked::of(&request).text("interaction").map(|text| (text, InteractionId::parse(text))) {
        Some((_, Some(id))) => Ok(see_other(&format!("{PATH}/{id}"))),
        named => {
            let unknown = named.map(|(text, _)| text.to_owned());
            Ok(pages::shown(&AskPage { frame: admin.frame(PATH), unknown }))
        }
    }
}

/// Tells of one.
pub async fn show(app: web::Data<App>, admin: Admin, named: web::Path<String>) -> Answer {
    let unknown = || AskPage { frame: admin.frame(PATH), unknown: Some(named.to_string()) };
    let Some(interaction) = InteractionId::parse(&named) else { return Ok(pages::shown(&unknown())) };
    let events = app.desks.audit.of_interaction(interaction).await?;
    if events.is_empty() {
        return Ok(pages::shown(&unknown()));
    }
    let names = names_in(&app, events.iter()).await?;
    let in_force = app.admin.rules.in_force().await?;
    let user = events.iter().rev().find_map(|event| event.user.clone());
    let user = user.map(|user| {
        let name = names.get(&user).map_or_else(|| user.to_string(), |name| name.as_str().to_owned());
        (user.to_string(), name)
    });
    let step = |event: &AuditEvent| Step {
        at: moment(event.at),
        words: told(event, &names),
        decision: decision(event, in_force.set.catalogue()),
    };
    Ok(pages::shown(&WhyPage {
        frame: admin.frame(PATH).below(),
        interaction: named.to_string(),
        user,
        client: events.iter().find_map(|event| event.client.as_ref()).map(ToString::to_string),
        steps: events.iter().map(step).collect(),
    }))
}

fn decision(event: &AuditEvent, catalogue: &AcrCatalogue) -> Option<DecisionWords> {
    let is_decision = event.kind == AuditKind::Decided;
    let record = is_decision.then(|| DecisionRecord::of_details(&event.details)).flatten();
    record.map(|record| DecisionWords::of(event.at, &record, catalogue))
}

impl DecisionWords {
    /// One of what ships, for the render tests.
    pub(super) fn sample() -> Option<Self> {
        let details = serde_json::json!({
            "decision": { "step_up": "face-step-up" },
            "asked": { "Required": ["urn:facestep:acr:face"] },
            "max_age": 300,
            "prompt": "AsNeeded",
            "scopes": ["openid", "transfer"],
            "resources": [],
            "new_device": true,
            "face": "enrolled",
            "missed": null,
            "policy_version": 4,
            "minima": [{ "acr": "urn:facestep:acr:face", "by": { "scope": "transfer" } }],
            "policies": [
                { "name": "at-night", "unmatched": "hours", "demand": { "refuse": true } },
                { "name": "transfers", "demand": { "acr": "urn:facestep:acr:face", "max_age": "1m" } },
            ],
            "contexts": [{
                "acr": "urn:facestep:acr:face",
                "earned": false,
                "any_of": [[
                    { "proof": { "method": "pwd" }, "achieved_at": "2026-11-23T15:59:00Z" },
                    { "proof": { "method": "face", "within": "5m" }, "shortfall": "missing" },
                ]],
            }],
            "ledger": [
                { "method": "pwd", "achieved_at": "2026-11-23T15:59:00Z", "evidence": "password" },
            ],
        });
        let at = "2026-11-23T16:03:39Z".parse().ok()?;
        let record = DecisionRecord::of_details(details.as_object()?)?;
        Some(Self::of(at, &record, sample_set()?.catalogue()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_decision_is_read_back_whole() {
        let told = DecisionWords::sample().unwrap();
        assert_eq!(told.decision, "They must show their face, by the workflow face-step-up.");
        assert_eq!((told.kind, told.version), ("asked", 4));
        assert_eq!(told.ledger, ["A password at 2026-11-23 15:59:00 UTC."]);
        let rules: Vec<_> = told.rules.iter().map(|rule| (rule.applied, rule.why.as_deref())).collect();
        assert_eq!(rules, [(true, None), (false, Some("it is another time")), (true, None)]);
        assert!(told.request.contains(&("max-age", "5 minutes".into())), "{:?}", told.request);
        let way = &told.contexts[0].ways[0];
        assert_eq!((way[0].is_given, way[1].is_given), (true, false));
        assert_eq!(way[1].why, "nothing of the kind was proven in this session");
    }
}
