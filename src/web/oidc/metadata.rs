//! What clients read before they ask: metadata and keys. Both may be kept for a while, and read from any origin.

use actix_web::{HttpResponse, http::header::CACHE_CONTROL, web};
use serde_json::Value;

use crate::web::{error::Failure, state::App};

/// Seconds that the metadata may be kept.
const METADATA_SECONDS: i64 = 3600;

/// `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`.
pub async fn metadata(app: web::Data<App>) -> HttpResponse {
    public(&app.metadata, METADATA_SECONDS)
}

/// `GET /jwks.json`.
pub async fn keys(app: web::Data<App>) -> Result<HttpResponse, Failure> {
    Ok(public(&app.signing_keys.published().await?, app.signing_keys.cached_for().as_secs()))
}

fn public(document: &Value, seconds: i64) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, format!("public, max-age={seconds}")))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .json(document)
}
