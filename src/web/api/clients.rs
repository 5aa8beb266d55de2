//! Clients and the versions of their registrations.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ETAG, LOCATION},
    web,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    Answer, body,
    conditions::{basis, basis_if_any, entity_tag, tagged},
    guard,
    paging::{Asked, Length, PageParameters, listed},
    problem::Problem,
    query::{Query, reason},
};
use crate::{
    domain::{
        admin::{api::ADMIN_API, role::Role},
        id::ClientId,
        oidc::{
            client::Client,
            registration::snapshot::{revision, snapshot},
        },
        versions::ClientVersion,
    },
    flows::clients::Registered,
    web::state::App,
};

/// A client by the members of client metadata (RFC 7591 §2, OpenID Connect Dynamic Client Registration 1.0 §2), with what an
/// operator alone may say. Other registered members stand beside these; what is not said has the default of the standard.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what `snapshot` makes and `Registration::read` reads")]
pub struct ClientMembers {
    /// Its name; made where a new client brings none.
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9._~-]+$")]
    client_id: Option<String>,
    /// What users are shown.
    client_name: Option<String>,
    /// Where it may be answered.
    redirect_uris: Option<Vec<String>>,
    /// How it authenticates.
    token_endpoint_auth_method: Option<String>,
    /// What it may present at the token endpoint.
    grant_types: Option<Vec<String>>,
    /// What it may ask for.
    response_types: Option<Vec<String>>,
    /// The scopes that it may ask for, space-separated; all that there are, where it names none.
    scope: Option<String>,
    /// What its ID tokens are signed with.
    id_token_signed_response_alg: Option<String>,
    /// The context that every sign-in at it must reach.
    minimum_acr: Option<String>,
    /// Whether its `acr_values` are a condition.
    acr_values_are_necessary: Option<bool>,
    /// Scopes whose tokens need the face context.
    protected_scopes: Option<Vec<String>>,
    /// The resources that its tokens may be for (RFC 8707).
    resources: Option<Vec<String>>,
    /// The audiences that it answers for as a resource server.
    audiences: Option<Vec<String>>,
    /// Whether people are not asked for consent.
    first_party: Option<bool>,
    /// Its secret: taken where it is brought along, told once where it was made, and never read again.
    client_secret: Option<String>,
    /// What may be worth knowing of what was registered; only in the answer to a change.
    #[schema(read_only)]
    remarks: Option<Vec<String>>,
}

/// A version of a client's registration.
#[derive(Serialize, ToSchema)]
pub struct ClientVersionDocument {
    /// From 1, without gaps, for each client.
    number: i64,
    /// When it came into force.
    at: Timestamp,
    /// Who made it: `operator:<user>`, `installer` or `client:<client>`.
    author: String,
    /// Why; may be empty.
    reason: String,
    /// The registration; none where the client was removed.
    #[schema(value_type = Option<ClientMembers>)]
    client: Option<Value>,
}

impl From<ClientVersion> for ClientVersionDocument {
    fn from(version: ClientVersion) -> Self {
        let author = version.author.to_string();
        Self {
            number: version.number,
            at: version.at,
            author,
            reason: version.reason,
            client: version.snapshot,
        }
    }
}

/// Clients, by name.
#[utoipa::path(get, path = "/clients", tag = "clients", params(PageParameters), responses(
    (status = 200, description = "A page of clients", body = inline(super::paging::Listed<ClientMembers>), headers(
        ("Link" = String, description = "Where the next page is, `rel=\"next\"`"))),
))]
pub async fn list(app: web::Data<App>, request: HttpRequest) -> Answer {
    guard::reader(&app, &request).await?;
    let mut query = Query::of(&request)?;
    let page = Asked::take(&mut query)?;
    query.end()?;
    let found = app.desks.clients.list(page.place(ClientId::parse)?, page.limit).await?;
    let clients: Vec<_> = found.items.iter().map(snapshot).collect();
    Ok(listed("/clients", &[], Length::Asked(page.limit), clients, found.next.map(|id| id.to_string())))
}

