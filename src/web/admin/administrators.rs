//! The pages of administrators: who they are, invitations, roles.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{
    Admin, Answer, Barred, Frame, changed,
    frame::console_page,
    words::{day, moment},
};
use crate::{
    domain::{
        admin::{invitation, role::Role},
        id::UserId,
    },
    flows::admin::administrators::{AdminRefusal, AdministratorLine, Guest, InvitationLine, Invited},
    web::{
        error::form_again,
        form::Form,
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// Where this part is.
const HERE: &str = "/admin/administrators";

/// `GET /admin/administrators`.
#[derive(Template)]
#[template(path = "admin/administrators.html")]
pub struct AdministratorsPage {
    /// What stands around it.
    pub frame: Frame,
    /// The administrators, by name.
    pub lines: Vec<Line>,
    /// The links that are still to be used.
    pub links: Vec<Link>,
    /// Why nothing was changed just now.
    pub problem: Option<&'static str>,
}

/// An administrator.
#[derive(Clone, Debug)]
pub struct Line {
    /// The account.
    pub user: String,
    /// The name.
    pub username: String,
    /// The role.
    pub role: Role,
    /// Who gave it, and on which day.
    pub granted: (String, String),
    /// Whether a face is enrolled.
    pub is_enrolled: bool,
}

/// A link that is still to be used.
#[derive(Clone, Debug)]
pub struct Link {
    /// The account.
    pub user: String,
    /// The name.
    pub username: String,
    /// The role that it gives; none for an account alone.
    pub role: Option<Role>,
    /// Who made it.
    pub invited_by: String,
    /// Until when it is good.
    pub until: String,
}

impl From<AdministratorLine> for Line {
    fn from(line: AdministratorLine) -> Self {
        Self {
            user: line.administrator.user.to_string(),
            username: line.username.as_str().to_owned(),
            role: line.administrator.role,
            granted: (line.granted_by, day(line.administrator.granted_at)),
            is_enrolled: line.is_enrolled,
        }
    }
}

impl From<InvitationLine> for Link {
    fn from(line: InvitationLine) -> Self {
        Self {
            user: line.invitation.user.to_string(),
            username: line.username.as_str().to_owned(),
            role: line.invitation.role,
            invited_by: line.invited_by,
            until: moment(line.invitation.expires_at),
        }
    }
}

impl AdministratorsPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let line = |user: &str, username: &str, role, is_enrolled| Line {
            user: user.into(),
            username: username.into(),
            role,
            granted: ("installer".into(), "2026-11-23".into()),
            is_enrolled,
        };
        let link = Link {
            user: "u3".into(),
            username: "vera".into(),
            role: Some(Role::Viewer),
            invited_by: "olivia".into(),
            until: "2026-11-24 12:00 UTC".into(),
        };
        Self {
            frame: Frame { here: HERE, ..Frame::sample() },
            lines: vec![line("u1", "olivia", Role::Owner, true), line("u2", "oscar", Role::Operator, false)],
            links: vec![link.clone(), Link { user: "u4".into(), username: "ada".into(), role: None, ..link }],
            problem: None,
        }
    }
}

/// `GET /admin/administrators/invite`; posts `username` and `role` to the same address.
#[derive(Template)]
#[template(path = "admin/invite.html")]
pub struct InvitePage {
    /// What stands around it.
    pub frame: Frame,
    /// The name to start with.
    pub username: String,
    /// The role to start with.
    pub role: Role,
    /// Why nobody was invited.
    pub problem: Option<&'static str>,
}

impl InvitePage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame = Frame { here: HERE, ..Frame::sample() }.below();
        Self { frame, username: String::new(), role: Role::Viewer, problem: None }
    }
}

/// Shows a link that was made, once.
#[derive(Template)]
#[template(path = "admin/link.html")]
pub struct LinkPage {
    /// What stands around it.
    pub frame: Frame,
    /// For whom.
    pub username: String,
    /// Where the link leads.
    pub address: String,
    /// Until when it is good.
    pub until: String,
    /// The page to go back to.
    pub back: String,
}

impl LinkPage {
    /// The page of a link.
    pub fn of(frame: Frame, app: &App, invited: &Invited, back: String) -> Self {
        Self {
            frame,
            username: invited.username.as_str().to_owned(),
            address: app.admin.administrators.address(invited),
            until: moment(invited.expires_at),
            back,
        }
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            frame: Frame { here: HERE, ..Frame::sample() }.below(),
            username: "vera".into(),
            address: "https://id.example/admin/invitation/0123456789abcdefghijklmnopqrstuvwxyzABCDEFG".into(),
            until: "2026-11-24 12:00 UTC".into(),
            back: HERE.into(),
        }
    }
}

