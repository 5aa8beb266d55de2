//! What a client that is not the operator's own may have: asked once, remembered, asked again for more.

use facestep::domain::oidc::client::{Client, ClientAuthentication};

use crate::support::{
    TestApp,
    browser::{Answer, TestBrowser},
    clients::{SECRET, authorize, bank, confidential},
    people::PASSWORD,
};

fn third_party() -> Client {
    let mut client = confidential(ClientAuthentication::ClientSecretPost);
    client.metadata.first_party = false;
    client.protected_scopes = vec!["transfer".into()];
    client
}

async fn with(client: Client) -> (TestApp, TestBrowser) {
    let app = TestApp::start().await;
    app.register(client).await;
    app.add_ada().await;
    let browser = app.browser();
    (app, browser)
}

/// Loads the page and sends its form with one of its buttons.
pub async fn press(browser: &TestBrowser, page: &str, decision: &str) -> Answer {
    let shown = browser.get(page).await;
    let asked = shown.body.split("name=\"asked\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    browser.post(page, &[("csrf_token", &shown.csrf()), ("asked", asked), ("decision", decision)]).await
}

async fn asked_at_sign_in(browser: &TestBrowser, changes: &[(&str, &str)]) -> String {
    let page = browser.sign_in(&authorize(changes), "ada", PASSWORD).await.location();
    assert!(page.ends_with("/allow"), "{page}");
    page
}

#[tokio::test]
async fn a_person_is_asked_once_and_the_answer_is_remembered() {
    // OpenID Connect Core 1.0 §3.1.2.4
    let (app, browser) = with(third_party()).await;
    let page = asked_at_sign_in(&browser, &[("scope", "openid profile")]).await;
    let shown = browser.get(&page).await;
    assert!(shown.body.contains("id=\"allow\"") && shown.body.contains("id=\"deny\""), "{}", shown.body);
    assert!(shown.body.contains("name and your birth date"), "{}", shown.body);
    let code = press(&browser, &page, "allow").await.code();
    let tokens = app.redeem(&code, &[("client_secret", SECRET)]).await.json();
    assert!(tokens["id_token"].is_string(), "{tokens}");
    browser.get(&authorize(&[("scope", "openid profile")])).await.code();
    browser.get(&authorize(&[("scope", "openid"), ("prompt", "none")])).await.code();
}

#[tokio::test]
async fn more_than_was_allowed_is_asked_again_and_with_prompt_none_is_consent_required() {
    // OpenID Connect Core 1.0 §3.1.2.6
    let (_app, browser) = with(third_party()).await;
    let page = asked_at_sign_in(&browser, &[]).await;
    press(&browser, &page, "allow").await.code();
    let more = authorize(&[("scope", "openid profile")]);
    let again = browser.get(&more).await.location();
    assert!(again.ends_with("/allow"), "{again}");
    let silent = browser.get(&authorize(&[("scope", "openid profile"), ("prompt", "none")])).await;
    assert_eq!(silent.error(), ("consent_required".into(), "consent_required".into()));
    press(&browser, &again, "allow").await.code();
    browser.get(&more).await.code();
    browser.get(&authorize(&[])).await.code();
    let resource = browser.get(&authorize(&[("resource", "https://api.example/"), ("prompt", "none")])).await;
    assert_eq!(resource.error().0, "consent_required");
}

#[tokio::test]
async fn whoever_does_not_allow_it_is_sent_back_with_access_denied_and_asked_again_next_time() {
    // RFC 6749 §4.1.2.1
    let (_app, browser) = with(third_party()).await;
    let page = asked_at_sign_in(&browser, &[]).await;
    let denied = press(&browser, &page, "deny").await;
    assert_eq!(denied.error(), ("access_denied".into(), "user_declined".into()));
    assert_eq!(browser.get(&page).await.status, 410);
    assert!(browser.get(&authorize(&[])).await.location().ends_with("/allow"));
}

#[tokio::test]
async fn prompt_consent_asks_whatever_was_allowed_and_even_for_our_own_client() {
    // OpenID Connect Core 1.0 §3.1.2.1, §11
    let (_app, browser) = with(bank()).await;
    let asked = authorize(&[("prompt", "consent")]);
    let page = browser.sign_in(&asked, "ada", PASSWORD).await.location();
    assert!(page.ends_with("/allow"), "{page}");
    press(&browser, &page, "allow").await.code();
    let again = browser.get(&asked).await.location();
    assert!(again.ends_with("/allow"), "{again}");
    press(&browser, &again, "allow").await.code();
    browser.get(&authorize(&[])).await.code();
}

#[tokio::test]
async fn what_was_allowed_is_not_held_for_a_program_that_anybody_may_imitate() {
    // RFC 6749 §10.2, RFC 8252 §8.6
    let mut imitable = bank();
    imitable.metadata.first_party = false;
    let (_app, browser) = with(imitable).await;
    let page = asked_at_sign_in(&browser, &[]).await;
    press(&browser, &page, "allow").await.code();
    assert!(browser.get(&authorize(&[])).await.location().ends_with("/allow"));
}

#[tokio::test]
async fn a_form_that_asked_for_something_else_allows_nothing() {
    // RFC 6749 §10.2: what is allowed is what was shown
    let (app, browser) = with(third_party()).await;
    let page = asked_at_sign_in(&browser, &[("scope", "openid profile")]).await;
    let token = browser.get(&page).await.csrf();
    let forged = [("csrf_token", token.as_str()), ("asked", "else"), ("decision", "allow")];
    assert!(browser.post(&page, &forged).await.location().ends_with("/allow"));
    assert_eq!(browser.post(&page, &[("asked", "x"), ("decision", "allow")]).await.status, 403);
    assert_eq!(browser.post(&page, &[("csrf_token", &token), ("decision", "x")]).await.status, 400);
    let none = browser.get(&authorize(&[("prompt", "none")])).await;
    assert_eq!(none.error().0, "consent_required");
    drop(app);
}

#[tokio::test]
async fn a_condition_that_cannot_be_met_is_told_before_anything_is_asked() {
    // OpenID Connect Core 1.0 §5.5.1.1
    let (app, browser) = with(third_party()).await;
    app.add_user("bob", None).await;
    let refused = browser.sign_in(&authorize(&[("scope", "openid transfer")]), "bob", PASSWORD).await;
    assert_eq!(refused.error().0, "unmet_authentication_requirements");
}
