//! Where our endpoints are, and what we say of ourselves in the metadata document.

use serde_json::{Map, Value, json};

use super::{
    issuer::Issuer,
    request::{
        RequestPolicy,
        response::{ResponseMode, ResponseType},
    },
    scope,
};
use crate::domain::{
    authn::acr::{Acr, AcrCatalogue, AcrRule},
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
/// The end session endpoint (OpenID Connect RP-Initiated Logout 1.0 §2).
pub const END_SESSION: &str = "/logout";
/// The JWK set (RFC 7517 §5).
pub const JWKS: &str = "/jwks.json";
/// The registration endpoint (RFC 7591 §3).
pub const REGISTER: &str = "/register";
/// The metadata for OpenID clients (OpenID Connect Discovery 1.0 §4).
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// The same for OAuth clients (RFC 8414 §3).
pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";

/// The claims of an ID token that are about itself and the sign-in, not about the person (OpenID Connect Core 1.0 §2).
const OF_THE_TOKEN: [&str; 11] =
    ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"];

/// Those that are told beside them where a face took part.
const OF_A_FACE: [&str; 2] = ["face_auth_time", "acr_expires_at"];

/// Where clients prove themselves: an assertion may name each of these as its audience (RFC 7523 §3, item 3; RFC 9126 §2).
pub const CLIENT_ENDPOINTS: [&str; 4] = [TOKEN, INTROSPECT, REVOKE, PUSHED_REQUESTS];

/// How a client can prove itself (OpenID Connect Core 1.0 §9).
const METHODS_OF_PROOF: [&str; 4] =
    ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"];

/// What an assertion may be protected with: a MAC of the client's secret, or its signature.
const ASSERTION_ALGORITHMS: [&str; 7] = ["HS256", "HS384", "HS512", "ES256", "RS256", "PS256", "EdDSA"];

/// What is switched on.
pub struct Spoken<'a> {
    /// Which contexts there are.
    pub catalogue: &'a AcrCatalogue,
    /// What requests are held to.
    pub policy: RequestPolicy,
    /// What is signed with.
    pub algorithms: Algorithms,
    /// Whether clients may register themselves.
    pub registration: bool,
}

/// The metadata document (OpenID Connect Discovery 1.0 §3, RFC 8414 §2): only what is really spoken here.
pub fn metadata(issuer: &Issuer, spoken: &Spoken<'_>) -> Value {
    let mut document = Map::new();
    let mut tell = |name: &str, value: Value| {
        document.insert(name.to_owned(), value);
    };
    addresses(issuer, spoken, &mut tell);
    requests(spoken, &mut tell);
    tokens(spoken, &mut tell);
    document.into()
}

/// Where our endpoints are.
fn addresses(issuer: &Issuer, spoken: &Spoken<'_>, tell: &mut impl FnMut(&str, Value)) {
    tell("issuer", issuer.as_str().into());
    for (name, path, is_there) in [
        ("authorization_endpoint", AUTHORIZE, true),
        ("pushed_authorization_request_endpoint", PUSHED_REQUESTS, true),
        ("token_endpoint", TOKEN, true),
        ("userinfo_endpoint", USER_INFO, true),
        ("introspection_endpoint", INTROSPECT, true),
        ("revocation_endpoint", REVOKE, true),
        ("end_session_endpoint", END_SESSION, true),
        ("registration_endpoint", REGISTER, spoken.registration),
        ("jwks_uri", JWKS, true),
    ] {
        if is_there {
            tell(name, issuer.address(path).into());
        }
    }
}

/// What an authorization request may ask.
fn requests(spoken: &Spoken<'_>, tell: &mut impl FnMut(&str, Value)) {
    let policy = spoken.policy;
    let contexts: Vec<&Acr> = spoken.catalogue.names().collect();
    let types: Vec<&str> = policy.response_types.iter().map(ResponseType::name).collect();
    let hybrid = policy.response_types.iter().any(|one| one.gives_code() && one.gives_id_token());
    let of_the_code = hybrid.then_some("c_hash");
    let looks_at_faces = spoken.catalogue.rules().iter().any(AcrRule::needs_face);
    let of_a_face = OF_A_FACE.into_iter().filter(|_| looks_at_faces);
    let of_the_sign_in = OF_THE_TOKEN.into_iter().chain(of_the_code).chain(of_a_face);
    let claims: Vec<&str> = of_the_sign_in.chain(scope::claims()).collect();
    tell("scopes_supported", json!(scope::STANDARD));
    tell("response_types_supported", json!(types));
    tell("response_modes_supported", json!(ResponseMode::ALL.map(ResponseMode::name)));
    tell("acr_values_supported", json!(contexts));
    let mut prompts = vec!["none", "login", "consent", "select_account"];
    if policy.self_registration {
        prompts.push("create");
    }
    tell("prompt_values_supported", json!(prompts));
    tell("code_challenge_methods_supported", json!(["S256"]));
    tell("claim_types_supported", json!(["normal"]));
    tell("claims_supported", json!(claims));
    tell("claims_parameter_supported", true.into());
    tell("request_parameter_supported", true.into());
    tell("request_uri_parameter_supported", true.into());
    tell("require_request_uri_registration", true.into());
    tell(
        "request_object_signing_alg_values_supported",
        json!(SigningAlgorithm::ALL.map(SigningAlgorithm::name)),
    );
    tell("require_pushed_authorization_requests", policy.must_be_pushed.into());
    tell("authorization_response_iss_parameter_supported", true.into());
}

/// What comes of it, and who gets it.
fn tokens(spoken: &Spoken<'_>, tell: &mut impl FnMut(&str, Value)) {
    let algorithms: Vec<&str> = spoken.algorithms.iter().map(SigningAlgorithm::name).collect();
    tell("grant_types_supported", json!(grant_types(spoken.policy)));
    tell("subject_types_supported", json!(["public", "pairwise"]));
    tell("id_token_signing_alg_values_supported", json!(algorithms));
    tell("userinfo_signing_alg_values_supported", json!(algorithms));
    let and_none: Vec<&str> = METHODS_OF_PROOF.into_iter().chain(["none"]).collect();
    for (endpoint, methods) in
        [("token", &and_none[..]), ("introspection", &METHODS_OF_PROOF), ("revocation", &and_none)]
    {
        tell(&format!("{endpoint}_endpoint_auth_methods_supported"), json!(methods));
        let algorithms = format!("{endpoint}_endpoint_auth_signing_alg_values_supported");
        tell(&algorithms, json!(ASSERTION_ALGORITHMS));
    }
    tell("backchannel_logout_supported", true.into());
    tell("backchannel_logout_session_supported", true.into());
}

/// What a client may register for; `implicit` where the authorization endpoint gives tokens itself (OpenID Connect Dynamic
/// Client Registration 1.0 §2).
fn grant_types(policy: RequestPolicy) -> Vec<&'static str> {
    let mut types = vec!["authorization_code", "refresh_token", "client_credentials"];
    if policy.response_types.iter().any(ResponseType::gives_id_token) {
        types.push("implicit");
    }
    types
}
