//! Tokens that the provider is asked about.

use facestep::domain::{
    id::ClientId,
    oidc::client::{
        Client, ClientAuthentication,
        metadata::{AccessTokenFormat, ClientMetadata},
    },
};
use serde_json::{Value, json};

use crate::{
    api::{AUDIENCE, Api, admitted, kit, refused},
    support::{
        TestApp,
        clients::{SECRET, bank, confidential},
    },
};

/// A provider with a client whose tokens have this format, and an API that may ask about tokens for these audiences.
async fn set(format: AccessTokenFormat, audiences: &[&str]) -> (TestApp, String) {
    let app = TestApp::start().await;
    let mut client = bank();
    client.metadata.access_token_format = format;
    app.register(client).await;
    let metadata = ClientMetadata {
        audiences: audiences.iter().map(|audience| (*audience).to_owned()).collect(),
        ..ClientMetadata::default()
    };
    let id = ClientId::parse("api").unwrap();
    let confidential = confidential(ClientAuthentication::ClientSecretBasic);
    app.register(Client { id, metadata, ..confidential }).await;
    app.add_ada().await;
    let code = app.code_for(&app.browser(), &[("resource", AUDIENCE)]).await;
    let tokens: Value = app.redeem(&code, &[]).await.json();
    (app, tokens["access_token"].as_str().unwrap().to_owned())
}

fn inactive() -> (u16, String) {
    (401, "Bearer error=\"invalid_token\", error_description=\"The token is not active\"".into())
}

#[tokio::test]
async fn an_opaque_token_is_as_good_as_a_signed_one_until_it_is_revoked() {
    // RFC 7662 §2.2, RFC 9470 §6.2
    let (app, token) = set(AccessTokenFormat::Opaque, &[AUDIENCE]).await;
    let api = Api::serve(kit(&app).introspecting_as("api", SECRET));
    let told = admitted(&api.get("/any", &token).await);
    assert_eq!((&told["acr"], &told["amr"]), (&json!("urn:facestep:acr:pwd"), &json!(["pwd"])));
    assert_eq!(told["auth_time"], app.now().as_second());
    let expected = "Bearer error=\"insufficient_user_authentication\", error_description=\"A different authentication \
                    level is required\", acr_values=\"urn:facestep:acr:face\", max_age=\"300\"";
    assert_eq!(refused(&api.get("/outer/inner", &token).await), (401, expected.into()));
    assert_eq!(refused(&api.get("/any", "made-up").await), inactive());
    app.post("/revoke", &[("token", &token), ("client_id", "bank")]).await;
    assert_eq!(refused(&api.get("/any", &token).await), inactive());
}

#[tokio::test]
async fn a_signed_token_that_was_revoked_is_refused_where_each_is_asked_about() {
    // RFC 7009 §3, RFC 7662 §4
    let (app, token) = set(AccessTokenFormat::Jwt, &[AUDIENCE]).await;
    let by_signature = Api::serve(kit(&app).introspecting_as("api", SECRET));
    let by_word = Api::serve(kit(&app).introspecting_as("api", SECRET).and_about_signed_tokens());
    admitted(&by_word.get("/any", &token).await);
    app.post("/revoke", &[("token", &token), ("client_id", "bank")]).await;
    admitted(&by_signature.get("/any", &token).await);
    assert_eq!(refused(&by_word.get("/any", &token).await), inactive());
}

#[tokio::test]
async fn an_api_that_may_not_know_of_a_token_does_not_take_it() {
    // RFC 7662 §4
    let (app, token) = set(AccessTokenFormat::Opaque, &["https://other.example/"]).await;
    let api = Api::serve(kit(&app).introspecting_as("api", SECRET));
    assert_eq!(refused(&api.get("/any", &token).await), inactive());
}

#[tokio::test]
async fn an_api_that_does_not_prove_itself_can_tell_nothing_of_a_token() {
    // RFC 7662 §2.3: a fault of the API's, none of the client's
    let (app, token) = set(AccessTokenFormat::Opaque, &[AUDIENCE]).await;
    let api = Api::serve(kit(&app).introspecting_as("api", "another secret altogether"));
    let answer = api.get("/any", &token).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "5".into()));
    assert_eq!(answer.json(), json!({ "error": "temporarily_unavailable" }));
}
