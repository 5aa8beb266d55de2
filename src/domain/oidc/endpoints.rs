//! Where our endpoints are, and what we say of ourselves in the metadata document.

use serde_json::{Value, json};

use super::{
    issuer::Issuer,
    request::{
        RequestRules,
        response::{ResponseMode, ResponseType},
    },
    scope::STANDARD,
};
use crate::domain::{
    authn::acr::Acr,
    keys::{Algorithms, SigningAlgorithm},
};

/// The authorization endpoint (RFC 6749 §3.1).
pub const AUTHORIZE: &str = "/authorize";
/// The pushed authorization request endpoint (RFC 9126 §2).
pub const PUSHED_REQUESTS: &str = "/par";
/// The token endpoint (RFC 6749 §3.2).
pub const TOKEN: &str = "/token";
/// The UserInfo endpoint (OpenID Connect Core 1.0 §5.3).
pub const USER_INFO: &str = "/userinfo";
/// The introspection endpoint (RFC 7662 §2).
pub const INTROSPECT: &str = "/introspect";
/// The revocation endpoint (RFC 7009 §2).
pub const REVOKE: &str = "/revoke";
/// The JWK set (RFC 7517 §5).
pub const JWKS: &str = "/jwks.json";
/// The metadata for OpenID clients (OpenID Connect Discovery 1.0 §4).
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// The same for OAuth clients (RFC 8414 §3).
pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";

/// The metadata document (OpenID Connect Discovery 1.0 §3, RFC 8414 §2): only what is really spoken here.
pub fn metadata(issuer: &Issuer, rules: &RequestRules, algorithms: Algorithms) -> Value {
    let contexts: Vec<&Acr> = rules.catalogue.names().collect();
    let response_types: Vec<&str> = rules.policy.response_types.iter().map(ResponseType::name).collect();
    let request_algorithms = SigningAlgorithm::ALL.map(SigningAlgorithm::name);
    let algorithms: Vec<&str> = algorithms.iter().map(SigningAlgorithm::name).collect();
    json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.address(AUTHORIZE),
        "pushed_authorization_request_endpoint": issuer.address(PUSHED_REQUESTS),
        "require_pushed_authorization_requests": rules.policy.must_be_pushed,
        "token_endpoint": issuer.address(TOKEN),
        "userinfo_endpoint": issuer.address(USER_INFO),
        "introspection_endpoint": issuer.address(INTROSPECT),
        "revocation_endpoint": issuer.address(REVOKE),
        "jwks_uri": issuer.address(JWKS),
        "scopes_supported": STANDARD,
        "response_types_supported": response_types,
        "response_modes_supported": ResponseMode::ALL.map(ResponseMode::name),
        "grant_types_supported": grant_types(rules),
        "acr_values_supported": contexts,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "userinfo_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid",
            "name", "given_name", "family_name", "birthdate",
        ],
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "request_object_signing_alg_values_supported": request_algorithms,
        "authorization_response_iss_parameter_supported": true,
    })
}

/// What a client may register for; `implicit` where the authorization endpoint gives tokens itself (OpenID Connect Dynamic
/// Client Registration 1.0 §2).
fn grant_types(rules: &RequestRules) -> Vec<&'static str> {
    let mut types = vec!["authorization_code", "refresh_token", "client_credentials"];
    if rules.policy.response_types.iter().any(ResponseType::gives_id_token) {
        types.push("implicit");
    }
    types
}
