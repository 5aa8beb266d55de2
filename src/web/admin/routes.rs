//! The routes of the console's parts about what is kept: clients, policies, keys, and the record of what happened.

use actix_web::web::{self, ServiceConfig, get, post};

use super::{audit, clients, contexts, keys, policies, statistics, why, workflows};

/// Adds them.
pub(super) fn parts(config: &mut ServiceConfig) {
    rules(config);
    registrations(config);
    signing_keys(config);
    records(config);
}

/// What administrators decided.
fn rules(config: &mut ServiceConfig) {
    config
        .route("/policies", get().to(policies::show))
        .route("/contexts", get().to(contexts::show))
        .route("/workflows", get().to(workflows::show));
}

/// Clients.
fn registrations(config: &mut ServiceConfig) {
    config
        .route("/clients", get().to(clients::list))
        .route("/clients/{client}", get().to(clients::show))
        .service(
            web::resource("/clients/{client}/edit")
                .route(get().to(clients::change::form))
                .route(post().to(clients::change::save)),
        )
        .service(
            web::resource("/clients/{client}/registration")
                .route(get().to(clients::change::registration))
                .route(post().to(clients::change::register)),
        )
        .route("/clients/{client}/history", get().to(clients::history::list))
        .service(
            web::resource("/clients/{client}/versions/{number}")
                .route(get().to(clients::history::show))
                .route(post().to(clients::history::go_back)),
        );
}

/// Signing keys.
fn signing_keys(config: &mut ServiceConfig) {
    config
        .route("/keys", get().to(keys::show))
        .service(
            web::resource("/keys/rotate").route(get().to(keys::rotate_form)).route(post().to(keys::rotate)),
        )
        .service(
            web::resource("/keys/{key}/retire")
                .route(get().to(keys::retire_form))
                .route(post().to(keys::retire)),
        );
}

/// What happened, why, and what it comes to.
fn records(config: &mut ServiceConfig) {
    config
        .route("/why", get().to(why::ask))
        .route("/why/{interaction}", get().to(why::show))
        .route("/audit", get().to(audit::show))
        .route("/audit/chain", get().to(audit::chain::show))
        .route("/audit/export", get().to(audit::chain::export))
        .route("/audit/events/{place}", get().to(audit::event::show))
        .route("/statistics", get().to(statistics::show));
}
