//! The API's description, OpenAPI 3.1, made of the handlers and types that answer; `docs/openapi.json` is the same text. What
//! may be refused follows from what a request consists of, and is added here by those rules.

use actix_web::HttpResponse;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components, ContentBuilder, HeaderBuilder, ObjectBuilder, OpenApi as Document, Ref, ResponseBuilder,
        path::{Operation, ParameterIn},
        schema::{SchemaType, Type},
        security::{
            AuthorizationCode, ClientCredentials, Flow, OAuth2, Scopes, SecurityRequirement, SecurityScheme,
        },
    },
};

use super::{
    administrators, audit, clients, explain, keys, policy, problem::ProblemDetails, sessions, statistics,
    users,
};
use crate::domain::oidc::{
    endpoints::{AUTHORIZE, TOKEN},
    scope::{ADMIN_READ, ADMIN_WRITE},
};

/// By which name operations ask for a token.
const OAUTH: &str = "oauth";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Facestep admin API",
        version = "1",
        description = "What the console shows and steers, for programs. See docs/api.md for tokens, paging and conditional requests.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/admin/api/v1")),
    paths(
        clients::list, clients::create, clients::read, clients::replace, clients::remove,
        clients::versions, clients::version, clients::restore,
        audit::search, audit::interaction, audit::verify, audit::export,
        statistics::read,
        keys::list, keys::rotate, keys::retire,
        policy::read, policy::apply, policy::rehearse, policy::findings,
        policy::versions, policy::version, policy::restore,
        explain::past, explain::suppose,
        users::list, users::read, users::set_groups, users::restore_face, users::revoke_enrolment, users::sign_out,
        sessions::list, sessions::end,
        administrators::list, administrators::invite, administrators::set_role, administrators::dismiss,
        answer,
    ),
    components(schemas(ProblemDetails)),
    tags(
        (name = "clients", description = "Relying parties and the versions of their registrations"),
        (name = "policy", description = "Contexts, policies, workflows and dialects, and their versions"),
        (name = "explanations", description = "Why somebody was challenged, and what would happen"),
        (name = "audit", description = "What happened, chained"),
        (name = "statistics", description = "How often, with what outcome, in what time"),
        (name = "users", description = "Accounts"),
        (name = "sessions", description = "Sessions that somebody is signed in to"),
        (name = "administrators", description = "Who may administer"),
        (name = "keys", description = "What tokens are signed with"),
        (name = "description", description = "This document"),
    ),
    modifiers(&Refusals)
)]
struct Description;

/// The description as it is served and as it stands in `docs/openapi.json`.
pub fn description() -> String {
    let mut text = Description::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "description", security(()), responses(
    (status = 200, description = "OpenAPI 3.1", body = Object),
))]
pub async fn answer() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(description())
}

/// Adds who may call, and what each request may be refused with.
struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut Document) {
        document.components.get_or_insert_with(Components::new).add_security_scheme(OAUTH, oauth());
        for item in document.paths.paths.values_mut() {
            let operations = [
                (&mut item.get, ADMIN_READ),
                (&mut item.put, ADMIN_WRITE),
                (&mut item.post, ADMIN_WRITE),
                (&mut item.delete, ADMIN_WRITE),
            ];
            for (operation, scope) in operations {
                if let Some(operation) = operation {
                    refuse(operation, scope);
                }
            }
        }
    }
}

fn oauth() -> SecurityScheme {
    let read = (ADMIN_READ, "See what the caller's role may see");
    let write = (ADMIN_WRITE, "Change what the caller's role may change; needs the face context");
    SecurityScheme::OAuth2(OAuth2::new([
        Flow::AuthorizationCode(AuthorizationCode::new(AUTHORIZE, TOKEN, Scopes::from_iter([read, write]))),
        Flow::ClientCredentials(ClientCredentials::new(TOKEN, Scopes::from_iter([read]))),
    ]))
}

/// What follows from what a request consists of.
fn refuse(operation: &mut Operation, scope: &str) {
    let mut may =
        vec![("431", "The head is too large"), ("500", "Something failed here"), ("503", "Try again later")];
    let parameters = operation.parameters.iter().flatten();
    let (mut has_condition, mut has_path) = (false, false);
    for parameter in parameters {
        has_condition |= parameter.name == "If-Match";
        has_path |= matches!(parameter.parameter_in, ParameterIn::Path);
    }
    let needed = operation.security.get_or_insert_with(|| vec![SecurityRequirement::new(OAUTH, [scope])]);
    if *needed != [SecurityRequirement::default()] {
        may.push(("400", "The request cannot be understood"));
        may.push(("401", "No token, none that counts, or the face was not shown for it"));
        may.push(("403", "The token's scope or the caller's role does not do"));
    }
    if has_path {
        may.push(("404", "There is no such thing here"));
    }
    if has_condition {
        may.push(("412", "It was changed meanwhile"));
        may.push(("428", "If-Match is needed"));
    }
    if operation.request_body.is_some() {
        may.push(("408", "The body did not arrive in time"));
        may.push(("413", "The body is too large"));
        may.push(("415", "The body must be JSON"));
        may.push(("422", "What is said may not be so"));
    }
    for (status, description) in may {
        let response = || problem(status, description).into();
        operation.responses.responses.entry(status.to_owned()).or_insert_with(response);
    }
}

fn problem(status: &str, description: &str) -> utoipa::openapi::Response {
    let details = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemDetails"))).build();
    let response =
        ResponseBuilder::new().description(description).content("application/problem+json", details);
    match status {
        "401" => {
            let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).build();
            let challenge = HeaderBuilder::new()
                .schema(text)
                .description(Some("What a token must have (RFC 6750 §3, RFC 9470 §3)"))
                .build();
            response.header("WWW-Authenticate", challenge).build()
        }
        _ => response.build(),
    }
}
