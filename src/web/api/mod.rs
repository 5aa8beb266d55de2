//! The admin API: what the console shows and steers, as JSON, for programs (`docs/api.md`). A handler lets its caller in,
//! reads what is asked, calls one flow and answers; every refusal is problem details.

pub mod administrators;
pub mod audit;
mod body;
pub mod clients;
pub mod conditions;
pub mod explain;
mod guard;
pub mod keys;
pub mod openapi;
mod paging;
pub mod policy;
mod problem;
mod query;
pub mod sessions;
pub mod statistics;
pub mod users;

use actix_web::{
    HttpResponse, Responder,
    error::ResponseError,
    web::{self, ServiceConfig, delete, get, post, put},
};

use self::problem::{Kind, Problem};
use crate::{domain::admin::api::ADMIN_API, web::error::Failure};

/// What a handler answers.
type Answer = Result<HttpResponse, Problem>;

/// Adds the API's routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        web::scope(ADMIN_API)
            .configure(|config| {
                client_routes(config);
                log_routes(config);
                key_routes(config);
                policy_routes(config);
                people_routes(config);
            })
            .service(reading("/openapi.json", openapi::answer))
            .default_service(web::to(async || Err::<HttpResponse, _>(Problem::not_found()))),
    );
}

fn client_routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/clients")
                .route(get().to(clients::list))
                .route(post().to(clients::create))
                .default_service(only("GET, POST")),
        )
        .service(
            web::resource("/clients/{client}")
                .route(get().to(clients::read))
                .route(put().to(clients::replace))
                .route(delete().to(clients::remove))
                .default_service(only("GET, PUT, DELETE")),
        )
        .service(reading("/clients/{client}/versions", clients::versions))
        .service(reading("/clients/{client}/versions/{number}", clients::version))
        .service(acting("/clients/{client}/versions/{number}/restore", clients::restore));
}

fn log_routes(config: &mut ServiceConfig) {
    config
        .service(reading("/audit/events", audit::search))
        .service(reading("/audit/interactions/{interaction}", audit::interaction))
        .service(reading("/audit/verification", audit::verify))
        .service(reading("/audit/export", audit::export))
        .service(reading("/statistics", statistics::read));
}

fn key_routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/keys")
                .route(get().to(keys::list))
                .route(post().to(keys::rotate))
                .default_service(only("GET, POST")),
        )
        .service(removing("/keys/{key}", keys::retire));
}

fn people_routes(config: &mut ServiceConfig) {
    config
        .service(reading("/users", users::list))
        .service(reading("/users/{user}", users::read))
        .service(
            web::resource("/users/{user}/groups")
                .route(put().to(users::set_groups))
                .default_service(only("PUT")),
        )
        .service(acting("/users/{user}/face/restore", users::restore_face))
        .service(removing("/users/{user}/enrolment", users::revoke_enrolment))
        .service(removing("/users/{user}/sessions", users::sign_out))
        .service(reading("/sessions", sessions::list))
        .service(removing("/sessions/{session}", sessions::end))
        .service(reading("/administrators", administrators::list))
        .service(acting("/administrators/invitations", administrators::invite))
        .service(
            web::resource("/administrators/{user}")
                .route(put().to(administrators::set_role))
                .route(delete().to(administrators::dismiss))
                .default_service(only("PUT, DELETE")),
        );
}

fn policy_routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/policy")
                .route(get().to(policy::read))
                .route(put().to(policy::apply))
                .default_service(only("GET, PUT")),
        )
        .service(acting("/policy/rehearsal", policy::rehearse))
        .service(acting("/explanations", explain::suppose))
        .service(reading("/explanations/{interaction}", explain::past))
        .service(reading("/policy/findings", policy::findings))
        .service(reading("/policy/versions", policy::versions))
        .service(reading("/policy/versions/{number}", policy::version))
        .service(acting("/policy/versions/{number}/restore", policy::restore));
}

/// What is only read.
fn reading<F, Args>(path: &str, handler: F) -> actix_web::Resource
where
    F: actix_web::Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path).route(get().to(handler)).default_service(only("GET"))
}

/// What is only done.
fn acting<F, Args>(path: &str, handler: F) -> actix_web::Resource
where
    F: actix_web::Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path).route(post().to(handler)).default_service(only("POST"))
}

/// What is only taken away.
fn removing<F, Args>(path: &str, handler: F) -> actix_web::Resource
where
    F: actix_web::Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path).route(delete().to(handler)).default_service(only("DELETE"))
}

fn only(methods: &'static str) -> actix_web::Route {
    web::to(move || async move { Err::<HttpResponse, _>(Problem::method(methods)) })
}

/// Whether an address is the API's, whose failures are told as problem details whoever meets them.
pub fn holds(path: &str) -> bool {
    path.strip_prefix(ADMIN_API).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A failure that was met before any handler, as the API tells it.
pub fn told(failure: &Failure) -> HttpResponse {
    Problem::new(Kind::of(failure)).error_response()
}
