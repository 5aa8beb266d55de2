//! Refresh tokens: what they yield, how often, and until when.

use facestep::domain::{
    authn::acr::Acr,
    id::ClientId,
    oidc::client::{Client, metadata::GrantType},
};
use reqwest::Method;
use serde_json::Value;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{authorize, bank, claims},
};

const HOUR: i64 = 3600;

async fn with(client: Client) -> TestApp {
    let app = TestApp::start().await;
    app.register(client).await;
    app.add_ada().await;
    app
}

/// The answer to a first code.
async fn signed_in(app: &TestApp, changes: &[(&str, &str)]) -> Value {
    let code = app.code_for(&app.browser(), changes).await;
    app.redeem(&code, &[]).await.json()
}

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap().to_owned()
}

fn refused(answer: &Answer, error: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &error.into()), "{}", answer.body);
}

async fn user_info(app: &TestApp, token: &str) -> u16 {
    Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(token)).await.status.as_u16()
}

#[tokio::test]
async fn a_refresh_yields_new_tokens_and_the_next_refresh_token() {
    // RFC 6749 §5.1, §6; OpenID Connect Core 1.0 §12.1
    let app = with(bank()).await;
    let first = signed_in(&app, &[("scope", "openid profile")]).await;
    app.clock.advance(60);
    let answer = app.refresh(&text(&first, "refresh_token"), &[]).await;
    assert_eq!(
        (answer.header("cache-control"), answer.header("pragma")),
        ("no-store".into(), "no-cache".into())
    );
    let second = answer.json();
    assert_eq!((&second["token_type"], &second["expires_in"]), (&"Bearer".into(), &300.into()));
    assert_eq!(second["scope"], "openid profile");
    for name in ["access_token", "refresh_token", "id_token"] {
        assert_ne!(second[name], first[name], "{name}");
    }
    assert_eq!(user_info(&app, &text(&second, "access_token")).await, 200);
    assert_eq!(user_info(&app, &text(&first, "access_token")).await, 200);
    assert_eq!(app.refresh(&text(&second, "refresh_token"), &[]).await.status, 200);
}

#[tokio::test]
async fn a_refreshed_id_token_says_who_and_when_as_the_first_one_did() {
    // OpenID Connect Core 1.0 §12.2
    let app = with(bank()).await;
    let first = signed_in(&app, &[]).await;
    app.clock.advance(60);
    let second = app.refresh(&text(&first, "refresh_token"), &[]).await.json();
    let (old, new) = (claims(&first["id_token"]), claims(&second["id_token"]));
    for name in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid"] {
        assert_eq!(new[name], old[name], "{name}");
    }
    assert_eq!(new["iat"], app.now().as_second());
    assert!(old.contains_key("nonce") && !new.contains_key("nonce"));
    assert_ne!(new["at_hash"], old["at_hash"]);
}

#[tokio::test]
async fn what_the_code_froze_is_not_changed_by_what_the_session_proves_later() {
    // RFC 9068 §2.2.1, RFC 9470 §5
    let app = with(bank()).await;
    let browser = app.browser();
    let code = app.code_for(&browser, &[]).await;
    let first = app.redeem(&code, &[]).await.json();
    app.clock.advance(60);
    app.prove_face(browser.session_hash().unwrap()).await;
    let second = app.refresh(&text(&first, "refresh_token"), &[]).await.json();
    let signed_in_at = app.now().as_second() - 60;
    for token in ["access_token", "id_token"] {
        let claims = claims(&second[token]);
        assert_eq!(
            (&claims["acr"], &claims["auth_time"]),
            (&Acr::PWD.into(), &signed_in_at.into()),
            "{token}"
        );
    }
}

#[tokio::test]
async fn a_second_use_revokes_all_that_the_grant_yielded() {
    // RFC 9700 §4.14.2
    let app = with(bank()).await;
    let first = signed_in(&app, &[]).await;
    let second = app.refresh(&text(&first, "refresh_token"), &[]).await.json();
    refused(&app.refresh(&text(&first, "refresh_token"), &[]).await, "invalid_grant");
    refused(&app.refresh(&text(&second, "refresh_token"), &[]).await, "invalid_grant");
    for tokens in [first, second] {
        assert_eq!(user_info(&app, &text(&tokens, "access_token")).await, 401);
    }
}

