//! Every route there is.

use actix_web::web::{self, ServiceConfig, get, post};

use super::{
    assets,
    error::Failure,
    health,
    interaction::{resume, sign_in},
    oidc::{authorize, metadata, token, user_info},
};
use crate::domain::oidc::endpoints::{
    AUTHORIZE, JWKS, OAUTH_METADATA, OPENID_CONFIGURATION, TOKEN, USER_INFO,
};

/// Adds them.
pub fn routes(config: &mut ServiceConfig) {
    clients(config);
    interactions(config);
    assets::routes(config);
    config
        .route("/healthz", get().to(health::live))
        .route("/readyz", get().to(health::ready))
        .default_service(web::to(async || Err::<&str, Failure>(Failure::NotFound)));
}

/// What clients speak to.
fn clients(config: &mut ServiceConfig) {
    config
        .service(
            web::resource(AUTHORIZE)
                .route(get().to(authorize::by_address))
                .route(post().to(authorize::by_form)),
        )
        .service(web::resource(TOKEN).route(post().to(token::redeem)))
        .service(
            web::resource(USER_INFO)
                .route(get().to(user_info::by_header))
                .route(post().to(user_info::by_post)),
        )
        .route(JWKS, get().to(metadata::keys))
        .route(OPENID_CONFIGURATION, get().to(metadata::metadata))
        .route(OAUTH_METADATA, get().to(metadata::metadata));
}

/// The pages of an interaction.
fn interactions(config: &mut ServiceConfig) {
    config.route("/interaction/{interaction}/resume", get().to(resume::resume)).service(
        web::resource("/interaction/{interaction}/sign-in")
            .route(get().to(sign_in::show))
            .route(post().to(sign_in::submit)),
    );
}
