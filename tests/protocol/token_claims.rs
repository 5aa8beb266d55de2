//! What stands in the tokens.

use facestep::domain::{
    keys::SigningAlgorithm,
    oidc::client::Client,
    secret::{base64url, sha256},
};
use serde_json::json;

use crate::support::{
    TestApp,
    clients::{bank, claims, header},
};

#[tokio::test]
async fn an_access_token_is_typed_and_holds_what_a_resource_server_needs() {
    // RFC 9068 §2.1, §2.2, §2.2.1
    let app = TestApp::start().await;
    app.register(bank()).await;
    let ada = app.add_ada().await;
    let code = app.code_for(&app.browser(), &[]).await;
    let token = app.redeem(&code, &[]).await.json()["access_token"].clone();
    let (header, claims) = (header(&token), claims(&token));
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
    assert!(header["kid"].is_string());
    let now = app.now().as_second();
    let jti = claims["jti"].as_str().unwrap();
    assert!(jti.split_once('.').is_some_and(|(grant, own)| grant.len() == 22 && own.len() == 22), "{jti}");
    let expected = json!({
        "iss": app.issuer.as_str(), "aud": app.issuer.as_str(), "sub": ada.id.as_str(), "client_id": "bank",
        "iat": now, "exp": now + 300, "auth_time": now, "acr": "urn:facestep:acr:pwd", "amr": ["pwd"],
        "scope": "openid", "jti": claims["jti"],
    });
    assert_eq!(json!(claims), expected);
}

#[tokio::test]
async fn an_id_token_is_for_one_client_and_binds_the_access_token() {
    // OpenID Connect Core 1.0 §2, §3.1.3.6
    let app = TestApp::start().await;
    app.register(bank()).await;
    let ada = app.add_ada().await;
    let code = app.code_for(&app.browser(), &[]).await;
    app.clock.advance(5);
    let tokens = app.redeem(&code, &[]).await.json();
    let claims = claims(&tokens["id_token"]);
    let now = app.now().as_second();
    let digest = sha256(tokens["access_token"].as_str().unwrap().as_bytes());
    let expected = json!({
        "iss": app.issuer.as_str(), "aud": "bank", "sub": ada.id.as_str(), "iat": now, "exp": now + 300,
        "auth_time": now - 5, "nonce": "n-0S6_WzA2Mj", "acr": "urn:facestep:acr:pwd", "amr": ["pwd"],
        "at_hash": base64url(&digest[..16]), "sid": claims["sid"],
    });
    assert_eq!(json!(claims), expected);
    assert_eq!(header(&tokens["id_token"])["typ"], "JWT");
}

#[tokio::test]
async fn a_request_without_a_nonce_succeeds_and_none_is_invented() {
    // OpenID Connect Core 1.0 §3.1.2.1
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    let code = app.code_for(&app.browser(), &[("nonce", ""), ("state", "")]).await;
    assert!(app.id_token_claims(&code).await.get("nonce").is_none());
}

#[tokio::test]
async fn a_clients_id_tokens_are_signed_as_it_is_registered() {
    // OpenID Connect Discovery 1.0 §3: RS256 is always there
    let app = TestApp::start().await;
    app.register(Client { id_token_algorithm: SigningAlgorithm::RS256, ..bank() }).await;
    app.add_ada().await;
    let code = app.code_for(&app.browser(), &[]).await;
    let tokens = app.redeem(&code, &[]).await.json();
    assert_eq!(header(&tokens["id_token"])["alg"], "RS256");
    assert_eq!(header(&tokens["access_token"])["alg"], "ES256");
}
