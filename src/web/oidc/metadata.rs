//! What clients read before they ask: metadata and keys. Both may be kept for a while, and read from any origin.

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, ContentType},
    web,
};

use crate::web::{error::Failure, state::App};

/// Seconds that the metadata may be kept.
const METADATA_SECONDS: i64 = 3600;

/// `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`.
pub async fn metadata(app: web::Data<App>) -> Result<HttpResponse, Failure> {
    let document = app.metadata.document().await?;
    Ok(public(web::Bytes::copy_from_slice(document.as_bytes()), METADATA_SECONDS))
}

/// `GET /jwks.json`.
pub async fn keys(app: web::Data<App>) -> Result<HttpResponse, Failure> {
    let (set, seconds) = (app.signing_keys.published_text().await?, app.signing_keys.cached_for().as_secs());
    Ok(public(web::Bytes::copy_from_slice(set.as_bytes()), seconds))
}

fn public(document: web::Bytes, seconds: i64) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .insert_header((CACHE_CONTROL, format!("public, max-age={seconds}")))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .body(document)
}
