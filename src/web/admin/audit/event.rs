//! One event: in a sentence, as facts, and as it is kept.

use std::collections::BTreeMap;

use actix_web::web;
use askama::Template;
use serde_json::Value;

use super::{PATH, kinds, names_in, place};
use crate::{
    domain::{audit::AuditEvent, id::UserId, user::Username},
    ports::store::{AuditPlace, AuditQuery, FoundEvent},
    web::{
        admin::{
            Admin, Answer, Frame,
            frame::console_page,
            phrases::{moment, say},
        },
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// `GET /admin/audit/events/{place}`.
#[derive(Template)]
#[template(path = "admin/audit_event.html")]
pub struct EventPage {
    /// What stands around it.
    pub frame: Frame,
    /// What happened, in a sentence.
    pub words: String,
    /// Its kind in words, and by its stable name.
    pub kind: (String, String),
    /// When.
    pub at: String,
    /// Its place in the chain; none until it is sealed.
    pub position: Option<i64>,
    /// The account: its id, and its name where it is still there.
    pub user: Option<(String, Option<String>)>,
    /// The client.
    pub client: Option<String>,
    /// The interaction.
    pub interaction: Option<String>,
    /// The names of what else it happened in.
    pub others: Vec<(&'static str, String)>,
    /// Causes and facts.
    pub details: Vec<(String, String)>,
    /// The whole event as JSON.
    pub json: String,
}

impl EventPage {
    fn of(frame: Frame, found: &FoundEvent, names: &BTreeMap<UserId, Username>) -> Self {
        let event = &found.event;
        let text = |id: Option<String>, key: &'static str| id.map(|id| (key, id));
        let others = [
            text(event.session.as_ref().map(ToString::to_string), "session"),
            text(event.run.as_ref().map(ToString::to_string), "run"),
            text(event.ceremony.as_ref().map(ToString::to_string), "ceremony"),
            text(Some(event.id.to_string()), "id"),
        ];
        let name = |user: &UserId| names.get(user).map(|name| name.as_str().to_owned());
        Self {
            frame: frame.below(),
            words: told(event, names),
            kind: (kinds::label(event.kind), event.kind.name()),
            at: moment(event.at),
            position: found.position,
            user: event.user.as_ref().map(|user| (user.to_string(), name(user))),
            client: event.client.as_ref().map(ToString::to_string),
            interaction: event.interaction.as_ref().map(ToString::to_string),
            others: others.into_iter().flatten().collect(),
            details: event.details.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
            json: serde_json::to_string_pretty(event).unwrap_or_default(),
        }
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let json = "{\n  \"kind\": \"sign_in_failed\",\n  \"details\": { \"cause\": \"mismatch\" }\n}";
        Self {
            frame: Frame { here: PATH, ..Frame::sample() }.below(),
            words: say("admin-event-sign-in-failed", &[("user", "ada"), ("client", "harbour-bank")]),
            kind: ("A password was wrong".into(), "sign_in_failed".into()),
            at: "2026-11-23 16:03:39 UTC".into(),
            position: Some(1_204),
            user: Some(("u1".into(), Some("ada".into()))),
            client: Some("harbour-bank".into()),
            interaction: Some("i7Qx2mNv".into()),
            others: vec![("session", "s4Kd9wPz".into()), ("id", "a1".into())],
            details: vec![("cause".into(), "mismatch".into())],
            json: json.into(),
        }
    }
}

console_page!(EventPage);

/// Shows it.
pub async fn show(app: web::Data<App>, admin: Admin, named: web::Path<String>) -> Answer {
    let Some(there) = place(&named) else { return Err(admin.nowhere()) };
    let behind = AuditPlace { seq: there.seq.saturating_add(1), ..there };
    let found = app.desks.audit.search(AuditQuery::default(), Some(behind), 1).await?;
    match found.events.first().filter(|found| found.place == there) {
        None => Err(admin.nowhere()),
        Some(found) => {
            let names = names_in(&app, std::iter::once(&found.event)).await?;
            Ok(pages::shown(&EventPage::of(admin.frame(PATH), found, &names)))
        }
    }
}

/// An event in a sentence.
pub fn told(event: &AuditEvent, names: &BTreeMap<UserId, Username>) -> String {
    let user = match &event.user {
        None => say("admin-somebody", &[]),
        Some(user) => names.get(user).map_or_else(|| user.to_string(), |name| name.as_str().to_owned()),
    };
    let client = event.client.as_ref().map_or_else(|| say("admin-no-client", &[]), ToString::to_string);
    say(&format!("admin-event-{}", kinds::key(event.kind)), &[("user", &user), ("client", &client)])
}

/// A detail as it is read: texts without their quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
