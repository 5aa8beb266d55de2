//! Sessions that somebody is signed in to.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{
    Answer, guard,
    paging::{Asked, Length, listed},
    problem::Problem,
    query::{Query, reason},
};
use crate::{
    domain::{
        admin::role::Role,
        authn::{acr::Assurance, ledger::AssuranceEntry},
        id::{SessionId, UserId},
    },
    flows::admin::sessions::{SessionLine, SessionPlace},
    web::state::App,
};

/// A session.
#[derive(Serialize, ToSchema)]
pub struct SessionDocument {
    /// Its name.
    session: String,
    /// Whose.
    user: String,
    /// The name that they sign in with.
    username: String,
    /// When it was opened.
    opened_at: Timestamp,
    /// When it was used last.
    seen_at: Timestamp,
    /// What was proven in it, in the order in which it was.
    ledger: Vec<ProofDocument>,
    /// What that is worth now.
    #[serde(skip_serializing_if = "Option::is_none")]
    assurance: Option<AssuranceDocument>,
}

/// One proof.
#[derive(Serialize, ToSchema)]
pub struct ProofDocument {
    /// What kind.
    method: String,
    /// When.
    at: Timestamp,
    /// Whether it came by a key that the browser keeps.
    device_key: bool,
    /// The provider that saw it; none where we saw it ourselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
}

/// What a ledger is worth.
#[derive(Serialize, ToSchema)]
pub struct AssuranceDocument {
    /// The context.
    acr: String,
    /// How it was reached (RFC 8176).
    #[schema(value_type = Vec<String>)]
    amr: serde_json::Value,
    /// When the person was last actively authenticated for it.
    auth_time: Timestamp,
    /// When it decays by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

/// Which sessions are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `list` reads")]
pub struct SessionParameters {
    /// Those of this account.
    user: Option<String>,
    /// Where the page begins, as `next` of the page before says.
    after: Option<String>,
}

impl From<SessionLine> for SessionDocument {
    fn from(line: SessionLine) -> Self {
        Self {
            session: line.id.to_string(),
            user: line.user.to_string(),
            username: line.username.as_str().to_owned(),
            opened_at: line.opened_at,
            seen_at: line.seen_at,
            ledger: line.entries.into_iter().map(Into::into).collect(),
            assurance: line.worth.map(Into::into),
        }
    }
}

impl From<AssuranceEntry> for ProofDocument {
    fn from(entry: AssuranceEntry) -> Self {
        let method = json!(entry.method).as_str().unwrap_or_default().to_owned();
        Self { method, at: entry.achieved_at, device_key: entry.device_key.is_some(), issuer: entry.issuer }
    }
}

impl From<Assurance> for AssuranceDocument {
    fn from(worth: Assurance) -> Self {
        let (amr, expires_at) = (json!(worth.amr), worth.expires_at);
        Self { acr: worth.acr.0, amr, auth_time: worth.auth_time, expires_at }
    }
}

/// Sessions that somebody is signed in to, the one used last first, 50 on a page.
#[utoipa::path(get, path = "/sessions", tag = "sessions", params(SessionParameters), responses(
    (status = 200, description = "A page of sessions", body = inline(super::paging::Listed<SessionDocument>), headers(
        ("Link" = String, description = "Where the next page is, `rel=\"next\"`"))),
))]
pub async fn list(app: web::Data<App>, request: HttpRequest) -> Answer {
    guard::reader(&app, &request).await?;
    let mut query = Query::of(&request)?;
    let page = Asked::take_place(&mut query)?;
    let user = query.take_as("user", UserId::parse)?;
    query.end()?;
    let (found, next) = app.admin.sessions.list(user.as_ref(), page.place(place)?).await?;
    let sessions: Vec<SessionDocument> = found.into_iter().map(Into::into).collect();
    let filters: Vec<_> = user.iter().map(|user| ("user", user.to_string())).collect();
    let next = next.map(|place| format!("{}.{}", place.seen_at.as_millisecond(), place.id));
    Ok(listed("/sessions", &filters, Length::Fixed, sessions, next))
}

/// Ends a session for its person, with what was granted in it; its clients are told.
#[utoipa::path(delete, path = "/sessions/{session}", tag = "sessions", params(
    ("session" = String, Path, description = "Its name"),
    ("reason" = Option<String>, Query, description = "Why, for the audit log", max_length = 500),
), responses((status = 204, description = "It is over")))]
pub async fn end(app: web::Data<App>, request: HttpRequest, session: web::Path<String>) -> Answer {
    let author = guard::writer(&app, &request, Role::Operator).await?;
    let reason = reason(&request)?;
    let session = SessionId::parse(&session).ok_or(Problem::not_found())?;
    match app.admin.sessions.end(&session, &guard::change(author, reason)).await? {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Err(Problem::not_found()),
    }
}

fn place(text: &str) -> Option<SessionPlace> {
    let (seen_at, id) = text.split_once('.')?;
    let seen_at = Timestamp::from_millisecond(seen_at.parse().ok()?).ok()?;
    Some(SessionPlace { seen_at, id: SessionId::parse(id)? })
}
