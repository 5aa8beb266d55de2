//! The routes of the console's parts: people, what administrators decided, clients, keys, and the record of what happened.

use actix_web::web::{self, ServiceConfig, get, post};

use super::{
    administrators, audit, clients, contexts, invitation, keys, policies, sessions, statistics, users,
    what_if, why, workflows,
};

/// Adds them.
pub(super) fn parts(config: &mut ServiceConfig) {
    people(config);
    rules(config);
    registrations(config);
    signing_keys(config);
    records(config);
}

/// People: administrators, accounts, sessions.
fn people(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/invitation/{link}")
                .route(get().to(invitation::show))
                .route(post().to(invitation::accept)),
        )
        .route("/administrators", get().to(administrators::list))
        .route("/administrators/role", post().to(administrators::set_role))
        .route("/administrators/revoke", post().to(administrators::revoke))
        .route("/administrators/withdraw-link", post().to(administrators::withdraw_link))
        .service(
            web::resource("/administrators/invite")
                .route(get().to(administrators::invite_form))
                .route(post().to(administrators::invite)),
        )
        .route("/users", get().to(users::list))
        .service(web::resource("/users/add").route(get().to(users::add_form)).route(post().to(users::add)))
        .service(
            web::resource("/users/{user}/check")
                .route(get().to(users::check::form))
                .route(post().to(users::check::attest)),
        )
        .route("/users/{user}", get().to(users::account::show))
        .route("/users/{user}/{action}", post().to(users::account::act))
        .route("/sessions", get().to(sessions::list))
        .route("/sessions/end", post().to(sessions::end));
}

/// What administrators decided.
fn rules(config: &mut ServiceConfig) {
    config
        .route("/policies", get().to(policies::show))
        .service(
            web::resource("/policies/edit")
                .route(get().to(policies::edit::form))
                .route(post().to(policies::edit::save)),
        )
        .route("/policies/history", get().to(policies::history::list))
        .service(
            web::resource("/policies/versions/{number}")
                .route(get().to(policies::history::show))
                .route(post().to(policies::history::go_back)),
        )
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
        .route("/what-if", get().to(what_if::show))
        .route("/why", get().to(why::ask))
        .route("/why/{interaction}", get().to(why::show))
        .route("/audit", get().to(audit::show))
        .route("/audit/chain", get().to(audit::chain::show))
        .route("/audit/export", get().to(audit::chain::export))
        .route("/audit/events/{place}", get().to(audit::event::show))
        .route("/statistics", get().to(statistics::show));
}
