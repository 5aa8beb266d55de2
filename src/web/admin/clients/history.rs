//! The versions of a client's registration: who changed it, when and why, what that changed, and the way back.

use actix_web::{HttpRequest, web};
use askama::Template;
use serde_json::{Map, Value};

use super::{
    PATH, address,
    change::{basis, done},
    refused,
};
use crate::{
    domain::{
        admin::role::Role,
        id::ClientId,
        oidc::registration::snapshot::{revision, snapshot},
        versions::ClientVersion,
    },
    flows::Unserved,
    web::{
        admin::{
            Admin, Answer, Frame,
            asked::Asked,
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

/// A version as it is listed.
#[derive(Clone, Debug)]
pub struct VersionLine {
    /// Its number.
    pub number: i64,
    /// When.
    pub at: String,
    /// Who made it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Whether the client was removed in it.
    pub is_removal: bool,
}

/// `GET /admin/clients/{client}/history`.
#[derive(Template)]
#[template(path = "admin/client_history.html")]
pub struct HistoryPage {
    /// What stands around it.
    pub frame: Frame,
    /// Its `client_id`.
    pub id: String,
    /// The versions, the newest first.
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
            is_removal: number == 3,
        };
        Self {
            frame: Frame { here: PATH, ..Frame::sample() }
                .under("/admin/clients/harbour-bank", "harbour-bank"),
            id: "harbour-bank".into(),
            versions: vec![line(3, "It moved"), line(2, "Transfers need a face"), line(1, "")],
            next: None,
        }
    }
}

/// `GET /admin/clients/{client}/versions/{number}`: what going back would change.
#[derive(Template)]
#[template(path = "admin/client_version.html")]
pub struct VersionPage {
    /// What stands around it.
    pub frame: Frame,
    /// Its `client_id`.
    pub id: String,
    /// The version.
    pub version: VersionLine,
    /// The registration that was seen; none where the client is gone.
    pub basis: Option<String>,
    /// What going back would change: the member, what it is, and what it would be.
    pub changes: Vec<(String, String, String)>,
    /// The registration then.
    pub json: Option<String>,
    /// Why nothing was changed.
    pub problem: Option<String>,
}

impl VersionPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let HistoryPage { frame, id, versions, .. } = HistoryPage::sample();
        let version = versions.into_iter().nth(1);
        let version = version.unwrap_or_else(|| VersionLine {
            number: 2,
            at: String::new(),
            by: String::new(),
            reason: String::new(),
            is_removal: false,
        });
        let minimum = ("minimum_acr".into(), String::new(), "\"urn:facestep:acr:face\"".into());
        let json = Some("{\n  \"client_name\": \"Harbour Bank\"\n}".into());
        Self { frame, id, version, basis: Some("r1".into()), changes: vec![minimum], json, problem: None }
    }
}

console_page!(HistoryPage, VersionPage);

/// Lists them; also of a client that was removed.
pub async fn list(
    app: web::Data<App>,
    admin: Admin,
    named: web::Path<String>,
    request: HttpRequest,
) -> Answer {
    let Some(id) = ClientId::parse(&named) else { return Err(admin.nowhere()) };
    let asked = Asked::of(&request);
    let below = asked.text("below").and_then(|text| text.parse().ok());
    let found = match app.desks.clients.history(&id, below, PAGE).await {
        Ok(found) => found,
        Err(Unserved::Fault(fault)) => return Err(fault.into()),
        Err(Unserved::Refused(_)) => return Err(admin.nowhere()),
    };
    let versions = lines(&app, &found.items).await?;
    let path = format!("{}/history", address(id.as_str()));
    let next = found.next.map(|number| asked.address_with(&path, "below", Some(&number.to_string())));
    let frame = admin.frame(PATH).under(address(id.as_str()), id.as_str());
    Ok(pages::shown(&HistoryPage { frame, id: id.to_string(), versions, next }))
}

/// Shows one.
pub async fn show(app: web::Data<App>, admin: Admin, path: web::Path<(String, i64)>) -> Answer {
    version_page(&app, &admin, &path, None).await
}

