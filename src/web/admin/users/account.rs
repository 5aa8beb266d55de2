//! One account: who it is, how it is enrolled, where it is signed in, and what an operator can do for it.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{HERE, Line};
use crate::{
    domain::{
        admin::{check::CheckStanding, role::Role},
        device::KeyThumbprint,
        id::{IdentityCheckId, UserId},
    },
    flows::admin::{
        administrators::AdminRefusal,
        users::{CheckLine, EnrolmentLine, KeyLine, UserView},
    },
    web::{
        admin::{
            Admin, Answer, Barred, Frame, changed,
            frame::console_page,
            words::{SessionWords, day, moment, source},
        },
        form::Form,
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// `GET /admin/users/{user}`.
#[derive(Template)]
#[template(path = "admin/user.html")]
pub struct UserPage {
    /// What stands around it.
    pub frame: Frame,
    /// The account.
    pub line: Line,
    /// The birth date that was verified.
    pub birth_date: Option<String>,
    /// When the account was added.
    pub added: String,
    /// Whether it has a password.
    pub has_password: bool,
    /// Its groups, separated by spaces.
    pub groups: String,
    /// Its enrolments, the latest first.
    pub enrolments: Vec<Enrolment>,
    /// The checks of its documents, the latest first.
    pub checks: Vec<Check>,
    /// Its sessions, the one used last first.
    pub sessions: Vec<SessionWords>,
    /// The keys of its browsers.
    pub keys: Vec<Key>,
    /// Whether it is the administrator's own account.
    pub is_own: bool,
}

/// An enrolment.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// Since which day.
    pub since: String,
    /// Who confirmed the document.
    pub source: String,
    /// On which day it was revoked.
    pub revoked: Option<String>,
    /// Whether it is by the embedder in use.
    pub is_usable: bool,
}

/// A document check.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name.
    pub id: String,
    /// Which kind of document.
    pub document: String,
    /// Who attested it.
    pub source: String,
    /// By which name they answer for it, and by which account.
    pub by: (String, String),
    /// When.
    pub at: String,
    /// Until which day it is good.
    pub until: String,
    /// What it is still good for.
    pub standing: CheckStanding,
}

/// A browser's key.
#[derive(Clone, Debug)]
pub struct Key {
    /// By which it is named.
    pub thumbprint: String,
    /// Since which day it is bound.
    pub since: String,
    /// When it was used last.
    pub used: String,
}

impl UserPage {
    fn of(admin: &Admin, view: UserView) -> Self {
        let user = &view.line.user;
        let own = admin.browser.session.id.as_str();
        Self {
            frame: admin.frame(HERE).below(),
            birth_date: user.verified.as_ref().map(|verified| verified.birth_date.to_string()),
            added: moment(user.created_at),
            has_password: user.password.is_set(),
            groups: user.groups.join(" "),
            is_own: admin.is(&user.id),
            enrolments: view.enrolments.into_iter().map(enrolment).collect(),
            checks: view.checks.into_iter().map(check).collect(),
            sessions: view.sessions.into_iter().map(|line| SessionWords::of(line, own)).collect(),
            keys: view.keys.into_iter().map(key).collect(),
            line: Line::from(view.line),
        }
    }

