//! Where every step returns to.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::web::{browser::InInteraction, error::Failure, follow::go_on, state::App};

/// `GET /interaction/{interaction}/resume`: whatever comes next. A request that was posted becomes this browser's.
pub async fn resume(
    app: web::Data<App>,
    request: HttpRequest,
    InInteraction(interaction): InInteraction,
) -> Result<HttpResponse, Failure> {
    let visitor = app.cookies.visitor(&request);
    let advanced = app.authorize.resume(&interaction, visitor).await?;
    Ok(go_on(&app, &advanced))
}
