//! What a client is told of a person, by scopes and by names (OpenID Connect Core 1.0 §5).

use std::collections::BTreeSet;

use facestep::domain::{
    oidc::client::Client,
    user::{User, profile::Profile},
};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{authorize, bank, claims},
    people::PASSWORD,
};

/// Everything that an operator can say, and what was verified beside it.
pub fn said() -> Map<String, Value> {
    let said = json!({
        "name": "Somebody Else", "middle_name": "King", "nickname": "Countess", "profile": "https://ada.example/",
        "picture": "https://ada.example/ada.png", "website": "https://ada.example/notes", "gender": "female",
        "zoneinfo": "Europe/London", "locale": "en-GB", "preferred_username": "ada.lovelace",
        "email": "ada@ada.example", "email_verified": true,
        "address": { "formatted": "12 St James's Square\nLondon", "country": "UK" },
        "phone_number": "+44 20 7946 0000", "phone_number_verified": false,
    });
    said.as_object().unwrap().clone()
}

async fn with(client: Client) -> TestApp {
    let app = TestApp::start().await;
    app.register(client).await;
    let ada = app.add_ada().await;
    app.clock.advance(60);
    let (profile, now) = (Profile::parse(said()).unwrap(), app.now());
    assert!(app.store.transact(move |db| db.set_profile(&ada.id, &profile, now)).await.unwrap());
    app
}

/// What a request's tokens and the UserInfo answer tell.
async fn told(app: &TestApp, changes: &[(&str, &str)]) -> (Map<String, Value>, Map<String, Value>) {
    let code = app.code_for(&app.browser(), changes).await;
    let tokens = app.redeem(&code, &[]).await.json();
    let request = app.program(Method::GET, "/userinfo").bearer_auth(tokens["access_token"].as_str().unwrap());
    let userinfo = Answer::of(request).await.json();
    (claims(&tokens["id_token"]), userinfo.as_object().unwrap().clone())
}

fn names(claims: &Map<String, Value>) -> BTreeSet<&str> {
    claims.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn each_scope_asks_for_its_claims_and_for_no_other() {
    // OpenID Connect Core 1.0 §5.4
    let app = with(bank()).await;
    let of_profile = [
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ];
    let scopes: [(&str, &[&str]); 4] = [
        ("profile", &of_profile),
        ("email", &["email", "email_verified"]),
        ("address", &["address"]),
        ("phone", &["phone_number", "phone_number_verified"]),
    ];
    for (scope, expected) in scopes {
        let (id_token, userinfo) = told(&app, &[("scope", &format!("openid {scope}"))]).await;
        let expected: BTreeSet<&str> = expected.iter().copied().chain(["sub"]).collect();
        assert_eq!(names(&userinfo), expected, "{scope}");
        // With an access token there, they are asked for at the UserInfo endpoint.
        assert_eq!(names(&id_token).intersection(&expected).collect::<Vec<_>>(), [&"sub"], "{scope}");
    }
    let (_, everything) = told(&app, &[("scope", "openid profile email address phone")]).await;
    assert_eq!(everything.len(), 1 + 14 + 2 + 1 + 2);
    assert_eq!(everything["address"]["country"], "UK");
    assert_eq!(everything["updated_at"], app.now().as_second());
}

#[tokio::test]
async fn what_was_verified_goes_before_what_an_operator_says() {
    // OpenID Connect Core 1.0 §5.1
    let app = with(bank()).await;
    let (_, userinfo) = told(&app, &[("scope", "openid profile")]).await;
    assert_eq!((&userinfo["name"], &userinfo["nickname"]), (&json!("Ada Lovelace"), &json!("Countess")));
}

#[tokio::test]
async fn a_claim_asked_for_by_name_stands_where_it_was_asked_for() {
    // OpenID Connect Core 1.0 §5.5
    let app = with(bank()).await;
    let asked = r#"{"userinfo":{"email":{"essential":true},"nickname":null},"id_token":{"locale":null}}"#;
    let (id_token, userinfo) = told(&app, &[("claims", asked)]).await;
    assert_eq!(names(&userinfo), BTreeSet::from(["sub", "email", "nickname"]));
    assert_eq!(id_token["locale"], "en-GB");
    assert!(!id_token.contains_key("email") && !id_token.contains_key("nickname"));
}

#[tokio::test]
async fn a_claim_that_is_not_held_is_left_out_however_essential() {
    // OpenID Connect Core 1.0 §5.5.1
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_user("bob", None).await;
    let asked = r#"{"userinfo":{"email":{"essential":true},"shoe_size":{"essential":true},"name":null}}"#;
    let code = app.browser().sign_in(&authorize(&[("claims", asked)]), "bob", PASSWORD).await.code();
    let access = app.redeem(&code, &[]).await.json()["access_token"].as_str().unwrap().to_owned();
    let answer = Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(access)).await.json();
    assert_eq!(names(answer.as_object().unwrap()), BTreeSet::from(["sub"]));
}

#[tokio::test]
async fn a_client_asks_by_name_for_no_more_than_its_registered_scopes() {
    // RFC 7591 §2, scope
    let mut client = bank();
    client.metadata.scope = vec!["openid".into(), "email".into()];
    let app = with(client).await;
    let asked = r#"{"userinfo":{"email":null,"phone_number":null}}"#;
    let (_, userinfo) = told(&app, &[("claims", asked)]).await;
    assert_eq!(names(&userinfo), BTreeSet::from(["sub", "email"]));
}

#[tokio::test]
async fn a_person_of_whom_nothing_was_said_has_a_name_to_sign_in_with() {
    // OpenID Connect Core 1.0 §5.1
    let app = TestApp::start().await;
    app.register(bank()).await;
    let User { created_at, .. } = app.add_ada().await;
    let (_, userinfo) = told(&app, &[("scope", "openid profile")]).await;
    assert_eq!(
        (&userinfo["preferred_username"], &userinfo["updated_at"]),
        (&json!("ada"), &json!(created_at.as_second()))
    );
}
