//! The policy document: what is in force, its versions, what a change would do, and what is to be told of it.

use actix_web::{HttpRequest, HttpResponse, http::header::ETAG, web};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Answer, body,
    conditions::{basis, entity_tag, tagged},
    guard,
    paging::{Asked, Length, PageParameters, listed},
    problem::{Flaw, Kind, Problem},
    query::{Query, reason},
};
use crate::{
    domain::{
        admin::role::Role,
        authn::{document::PolicyDocument, lint::Finding},
        basis::Basis,
        versions::PolicyVersion,
    },
    flows::admin::policies::{Applied, NumberedDocument, PolicyRefusal},
    ports::fault::Fault,
    web::state::App,
};

/// A version of the policies. The document's members are those of `docs/policy.md`.
#[derive(Serialize, ToSchema)]
pub struct PolicyVersionDocument {
    /// Its number; 0 for what ships.
    number: i64,
    /// When it came into force.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    /// Who applied it: `operator:<user>` or `installer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    /// Why; may be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What it says; not in lists.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<PolicyDocument>,
}

/// What became of a change, or would.
#[derive(Serialize, ToSchema)]
pub struct AppliedDocument {
    /// The version in force before.
    before: i64,
    /// The version in force now; the same where nothing changed.
    number: i64,
    /// What is different, by part and name.
    #[schema(value_type = Object)]
    differences: Value,
    /// What is to be told of it.
    findings: Vec<FindingDocument>,
}

/// What is to be told of the policies.
#[derive(Serialize, ToSchema)]
pub struct FindingsDocument {
    /// What was found.
    findings: Vec<FindingDocument>,
}

/// One thing that was found.
#[derive(Serialize, ToSchema)]
pub struct FindingDocument {
    /// What; the names are stable.
    #[schema(value_type = String)]
    code: Value,
    /// `error`, `warning` or `note`.
    #[schema(value_type = String)]
    severity: Value,
    /// Where.
    at: String,
    /// What is the matter.
    what: String,
    /// How it is mended.
    mend: String,
}

impl From<PolicyRefusal> for Problem {
    fn from(refusal: PolicyRefusal) -> Self {
        match refusal {
            PolicyRefusal::Unfit(problems) => {
                let flaw = |problem: crate::domain::authn::document::PolicyProblem| Flaw {
                    member: problem.at,
                    detail: format!("{}. {}", problem.what, problem.mend),
                };
                Self::invalid("the policies do not fit together")
                    .with(problems.into_iter().map(flaw).collect())
            }
            PolicyRefusal::Stale { .. } => Self::new(Kind::Stale).saying(refusal.to_string()),
            PolicyRefusal::NoVersion => Self::not_found().saying(refusal.to_string()),
        }
    }
}

impl From<Finding> for FindingDocument {
    fn from(finding: Finding) -> Self {
        let (code, severity) = (json!(finding.code), json!(finding.severity));
        Self { code, severity, at: finding.at, what: finding.what, mend: finding.mend }
    }
}

/// The policies in force.
#[utoipa::path(get, path = "/policy", tag = "policy", params(
    ("If-None-Match" = Option<String>, Header, description = "The revision that the caller has"),
), responses(
    (status = 200, description = "The version in force", body = PolicyVersionDocument, headers(("ETag" = String))),
    (status = 304, description = "The caller has it already"),
))]
pub async fn read(app: web::Data<App>, request: HttpRequest) -> Answer {
    guard::reader(&app, &request).await?;
    Query::of(&request)?.end()?;
    let current = app.desks.policies.current().await?;
    tagged(&request, &current.number.to_string(), &shown(current))
}

/// Puts a document in force as a new version, in the place of the one that was seen.
#[utoipa::path(put, path = "/policy", tag = "policy", request_body = Object, params(
    ("If-Match" = String, Header, description = "The revision that the change is made of, or `*`"),
    ("reason" = Option<String>, Query, description = "Why, for the version and the audit log", max_length = 500),
), responses((status = 200, description = "What is different now", body = AppliedDocument, headers(("ETag" = String)))))]
pub async fn apply(app: web::Data<App>, request: HttpRequest, payload: web::Payload) -> Answer {
    let author = guard::writer(&app, &request, Role::Owner).await?;
    let reason = reason(&request)?;
    let document: PolicyDocument = body::read(&app, &request, payload).await?;
    let expected = expected(&app, basis(&request)?).await?;
    let change = guard::change(author, reason);
    let applied = app.desks.policies.apply(&document, expected, &change).await?;
    let findings = app.desks.policies.lint(Some(&document)).await?;
    changed(applied, findings)
}

/// What putting a document in force would do; nothing is done.
#[utoipa::path(post, path = "/policy/rehearsal", tag = "policy", request_body = Object, security(
    ("oauth" = ["facestep:admin:read"])
), responses(
    (status = 200, description = "What would be different", body = AppliedDocument),
))]
pub async fn rehearse(app: web::Data<App>, request: HttpRequest, payload: web::Payload) -> Answer {
    guard::reader(&app, &request).await?;
    Query::of(&request)?.end()?;
    let document: PolicyDocument = body::read(&app, &request, payload).await?;
    let applied = app.desks.policies.rehearse(&document).await?;
    let findings = app.desks.policies.lint(Some(&document)).await?;
    Ok(HttpResponse::Ok().json(told(applied, findings)?))
}