    /// Whether a check of a document waits for the person.
    pub fn awaits_person(&self) -> bool {
        self.checks.iter().any(|check| check.standing == CheckStanding::Open)
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let made = Check {
            id: "k1".into(),
            document: "Passport".into(),
            source: "An officer".into(),
            by: ("Oscar Operator".into(), "oscar".into()),
            at: "2026-11-23 11:40 UTC".into(),
            until: "2026-12-07".into(),
            standing: CheckStanding::Open,
        };
        let used = Check { id: "k2".into(), standing: CheckStanding::Used, ..made.clone() };
        let enrolled = Enrolment {
            since: "2026-11-23".into(),
            source: "An officer".into(),
            revoked: None,
            is_usable: true,
        };
        let revoked = Enrolment { revoked: Some("2026-11-20".into()), ..enrolled.clone() };
        Self {
            frame: Frame { here: HERE, ..Frame::sample() }.below(),
            line: Line {
                id: "u1".into(),
                username: "ada".into(),
                name: Some("Ada Lovelace".into()),
                role: Some(Role::Viewer),
                is_enrolled: true,
                is_suspended: true,
            },
            birth_date: Some("1815-12-10".into()),
            added: "2026-11-20 09:00 UTC".into(),
            has_password: true,
            groups: "staff treasury".into(),
            enrolments: vec![enrolled, revoked],
            checks: vec![made, used],
            sessions: SessionWords::samples(),
            keys: vec![Key {
                thumbprint: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs".into(),
                since: "2026-11-20".into(),
                used: "2026-11-23 12:01 UTC".into(),
            }],
            is_own: false,
        }
    }
}

console_page!(UserPage);

fn enrolment(line: EnrolmentLine) -> Enrolment {
    Enrolment {
        since: day(line.completed_at),
        source: source(&line.source),
        revoked: line.revoked_at.map(day),
        is_usable: line.is_usable,
    }
}

fn check(line: CheckLine) -> Check {
    Check {
        id: line.id.to_string(),
        document: line.document,
        source: source(line.source),
        by: (line.answered_for_by, line.checked_by),
        at: moment(line.checked_at),
        until: day(line.expires_at),
        standing: line.standing,
    }
}

fn key(line: KeyLine) -> Key {
    Key {
        thumbprint: line.thumbprint.as_str().to_owned(),
        since: day(line.bound_at),
        used: moment(line.last_used_at),
    }
}

/// Shows it.
pub async fn show(app: web::Data<App>, admin: Admin, user: web::Path<String>) -> Answer {
    let user = named(&admin, &user)?;
    let view = app.admin.users.find(&user).await?.ok_or_else(|| admin.nowhere())?;
    Ok(pages::shown(&UserPage::of(&admin, view)))
}

/// `POST /admin/users/{user}/{action}`: what an operator does for an account.
pub async fn act(
    app: web::Data<App>,
    admin: Admin,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    form: Form,
) -> Answer {
    let (user, action) = path.into_inner();
    let user = named(&admin, &user)?;
    let page = format!("{HERE}/{user}");
    let change = admin.change(&request, &form, Role::Operator, &page)?;
    let users = &app.admin.users;
    let (outcome, done) = match action.as_str() {
        "restore" => (users.restore_face(&user, &change).await, "face-restored"),
        "revoke-enrolment" => (users.revoke_enrolment(&user, &change).await, "enrolment-revoked"),
        "sign-out" => (users.sign_out(&user, &change).await, "signed-out"),
        "groups" => {
            let groups = form.value("groups").unwrap_or_default().to_lowercase();
            let groups: Vec<String> = groups
                .split([' ', ',', '\n'])
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect();
            (users.set_groups(&user, &groups, &change).await, "groups-set")
        }
        "revoke-key" => {
            let key = form.value("key").and_then(KeyThumbprint::parse).ok_or_else(|| admin.nowhere())?;
            (users.revoke_key(&user, &key, &change).await, "key-revoked")
        }
        "withdraw-check" => {
            let check =
                form.value("check").and_then(IdentityCheckId::parse).ok_or_else(|| admin.nowhere())?;
            let is_done = app.admin.officer.withdraw(&user, &check, &change).await?;
            (Ok(()), if is_done { "check-withdrawn" } else { "check-over" })
        }
        _ => return Err(admin.nowhere()),
    };
    match outcome {
        Ok(()) => Ok(changed(&page, done)),
        Err(AdminRefusal::Fault(fault)) => Err(fault.into()),
        Err(_) => Err(admin.nowhere()),
    }
}

/// The account that an address names.
pub(super) fn named(admin: &Admin, user: &str) -> Result<UserId, Barred> {
    UserId::parse(user).ok_or_else(|| admin.nowhere())
}
