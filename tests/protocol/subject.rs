//! Whom the answer may be about, where the client says so.

use crate::support::{
    TestApp,
    clients::{authorize, bank},
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
        app.clock.advance(1);
        browser.sign_in(&authorize(&[("prompt", "login")]), "bob", PASSWORD).await.code();
        assert_eq!(browser.get(&silent).await.error().0, "login_required", "{asked:?}");

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
