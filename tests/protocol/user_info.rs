//! The UserInfo endpoint: which token may learn what.

use facestep::domain::keys::SigningAlgorithm;
use reqwest::Method;
use serde_json::json;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{authorize, bank, claims, header},
};

async fn token_for(app: &TestApp, changes: &[(&str, &str)]) -> String {
    let code = app.code_for(&app.browser(), changes).await;
    app.redeem(&code, &[]).await.json()["access_token"].as_str().unwrap().to_owned()
}

async fn with_ada() -> (TestApp, String) {
    let app = TestApp::start().await;
    app.register(bank()).await;
    let ada = app.add_ada().await;
    (app, ada.id.to_string())
}

#[tokio::test]
async fn the_token_comes_in_the_header_or_in_the_body() {
    // OpenID Connect Core 1.0 §5.3.1, RFC 6750 §2.1, §2.2
    let (app, sub) = with_ada().await;
    let token = token_for(&app, &[]).await;
    for method in [Method::GET, Method::POST] {
        let answer = Answer::of(app.program(method, "/userinfo").bearer_auth(&token)).await;
        assert_eq!(answer.json(), json!({ "sub": sub }));
    }
    let in_body = app.post("/userinfo", &[("access_token", &token)]).await;
    assert_eq!(in_body.json(), json!({ "sub": sub }));
    let in_both =
        app.program(Method::POST, "/userinfo").bearer_auth(&token).form(&[("access_token", &token)]);
    assert_eq!(Answer::of(in_both).await.status, 400);
    let in_address = app.program(Method::GET, &format!("/userinfo?access_token={token}"));
    assert_eq!(Answer::of(in_address).await.status, 401);
}

#[tokio::test]
async fn profile_tells_what_was_verified_on_the_account() {
    // OpenID Connect Core 1.0 §5.4
    let (app, sub) = with_ada().await;
    let token = token_for(&app, &[("scope", "openid profile")]).await;
    let answer = Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(&token)).await;
    let expected = json!({
        "sub": sub, "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace",
        "birthdate": "1815-12-10", "preferred_username": "ada", "updated_at": app.now().as_second(),
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_bad_token_is_challenged_and_none_at_all_gets_a_bare_challenge() {
    // RFC 6750 §3, §3.1
    let (app, _) = with_ada().await;
    let token = token_for(&app, &[]).await;
    let ask = |token: String| Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(token));
    let none = Answer::of(app.program(Method::GET, "/userinfo")).await;
    assert_eq!((none.status.as_u16(), none.header("www-authenticate")), (401, "Bearer".into()));
    let mut forged = token.clone();
    forged.replace_range(token.len() - 4.., "AAAA");
    for bad in ["x".to_owned(), forged] {
        let answer = ask(bad).await;
        assert_eq!(answer.status, 401);
        assert!(answer.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""));
    }
    assert_eq!(ask(token.clone()).await.status, 200);
    app.clock.advance(300);
    assert_eq!(ask(token).await.status, 401);
}

#[tokio::test]
async fn an_id_token_and_a_token_for_another_audience_are_no_good_here() {
    // RFC 9068 §4, RFC 8725 §3.11
    let (app, _) = with_ada().await;
    let browser = app.browser();
    let code = app.code_for(&browser, &[]).await;
    let id_token = app.redeem(&code, &[]).await.json()["id_token"].as_str().unwrap().to_owned();
    let code = browser.get(&authorize(&[("resource", "https://api.example/")])).await.code();
    let elsewhere = app.redeem(&code, &[]).await.json()["access_token"].as_str().unwrap().to_owned();
    for token in [id_token, elsewhere] {
        let answer = Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(token)).await;
        assert_eq!(answer.status, 401);
    }
}

#[tokio::test]
async fn an_erased_account_has_nothing_to_tell() {
    // RFC 6750 §3.1
    let app = TestApp::start().await;
    app.register(bank()).await;
    let ada = app.add_ada().await;
    let token = token_for(&app, &[]).await;
    app.store.transact(move |db| db.erase_user(&ada.id)).await.unwrap();
    let answer = Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(&token)).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn a_client_that_registered_an_algorithm_gets_a_signed_answer() {
    // OpenID Connect Core 1.0 §5.3.2
    let app = TestApp::start().await;
    let mut client = bank();
    client.metadata.userinfo_signed_response_alg = Some(SigningAlgorithm::RS256);
    app.register(client).await;
    let ada = app.add_ada().await;
    let token = token_for(&app, &[]).await;
    let answer = Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(&token)).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/jwt".into()));
    let jwt = json!(answer.body);
    assert_eq!(header(&jwt)["alg"], "RS256");
    let expected = json!({ "sub": ada.id.as_str(), "iss": app.issuer.as_str(), "aud": "bank" });
    assert_eq!(json!(claims(&jwt)), expected);
    // It is no access token.
    let again = Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(&answer.body)).await;
    assert_eq!(again.status, 401);
}

#[tokio::test]
async fn a_token_without_openid_does_not_reach_so_far() {
    // OpenID Connect Core 1.0 §5.3.3, RFC 6750 §3.1
    let (app, _) = with_ada().await;
    let code = app.code_for(&app.browser(), &[("scope", "openid profile")]).await;
    let refresh = app.redeem(&code, &[]).await.json()["refresh_token"].as_str().unwrap().to_owned();
    let narrowed = app.refresh(&refresh, &[("scope", "profile")]).await.json();
    let token = narrowed["access_token"].as_str().unwrap();
    let answer = Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(token)).await;
    assert_eq!(answer.status, 403);
    assert!(answer.header("www-authenticate").starts_with("Bearer error=\"insufficient_scope\""));
}
