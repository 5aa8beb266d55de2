//! The token endpoint: who may redeem which code, and how often.

use facestep::domain::{
    id::ClientId,
    oidc::client::{Client, ClientAuthentication, metadata::GrantType},
};
use reqwest::{Method, StatusCode};

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{CALLBACK, SECRET, VERIFIER, authorize, bank, confidential},
};

async fn with(client: Client) -> TestApp {
    let app = TestApp::start().await;
    app.register(client).await;
    app.add_ada().await;
    app
}

fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.json()["error"], error, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_code_yields_tokens_that_nobody_may_store() {
    // RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3
    let app = with(bank()).await;
    let code = app.code_for(&app.browser(), &[("scope", "openid profile email")]).await;
    let answer = app.redeem(&code, &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(
        (answer.header("cache-control"), answer.header("pragma")),
        ("no-store".into(), "no-cache".into())
    );
    let reply = answer.json();
    assert_eq!(reply["token_type"], "Bearer");
    assert_eq!(reply["expires_in"], 300);
    assert_eq!(reply["scope"], "openid profile email");
    assert!(reply["refresh_token"].is_string() && reply["id_token"].is_string());
}

#[tokio::test]
async fn a_second_use_is_refused_and_takes_back_what_the_first_yielded() {
    // RFC 6749 §4.1.2
    let app = with(bank()).await;
    let code = app.code_for(&app.browser(), &[]).await;
    let access_token = app.redeem(&code, &[]).await.json()["access_token"].as_str().unwrap().to_owned();
    let user_info = || async {
        Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(&access_token)).await.status
    };
    assert_eq!(user_info().await, 200);
    refused(&app.redeem(&code, &[]).await, 400, "invalid_grant");
    assert_eq!(user_info().await, 401);
    refused(&app.redeem(&code, &[]).await, 400, "invalid_grant");
}

#[tokio::test]
async fn of_many_who_redeem_at_once_one_wins() {
    // RFC 6749 §4.1.2
    let app = with(bank()).await;
    let code = app.code_for(&app.browser(), &[]).await;
    let all = tokio::join!(
        app.redeem(&code, &[]),
        app.redeem(&code, &[]),
        app.redeem(&code, &[]),
        app.redeem(&code, &[]),
    );
    let won = [all.0, all.1, all.2, all.3].iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_code_lapses_after_a_minute() {
    // RFC 6749 §4.1.2
    let app = with(bank()).await;
    let code = app.code_for(&app.browser(), &[]).await;
    app.clock.advance(60);
    refused(&app.redeem(&code, &[]).await, 400, "invalid_grant");
}

#[tokio::test]
async fn the_verifier_must_fit_the_challenge_and_neither_comes_alone() {
    // RFC 7636 §4.6, RFC 9700 §4.8.2 (downgrade)
    let app = with(confidential(ClientAuthentication::ClientSecretPost)).await;
    let post = ("client_secret", SECRET);
    let code = app.code_for(&app.browser(), &[]).await;
    for verifier in ["", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"] {
        refused(&app.redeem(&code, &[post, ("code_verifier", verifier)]).await, 400, "invalid_grant");
    }
    assert_eq!(app.redeem(&code, &[post]).await.status, 200);
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = app.code_for(&app.browser(), &without).await;
    refused(&app.redeem(&code, &[post]).await, 400, "invalid_grant");
    assert_eq!(app.redeem(&code, &[post, ("code_verifier", "")]).await.status, 200);
}

#[tokio::test]
async fn a_code_is_for_its_own_client_and_address_and_is_not_spent_by_others() {
    // RFC 6749 §4.1.3
    let app = with(bank()).await;
    let other = ClientId::parse("other").unwrap();
    app.register(Client { id: other, redirect_uris: vec![CALLBACK.into()], ..bank() }).await;
    let code = app.code_for(&app.browser(), &[]).await;
    refused(&app.redeem(&code, &[("client_id", "other")]).await, 400, "invalid_grant");
    refused(&app.redeem(&code, &[("redirect_uri", "")]).await, 400, "invalid_grant");
    refused(&app.redeem(&code, &[("redirect_uri", "http://127.0.0.1:8081/")]).await, 400, "invalid_grant");
    refused(&app.redeem("made-up", &[]).await, 400, "invalid_grant");
    assert_eq!(app.redeem(&code, &[]).await.status, 200);
}

#[tokio::test]
async fn basic_credentials_are_form_decoded() {
    // RFC 6749 §2.3.1
    let app = with(confidential(ClientAuthentication::ClientSecretBasic)).await;
    let code = app.code_for(&app.browser(), &[]).await;
    let basic = |secret: &'static str| {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        app.program(Method::POST, "/token").basic_auth("bank", Some(secret)).form(&fields)
    };
    let answer = Answer::of(basic(SECRET)).await;
    refused(&answer, 401, "invalid_client");
    assert!(answer.header("www-authenticate").starts_with("Basic realm="));
    assert_eq!(Answer::of(basic("s3cret+with+%2B+and+%25")).await.status, 200);
}

