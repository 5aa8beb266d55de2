//! The audit log: searched, followed through one interaction, checked, carried elsewhere.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Bytes},
};
use futures_util::stream;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::{
    Answer, guard,
    paging::{Asked, Length, PageParameters, listed},
    problem::Problem,
    query::Query,
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::{ClientId, InteractionId, SessionId, UserId},
    },
    flows::{
        admin::audit::exported,
        audit_seal::{Anchor, AuditVerdict},
    },
    ports::{
        fault::Fault,
        store::{AuditPlace, AuditQuery},
    },
    web::state::App,
};

/// The most words that are looked for at once.
const MOST_WORDS: usize = 8;

/// One thing that happened.
#[derive(Serialize, ToSchema)]
pub struct EventDocument {
    /// Its name.
    id: String,
    /// Its place in the chain; none until it is sealed, a moment after it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
    /// When.
    at: Timestamp,
    /// What; the names are stable.
    kind: String,
    /// About which account.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// About which client.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// In which session.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    /// In which interaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    interaction: Option<String>,
    /// In which workflow run.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    /// In which capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    ceremony: Option<String>,
    /// The finer cause and facts.
    #[schema(value_type = Object)]
    details: Map<String, Value>,
}

impl EventDocument {
    fn of(event: AuditEvent, position: Option<i64>) -> Self {
        Self {
            id: event.id.to_string(),
            position,
            at: event.at,
            kind: event.kind.name(),
            user: event.user.map(|id| id.to_string()),
            client: event.client.map(|id| id.to_string()),
            session: event.session.map(|id| id.to_string()),
            interaction: event.interaction.map(|id| id.to_string()),
            run: event.run.map(|id| id.to_string()),
            ceremony: event.ceremony.map(|id| id.to_string()),
            details: event.details,
        }
    }
}

/// All that happened in an interaction.
#[derive(Serialize, ToSchema)]
pub struct InteractionDocument {
    /// In order.
    events: Vec<EventDocument>,
}

/// What came of checking the chain.
#[derive(Serialize, ToSchema)]
pub struct VerificationDocument {
    /// Whether every event follows its predecessor.
    whole: bool,
    /// The end of the chain as `position:link`, to be noted where the database's owner cannot write.
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<String>,
    /// The first position at which something is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
    /// What is wrong there.
    #[serde(skip_serializing_if = "Option::is_none")]
    flaw: Option<String>,
}

/// Which events are looked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `filters` reads")]
pub struct EventParameters {
    /// Of this kind; may come often, for events of any of them.
    kind: Option<Vec<String>>,
    /// About this account.
    user: Option<String>,
    /// About this client.
    client: Option<String>,
    /// In this session.
    session: Option<String>,
    /// In this interaction.
    interaction: Option<String>,
    /// From this moment on (RFC 3339).
    from: Option<Timestamp>,
    /// Before this moment (RFC 3339).
    until: Option<Timestamp>,
    /// Words of which each stands in the event, in capital letters or small ones.
    #[param(max_length = 500)]
    words: Option<String>,
}

/// Events, the newest first.
#[utoipa::path(get, path = "/audit/events", tag = "audit", params(EventParameters, PageParameters), responses(
    (status = 200, description = "A page of events", body = inline(super::paging::Listed<EventDocument>), headers(
        ("Link" = String, description = "Where the next page is, `rel=\"next\"`"))),
))]
pub async fn search(app: web::Data<App>, request: HttpRequest) -> Answer {
    guard::reader(&app, &request).await?;
    let mut query = Query::of(&request)?;
    let page = Asked::take(&mut query)?;
    let (sought, filters) = filters(&mut query)?;
    query.end()?;
    let before = page.place(place)?;
    let found = app.desks.audit.search(sought, before, page.limit).await?;
    let events = found.events.into_iter().map(|found| EventDocument::of(found.event, found.position));
    let next = found.next.map(|place| format!("{}.{}", place.at, place.seq));
    Ok(listed("/audit/events", &filters, Length::Asked(page.limit), events.collect(), next))
}

/// What happened in one interaction, in order.
#[utoipa::path(get, path = "/audit/interactions/{interaction}", tag = "audit", params(
    ("interaction" = String, Path, description = "The interaction's name"),
), responses((status = 200, description = "Its events", body = InteractionDocument)))]
pub async fn interaction(app: web::Data<App>, request: HttpRequest, name: web::Path<String>) -> Answer {
    guard::reader(&app, &request).await?;
    Query::of(&request)?.end()?;
    let name = InteractionId::parse(&name).ok_or(Problem::not_found())?;
    let events = app.desks.audit.of_interaction(name).await?;
    if events.is_empty() {
        return Err(Problem::not_found());
    }
    let events = events.into_iter().map(|event| EventDocument::of(event, None)).collect();
    Ok(HttpResponse::Ok().json(InteractionDocument { events }))
}

