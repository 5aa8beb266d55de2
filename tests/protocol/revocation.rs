//! The revocation endpoint: what a client gives back, and what goes with it.

use facestep::domain::{
    id::ClientId,
    oidc::client::{Client, ClientAuthentication, metadata::AccessTokenFormat},
};
use reqwest::Method;
use serde_json::Value;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{SECRET, authorize, bank, confidential},
};

async fn with(client: Client) -> TestApp {
    let app = TestApp::start().await;
    app.register(client).await;
    app.add_ada().await;
    app
}

async fn tokens(app: &TestApp) -> Value {
    let code = app.code_for(&app.browser(), &[]).await;
    app.redeem(&code, &[]).await.json()
}

async fn revoke(app: &TestApp, token: &Value, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("client_id", "bank"), ("token", token.as_str().unwrap())];
    fields.retain(|(name, _)| !more.iter().any(|(changed, _)| changed == name));
    fields.extend(more);
    app.post("/revoke", &fields).await
}

fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (status, &error.into()), "{}", answer.body);
}

/// Whether the tokens are good for anything.
async fn are_live(app: &TestApp, tokens: &Value) -> bool {
    let access = tokens["access_token"].as_str().unwrap();
    let asked = Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(access)).await.status;
    asked == 200
}

#[tokio::test]
async fn either_token_of_a_grant_takes_the_other_with_it() {
    // RFC 7009 §2.1
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        let mut client = bank();
        client.metadata.access_token_format = format;
        let app = with(client).await;
        let browser = app.browser();
        app.code_for(&browser, &[]).await;
        let tokens = async || {
            let code = browser.get(&authorize(&[])).await.code();
            app.redeem(&code, &[]).await.json()
        };
        for name in ["access_token", "refresh_token"] {
            for hint in ["access_token", "refresh_token", "made_up"] {
                let (given_back, kept) = (tokens().await, tokens().await);
                let answer = revoke(&app, &given_back[name], &[("token_type_hint", hint)]).await;
                assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""), "{name}, {hint}");
                assert!(!are_live(&app, &given_back).await);
                let refreshed = app.refresh(given_back["refresh_token"].as_str().unwrap(), &[]).await;
                refused(&refreshed, 400, "invalid_grant");
                assert!(are_live(&app, &kept).await, "another grant is not touched");
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_is_not_known_or_not_any_more_is_no_error() {
    // RFC 7009 §2.2
    let app = with(bank()).await;
    for never in ["x", "x.y", "a.b.c", "...."] {
        assert_eq!(revoke(&app, &never.into(), &[]).await.status, 200, "{never}");
    }
    let tokens = tokens(&app).await;
    app.clock.advance(600);
    for _ in 0..2 {
        assert_eq!(revoke(&app, &tokens["access_token"], &[]).await.status, 200);
    }
    // A signed token that lapsed still names the grant that it came of.
    let refreshed = app.refresh(tokens["refresh_token"].as_str().unwrap(), &[]).await;
    refused(&refreshed, 400, "invalid_grant");
}

#[tokio::test]
async fn a_used_refresh_token_still_names_what_it_came_of() {
    // RFC 7009 §2.1
    let app = with(bank()).await;
    let first = tokens(&app).await;
    let second = app.refresh(first["refresh_token"].as_str().unwrap(), &[]).await.json();
    assert_eq!(revoke(&app, &first["refresh_token"], &[]).await.status, 200);
    assert!(!are_live(&app, &second).await);
}

#[tokio::test]
async fn another_clients_token_is_refused_and_stays() {
    // RFC 7009 §2.1
    let app = with(bank()).await;
    app.register(Client { id: ClientId::parse("other").unwrap(), ..bank() }).await;
    let tokens = tokens(&app).await;
    for name in ["access_token", "refresh_token"] {
        refused(&revoke(&app, &tokens[name], &[("client_id", "other")]).await, 400, "invalid_grant");
    }
    assert!(are_live(&app, &tokens).await);
}

#[tokio::test]
async fn an_id_token_cannot_be_revoked() {
    // RFC 7009 §2.2.1
    let app = with(bank()).await;
    let tokens = tokens(&app).await;
    refused(&revoke(&app, &tokens["id_token"], &[]).await, 400, "unsupported_token_type");
    assert!(are_live(&app, &tokens).await);
}

#[tokio::test]
async fn a_client_proves_itself_first_and_names_one_token() {
    // RFC 7009 §2.1, §2.2.1
    let app = with(confidential(ClientAuthentication::ClientSecretPost)).await;
    let token = "x".into();
    refused(&revoke(&app, &token, &[]).await, 401, "invalid_client");
    refused(&revoke(&app, &token, &[("client_secret", "wrong")]).await, 401, "invalid_client");
    refused(&revoke(&app, &token, &[("client_id", "nobody")]).await, 401, "invalid_client");
    assert_eq!(revoke(&app, &token, &[("client_secret", SECRET)]).await.status, 200);
    let proven = [("client_id", "bank"), ("client_secret", SECRET)];
    refused(&app.post("/revoke", &proven).await, 400, "invalid_request");
    let twice = [proven[0], proven[1], ("token", "a"), ("token", "b")];
    refused(&app.post("/revoke", &twice).await, 400, "invalid_request");
}
