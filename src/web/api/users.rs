//! Accounts, as far as administrators look after them: what was enrolled, and what may be tried again.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Answer, body, guard,
    paging::{Asked, Length, listed},
    problem::{Kind, Problem},
    query::{Query, reason},
    sessions::SessionDocument,
};
use crate::{
    domain::{admin::role::Role, id::UserId, user::Username},
    flows::admin::{
        administrators::AdminRefusal,
        users::{EnrolmentLine, UserLine, UserView},
    },
    web::state::App,
};

/// An account.
#[derive(Serialize, ToSchema)]
pub struct UserDocument {
    /// Its name.
    user: String,
    /// The name that its person signs in with.
    username: String,
    /// When it was made.
    created_at: Timestamp,
    /// What policies know it by.
    groups: Vec<String>,
    /// Whether a face is enrolled.
    enrolled: bool,
    /// Whether face step-up is suspended somewhere.
    suspended: bool,
    /// Its role in the console, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
}

/// An account with what is its.
#[derive(Serialize, ToSchema)]
pub struct UserDetails {
    /// The account.
    #[serde(flatten)]
    account: UserDocument,
    /// Its enrolments, the latest first; never a template.
    enrolments: Vec<EnrolmentDocument>,
    /// Its live sessions, the one used last first.
    sessions: Vec<SessionDocument>,
}

/// An enrolment.
#[derive(Serialize, ToSchema)]
pub struct EnrolmentDocument {
    /// Its name.
    enrolment: String,
    /// Which source confirmed the person's document.
    source: String,
    /// When it was made.
    completed_at: Timestamp,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
    /// Whether a face can be compared with it by what is in use.
    usable: bool,
}

/// The groups of an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupsRequest {
    /// Names of 1 to 64 of `a-z 0-9 - _ .`, at most 32.
    #[schema(max_items = 32)]
    groups: Vec<String>,
}

/// Which accounts are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `list` reads")]
pub struct UserParameters {
    /// Those whose name contains this.
    name: Option<String>,
    /// Where the page begins, as `next` of the page before says.
    after: Option<String>,
}

impl From<AdminRefusal> for Problem {
    fn from(refusal: AdminRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            AdminRefusal::Fault(fault) => fault.into(),
            AdminRefusal::Unknown | AdminRefusal::NoAdministrator | AdminRefusal::LinkOver => {
                Self::not_found().saying(detail)
            }
            AdminRefusal::Taken | AdminRefusal::LastOwner(_) | AdminRefusal::OtherPerson => {
                Self::new(Kind::Conflict).saying(detail)
            }
            AdminRefusal::BadUsername => Self::invalid(detail).at("username"),
            AdminRefusal::ShortPassword => Self::invalid(detail),
        }
    }
}

impl From<UserLine> for UserDocument {
    fn from(line: UserLine) -> Self {
        Self {
            user: line.user.id.to_string(),
            username: line.user.username.as_str().to_owned(),
            created_at: line.user.created_at,
            groups: line.user.groups,
            enrolled: line.is_enrolled,
            suspended: line.is_suspended,
            role: line.role.map(|role| role.name().to_owned()),
        }
    }
}

impl From<EnrolmentLine> for EnrolmentDocument {
    fn from(line: EnrolmentLine) -> Self {
        Self {
            enrolment: line.id.to_string(),
            source: line.source,
            completed_at: line.completed_at,
            revoked_at: line.revoked_at,
            usable: line.is_usable,
        }
    }
}

impl From<UserView> for UserDetails {
    fn from(view: UserView) -> Self {
        Self {
            account: view.line.into(),
            enrolments: view.enrolments.into_iter().map(Into::into).collect(),
            sessions: view.sessions.into_iter().map(Into::into).collect(),
        }
    }
}

/// Accounts by the name that people sign in with, 50 on a page.
#[utoipa::path(get, path = "/users", tag = "users", params(UserParameters), responses(
    (status = 200, description = "A page of accounts", body = inline(super::paging::Listed<UserDocument>), headers(
        ("Link" = String, description = "Where the next page is, `rel=\"next\"`"))),
))]
pub async fn list(app: web::Data<App>, request: HttpRequest) -> Answer {
    guard::reader(&app, &request).await?;
    let mut query = Query::of(&request)?;
    let (page, name) = (Asked::take_place(&mut query)?, query.take("name")?);
    query.end()?;
    let behind = page.place(Username::parse)?;
    let (found, next) = app.admin.users.list(name.as_deref(), behind).await?;
    let users: Vec<UserDocument> = found.into_iter().map(Into::into).collect();
    let filters: Vec<_> = name.into_iter().map(|name| ("name", name)).collect();
    Ok(listed("/users", &filters, Length::Fixed, users, next.map(|name| name.as_str().to_owned())))
}

