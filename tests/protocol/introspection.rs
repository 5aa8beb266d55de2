//! The introspection endpoint: who may know what of a token.

use facestep::domain::{
    id::ClientId,
    oidc::client::{
        Client, ClientAuthentication,
        metadata::{AccessTokenFormat, ClientMetadata, SubjectType},
    },
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{SECRET, authorize, bank, claims, confidential},
};

/// A confidential client of another name.
fn named(name: &str, metadata: ClientMetadata) -> Client {
    let id = ClientId::parse(name).unwrap();
    Client { id, metadata, ..confidential(ClientAuthentication::ClientSecretPost) }
}

async fn with_format(format: AccessTokenFormat) -> (TestApp, String) {
    let app = TestApp::start().await;
    let mut client = confidential(ClientAuthentication::ClientSecretPost);
    client.metadata.access_token_format = format;
    app.register(client).await;
    let ada = app.add_ada().await;
    (app, ada.id.to_string())
}

async fn tokens(app: &TestApp, changes: &[(&str, &str)]) -> Value {
    let code = app.code_for(&app.browser(), changes).await;
    app.redeem(&code, &[("client_secret", SECRET)]).await.json()
}

async fn asked_by(app: &TestApp, client: &str, token: &Value) -> Value {
    let fields = [("client_id", client), ("client_secret", SECRET), ("token", token.as_str().unwrap())];
    let answer = app.post("/introspect", &fields).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store".into()));
    answer.json()
}

fn inactive() -> Value {
    json!({ "active": false })
}

#[tokio::test]
async fn a_live_access_token_of_either_kind_is_told_of_in_full() {
    // RFC 7662 §2.2, RFC 9470 §6.2
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        let (app, sub) = with_format(format).await;
        let tokens = tokens(&app, &[("scope", "openid profile")]).await;
        let now = app.now().as_second();
        let told = asked_by(&app, "bank", &tokens["access_token"]).await;
        let expected = json!({
            "active": true, "token_type": "Bearer", "iss": app.issuer.as_str(), "aud": app.issuer.as_str(),
            "sub": sub, "client_id": "bank", "scope": "openid profile", "iat": now, "nbf": now,
            "exp": now + 300, "auth_time": now, "acr": "urn:facestep:acr:pwd", "amr": ["pwd"],
            "jti": told["jti"],
        });
        assert_eq!(told, expected);
        assert!(told["jti"].as_str().unwrap().contains('.'));
    }
}

#[tokio::test]
async fn an_opaque_token_says_nothing_by_itself_and_is_good_at_userinfo() {
    // RFC 6749 §1.4, RFC 6750 §2.1
    let (app, sub) = with_format(AccessTokenFormat::Opaque).await;
    let token = tokens(&app, &[]).await["access_token"].as_str().unwrap().to_owned();
    assert_eq!((token.len(), token.contains('.')), (43, false));
    let ask = || Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(&token));
    assert_eq!(ask().await.json(), json!({ "sub": sub }));
    app.clock.advance(300);
    assert_eq!(ask().await.status, 401);
}

#[tokio::test]
async fn whatever_is_not_live_is_inactive_and_nothing_more_is_said() {
    // RFC 7662 §2.2, §4
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        let (app, _) = with_format(format).await;
        let first = tokens(&app, &[]).await;
        for never in ["x", "x.y", "a.b.c", "...."] {
            assert_eq!(asked_by(&app, "bank", &never.into()).await, inactive(), "{never}");
        }
        assert_eq!(asked_by(&app, "bank", &first["id_token"]).await, inactive());
        let used = first["refresh_token"].as_str().unwrap();
        let second = app.refresh(used, &[("client_secret", SECRET)]).await.json();
        assert_eq!(asked_by(&app, "bank", &first["refresh_token"]).await, inactive(), "used");
        for name in ["access_token", "refresh_token"] {
            assert_eq!(asked_by(&app, "bank", &second[name]).await["active"], true, "{name}");
        }
        app.clock.advance(300);
        assert_eq!(asked_by(&app, "bank", &second["access_token"]).await, inactive(), "lapsed");
        // A second use of a refresh token revokes the grant.
        let third =
            app.refresh(second["refresh_token"].as_str().unwrap(), &[("client_secret", SECRET)]).await.json();
        app.refresh(used, &[("client_secret", SECRET)]).await;
        for name in ["access_token", "refresh_token"] {
            assert_eq!(asked_by(&app, "bank", &third[name]).await, inactive(), "{name}");
        }
    }
}