/// Seals what waits and checks the whole chain.
#[utoipa::path(get, path = "/audit/verification", tag = "audit", params(
    ("anchor" = Option<String>, Query, description = "A place in the chain that was noted before, which must still be in it",
        pattern = "^[1-9][0-9]{0,17}:[0-9a-f]{64}$"),
), responses((status = 200, description = "What came of it", body = VerificationDocument)))]
pub async fn verify(app: web::Data<App>, request: HttpRequest) -> Answer {
    guard::reader(&app, &request).await?;
    let mut query = Query::of(&request)?;
    let anchor: Option<Anchor> = query.take_as("anchor", |text| text.parse().ok())?;
    query.end()?;
    let told = match app.desks.audit.verify(anchor).await? {
        AuditVerdict::Whole(head) => VerificationDocument {
            whole: true,
            head: head.map(|head| head.to_string()),
            position: None,
            flaw: None,
        },
        AuditVerdict::Broken { position, flaw } => VerificationDocument {
            whole: false,
            head: None,
            position: Some(position),
            flaw: Some(flaw.to_string()),
        },
    };
    Ok(HttpResponse::Ok().json(told))
}

/// All sealed events from a position on, as JSON lines with what it takes to check the chain elsewhere.
#[utoipa::path(get, path = "/audit/export", tag = "audit", params(
    ("from" = Option<i64>, Query, description = "The first position", minimum = 1),
), responses((status = 200, description = "One event a line", body = String, content_type = "application/jsonl")))]
pub async fn export(app: web::Data<App>, request: HttpRequest) -> Answer {
    guard::reader(&app, &request).await?;
    let mut query = Query::of(&request)?;
    let from = query.take_as("from", |text| {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        text.parse::<i64>().ok().filter(|_| is_plain)
    })?;
    query.end()?;
    // The first events are read before anything is answered, so that a database that is away is told as such.
    let first = app.desks.audit.sealed_from(from.unwrap_or(1)).await?;
    let pages = stream::unfold(Some((app, Ok(first))), |state| async move {
        let (app, page) = state?;
        let events = match page {
            Ok(events) => events,
            Err(fault) => return Some((Err(cut_short(fault)), None)),
        };
        let next = events.last()?.position + 1;
        let lines: String = events.iter().map(|event| exported(event) + "\n").collect();
        let page = app.desks.audit.sealed_from(next).await;
        Some((Ok(Bytes::from(lines)), Some((app, page))))
    });
    Ok(HttpResponse::Ok().content_type("application/jsonl").streaming(pages))
}

/// The status was sent already: the caller sees that the answer breaks off.
fn cut_short(fault: Fault) -> Fault {
    tracing::error!(%fault, "an export broke off");
    fault
}

/// Parameters as they were said, for the address of the next page.
type Said = Vec<(&'static str, String)>;

/// What is looked for, and the parameters that say so.
fn filters(query: &mut Query) -> Result<(AuditQuery, Said), Problem> {
    let mut said = Said::new();
    let kinds = query.take_all("kind");
    said.extend(kinds.iter().map(|kind| ("kind", kind.clone())));
    let kinds: Option<Vec<AuditKind>> = kinds.iter().map(|kind| AuditKind::parse(kind)).collect();
    let kinds = kinds.ok_or_else(|| Problem::malformed("kind", "there is no such kind of event"))?;
    let names = ["user", "client", "session", "interaction", "from", "until", "words"];
    let mut texts = Vec::new();
    for name in names {
        let text = query.take(name)?;
        said.extend(text.iter().map(|text| (name, text.clone())));
        texts.push(text);
    }
    let mut texts = names.into_iter().zip(texts);
    let mut next = || texts.next().unwrap_or_default();
    let sought = AuditQuery {
        kinds,
        user: parsed(next(), UserId::parse)?,
        client: parsed(next(), ClientId::parse)?,
        session: parsed(next(), SessionId::parse)?,
        interaction: parsed(next(), InteractionId::parse)?,
        from: parsed(next(), moment)?,
        until: parsed(next(), moment)?,
        words: parsed(next(), words)?.unwrap_or_default(),
    };
    Ok((sought, said))
}

fn parsed<T>(
    (name, text): (&'static str, Option<String>),
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let malformed = || Problem::malformed(name, "it is not of the form that is described");
    text.map(|text| parse(&text).ok_or_else(malformed)).transpose()
}

fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

fn words(text: &str) -> Option<Vec<String>> {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    (words.len() <= MOST_WORDS).then_some(words)
}

fn place(text: &str) -> Option<AuditPlace> {
    let (at, seq) = text.split_once('.')?;
    Some(AuditPlace { at: at.parse().ok()?, seq: seq.parse().ok()? })
}
