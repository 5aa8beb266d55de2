//! The versions of the policies: who made them, when and why, what going back would change, and the way back.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{
    PATH,
    changes::{Change, refused},
};
use crate::{
    domain::{admin::role::Role, authn::written::export, versions::PolicyVersion},
    flows::{Unserved, admin::policies::NumberedDocument},
    ports::fault::Fault,
    web::{
        admin::{
            Admin, Answer, Frame,
            asked::Asked,
            changed,
            frame::console_page,
            phrases::{moment, say},
        },
        form::Form,
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// How many versions stand on a page.
const PAGE: usize = 50;
/// Where it is.
const HISTORY: &str = "/admin/policies/history";

/// A version as it is listed.
#[derive(Clone, Debug)]
pub struct VersionLine {
    /// Its number.
    pub number: i64,
    /// When it came into force; nothing of what ships.
    pub at: String,
    /// Who made it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// `GET /admin/policies/history`.
#[derive(Template)]
#[template(path = "admin/policies_history.html")]
pub struct HistoryPage {
    /// What stands around it.
    pub frame: Frame,
    /// The versions, the newest first; the last page ends with what ships.
    pub versions: Vec<VersionLine>,
    /// The address of the next page, where there is one.
    pub next: Option<String>,
}

impl HistoryPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let line = |number, reason: &str| VersionLine {
            number,
            at: "2026-11-23 16:03:39 UTC".into(),
            by: "olivia".into(),
            reason: reason.into(),
        };
        Self {
            frame: Frame { here: PATH, ..Frame::sample() }.below(),
            versions: vec![line(2, "Transfers need a face"), line(1, "First"), shipped()],
            next: None,
        }
    }
}

/// `GET /admin/policies/versions/{number}`: what going back would change.
#[derive(Template)]
#[template(path = "admin/policies_version.html")]
pub struct VersionPage {
    /// What stands around it.
    pub frame: Frame,
    /// The version.
    pub version: VersionLine,
    /// The version in force.
    pub in_force: i64,
    /// What going back would change.
    pub changes: Vec<Change>,
    /// Whether going back would change the order of the contexts.
    pub is_reordered: bool,
    /// The document as TOML.
    pub text: String,
    /// Why nothing was changed.
    pub problem: Option<String>,
}

impl VersionPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let version = HistoryPage::sample().versions.into_iter().next().unwrap_or_else(shipped);
        Self {
            frame: Frame { here: PATH, ..Frame::sample() }.under(HISTORY, say("admin-policies-history", &[])),
            version,
            in_force: 4,
            changes: vec![Change::sample()],
            is_reordered: true,
            text: "[[contexts]]\nacr = \"urn:facestep:acr:face\"\n".into(),
            problem: None,
        }
    }
}

console_page!(HistoryPage, VersionPage);

/// What ships, which nobody applied.
fn shipped() -> VersionLine {
    VersionLine {
        number: 0,
        at: String::new(),
        by: String::new(),
        reason: say("admin-policies-shipped", &[]),
    }
}

/// Lists them.
pub async fn list(app: web::Data<App>, admin: Admin, request: HttpRequest) -> Answer {
    let asked = Asked::of(&request);
    let below = asked.text("below").and_then(|text| text.parse().ok());
    let found = app.desks.policies.versions(below, PAGE).await?;
    let mut versions = lines(&app, &found.items).await?;
    if found.next.is_none() {
        versions.push(shipped());
    }
    let next = found.next.map(|number| asked.address_with(HISTORY, "below", Some(&number.to_string())));
    Ok(pages::shown(&HistoryPage { frame: admin.frame(PATH).below(), versions, next }))
}

/// Shows one.
pub async fn show(app: web::Data<App>, admin: Admin, number: web::Path<i64>) -> Answer {
    version_page(&app, &admin, *number, None).await
}

/// Goes back to it, which makes a new version.
pub async fn go_back(
    app: web::Data<App>,
    admin: Admin,
    number: web::Path<i64>,
    request: HttpRequest,
    form: Form,
) -> Answer {
    let page = format!("{PATH}/versions/{number}");
    let change = admin.change(&request, &form, Role::Owner, &page)?;
    if change.reason.as_deref().unwrap_or_default().is_empty() {
        return version_page(&app, &admin, *number, Some(say("admin-reason-missing", &[]))).await;
    }
    let expected = form.value("version").and_then(|number| number.parse().ok());
    match app.desks.policies.go_back(*number, expected, &change).await {
        Ok(_) => Ok(changed(PATH, "policies-changed")),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
        Err(Unserved::Refused(refusal)) => version_page(&app, &admin, *number, Some(refused(&refusal))).await,
    }
}

async fn version_page(app: &App, admin: &Admin, number: i64, problem: Option<String>) -> Answer {
    let found = match app.desks.policies.version(number).await {
        Ok(found) => found,
        Err(Unserved::Fault(fault)) => return Err(fault.into()),
        Err(Unserved::Refused(_)) => return Err(admin.nowhere()),
    };
    let in_force = app.desks.policies.current().await?.number;
    let differences = match app.desks.policies.differences(in_force, number).await {
        Ok(differences) => differences,
        Err(Unserved::Fault(fault)) => return Err(fault.into()),
        Err(Unserved::Refused(_)) => return Err(admin.nowhere()),
    };
    let NumberedDocument { document, version, .. } = found;
    let line = lines(app, version.as_slice()).await?.pop().unwrap_or_else(shipped);
    Ok(pages::shown(&VersionPage {
        frame: admin.frame(PATH).under(HISTORY, say("admin-policies-history", &[])),
        version: line,
        in_force,
        changes: Change::all(&differences),
        is_reordered: differences.order.is_some(),
        text: export(&document, &[]),
        problem,
    }))
}

async fn lines(app: &App, versions: &[PolicyVersion]) -> Result<Vec<VersionLine>, Fault> {
    let authors = versions.iter().map(|version| version.author.clone()).collect();
    let names = app.admin.names.of_authors(authors).await?;
    let line = |(version, by): (&PolicyVersion, String)| VersionLine {
        number: version.number,
        at: moment(version.at),
        by,
        reason: version.reason.clone(),
    };
    Ok(versions.iter().zip(names).map(line).collect())
}
