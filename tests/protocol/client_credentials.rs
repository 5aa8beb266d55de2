//! A client's tokens for itself.

use facestep::domain::{
    id::ClientId,
    oidc::client::{
        Client, ClientAuthentication,
        metadata::{AccessTokenFormat, GrantType},
    },
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{SECRET, bank, claims, confidential, header},
};

const API: &str = "https://api.example/";

/// A client that may do so, with two scopes, one that needs a face, and a resource.
fn machine() -> Client {
    let mut client = confidential(ClientAuthentication::ClientSecretPost);
    client.metadata.grant_types = vec![GrantType::ClientCredentials];
    client.metadata.scope = ["read", "write", "openid", "transfer"].map(str::to_owned).to_vec();
    client.metadata.resources = vec![API.into()];
    client.protected_scopes = vec!["transfer".into()];
    client
}

async fn with(client: Client) -> TestApp {
    let app = TestApp::start().await;
    app.register(client).await;
    app
}

async fn ask(app: &TestApp, more: &[(&str, &str)]) -> Answer {
    let mut fields =
        vec![("grant_type", "client_credentials"), ("client_id", "bank"), ("client_secret", SECRET)];
    fields.extend(more);
    app.post("/token", &fields).await
}

fn refused(answer: &Answer, error: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &error.into()), "{}", answer.body);
}

async fn introspected(app: &TestApp, token: &Value) -> Value {
    let fields = [("client_id", "bank"), ("client_secret", SECRET), ("token", token.as_str().unwrap())];
    app.post("/introspect", &fields).await.json()
}

#[tokio::test]
async fn a_client_gets_a_token_for_itself_and_nothing_that_needs_a_person() {
    // RFC 6749 §4.4.2, §4.4.3; RFC 9068 §2.2
    let app = with(machine()).await;
    let answer = ask(&app, &[("scope", "read"), ("resource", API)]).await;
    assert_eq!(
        (answer.header("cache-control"), answer.header("pragma")),
        ("no-store".into(), "no-cache".into())
    );
    let reply = answer.json();
    let expected = json!({
        "access_token": reply["access_token"], "token_type": "Bearer", "expires_in": 300, "scope": "read",
    });
    assert_eq!(reply, expected);
    let (now, claims) = (app.now().as_second(), claims(&reply["access_token"]));
    let expected = json!({
        "iss": app.issuer.as_str(), "sub": "bank", "client_id": "bank", "aud": API, "scope": "read",
        "iat": now, "exp": now + 300, "jti": claims["jti"],
    });
    assert_eq!(json!(claims), expected);
    assert_eq!(header(&reply["access_token"])["typ"], "at+jwt");
}

#[tokio::test]
async fn without_a_scope_it_has_all_that_it_registered_for_itself() {
    // RFC 6749 §3.3
    let app = with(machine()).await;
    assert_eq!(ask(&app, &[]).await.json()["scope"], "read write");
    let mut client = machine();
    client.metadata.scope = Vec::new();
    let app = with(client).await;
    assert!(ask(&app, &[]).await.json().get("scope").is_none());
}

#[tokio::test]
async fn what_needs_a_person_or_was_not_registered_is_refused() {
    // RFC 6749 §4.4, §5.2; RFC 8707 §2.2
    let app = with(machine()).await;
    for scope in ["openid", "transfer", "read delete", "offline_access"] {
        refused(&ask(&app, &[("scope", scope)]).await, "invalid_scope");
    }
    refused(&ask(&app, &[("resource", "https://other.example/")]).await, "invalid_target");
    let mut unregistered = machine();
    unregistered.metadata.grant_types = vec![GrantType::AuthorizationCode];
    refused(&ask(&with(unregistered).await, &[]).await, "unauthorized_client");
    let public = Client { metadata: machine().metadata, ..bank() };
    let app = with(public).await;
    let fields = [("grant_type", "client_credentials"), ("client_id", "bank")];
    refused(&app.post("/token", &fields).await, "unauthorized_client");
}

#[tokio::test]
async fn it_can_be_introspected_and_revoked_whatever_its_kind() {
    // RFC 7662 §2.2, RFC 7009 §2.1
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        let mut client = machine();
        client.metadata.access_token_format = format;
        let app = with(client.clone()).await;
        app.register(Client { id: ClientId::parse("other").unwrap(), ..client }).await;
        let (token, kept) = (ask(&app, &[]).await.json(), ask(&app, &[]).await.json());
        let told = introspected(&app, &token["access_token"]).await;
        let now = app.now().as_second();
        let expected = json!({
            "active": true, "token_type": "Bearer", "iss": app.issuer.as_str(), "sub": "bank",
            "client_id": "bank", "aud": app.issuer.as_str(), "scope": "read write", "iat": now, "nbf": now,
            "exp": now + 300, "jti": told["jti"],
        });
        assert_eq!(told, expected);
        let text = token["access_token"].as_str().unwrap();
        for (client, status) in [("other", 400), ("bank", 200), ("bank", 200)] {
            let fields = [("client_id", client), ("client_secret", SECRET), ("token", text)];
            assert_eq!(app.post("/revoke", &fields).await.status, status);
        }
        assert_eq!(introspected(&app, &token["access_token"]).await, json!({ "active": false }));
        assert_eq!(introspected(&app, &kept["access_token"]).await["active"], true);
    }
}

#[tokio::test]
async fn userinfo_knows_no_person_for_it() {
    // OpenID Connect Core 1.0 §5.3, RFC 6750 §3.1
    let app = with(machine()).await;
    let token = ask(&app, &[]).await.json()["access_token"].as_str().unwrap().to_owned();
    let answer = Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(token)).await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""));
}