console_page!(AdministratorsPage, InvitePage, LinkPage);

/// Shows all of them.
pub async fn list(app: web::Data<App>, admin: Admin) -> Answer {
    Ok(pages::shown(&page(&app, &admin, None).await?))
}

/// Shows the form that invites someone.
pub async fn invite_form(admin: Admin) -> Answer {
    admin.must_be_fresh(Role::Owner, "/admin/administrators/invite")?;
    let frame = admin.frame(HERE).below();
    Ok(pages::shown(&InvitePage { frame, username: String::new(), role: Role::Viewer, problem: None }))
}

/// Makes a link for someone, and shows it once.
pub async fn invite(app: web::Data<App>, admin: Admin, request: HttpRequest, form: Form) -> Answer {
    let change = admin.change(&request, &form, Role::Owner, "/admin/administrators/invite")?;
    let role = form.value("role").and_then(Role::parse).unwrap_or(Role::Viewer);
    let guest = Guest {
        username: form.value("username").unwrap_or_default().to_owned(),
        role: Some(role),
        verified: None,
        lifetime: invitation::LIFETIME,
    };
    let frame = admin.frame(HERE).below();
    match app.admin.administrators.invite(&guest, &change).await {
        Ok(invited) => Ok(pages::shown(&LinkPage::of(frame, &app, &invited, HERE.to_owned()))),
        Err(refusal) => {
            let problem = Some(problem(refusal)?);
            Ok(form_again(&InvitePage { frame, username: guest.username, role, problem }, true))
        }
    }
}

/// Gives an administrator another role.
pub async fn set_role(app: web::Data<App>, admin: Admin, request: HttpRequest, form: Form) -> Answer {
    let change = admin.change(&request, &form, Role::Owner, HERE)?;
    let user = named(&admin, &form)?;
    let role = form.value("role").and_then(Role::parse).ok_or_else(|| admin.nowhere())?;
    let set = app.admin.administrators.set_role(&user, Some(role), &change).await;
    after(&app, &admin, set, "role-set").await
}

/// Takes an administrator's role.
pub async fn revoke(app: web::Data<App>, admin: Admin, request: HttpRequest, form: Form) -> Answer {
    let change = admin.change(&request, &form, Role::Owner, HERE)?;
    let user = named(&admin, &form)?;
    let revoked = app.admin.administrators.set_role(&user, None, &change).await;
    after(&app, &admin, revoked, "role-revoked").await
}

/// Takes back the links of an account.
pub async fn withdraw_link(app: web::Data<App>, admin: Admin, request: HttpRequest, form: Form) -> Answer {
    let change = admin.change(&request, &form, Role::Owner, HERE)?;
    let withdrawn = app.admin.administrators.withdraw_links(&named(&admin, &form)?, &change).await;
    after(&app, &admin, withdrawn, "link-withdrawn").await
}

async fn after(
    app: &App,
    admin: &Admin,
    outcome: Result<(), AdminRefusal>,
    done: &str,
) -> Result<HttpResponse, Barred> {
    match outcome {
        Ok(()) => Ok(changed(HERE, done)),
        Err(refusal) => Ok(form_again(&page(app, admin, Some(problem(refusal)?)).await?, true)),
    }
}

async fn page(app: &App, admin: &Admin, problem: Option<&'static str>) -> Result<AdministratorsPage, Barred> {
    let (lines, links) = app.admin.administrators.list().await?;
    Ok(AdministratorsPage {
        frame: admin.frame(HERE),
        lines: lines.into_iter().map(Line::from).collect(),
        links: links.into_iter().map(Link::from).collect(),
        problem,
    })
}

fn named(admin: &Admin, form: &Form) -> Result<UserId, Barred> {
    form.value("user").and_then(UserId::parse).ok_or_else(|| admin.nowhere())
}

/// The key of a refusal's words.
pub(super) fn problem(refusal: AdminRefusal) -> Result<&'static str, Barred> {
    Ok(match refusal {
        AdminRefusal::BadUsername => "admin-problem-username",
        AdminRefusal::Taken => "admin-problem-taken",
        AdminRefusal::LastOwner(_) => "admin-problem-last-owner",
        AdminRefusal::OtherPerson => "admin-problem-other-person",
        AdminRefusal::Unknown
        | AdminRefusal::NoAdministrator
        | AdminRefusal::LinkOver
        | AdminRefusal::ShortPassword => "admin-problem-gone",
        AdminRefusal::Fault(fault) => return Err(fault.into()),
    })
}
