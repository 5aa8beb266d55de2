//! The page of sessions: who is signed in, what they have proven, and an end to it.

use actix_web::{HttpRequest, web};
use askama::Template;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Admin, Answer, Frame, changed, frame::console_page, words::SessionWords};
use crate::{
    domain::{admin::role::Role, id::SessionId},
    flows::admin::sessions::SessionPlace,
    web::{
        form::Form,
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// Where this part is.
const HERE: &str = "/admin/sessions";

/// `GET /admin/sessions`.
#[derive(Template)]
#[template(path = "admin/sessions.html")]
pub struct SessionsPage {
    /// What stands around it.
    pub frame: Frame,
    /// The sessions, the one used last first.
    pub sessions: Vec<SessionWords>,
    /// The address of the next page, where there is one.
    pub next: Option<String>,
    /// Whether this is not the first one.
    pub is_later: bool,
}

impl SessionsPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            frame: Frame { here: HERE, ..Frame::sample() },
            sessions: SessionWords::samples(),
            next: Some("/admin/sessions?at=1&behind=s1".into()),
            is_later: true,
        }
    }
}

console_page!(SessionsPage);

/// Where a page begins.
#[derive(Deserialize)]
pub struct Begin {
    at: Option<i64>,
    behind: Option<String>,
}

impl Begin {
    fn place(&self) -> Option<SessionPlace> {
        let seen_at = Timestamp::from_millisecond(self.at?).ok()?;
        Some(SessionPlace { seen_at, id: SessionId::parse(self.behind.as_deref()?)? })
    }
}

/// Shows them.
pub async fn list(app: web::Data<App>, admin: Admin, begin: web::Query<Begin>) -> Answer {
    let place = begin.place();
    let is_later = place.is_some();
    let (lines, next) = app.admin.sessions.list(None, place).await?;
    let own = admin.browser.session.id.as_str();
    Ok(pages::shown(&SessionsPage {
        frame: admin.frame(HERE),
        sessions: lines.into_iter().map(|line| SessionWords::of(line, own)).collect(),
        next: next.map(|next| format!("{HERE}?at={}&behind={}", next.seen_at.as_millisecond(), next.id)),
        is_later,
    }))
}

/// Ends one.
pub async fn end(app: web::Data<App>, admin: Admin, request: HttpRequest, form: Form) -> Answer {
    let user = form.value("user").and_then(crate::domain::id::UserId::parse);
    let back = user.map_or_else(|| HERE.to_owned(), |user| format!("/admin/users/{user}"));
    let change = admin.change(&request, &form, Role::Operator, &back)?;
    let session = form.value("session").and_then(SessionId::parse).ok_or_else(|| admin.nowhere())?;
    let is_done = app.admin.sessions.end(&session, &change).await?;
    Ok(changed(&back, if is_done { "session-ended" } else { "session-gone" }))
}