/// One account with its enrolments and sessions.
#[utoipa::path(get, path = "/users/{user}", tag = "users", params(
    ("user" = String, Path, description = "The account's name"),
), responses((status = 200, description = "The account", body = UserDetails)))]
pub async fn read(app: web::Data<App>, request: HttpRequest, user: web::Path<String>) -> Answer {
    guard::reader(&app, &request).await?;
    Query::of(&request)?.end()?;
    let view = app.admin.users.find(&named(&user)?).await?.ok_or(Problem::not_found())?;
    Ok(HttpResponse::Ok().json(UserDetails::from(view)))
}

/// Puts an account into these groups and no others: what policies know it by.
#[utoipa::path(put, path = "/users/{user}/groups", tag = "users", request_body = GroupsRequest, params(
    ("user" = String, Path, description = "The account's name"),
    ("reason" = Option<String>, Query, description = "Why, for the audit log", max_length = 500),
), responses((status = 204, description = "It is in them")))]
pub async fn set_groups(
    app: web::Data<App>,
    request: HttpRequest,
    user: web::Path<String>,
    payload: web::Payload,
) -> Answer {
    let author = guard::writer(&app, &request, Role::Operator).await?;
    let (user, reason) = (named(&user)?, reason(&request)?);
    let GroupsRequest { groups } = body::read(&app, &request, payload).await?;
    if groups.len() > MOST_GROUPS || !groups.iter().all(|name| is_group(name)) {
        return Err(Problem::invalid("at most 32 names of 1 to 64 of a-z 0-9 - _ .").at("groups"));
    }
    app.admin.users.set_groups(&user, &groups, &guard::change(author, reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lets the person try their face again where tries were exhausted.
#[utoipa::path(post, path = "/users/{user}/face/restore", tag = "users", params(
    ("user" = String, Path, description = "The account's name"),
    ("reason" = Option<String>, Query, description = "Why, for the audit log", max_length = 500),
), responses((status = 204, description = "They may")))]
pub async fn restore_face(app: web::Data<App>, request: HttpRequest, user: web::Path<String>) -> Answer {
    let author = guard::writer(&app, &request, Role::Operator).await?;
    let (user, reason) = (named(&user)?, reason(&request)?);
    app.admin.users.restore_face(&user, &guard::change(author, reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Revokes an account's enrolment and wipes what was kept of the face; the next step-up begins with a new one.
#[utoipa::path(delete, path = "/users/{user}/enrolment", tag = "users", params(
    ("user" = String, Path, description = "The account's name"),
    ("reason" = Option<String>, Query, description = "Why, for the audit log", max_length = 500),
), responses((status = 204, description = "There is none")))]
pub async fn revoke_enrolment(app: web::Data<App>, request: HttpRequest, user: web::Path<String>) -> Answer {
    let author = guard::writer(&app, &request, Role::Operator).await?;
    let (user, reason) = (named(&user)?, reason(&request)?);
    app.admin.users.revoke_enrolment(&user, &guard::change(author, reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends every session of an account, with what was granted in it.
#[utoipa::path(delete, path = "/users/{user}/sessions", tag = "users", params(
    ("user" = String, Path, description = "The account's name"),
    ("reason" = Option<String>, Query, description = "Why, for the audit log", max_length = 500),
), responses((status = 204, description = "There is none")))]
pub async fn sign_out(app: web::Data<App>, request: HttpRequest, user: web::Path<String>) -> Answer {
    let author = guard::writer(&app, &request, Role::Operator).await?;
    let (user, reason) = (named(&user)?, reason(&request)?);
    app.admin.users.sign_out(&user, &guard::change(author, reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The most groups of an account.
const MOST_GROUPS: usize = 32;

fn is_group(name: &str) -> bool {
    let is_plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-_.".contains(&c);
    (1..=64).contains(&name.len()) && name.bytes().all(is_plain)
}

/// A text that names no account names nothing here.
pub(super) fn named(id: &str) -> Result<UserId, Problem> {
    UserId::parse(id).ok_or(Problem::not_found())
}