#[tokio::test]
async fn a_client_proves_itself_by_its_registered_way_alone() {
    // RFC 6749 §2.3, OpenID Connect Core 1.0 §9
    let app = with(confidential(ClientAuthentication::ClientSecretPost)).await;
    let code = app.code_for(&app.browser(), &[]).await;
    refused(&app.redeem(&code, &[]).await, 401, "invalid_client");
    refused(&app.redeem(&code, &[("client_secret", "wrong")]).await, 401, "invalid_client");
    refused(&app.redeem(&code, &[("client_id", "nobody")]).await, 401, "invalid_client");
    refused(&app.redeem(&code, &[("client_id", "")]).await, 401, "invalid_client");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("client_id", "bank"),
        ("client_secret", SECRET),
    ];
    let basic = app.program(Method::POST, "/token").basic_auth("bank", Some("s3cret+with+%2B+and+%25"));
    refused(&Answer::of(basic.form(&form)).await, 400, "invalid_request");
    let basic = app.program(Method::POST, "/token").basic_auth("bank", Some("s3cret+with+%2B+and+%25"));
    refused(&Answer::of(basic.form(&form[..2])).await, 401, "invalid_client");
    assert_eq!(app.redeem(&code, &[("client_secret", SECRET)]).await.status, 200);
}

#[tokio::test]
async fn a_public_client_has_no_secret_to_send() {
    // RFC 6749 §2.3.1
    let app = with(bank()).await;
    let code = app.code_for(&app.browser(), &[]).await;
    refused(&app.redeem(&code, &[("client_secret", "any")]).await, 401, "invalid_client");
}

#[tokio::test]
async fn a_malformed_request_is_named() {
    // RFC 6749 §5.2
    let app = with(bank()).await;
    refused(&app.redeem("x", &[("grant_type", "password")]).await, 400, "unsupported_grant_type");
    refused(&app.redeem("x", &[("grant_type", "")]).await, 400, "invalid_request");
    refused(&app.redeem("", &[("code", "")]).await, 400, "invalid_request");
    let twice = [("grant_type", "authorization_code"), ("code", "a"), ("code", "b"), ("client_id", "bank")];
    refused(&app.post("/token", &twice).await, 400, "invalid_request");
    let json = app.program(Method::POST, "/token").header("content-type", "application/json").body("{}");
    assert_eq!(Answer::of(json).await.status, 400);
}

#[tokio::test]
async fn a_grant_type_that_the_client_did_not_register_is_refused_by_name() {
    // RFC 6749 §5.2
    let mut client = bank();
    client.metadata.grant_types = vec![GrantType::Implicit];
    let app = with(client).await;
    let code = app.code_for(&app.browser(), &[]).await;
    refused(&app.redeem(&code, &[]).await, 400, "unauthorized_client");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "x.y"), ("client_id", "bank")];
    refused(&app.post("/token", &refresh).await, 400, "unauthorized_client");
    let itself = [("grant_type", "client_credentials"), ("client_id", "bank")];
    refused(&app.post("/token", &itself).await, 400, "unauthorized_client");
}

#[tokio::test]
async fn the_access_token_is_for_the_resources_asked_for() {
    // RFC 8707 §2, §2.2
    let app = with(bank()).await;
    let (a, b) = ("https://a.example/", "https://b.example/");
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    let asked = format!("{}&resource=https://a.example/&resource=https://b.example/", authorize(&[]));
    let code = browser.get(&asked).await.code();
    refused(&app.redeem(&code, &[("resource", "https://c.example/")]).await, 400, "invalid_target");
    let both = app.redeem(&code, &[]).await.json();
    assert_eq!(crate::support::clients::claims(&both["access_token"])["aud"], serde_json::json!([a, b]));
    let code = browser.get(&asked).await.code();
    let one = app.redeem(&code, &[("resource", b)]).await.json();
    assert_eq!(crate::support::clients::claims(&one["access_token"])["aud"], b);
}