/// Registers a client.
#[utoipa::path(post, path = "/clients", tag = "clients", request_body = ClientMembers, params(
    ("reason" = Option<String>, Query, description = "Why, for the version and the audit log", max_length = 500),
), responses(
    (status = 201, description = "The client, with its secret where one was made", body = ClientMembers, headers(
        ("Location" = String), ("ETag" = String))),
    (status = 409, description = "This client_id is taken", body = super::problem::ProblemDetails,
        content_type = "application/problem+json"),
))]
pub async fn create(app: web::Data<App>, request: HttpRequest, payload: web::Payload) -> Answer {
    let author = guard::writer(&app, &request, Role::Operator).await?;
    let reason = reason(&request)?;
    let given: Map<String, Value> = body::read(&app, &request, payload).await?;
    let registered = app.desks.clients.create(given, guard::change(author, reason)).await?;
    let address = format!("{ADMIN_API}/clients/{}", registered.client.id);
    let tag = entity_tag(&revision(&registered.client));
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, address))
        .insert_header((ETAG, tag))
        .json(members(&registered)))
}

/// One client.
#[utoipa::path(get, path = "/clients/{client}", tag = "clients", params(
    ("client" = String, Path, description = "Its `client_id`", example = "shop"),
    ("If-None-Match" = Option<String>, Header, description = "The revision that the caller has"),
), responses(
    (status = 200, description = "The client", body = ClientMembers, headers(("ETag" = String))),
    (status = 304, description = "The caller has it already"),
))]
pub async fn read(app: web::Data<App>, request: HttpRequest, client: web::Path<String>) -> Answer {
    guard::reader(&app, &request).await?;
    Query::of(&request)?.end()?;
    let client = app.desks.clients.find(&named(&client)?).await?;
    tagged(&request, &revision(&client), &snapshot(&client))
}

/// Puts another registration in the place of a client's. It keeps its secret.
#[utoipa::path(put, path = "/clients/{client}", tag = "clients", request_body = ClientMembers, params(
    ("client" = String, Path, description = "Its `client_id`", example = "shop"),
    ("If-Match" = String, Header, description = "The revision that the change is made of, or `*`"),
    ("reason" = Option<String>, Query, description = "Why, for the version and the audit log", max_length = 500),
), responses(
    (status = 200, description = "The client, with its secret where one was made", body = ClientMembers, headers(
        ("ETag" = String))),
))]
pub async fn replace(
    app: web::Data<App>,
    request: HttpRequest,
    client: web::Path<String>,
    payload: web::Payload,
) -> Answer {
    let author = guard::writer(&app, &request, Role::Operator).await?;
    let (client, reason) = (named(&client)?, reason(&request)?);
    let given: Map<String, Value> = body::read(&app, &request, payload).await?;
    app.desks.clients.find(&client).await?;
    let change = guard::change(author, reason);
    changed(&app.desks.clients.replace(&client, given, &basis(&request)?, &change).await?)
}

/// Removes a client with its requests and all that it was granted. Its versions stay.
#[utoipa::path(delete, path = "/clients/{client}", tag = "clients", params(
    ("client" = String, Path, description = "Its `client_id`", example = "shop"),
    ("If-Match" = String, Header, description = "The revision that was seen, or `*`"),
    ("reason" = Option<String>, Query, description = "Why, for the version and the audit log", max_length = 500),
), responses((status = 204, description = "It is gone")))]
pub async fn remove(app: web::Data<App>, request: HttpRequest, client: web::Path<String>) -> Answer {
    let author = guard::writer(&app, &request, Role::Operator).await?;
    let (client, reason) = (named(&client)?, reason(&request)?);
    app.desks.clients.find(&client).await?;
    app.desks.clients.remove(&client, &basis(&request)?, &guard::change(author, reason)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The versions of a client's registration, the newest first; also of a client that was removed.
#[utoipa::path(get, path = "/clients/{client}/versions", tag = "clients", params(
    ("client" = String, Path, description = "Its `client_id`", example = "shop"), PageParameters,
), responses(
    (status = 200, description = "A page of versions", body = inline(super::paging::Listed<ClientVersionDocument>),
        headers(("Link" = String, description = "Where the next page is, `rel=\"next\"`"))),
))]
pub async fn versions(app: web::Data<App>, request: HttpRequest, client: web::Path<String>) -> Answer {
    guard::reader(&app, &request).await?;
    let client = named(&client)?;
    let mut query = Query::of(&request)?;
    let page = Asked::take(&mut query)?;
    query.end()?;
    let below = page.place(|text| text.parse().ok())?;
    let found = app.desks.clients.history(&client, below, page.limit).await?;
    let versions: Vec<ClientVersionDocument> = found.items.into_iter().map(Into::into).collect();
    let path = format!("/clients/{client}/versions");
    Ok(listed(&path, &[], Length::Asked(page.limit), versions, found.next.map(|number| number.to_string())))
}

