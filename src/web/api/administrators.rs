//! Who may administer, and the one-time links that let people in.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Answer, body, guard,
    problem::Problem,
    query::{Query, reason},
    users::named,
};
use crate::{
    domain::admin::role::Role,
    flows::admin::administrators::{AdministratorLine, Guest},
    web::state::App,
};

/// How long a link is good unless it is said.
const USUAL_HOURS: u32 = 72;
/// How long one may be.
const MOST_HOURS: u32 = 24 * 14;

/// An administrator.
#[derive(Serialize, ToSchema)]
pub struct AdministratorDocument {
    /// Their account.
    user: String,
    /// The name that they sign in with.
    username: String,
    /// `viewer`, `operator` or `owner`.
    role: String,
    /// Who gave it to them.
    granted_by: String,
    /// When.
    granted_at: Timestamp,
    /// Whether a face is enrolled, without which they are not let in.
    enrolled: bool,
}

/// A link that is still to be used.
#[derive(Serialize, ToSchema)]
pub struct InvitationDocument {
    /// For which account.
    user: String,
    /// The name that it is signed in with.
    username: String,
    /// The role that it gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// Who made it.
    invited_by: String,
    /// Until when it is good.
    expires_at: Timestamp,
}

/// All administrators and open links.
#[derive(Serialize, ToSchema)]
pub struct AdministratorsDocument {
    /// By name.
    administrators: Vec<AdministratorDocument>,
    /// The one that lapses first first.
    invitations: Vec<InvitationDocument>,
}

/// A role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleRequest {
    /// `viewer`, `operator` or `owner`.
    #[schema(value_type = String, pattern = "^(viewer|operator|owner)$")]
    role: Role,
}

/// Whom a link is for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationRequest {
    /// The name that they sign in with; an account is made where none has it.
    #[schema(min_length = 1, max_length = 128)]
    username: String,
    /// The role that they get: `viewer`, `operator` or `owner`.
    #[schema(value_type = String, pattern = "^(viewer|operator|owner)$")]
    role: Role,
    /// For how many hours the link is good.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 336)]
    hours: Option<u32>,
}

/// A link that was made; it is told once.
#[derive(Serialize, ToSchema)]
pub struct InvitedDocument {
    /// The account.
    user: String,
    /// The address to send to them.
    link: String,
    /// Until when it is good.
    expires_at: Timestamp,
}

impl From<AdministratorLine> for AdministratorDocument {
    fn from(line: AdministratorLine) -> Self {
        Self {
            user: line.administrator.user.to_string(),
            username: line.username.as_str().to_owned(),
            role: line.administrator.role.name().to_owned(),
            granted_by: line.administrator.granted_by.to_string(),
            granted_at: line.administrator.granted_at,
            enrolled: line.is_enrolled,
        }
    }
}

/// Who may administer, and the links that are still to be used.
#[utoipa::path(get, path = "/administrators", tag = "administrators", responses(
    (status = 200, description = "All of them", body = AdministratorsDocument),
))]
pub async fn list(app: web::Data<App>, request: HttpRequest) -> Answer {
    guard::reader(&app, &request).await?;
    Query::of(&request)?.end()?;
    let (administrators, links) = app.admin.administrators.list().await?;
    let invitations = links.into_iter().map(|line| InvitationDocument {
        user: line.invitation.user.to_string(),
        username: line.username.as_str().to_owned(),
        role: line.invitation.role.map(|role| role.name().to_owned()),
        invited_by: line.invitation.invited_by.to_string(),
        expires_at: line.invitation.expires_at,
    });
    Ok(HttpResponse::Ok().json(AdministratorsDocument {
        administrators: administrators.into_iter().map(Into::into).collect(),
        invitations: invitations.collect(),
    }))
}

/// Makes a one-time link that lets somebody in.
#[utoipa::path(post, path = "/administrators/invitations", tag = "administrators", request_body = InvitationRequest,
params(
    ("reason" = Option<String>, Query, description = "Why, for the audit log", max_length = 500),
), responses(
    (status = 201, description = "The link, which is told once", body = InvitedDocument),
    (status = 404, description = "There is no such account", body = super::problem::ProblemDetails,
        content_type = "application/problem+json"),
    (status = 409, description = "It does not fit the account", body = super::problem::ProblemDetails,
        content_type = "application/problem+json"),
))]
pub async fn invite(app: web::Data<App>, request: HttpRequest, payload: web::Payload) -> Answer {
    let author = guard::writer(&app, &request, Role::Owner).await?;
    let reason = reason(&request)?;
    let asked: InvitationRequest = body::read(&app, &request, payload).await?;
    let hours = asked.hours.unwrap_or(USUAL_HOURS);
    if !(1..=MOST_HOURS).contains(&hours) {
        return Err(Problem::invalid("a link is good for 1 to 336 hours").at("hours"));
    }
    let lifetime = SignedDuration::from_hours(i64::from(hours));
    let guest = Guest { username: asked.username, role: Some(asked.role), verified: None, lifetime };
    let invited = app.admin.administrators.invite(&guest, &guard::change(author, reason)).await?;
    let link = app.admin.administrators.address(&invited);
    let (user, expires_at) = (invited.user.to_string(), invited.expires_at);
    Ok(HttpResponse::Created().json(InvitedDocument { user, link, expires_at }))
}

/// Gives an administrator another role. The last owner stays one.
#[utoipa::path(put, path = "/administrators/{user}", tag = "administrators", request_body = RoleRequest, params(
    ("user" = String, Path, description = "The account's name"),
    ("reason" = Option<String>, Query, description = "Why, for the audit log", max_length = 500),
), responses(
    (status = 204, description = "They have it"),
    (status = 409, description = "The last owner stays one", body = super::problem::ProblemDetails,
        content_type = "application/problem+json"),
))]
pub async fn set_role(
    app: web::Data<App>,
    request: HttpRequest,
    user: web::Path<String>,
    payload: web::Payload,
) -> Answer {
    let author = guard::writer(&app, &request, Role::Owner).await?;
    let (user, reason) = (named(&user)?, reason(&request)?);
    let RoleRequest { role } = body::read(&app, &request, payload).await?;
    app.admin.administrators.set_role(&user, Some(role), &guard::change(author, reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes an administrator's role away. The last owner stays one.
#[utoipa::path(delete, path = "/administrators/{user}", tag = "administrators", params(
    ("user" = String, Path, description = "The account's name"),
    ("reason" = Option<String>, Query, description = "Why, for the audit log", max_length = 500),
), responses(
    (status = 204, description = "They have none"),
    (status = 409, description = "The last owner stays one", body = super::problem::ProblemDetails,
        content_type = "application/problem+json"),
))]
pub async fn dismiss(app: web::Data<App>, request: HttpRequest, user: web::Path<String>) -> Answer {
    let author = guard::writer(&app, &request, Role::Owner).await?;
    let (user, reason) = (named(&user)?, reason(&request)?);
    app.admin.administrators.set_role(&user, None, &guard::change(author, reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}
