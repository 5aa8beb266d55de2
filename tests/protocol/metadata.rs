//! What we say of ourselves, held against what we do.

use std::collections::BTreeSet;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{bank, header},
};
use reqwest::Method;

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