/// One version of a client's registration.
#[utoipa::path(get, path = "/clients/{client}/versions/{number}", tag = "clients", params(
    ("client" = String, Path, description = "Its `client_id`", example = "shop"),
    ("number" = i64, Path, description = "The version's number", minimum = 1, example = 1),
), responses((status = 200, description = "The version", body = ClientVersionDocument)))]
pub async fn version(app: web::Data<App>, request: HttpRequest, path: web::Path<(String, String)>) -> Answer {
    guard::reader(&app, &request).await?;
    Query::of(&request)?.end()?;
    let (client, number) = numbered(&path)?;
    let version = app.desks.clients.version(&client, number).await?;
    Ok(HttpResponse::Ok().json(ClientVersionDocument::from(version)))
}

/// Makes the registration of an earlier version the newest one. A client keeps its secret; one that was removed is registered
/// again, which needs no `If-Match`.
#[utoipa::path(post, path = "/clients/{client}/versions/{number}/restore", tag = "clients", params(
    ("client" = String, Path, description = "Its `client_id`", example = "shop"),
    ("number" = i64, Path, description = "The version's number", minimum = 1, example = 1),
    ("If-Match" = Option<String>, Header, description = "The revision that the change is made of, or `*`"),
    ("reason" = Option<String>, Query, description = "Why, for the version and the audit log", max_length = 500),
), responses(
    (status = 200, description = "The client, with its secret where one was made", body = ClientMembers, headers(
        ("ETag" = String))),
    (status = 422, description = "What was registered then may not be registered now",
        body = super::problem::ProblemDetails,
        content_type = "application/problem+json"),
))]
pub async fn restore(app: web::Data<App>, request: HttpRequest, path: web::Path<(String, String)>) -> Answer {
    let author = guard::writer(&app, &request, Role::Operator).await?;
    let ((client, number), reason) = (numbered(&path)?, reason(&request)?);
    let (basis, change) = (basis_if_any(&request)?, guard::change(author, reason));
    changed(&app.desks.clients.go_back(&client, number, basis.as_ref(), &change).await?)
}

/// A text that names no client names nothing here.
fn named(id: &str) -> Result<ClientId, Problem> {
    ClientId::parse(id).ok_or(Problem::not_found())
}

fn numbered((client, number): &(String, String)) -> Result<(ClientId, i64), Problem> {
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
    let number = number.parse().ok().filter(|_| is_plain).ok_or(Problem::not_found())?;
    Ok((named(client)?, number))
}

fn changed(registered: &Registered) -> Answer {
    let tag = entity_tag(&revision(&registered.client));
    Ok(HttpResponse::Ok().insert_header((ETAG, tag)).json(members(registered)))
}

/// The client as it is now, with what is told once.
fn members(registered: &Registered) -> Map<String, Value> {
    let client: &Client = &registered.client;
    let mut members = snapshot(client);
    if let Some(secret) = &registered.secret {
        members.insert("client_secret".into(), secret.expose().into());
    }
    if !registered.remarks.is_empty() {
        members.insert("remarks".into(), registered.remarks.clone().into());
    }
    members
}
