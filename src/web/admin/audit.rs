//! The audit log: looked through by kind, account, client, interaction, time and words, the newest first.

pub mod chain;
pub mod event;
pub mod kinds;

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{
    Admin, Answer, Frame,
    asked::{Asked, Field, time},
    frame::console_page,
    phrases::{moment, say},
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::{ClientId, InteractionId, UserId},
        user::Username,
    },
    ports::{
        fault::Fault,
        store::{AuditPlace, AuditQuery, FoundEvent},
    },
    web::{
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// Where it is.
pub const PATH: &str = "/admin/audit";
/// How many events stand on a page.
const PAGE: usize = 50;
/// The most words that are looked for at once.
const MOST_WORDS: usize = 8;

/// A line of the list.
#[derive(Clone, Debug)]
pub struct EventLine {
    /// Where it stands, in its address.
    pub place: String,
    /// When.
    pub at: String,
    /// What happened, in a sentence.
    pub words: String,
    /// In which interaction.
    pub interaction: Option<String>,
}

/// `GET /admin/audit`.
#[derive(Template)]
#[template(path = "admin/audit.html")]
pub struct AuditPage {
    /// What stands around it.
    pub frame: Frame,
    /// The kinds that can be chosen, group by group.
    pub kinds: Vec<kinds::Group>,
    /// The other fields.
    pub fields: Vec<Field>,
    /// What was found.
    pub events: Vec<EventLine>,
    /// The address of the events before these, where there are some.
    pub older: Option<String>,
    /// The address of the newest ones, where these are not.
    pub newest: Option<String>,
}

impl AuditPage {
    /// One with a field that cannot be read, for the render test.
    pub fn sample_wrong() -> Self {
        let mut page = Self::sample();
        for field in page.fields.iter_mut().filter(|field| field.name == "until") {
            field.problem = Some(say("admin-audit-problem-time", &[]));
        }
        page
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let line = |place: &str, words: &str| EventLine {
            place: place.into(),
            at: "2026-11-23 16:03:39 UTC".into(),
            words: words.into(),
            interaction: Some("i7Qx2mNv".into()),
        };
        let field = |name, kind, value: &str| Field { name, kind, value: value.into(), problem: None };
        Self {
            frame: Frame { here: PATH, ..Frame::sample() },
            kinds: kinds::choices(Some(AuditKind::Decided)),
            fields: vec![
                field("user", "text", "ada"),
                field("client", "text", "harbour-bank"),
                field("interaction", "text", ""),
                field("from", "datetime-local", "2026-11-01T00:00"),
                field("until", "datetime-local", ""),
                field("words", "text", "face_not_verified"),
            ],
            events: vec![
                line("1795449819000.12", "ada must show her face for harbour-bank."),
                line("1795449818000.11", "harbour-bank asked for a sign-in."),
            ],
            older: Some("/admin/audit?before=1795449818000.11".into()),
            newest: Some(PATH.into()),
        }
    }
}

console_page!(AuditPage);

/// Shows it.
pub async fn show(app: web::Data<App>, admin: Admin, request: HttpRequest) -> Answer {
    let asked = Asked::of(&request);
    let (query, fields) = read(&app, &asked).await?;
    let before = asked.text("before").and_then(place);
    let chosen = query.kinds.first().copied();
    let is_sound = fields.iter().all(|field| field.problem.is_none());
    let found = match is_sound {
        true => app.desks.audit.search(query, before, PAGE).await?,
        false => app.desks.audit.search(AuditQuery::default(), None, 0).await?,
    };
    let names = names_in(&app, found.events.iter().map(|found| &found.event)).await?;
    let older = found.next.filter(|_| is_sound).map(|place| written(&place));
    Ok(pages::shown(&AuditPage {
        frame: admin.frame(PATH),
        kinds: kinds::choices(chosen),
        fields,
        events: found.events.iter().map(|found| line(found, &names)).collect(),
        older: older.map(|place| asked.address_with(PATH, "before", Some(&place))),
        newest: before.map(|_| asked.address_with(PATH, "before", None)),
    }))
}

/// What is looked for, and the fields as they were filled in.
async fn read(app: &App, asked: &Asked) -> Result<(AuditQuery, Vec<Field>), Fault> {
    let mut query = AuditQuery::default();
    let mut fields = Vec::new();
    let mut field = |name: &'static str, kind: &'static str, is_sound: bool, problem: &str| {
        let value = asked.field(name);
        let problem = (!value.is_empty() && !is_sound).then(|| say(problem, &[]));
        fields.push(Field { name, kind, value, problem });
    };
    query.kinds.extend(asked.text("kind").and_then(AuditKind::parse));
    if let Some(user) = asked.text("user") {
        query.user = app.admin.names.account(user).await?;
    }
    field("user", "text", query.user.is_some(), "admin-audit-problem-user");
    query.client = asked.text("client").and_then(ClientId::parse);
    field("client", "text", query.client.is_some(), "admin-audit-problem-client");
    query.interaction = asked.text("interaction").and_then(InteractionId::parse);
    field("interaction", "text", query.interaction.is_some(), "admin-audit-problem-interaction");
    query.from = asked.text("from").and_then(time);
    field("from", "datetime-local", query.from.is_some(), "admin-audit-problem-time");
    query.until = asked.text("until").and_then(time);
    field("until", "datetime-local", query.until.is_some(), "admin-audit-problem-time");
    let words = asked.text("words").unwrap_or_default();
    query.words = words.split_whitespace().map(str::to_owned).collect();
    field("words", "text", query.words.len() <= MOST_WORDS, "admin-audit-problem-words");
    Ok((query, fields))
}

/// A place as it stands in an address.
fn written(place: &AuditPlace) -> String {
    format!("{}.{}", place.at, place.seq)
}

fn place(text: &str) -> Option<AuditPlace> {
    let (at, seq) = text.split_once('.')?;
    Some(AuditPlace { at: at.parse().ok()?, seq: seq.parse().ok()? })
}

/// The user names of the accounts that events are about.
pub(super) async fn names_in(
    app: &App,
    events: impl Iterator<Item = &AuditEvent>,
) -> Result<BTreeMap<UserId, Username>, Fault> {
    let users: BTreeSet<UserId> = events.filter_map(|event| event.user.clone()).collect();
    app.admin.names.of(users).await
}

fn line(found: &FoundEvent, names: &BTreeMap<UserId, Username>) -> EventLine {
    EventLine {
        place: written(&found.place),
        at: moment(found.event.at),
        words: event::told(&found.event, names),
        interaction: found.event.interaction.as_ref().map(ToString::to_string),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_they_are_written() {
        assert_eq!((place("12"), place("a.b")), (None, None));
        let there = AuditPlace { at: 17, seq: 4 };
        assert_eq!(place(&written(&there)), Some(there));
    }
}
