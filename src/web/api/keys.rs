//! Signing keys.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Answer, body, guard,
    problem::{Kind, Problem},
    query::{Query, reason},
};
use crate::{
    domain::{admin::role::Role, id::KeyId, keys::SigningAlgorithm},
    flows::{admin::keys::KeyRefusal, signing_keys::KeyStanding},
    web::state::App,
};

/// A signing key.
#[derive(Serialize, ToSchema)]
pub struct KeyDocument {
    /// Its `kid`.
    kid: String,
    /// What it signs with.
    alg: String,
    /// Where it is in its life: `published`, `signing`, `retiring` or `retired`.
    state: String,
    /// When it was made.
    created_at: Timestamp,
    /// When it signs from.
    signs_from: Timestamp,
}

/// All signing keys.
#[derive(Serialize, ToSchema)]
pub struct KeysDocument {
    /// Those first that sign next.
    keys: Vec<KeyDocument>,
}

/// Which key is to be replaced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationRequest {
    /// The one of this algorithm.
    #[schema(example = "ES256")]
    alg: String,
    /// As soon as no client may go by a key set from before, in place of the time that a planned key waits.
    #[serde(default)]
    soon: bool,
}

/// What came of a rotation.
#[derive(Serialize, ToSchema)]
pub struct RotationDocument {
    /// The key that is to sign.
    kid: String,
    /// Since when.
    signs_from: Timestamp,
    /// Whether it was waiting already.
    was_waiting: bool,
}

/// What came of a retirement.
#[derive(Serialize, ToSchema)]
pub struct RetirementDocument {
    /// The key that signs in its place, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    signs: Option<String>,
}

impl From<KeyRefusal> for Problem {
    fn from(refusal: KeyRefusal) -> Self {
        match refusal {
            KeyRefusal::NotChosen => Self::invalid(refusal.to_string()).at("alg"),
            KeyRefusal::Unknown => Self::not_found(),
            KeyRefusal::Before => Self::new(Kind::Conflict).saying(refusal.to_string()),
        }
    }
}

impl From<KeyStanding> for KeyDocument {
    fn from(key: KeyStanding) -> Self {
        Self {
            kid: key.id.to_string(),
            alg: key.algorithm.name().to_owned(),
            state: key.state.name().to_owned(),
            created_at: key.created_at,
            signs_from: key.signs_from,
        }
    }
}

/// All signing keys.
#[utoipa::path(get, path = "/keys", tag = "keys", responses(
    (status = 200, description = "The keys", body = KeysDocument),
))]
pub async fn list(app: web::Data<App>, request: HttpRequest) -> Answer {
    guard::reader(&app, &request).await?;
    Query::of(&request)?.end()?;
    let keys = app.desks.keys.list().await?.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(KeysDocument { keys }))
}

/// Publishes a new key of an algorithm, which signs when clients have had the time to read it.
#[utoipa::path(post, path = "/keys", tag = "keys", request_body = RotationRequest, params(
    ("reason" = Option<String>, Query, description = "Why, for the audit log", max_length = 500),
), responses((status = 200, description = "The key that is to sign", body = RotationDocument)))]
pub async fn rotate(app: web::Data<App>, request: HttpRequest, payload: web::Payload) -> Answer {
    let author = guard::writer(&app, &request, Role::Owner).await?;
    let reason = reason(&request)?;
    let asked: RotationRequest = body::read(&app, &request, payload).await?;
    let algorithm = SigningAlgorithm::parse(&asked.alg).ok_or(Problem::from(KeyRefusal::NotChosen))?;
    let next = app.desks.keys.rotate(algorithm, asked.soon, guard::change(author, reason)).await?;
    let (kid, signs_from) = (next.id.to_string(), next.signs_from);
    Ok(HttpResponse::Ok().json(RotationDocument { kid, signs_from, was_waiting: next.was_waiting }))
}

/// Takes a key out of the key set at once, as when its private half leaked: what it signed verifies no more.
#[utoipa::path(delete, path = "/keys/{key}", tag = "keys", params(
    ("key" = String, Path, description = "Its `kid`"),
    ("reason" = Option<String>, Query, description = "Why, for the audit log", max_length = 500),
), responses(
    (status = 200, description = "What signs in its place", body = RetirementDocument),
    (status = 409, description = "It was out of the key set before", body = super::problem::ProblemDetails,
        content_type = "application/problem+json"),
))]
pub async fn retire(app: web::Data<App>, request: HttpRequest, key: web::Path<String>) -> Answer {
    let author = guard::writer(&app, &request, Role::Owner).await?;
    let reason = reason(&request)?;
    let key = KeyId::parse(&key).ok_or(Problem::not_found())?;
    let signs = app.desks.keys.retire(&key, guard::change(author, reason)).await?;
    Ok(HttpResponse::Ok().json(RetirementDocument { signs: signs.map(|key| key.to_string()) }))
}
