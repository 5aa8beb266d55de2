//! Accounts that people make for themselves.

use facestep::{app::Settings, domain::oidc::request::RequestPolicy};

use crate::support::{
    TestApp,
    clients::{authorize, bank},
};

const PASSWORD: &str = "a sentence of one's own";

async fn open_to_all() -> TestApp {
    let requests = RequestPolicy { self_registration: true, ..RequestPolicy::default() };
    let app = TestApp::start_with(Settings { requests, ..Settings::default() }, None).await;
    app.register(bank()).await;
    app
}

#[tokio::test]
async fn prompt_create_makes_an_account_and_answers_for_it() {
    // Initiating User Registration via OpenID Connect 1.0 §4
    let app = open_to_all().await;
    let browser = app.browser();
    let page = browser.get(&authorize(&[("prompt", "create")])).await.location();
    assert!(page.ends_with("/create"), "{page}");
    for (name, password) in [("nora", "too short"), ("", PASSWORD)] {
        let again = browser.submit(&page, &[("username", name), ("password", password)]).await;
        assert!(again.body.contains("id=\"problem\""), "{name}");
    }
    let answer = browser.submit(&page, &[("username", "nora"), ("password", PASSWORD)]).await;
    let claims = app.id_token_claims(&answer.code()).await;
    assert_eq!(claims["acr"], "urn:facestep:acr:pwd");
    let other = app.browser();
    let page = other.get(&authorize(&[("prompt", "create")])).await.location();
    let taken = other.submit(&page, &[("username", "nora"), ("password", PASSWORD)]).await;
    assert!(taken.body.contains("Someone has that user name"), "{}", taken.body);
    let signed_in = app.browser().sign_in(&authorize(&[]), "nora", PASSWORD).await;
    assert_eq!(app.id_token_claims(&signed_in.code()).await["sub"], claims["sub"]);
}

#[tokio::test]
async fn someone_who_is_signed_in_is_asked_for_a_new_account_all_the_same() {
    // Initiating User Registration via OpenID Connect 1.0 §4
    let app = open_to_all().await;
    let browser = app.browser();
    let page = browser.get(&authorize(&[("prompt", "create")])).await.location();
    browser.submit(&page, &[("username", "nora"), ("password", PASSWORD)]).await.code();
    app.clock.advance(1);
    let page = browser.get(&authorize(&[("prompt", "create")])).await.location();
    assert!(page.ends_with("/create"), "{page}");
}