#[tokio::test]
async fn of_many_who_refresh_at_once_one_wins() {
    // RFC 9700 §4.14.2
    let app = with(bank()).await;
    let token = text(&signed_in(&app, &[]).await, "refresh_token");
    let all = tokio::join!(
        app.refresh(&token, &[]),
        app.refresh(&token, &[]),
        app.refresh(&token, &[]),
        app.refresh(&token, &[]),
    );
    let won = [all.0, all.1, all.2, all.3].iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn scope_and_resource_can_be_narrowed_and_never_widened() {
    // RFC 6749 §6, RFC 8707 §2.2
    let mut client = bank();
    let (a, b) = ("https://a.example/", "https://b.example/");
    client.metadata.resources = vec![a.into(), b.into()];
    let app = with(client).await;
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    let asked = format!("{}&resource={a}&resource={b}", authorize(&[("scope", "openid profile")]));
    let code = browser.get(&asked).await.code();
    let mut tokens = app.redeem(&code, &[]).await.json();
    let refresh = text(&tokens, "refresh_token");
    refused(&app.refresh(&refresh, &[("scope", "openid email")]).await, "invalid_scope");
    refused(&app.refresh(&refresh, &[("resource", "https://c.example/")]).await, "invalid_target");
    tokens = app.refresh(&refresh, &[("scope", "profile"), ("resource", b)]).await.json();
    let narrowed = claims(&tokens["access_token"]);
    assert_eq!((&narrowed["scope"], &narrowed["aud"]), (&"profile".into(), &b.into()));
    assert_eq!(tokens["scope"], "profile");
    assert!(tokens.get("id_token").is_none(), "without openid there is no ID token");
    // What was narrowed once is whole again: the refresh token stands for all that was granted.
    tokens = app.refresh(&text(&tokens, "refresh_token"), &[]).await.json();
    assert_eq!(tokens["scope"], "openid profile");
    assert_eq!(claims(&tokens["access_token"])["aud"], serde_json::json!([a, b]));
}

#[tokio::test]
async fn a_refresh_token_is_for_its_own_client_and_is_not_spent_by_others() {
    // RFC 6749 §5.2, §10.4
    let app = with(bank()).await;
    app.register(Client { id: ClientId::parse("other").unwrap(), ..bank() }).await;
    let token = text(&signed_in(&app, &[]).await, "refresh_token");
    refused(&app.refresh(&token, &[("client_id", "other")]).await, "invalid_grant");
    for never in ["x", "x.y", "a.b.c", ".", "x."] {
        refused(&app.refresh(never, &[]).await, "invalid_grant");
    }
    refused(&app.refresh("", &[("refresh_token", "")]).await, "invalid_request");
    assert_eq!(app.refresh(&token, &[]).await.status, 200);
}

#[tokio::test]
async fn a_client_that_did_not_register_for_it_gets_no_refresh_token() {
    // OpenID Connect Core 1.0 §11, RFC 7591 §2
    let mut client = bank();
    client.metadata.grant_types = vec![GrantType::AuthorizationCode];
    let app = with(client).await;
    assert!(signed_in(&app, &[("scope", "openid offline_access")]).await.get("refresh_token").is_none());
}

#[tokio::test]
async fn without_offline_access_it_ends_when_a_session_would() {
    // OpenID Connect Core 1.0 §11
    let app = with(bank()).await;
    let mut token = text(&signed_in(&app, &[]).await, "refresh_token");
    for _ in 0..11 {
        app.clock.advance(HOUR);
        token = text(&app.refresh(&token, &[]).await.json(), "refresh_token");
    }
    app.clock.advance(HOUR);
    refused(&app.refresh(&token, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn with_offline_access_it_slides_for_thirty_days_and_ends_after_ninety() {
    // RFC 9700 §4.14.2
    let app = with(bank()).await;
    let mut token = text(&signed_in(&app, &[("scope", "openid offline_access")]).await, "refresh_token");
    for _ in 0..3 {
        app.clock.advance(29 * 24 * HOUR);
        token = text(&app.refresh(&token, &[]).await.json(), "refresh_token");
    }
    app.clock.advance(3 * 24 * HOUR);
    refused(&app.refresh(&token, &[]).await, "invalid_grant");
    let unused = text(&signed_in(&app, &[("scope", "openid offline_access")]).await, "refresh_token");
    app.clock.advance(30 * 24 * HOUR);
    refused(&app.refresh(&unused, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn the_end_of_a_session_ends_what_does_not_outlive_it() {
    // OpenID Connect Core 1.0 §11, OpenID Connect Back-Channel Logout 1.0 §2.7
    let app = with(bank()).await;
    let browser = app.browser();
    let code = app.code_for(&browser, &[]).await;
    let online = app.redeem(&code, &[]).await.json();
    let code = browser.get(&authorize(&[("scope", "openid offline_access")])).await.code();
    let offline = app.redeem(&code, &[]).await.json();
    let (session, now) = (browser.session_hash().unwrap(), app.now());
    let ended = app.store.transact(move |db| {
        let session = db.find_session(&session)?.expect("a session");
        db.revoke_grants_of_session(&session.id, now)
    });
    assert_eq!(ended.await.unwrap(), 1);
    refused(&app.refresh(&text(&online, "refresh_token"), &[]).await, "invalid_grant");
    assert_eq!(user_info(&app, &text(&online, "access_token")).await, 401);
    assert_eq!(app.refresh(&text(&offline, "refresh_token"), &[]).await.status, 200);
    assert_eq!(user_info(&app, &text(&offline, "access_token")).await, 200);
}

#[tokio::test]
async fn an_erased_account_or_a_removed_client_refreshes_nothing() {
    // RFC 6749 §5.2
    let app = TestApp::start().await;
    app.register(bank()).await;
    let ada = app.add_ada().await;
    let token = text(&signed_in(&app, &[]).await, "refresh_token");
    app.store.transact(move |db| db.erase_user(&ada.id)).await.unwrap();
    refused(&app.refresh(&token, &[]).await, "invalid_grant");
    app.add_ada().await;
    let token = text(&signed_in(&app, &[]).await, "refresh_token");
    app.store.transact(|db| db.remove_client(&bank().id)).await.unwrap();
    assert_eq!(app.refresh(&token, &[]).await.json()["error"], "invalid_client");
    app.register(bank()).await;
    refused(&app.refresh(&token, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn a_code_that_is_replayed_takes_back_its_refresh_token() {
    // RFC 6749 §4.1.2
    let app = with(bank()).await;
    let code = app.code_for(&app.browser(), &[]).await;
    let tokens = app.redeem(&code, &[]).await.json();
    app.clock.advance(30);
    refused(&app.redeem(&code, &[]).await, "invalid_grant");
    refused(&app.refresh(&text(&tokens, "refresh_token"), &[]).await, "invalid_grant");
}