/// What is to be told of the policies in force: contexts that nobody can reach, policies that never apply, clients that ask in
/// vain.
#[utoipa::path(get, path = "/policy/findings", tag = "policy", responses(
    (status = 200, description = "What was found", body = FindingsDocument),
))]
pub async fn findings(app: web::Data<App>, request: HttpRequest) -> Answer {
    guard::reader(&app, &request).await?;
    Query::of(&request)?.end()?;
    let findings = app.desks.policies.lint(None).await?;
    Ok(HttpResponse::Ok().json(FindingsDocument { findings: findings.into_iter().map(Into::into).collect() }))
}

/// The versions, the newest first. What ships is version 0, and is not among them.
#[utoipa::path(get, path = "/policy/versions", tag = "policy", params(PageParameters), responses(
    (status = 200, description = "A page of versions, without their documents",
        body = inline(super::paging::Listed<PolicyVersionDocument>),
        headers(("Link" = String, description = "Where the next page is, `rel=\"next\"`"))),
))]
pub async fn versions(app: web::Data<App>, request: HttpRequest) -> Answer {
    guard::reader(&app, &request).await?;
    let mut query = Query::of(&request)?;
    let page = Asked::take(&mut query)?;
    query.end()?;
    let below = page.place(|text| text.parse().ok())?;
    let found = app.desks.policies.versions(below, page.limit).await?;
    let versions: Vec<PolicyVersionDocument> = found.items.into_iter().map(Into::into).collect();
    Ok(listed(
        "/policy/versions",
        &[],
        Length::Asked(page.limit),
        versions,
        found.next.map(|number| number.to_string()),
    ))
}

/// One version; 0 is what ships.
#[utoipa::path(get, path = "/policy/versions/{number}", tag = "policy", params(
    ("number" = i64, Path, description = "The version's number", minimum = 0, example = 0),
), responses((status = 200, description = "The version", body = PolicyVersionDocument)))]
pub async fn version(app: web::Data<App>, request: HttpRequest, number: web::Path<String>) -> Answer {
    guard::reader(&app, &request).await?;
    Query::of(&request)?.end()?;
    let version = app.desks.policies.version(numbered(&number)?).await?;
    Ok(HttpResponse::Ok().json(shown(version)))
}

/// Puts the document of an earlier version in force again, as a new version.
#[utoipa::path(post, path = "/policy/versions/{number}/restore", tag = "policy", params(
    ("number" = i64, Path, description = "The version's number", minimum = 0, example = 0),
    ("If-Match" = String, Header, description = "The revision that the change is made of, or `*`"),
    ("reason" = Option<String>, Query, description = "Why, for the version and the audit log", max_length = 500),
), responses(
    (status = 200, description = "What is different now", body = AppliedDocument, headers(("ETag" = String))),
    (status = 422, description = "The document does not fit this program",
        body = super::problem::ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn restore(app: web::Data<App>, request: HttpRequest, number: web::Path<String>) -> Answer {
    let author = guard::writer(&app, &request, Role::Owner).await?;
    let (number, reason) = (numbered(&number)?, reason(&request)?);
    app.desks.policies.version(number).await?;
    let expected = expected(&app, basis(&request)?).await?;
    let applied = app.desks.policies.go_back(number, expected, &guard::change(author, reason)).await?;
    let findings = app.desks.policies.lint(None).await?;
    changed(applied, findings)
}

/// The version that the author saw, if any will not do. Whether it is still in force is asked again with the change.
async fn expected(app: &App, basis: Basis) -> Result<Option<i64>, Problem> {
    if basis == Basis::Any {
        return Ok(None);
    }
    let in_force = app.desks.policies.current().await?.number;
    match basis.holds(&in_force.to_string()) {
        true => Ok(Some(in_force)),
        false => Err(PolicyRefusal::Stale { in_force }.into()),
    }
}

fn numbered(text: &str) -> Result<i64, Problem> {
    let is_plain = text == "0" || (text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0'));
    text.parse().ok().filter(|_| is_plain).ok_or(Problem::not_found())
}

fn shown(numbered: NumberedDocument) -> PolicyVersionDocument {
    let document = Some(numbered.document);
    match numbered.version {
        Some(version) => PolicyVersionDocument { document, ..version.into() },
        None => {
            PolicyVersionDocument { number: numbered.number, at: None, author: None, reason: None, document }
        }
    }
}

impl From<PolicyVersion> for PolicyVersionDocument {
    fn from(version: PolicyVersion) -> Self {
        Self {
            number: version.number,
            at: Some(version.at),
            author: Some(version.author.to_string()),
            reason: Some(version.reason),
            document: None,
        }
    }
}

fn changed(applied: Applied, findings: Vec<Finding>) -> Answer {
    let tag = entity_tag(&applied.number.to_string());
    Ok(HttpResponse::Ok().insert_header((ETAG, tag)).json(told(applied, findings)?))
}

fn told(applied: Applied, findings: Vec<Finding>) -> Result<AppliedDocument, Fault> {
    let differences = serde_json::to_value(&applied.differences)
        .map_err(|error| Fault::Internal(format!("differences have no JSON form: {error}")))?;
    let findings = findings.into_iter().map(Into::into).collect();
    Ok(AppliedDocument { before: applied.before, number: applied.number, differences, findings })
}
