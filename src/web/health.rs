//! Whether the process lives, and whether it can serve.

use actix_web::{HttpResponse, web};

use super::{error::Failure, state::App};

/// `GET /healthz`: the process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("live")
}

/// `GET /readyz`: the database answers, and the signing keys in it can be read; there may be none yet.
pub async fn ready(app: web::Data<App>) -> Result<HttpResponse, Failure> {
    app.signing_keys.published().await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready"))
}
