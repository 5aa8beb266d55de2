//! Every route there is.

use actix_web::{
    middleware::from_fn,
    web::{self, ServiceConfig, delete, get, post, put},
};

use super::{
    account, admin, api, assets, cors,
    error::Failure,
    health,
    interaction::{
        allow, ceremony, check, consent, create, demo, identity, outcome, resume, select, sign_in,
    },
    logout,
    oidc::{authorize, introspect, metadata, par, register, revoke, token, user_info},
};
use crate::domain::oidc::endpoints::{
    AUTHORIZE, END_SESSION, INTROSPECT, JWKS, OAUTH_METADATA, OPENID_CONFIGURATION, PUSHED_REQUESTS,
    REGISTER, REVOKE, TOKEN, USER_INFO,
};

/// Adds them.
pub fn routes(config: &mut ServiceConfig) {
    clients(config);
    interactions(config);
    face_checks(config);
    own_account(config);
    demonstration(config);
    // Before the console, whose addresses these begin with.
    api::routes(config);
    admin::routes(config);
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
        .service(
            web::resource(PUSHED_REQUESTS)
                .wrap(from_fn(cors::for_clients))
                .route(post().to(par::push))
                .default_service(web::to(par::another_method)),
        )
        .service(web::resource(TOKEN).wrap(from_fn(cors::for_clients)).route(post().to(token::answer)))
        .service(web::resource(INTROSPECT).route(post().to(introspect::answer)))
        .service(web::resource(REVOKE).wrap(from_fn(cors::for_clients)).route(post().to(revoke::answer)))
        .service(
            web::resource(USER_INFO)
                .wrap(from_fn(cors::for_clients))
                .route(get().to(user_info::by_header))
                .route(post().to(user_info::by_post)),
        )
        .service(
            web::resource(END_SESSION).route(get().to(logout::by_address)).route(post().to(logout::by_form)),
        )
        .route("/logout/confirm", post().to(logout::confirm))
        .route("/logout/done", get().to(logout::done))
        .service(web::resource(REGISTER).route(post().to(register::register)))
        .service(
            web::resource(format!("{REGISTER}/{{client}}"))
                .route(get().to(register::read))
                .route(put().to(register::update))
                .route(delete().to(register::remove)),
        )
        .service(web::resource(JWKS).wrap(from_fn(cors::for_everyone)).route(get().to(metadata::keys)));
    for path in [OPENID_CONFIGURATION, OAUTH_METADATA] {
        let document = get().to(metadata::metadata);
        config.service(web::resource(path).wrap(from_fn(cors::for_everyone)).route(document));
    }
}

/// The pages of an interaction.
fn interactions(config: &mut ServiceConfig) {
    config
        .route("/interaction/{interaction}/resume", get().to(resume::resume))
        .route("/interaction/{interaction}/sign-in/decline", post().to(sign_in::decline))
        .service(
            web::resource("/interaction/{interaction}/select-account")
                .route(get().to(select::show))
                .route(post().to(select::submit)),
        )
        .service(
            web::resource("/interaction/{interaction}/allow")
                .route(get().to(allow::show))
                .route(post().to(allow::submit)),
        )
        .service(
            web::resource("/interaction/{interaction}/create")
                .route(get().to(create::show))
                .route(post().to(create::submit)),
        )
        .service(
            web::resource("/interaction/{interaction}/sign-in")
                .route(get().to(sign_in::show))
                .route(post().to(sign_in::submit)),
        );
}

/// The steps of a face check.
fn face_checks(config: &mut ServiceConfig) {
    config
        .route("/interaction/{interaction}/enrol", get().to(check::show))
        .route("/interaction/{interaction}/step-up", get().to(check::show))
        .route("/interaction/{interaction}/consent", post().to(consent::submit))
        .route("/interaction/{interaction}/identity", post().to(identity::submit))
        .route("/interaction/{interaction}/begin", post().to(ceremony::begin))
        .route("/interaction/{interaction}/retry", post().to(ceremony::begin))
        .route("/interaction/{interaction}/outcome", get().to(outcome::show))
        .route("/interaction/{interaction}/decline", post().to(outcome::decline))
        .route("/step-up/{ceremony}/socket", get().to(ceremony::socket))
        .route("/step-up/{ceremony}/decline", post().to(ceremony::decline))
        .service(
            web::resource("/step-up/{ceremony}")
                .route(get().to(ceremony::show))
                .route(post().to(ceremony::upload)),
        );
}

/// The pages of an account's owner.
fn own_account(config: &mut ServiceConfig) {
    config
        .route("/account", get().to(account::show))
        .route("/account/services/revoke", post().to(account::revoke))
        .route("/account/devices/revoke", post().to(account::revoke_device))
        .route("/account/switch", post().to(account::switch))
        .route("/account/sign-out", post().to(account::sign_out))
        .service(
            web::resource("/account/sign-in")
                .route(get().to(account::sign_in_form))
                .route(post().to(account::sign_in)),
        )
        .service(
            web::resource("/account/withdraw")
                .route(get().to(account::withdraw_form))
                .route(post().to(account::withdraw)),
        );
}

/// What there is in the demo alone; elsewhere each of these is not found.
fn demonstration(config: &mut ServiceConfig) {
    config
        .route("/", get().to(demo::landing))
        .route("/demo/portraits/{document}", get().to(demo::portrait))
        .service(
            web::resource("/demo/register").route(get().to(demo::form)).route(post().to(demo::register)),
        );
}