/// Goes back to it, which makes a new version.
pub async fn go_back(
    app: web::Data<App>,
    admin: Admin,
    path: web::Path<(String, i64)>,
    request: HttpRequest,
    form: Form,
) -> Answer {
    let (named, number) = path.as_ref();
    let page = format!("{}/versions/{number}", address(named));
    let change = admin.change(&request, &form, Role::Operator, &page)?;
    let Some(id) = ClientId::parse(named) else { return Err(admin.nowhere()) };
    if change.reason.as_deref().unwrap_or_default().is_empty() {
        return version_page(&app, &admin, &path, Some(say("admin-reason-missing", &[]))).await;
    }
    let seen = form.value("basis").is_some().then(|| basis(&form));
    match app.desks.clients.go_back(&id, *number, seen.as_ref(), &change).await {
        Ok(registered) => Ok(done(&admin, &registered)),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
        Err(Unserved::Refused(refusal)) => version_page(&app, &admin, &path, Some(refused(&refusal))).await,
    }
}

async fn version_page(app: &App, admin: &Admin, path: &(String, i64), problem: Option<String>) -> Answer {
    let (Some(id), number) = (ClientId::parse(&path.0), path.1) else { return Err(admin.nowhere()) };
    let version = match app.desks.clients.version(&id, number).await {
        Ok(version) => version,
        Err(Unserved::Fault(fault)) => return Err(fault.into()),
        Err(Unserved::Refused(_)) => return Err(admin.nowhere()),
    };
    let now = match app.desks.clients.find(&id).await {
        Ok(client) => Some(client),
        Err(Unserved::Fault(fault)) => return Err(fault.into()),
        Err(Unserved::Refused(_)) => None,
    };
    let is = now.as_ref().map(snapshot).unwrap_or_default();
    let was = version.snapshot.as_ref().and_then(Value::as_object);
    let line = lines(app, std::slice::from_ref(&version)).await?.pop().ok_or_else(|| admin.nowhere())?;
    Ok(pages::shown(&VersionPage {
        frame: admin
            .frame(PATH)
            .under(address(id.as_str()), id.as_str())
            .under(format!("{}/history", address(id.as_str())), say("admin-clients-history", &[])),
        id: id.to_string(),
        basis: now.as_ref().map(revision),
        changes: was.map(|was| changes(&is, was)).unwrap_or_default(),
        json: was.and_then(|was| serde_json::to_string_pretty(was).ok()),
        version: line,
        problem,
    }))
}

async fn lines(
    app: &App,
    versions: &[ClientVersion],
) -> Result<Vec<VersionLine>, crate::ports::fault::Fault> {
    let authors = versions.iter().map(|version| version.author.clone()).collect();
    let names = app.admin.names.of_authors(authors).await?;
    let line = |(version, by): (&ClientVersion, String)| VersionLine {
        number: version.number,
        at: moment(version.at),
        by,
        reason: version.reason.clone(),
        is_removal: version.snapshot.is_none(),
    };
    Ok(versions.iter().zip(names).map(line).collect())
}

/// The members in which two registrations differ, as JSON; empty where one has none.
fn changes(is: &Map<String, Value>, would_be: &Map<String, Value>) -> Vec<(String, String, String)> {
    let text = |members: &Map<String, Value>, name: &str| {
        members.get(name).map(ToString::to_string).unwrap_or_default()
    };
    let mut names: Vec<&String> = is.keys().chain(would_be.keys()).collect();
    names.sort();
    names.dedup();
    let differing = names.into_iter().filter(|name| is.get(*name) != would_be.get(*name));
    differing.map(|name| (name.clone(), text(is, name), text(would_be, name))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_members_that_differ_are_told() {
        let map = |value: Value| value.as_object().cloned().unwrap();
        let (is, would_be) = (map(json!({ "a": 1, "b": 2 })), map(json!({ "a": 1, "c": [3] })));
        let told = |name: &str, is: &str, would_be: &str| (name.into(), is.into(), would_be.into());
        assert_eq!(changes(&is, &would_be), [told("b", "2", ""), told("c", "", "[3]")]);
    }
}
