//! What we say of ourselves, held against what we do.

use std::collections::BTreeSet;

use facestep::domain::user::profile::Profile;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::claims::said;
use crate::support::{
    TestApp,
    browser::Answer,
    clients::{authorize, bank, header},
};

async fn document(app: &TestApp, path: &str) -> Answer {
    Answer::of(app.program(Method::GET, path)).await
}

#[tokio::test]
async fn discovery_names_endpoints_that_are_there() {
    // OpenID Connect Discovery 1.0 §3, §4
    let app = TestApp::start().await;
    let answer = document(&app, "/.well-known/openid-configuration").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "public, max-age=3600");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let metadata = answer.json();
    assert_eq!(metadata["issuer"], app.issuer.as_str());
    for (name, method) in [
        ("authorization_endpoint", Method::GET),
        ("pushed_authorization_request_endpoint", Method::POST),
        ("token_endpoint", Method::POST),
        ("userinfo_endpoint", Method::GET),
        ("introspection_endpoint", Method::POST),
        ("revocation_endpoint", Method::POST),
        ("jwks_uri", Method::GET),
    ] {
        let endpoint = metadata[name].as_str().unwrap();
        assert!(endpoint.starts_with(&app.address), "{endpoint}");
        let status = Answer::of(app.program(method, endpoint)).await.status.as_u16();
        assert!(![404, 405, 500].contains(&status), "{name}: {status}");
    }
    let oauth = document(&app, "/.well-known/oauth-authorization-server").await;
    assert_eq!(oauth.json(), metadata);
}

#[tokio::test]
async fn discovery_claims_only_what_is_done() {
    // OpenID Connect Discovery 1.0 §3, RFC 8414 §2, RFC 9207 §3
    let app = TestApp::start().await;
    app.register(bank()).await;
    let ada = app.add_ada().await;
    let (profile, now) = (Profile::parse(said()).unwrap(), app.now());
    app.store.transact(move |db| db.set_profile(&ada.id, &profile, now)).await.unwrap();
    let metadata = document(&app, "/.well-known/openid-configuration").await.json();
    for (name, value) in [
        ("acr_values_supported", json!(["urn:facestep:acr:face", "urn:facestep:acr:pwd"])),
        ("claims_parameter_supported", json!(true)),
        ("request_parameter_supported", json!(true)),
        ("request_uri_parameter_supported", json!(true)),
        ("require_request_uri_registration", json!(true)),
        ("request_object_signing_alg_values_supported", json!(["ES256", "RS256", "PS256", "EdDSA"])),
        ("require_pushed_authorization_requests", json!(false)),
        ("response_modes_supported", json!(["query", "fragment", "form_post"])),
        ("authorization_response_iss_parameter_supported", json!(true)),
        ("response_types_supported", json!(["code", "id_token"])),
        ("code_challenge_methods_supported", json!(["S256"])),
    ] {
        assert_eq!(metadata[name], value, "{name}");
    }
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    for prompt in metadata["prompt_values_supported"].as_array().unwrap() {
        let answer = browser.get(&authorize(&[("prompt", prompt.as_str().unwrap())])).await;
        assert!(!answer.location().contains("error="), "{prompt}");
    }
    let code = browser.get(&authorize(&[("scope", "openid profile email address phone")])).await.code();
    let tokens = app.redeem(&code, &[]).await.json();
    let access = tokens["access_token"].as_str().unwrap();
    let user_info = Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(access)).await.json();
    let told: BTreeSet<String> = [crate::support::clients::claims(&tokens["id_token"]), as_map(user_info)]
        .into_iter()
        .flat_map(|claims| claims.into_iter().map(|(name, _)| name))
        .collect();
    let promised: Vec<String> = serde_json::from_value(metadata["claims_supported"].clone()).unwrap();
    assert_eq!(told, promised.into_iter().collect());
}

fn as_map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[tokio::test]
async fn the_key_set_holds_public_keys_of_each_algorithm_and_the_ones_in_use() {
    // RFC 7517 §4, §5
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    let answer = document(&app, "/jwks.json").await;
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    let algorithms: BTreeSet<&str> = keys.iter().map(|key| key["alg"].as_str().unwrap()).collect();
    assert_eq!(algorithms, BTreeSet::from(["ES256", "EdDSA", "PS256", "RS256"]));
    assert!(keys.iter().all(|key| key["use"] == "sig" && key.get("d").is_none()));
    let code = app.code_for(&app.browser(), &[]).await;
    let tokens = app.redeem(&code, &[]).await.json();
    for token in ["id_token", "access_token"] {
        let kid = &header(&tokens[token])["kid"];
        assert!(keys.iter().any(|key| key["kid"] == *kid), "{token}");
    }
}

#[tokio::test]
async fn health_and_readiness_answer() {
    // Issue, part 12
    let app = TestApp::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(document(&app, path).await.status, 200, "{path}");
    }
}