#[tokio::test]
async fn a_refresh_token_is_told_of_to_its_own_client_alone() {
    // RFC 7662 §2.2
    let (app, sub) = with_format(AccessTokenFormat::Jwt).await;
    let audiences = vec![app.issuer.as_str().to_owned()];
    app.register(named("api", ClientMetadata { audiences, ..ClientMetadata::default() })).await;
    let tokens = tokens(&app, &[]).await;
    let now = app.now().as_second();
    let expected = json!({
        "active": true, "iss": app.issuer.as_str(), "sub": sub, "client_id": "bank", "scope": "openid",
        "iat": now, "exp": now + 12 * 3600, "auth_time": now, "acr": "urn:facestep:acr:pwd", "amr": ["pwd"],
    });
    assert_eq!(asked_by(&app, "bank", &tokens["refresh_token"]).await, expected);
    assert_eq!(asked_by(&app, "api", &tokens["refresh_token"]).await, inactive());
    // The attempt of another did not spend it.
    assert_eq!(asked_by(&app, "bank", &tokens["refresh_token"]).await, expected);
}

#[tokio::test]
async fn another_client_knows_of_tokens_for_an_audience_that_it_answers_for() {
    // RFC 7662 §2.1, §4
    let app = TestApp::start().await;
    let api = "https://api.example/";
    let mut client = confidential(ClientAuthentication::ClientSecretPost);
    client.metadata.resources = vec![api.into()];
    app.register(client).await;
    app.add_ada().await;
    let answers_for = |one: &str| ClientMetadata { audiences: vec![one.into()], ..ClientMetadata::default() };
    app.register(named("api", answers_for(api))).await;
    app.register(named("other", answers_for("https://other.example/"))).await;
    app.register(named("own", answers_for(app.issuer.as_str()))).await;
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    for (resource, knows) in [(api, "api"), ("", "own")] {
        let code = browser.get(&authorize(&[("resource", resource)])).await.code();
        let token = app.redeem(&code, &[("client_secret", SECRET)]).await.json()["access_token"].clone();
        for caller in ["api", "other", "own", "bank"] {
            let may = caller == knows || caller == "bank";
            assert_eq!(asked_by(&app, caller, &token).await["active"], may, "{caller}: {resource}");
        }
    }
}

#[tokio::test]
async fn the_subject_is_the_one_that_the_tokens_client_knows() {
    // OpenID Connect Core 1.0 §8, RFC 7662 §2.2
    let app = TestApp::start().await;
    let mut client = confidential(ClientAuthentication::ClientSecretPost);
    client.metadata.subject_type = SubjectType::Pairwise;
    client.metadata.sector = Some("bank.example".into());
    app.register(client).await;
    let ada = app.add_ada().await;
    let tokens = tokens(&app, &[]).await;
    let sub = claims(&tokens["id_token"])["sub"].clone();
    assert_ne!(sub, ada.id.as_str());
    for name in ["access_token", "refresh_token"] {
        assert_eq!(asked_by(&app, "bank", &tokens[name]).await["sub"], sub, "{name}");
    }
}

#[tokio::test]
async fn only_a_client_that_proves_itself_may_ask() {
    // RFC 7662 §2.1, §2.3
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.register(named("api", ClientMetadata::default())).await;
    app.add_ada().await;
    let code = app.code_for(&app.browser(), &[]).await;
    let token = app.redeem(&code, &[]).await.json()["access_token"].as_str().unwrap().to_owned();
    let token = ("token", token.as_str());
    for fields in [
        &[("client_id", "bank"), token][..],
        &[token],
        &[("client_id", "nobody"), token],
        &[("client_id", "api"), ("client_secret", "wrong"), token],
        &[("client_id", "api"), token],
    ] {
        let answer = app.post("/introspect", fields).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (401, &"invalid_client".into()));
        assert!(answer.header("www-authenticate").starts_with("Basic realm="));
    }
    let bearer = app.program(Method::POST, "/introspect").bearer_auth(token.1).form(&[token]);
    assert_eq!(Answer::of(bearer).await.status, 401);
}

#[tokio::test]
async fn a_malformed_request_is_named() {
    // RFC 7662 §2.3
    let (app, _) = with_format(AccessTokenFormat::Jwt).await;
    let (id, secret) = (("client_id", "bank"), ("client_secret", SECRET));
    for fields in [&[id, secret][..], &[id, secret, ("token", "a"), ("token", "b")]] {
        let answer = app.post("/introspect", fields).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &"invalid_request".into()));
    }
    let hinted = [id, secret, ("token", "a"), ("token_type_hint", "made_up")];
    assert_eq!(app.post("/introspect", &hinted).await.json(), inactive());
    let got = Answer::of(app.program(Method::GET, "/introspect?token=x")).await;
    assert!([404, 405].contains(&got.status.as_u16()), "{}", got.status);
}
