//! Whom the answer may be about, where the client says so.

use facestep::domain::{
    id::ClientId,
    oidc::client::{Client, metadata::SubjectType},
};
use reqwest::Method;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{authorize, bank, claims},
    people::PASSWORD,
};

#[tokio::test]
async fn only_the_requested_subject_is_answered_for() {
    // OpenID Connect Core 1.0 §3.1.2.2: no tokens for a different user, even with an active session
    let app = TestApp::start().await;
    app.register(bank()).await;
    let ada = app.add_ada().await;
    app.add_user("bob", None).await;
    let browser = app.browser();
    let code = app.code_for(&browser, &[]).await;
    let hint = app.redeem(&code, &[]).await.json()["id_token"].as_str().unwrap().to_owned();
    let claims = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, ada.id);
    for asked in [("id_token_hint", hint.as_str()), ("claims", claims.as_str())] {
        let silent = authorize(&[asked, ("prompt", "none")]);
        let browser = app.browser();
        app.code_for(&browser, &[]).await;
        browser.get(&silent).await.code();
        let browser = app.browser();
        browser.sign_in(&authorize(&[]), "bob", PASSWORD).await.code();
        assert_eq!(browser.get(&silent).await.error().0, "login_required", "{asked:?}");

        app.clock.advance(1);
        // Signing in as someone else again leads back to the page; as the one who was asked for, to the client.
        let again = browser.sign_in(&authorize(&[asked]), "bob", PASSWORD).await.location();
        assert!(again.ends_with("/sign-in"), "{again}");
        let answer = browser.submit(&again, &[("username", "ada"), ("password", PASSWORD)]).await;
        assert_eq!(app.id_token_claims(&answer.code()).await["sub"], ada.id.as_str());
    }
}

#[tokio::test]
async fn a_hint_that_is_no_id_token_of_ours_is_refused_and_an_old_one_is_not() {
    // OpenID Connect Core 1.0 §3.1.2.1, id_token_hint
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    let browser = app.browser();
    let code = app.code_for(&browser, &[]).await;
    let tokens = app.redeem(&code, &[]).await.json();
    let hint = tokens["id_token"].as_str().unwrap();
    let (signed, signature) = hint.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    let access_token = tokens["access_token"].as_str().unwrap();
    for refused in [forged.as_str(), access_token, signed, "x", "e30.e30."] {
        let answer = browser.get(&authorize(&[("id_token_hint", refused)])).await;
        assert_eq!(answer.error(), ("invalid_request".into(), "id_token_hint".into()), "{refused}");
    }
    app.clock.advance(3_600);
    browser.get(&authorize(&[("id_token_hint", hint)])).await.location();
}

/// By which `sub` a client with this metadata knows ada.
async fn subject_at(app: &TestApp, id: &str, change: impl FnOnce(&mut Client)) -> String {
    let mut client = Client { id: ClientId::parse(id).unwrap(), ..bank() };
    change(&mut client);
    app.register(client).await;
    let code = app.code_for(&app.browser(), &[("client_id", id)]).await;
    let tokens = app.redeem(&code, &[("client_id", id)]).await.json();
    let access = tokens["access_token"].as_str().unwrap();
    let userinfo = Answer::of(app.program(Method::GET, "/userinfo").bearer_auth(access)).await.json();
    let [of_id_token, of_access_token] =
        ["id_token", "access_token"].map(|token| claims(&tokens[token])["sub"].clone());
    assert_eq!((&of_id_token, &of_access_token), (&userinfo["sub"], &userinfo["sub"]));
    userinfo["sub"].as_str().unwrap().to_owned()
}

fn pairwise(sector: &str) -> impl FnOnce(&mut Client) {
    move |client| {
        client.metadata.subject_type = SubjectType::Pairwise;
        client.metadata.sector = Some(sector.to_owned());
    }
}

#[tokio::test]
async fn a_pairwise_subject_is_one_for_a_sector_and_another_for_the_next() {
    // OpenID Connect Core 1.0 §8, §8.1
    let app = TestApp::start().await;
    let ada = app.add_ada().await;
    let public = subject_at(&app, "public", |_| {}).await;
    assert_eq!(public, ada.id.as_str());
    let one = subject_at(&app, "one", pairwise("shop.example")).await;
    assert_eq!(one, subject_at(&app, "same-sector", pairwise("shop.example")).await);
    let other = subject_at(&app, "other", pairwise("other.example")).await;
    assert!(one != other && one != public && other != public);
    assert!(!one.contains(public.as_str()) && one.len() <= 255 && one.is_ascii());
}
