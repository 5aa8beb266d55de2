//! `prompt` and `max_age`: what may be shown, and what must be.

use facestep::domain::authn::acr::Acr;

use crate::support::{
    TestApp,
    clients::{authorization_parameters, authorize, bank},
    people::PASSWORD,
};

async fn with_ada() -> TestApp {
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    app
}

#[tokio::test]
async fn prompt_none_without_a_session_is_login_required() {
    // OpenID Connect Core 1.0 §3.1.2.6
    let app = with_ada().await;
    let answer = app.browser().get(&authorize(&[("prompt", "none")])).await;
    assert_eq!(answer.error(), ("login_required".into(), "login_required".into()));
    let both = app.browser().get(&authorize(&[("prompt", "none login")])).await;
    assert_eq!(both.error(), ("invalid_request".into(), "prompt_none_with_others".into()));
}

#[tokio::test]
async fn prompt_none_in_a_session_answers_at_once_and_when_too_old_is_login_required() {
    // OpenID Connect Core 1.0 §3.1.2.1, §3.1.2.6
    let app = with_ada().await;
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    app.clock.advance(100);
    browser.get(&authorize(&[("prompt", "none")])).await.code();
    browser.get(&authorize(&[("prompt", "none"), ("max_age", "100")])).await.code();
    let old = browser.get(&authorize(&[("prompt", "none"), ("max_age", "99")])).await;
    assert_eq!(old.error().0, "login_required");
}

#[tokio::test]
async fn prompt_none_with_a_condition_names_whether_a_step_up_is_possible() {
    // OpenID Connect Core 1.0 §3.1.2.6 and unmet_authentication_requirements 1.0
    let app = with_ada().await;
    app.add_user("bob", None).await;
    let essential = r#"{"id_token":{"acr":{"essential":true,"values":["urn:facestep:acr:face"]}}}"#;
    let asked = authorize(&[("prompt", "none"), ("claims", essential)]);
    let ada = app.browser();
    app.code_for(&ada, &[]).await;
    assert_eq!(ada.get(&asked).await.error(), ("interaction_required".into(), "step_up_required".into()));
    let bob = app.browser();
    bob.sign_in(&authorize(&[]), "bob", PASSWORD).await.code();
    let unmet = ("unmet_authentication_requirements".into(), "face_not_enrolled".into());
    assert_eq!(bob.get(&asked).await.error(), unmet);
}

#[tokio::test]
async fn prompt_none_with_a_wish_answers_with_the_sessions_own_context() {
    // OpenID Connect Core 1.0 §5.5.1.1: a voluntary acr never makes an error
    let app = with_ada().await;
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    let answer = browser.get(&authorize(&[("prompt", "none"), ("acr_values", Acr::FACE)])).await;
    let claims = app.id_token_claims(&answer.code()).await;
    assert_eq!(claims["acr"], Acr::PWD);
}

#[tokio::test]
async fn prompt_login_and_an_old_sign_in_ask_for_the_password_again() {
    // OpenID Connect Core 1.0 §3.1.2.1
    let app = with_ada().await;
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    for asked in [("prompt", "login"), ("max_age", "0"), ("max_age", "9")] {
        app.clock.advance(10);
        let answer = browser.sign_in(&authorize(&[asked]), "ada", PASSWORD).await;
        let claims = app.id_token_claims(&answer.code()).await;
        assert_eq!(claims["auth_time"], claims["iat"], "{asked:?}");
    }
    app.clock.advance(10);
    let claims = app.id_token_claims(&browser.get(&authorize(&[])).await.code()).await;
    assert_eq!(claims["auth_time"].as_i64().unwrap() + 10, claims["iat"].as_i64().unwrap());
}

#[tokio::test]
async fn whoever_gives_up_at_the_sign_in_page_is_sent_back_with_access_denied() {
    // RFC 6749 §4.1.2.1
    let app = with_ada().await;
    let browser = app.browser();
    let page = browser.get(&authorize(&[])).await.location();
    let decline = format!("{page}/decline");
    assert_eq!(browser.post(&decline, &[]).await.status, 403);
    let shown = browser.get(&page).await;
    assert!(shown.body.contains(&format!("action=\"{decline}\"")), "{}", shown.body);
    let answer = browser.post(&decline, &[("csrf_token", &shown.csrf())]).await;
    assert_eq!(answer.error(), ("access_denied".into(), "user_declined".into()));
    assert_eq!(browser.get(&page).await.status, 410);
}

#[tokio::test]
async fn a_sign_in_from_while_a_posted_request_was_kept_does_not_answer_prompt_login() {
    // OpenID Connect Core 1.0 §3.1.2.1
    let app = with_ada().await;
    let browser = app.browser();
    let kept = app.browser().post("/authorize", &authorization_parameters(&[("prompt", "login")])).await;
    app.clock.advance(10);
    app.code_for(&browser, &[]).await;
    app.clock.advance(10);
    let page = browser.get(&kept.location()).await.location();
    assert!(page.ends_with("/sign-in"), "{page}");
    let answer = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await;
    let claims = app.id_token_claims(&answer.code()).await;
    assert_eq!(claims["auth_time"], claims["iat"]);
}

#[tokio::test]
async fn a_request_for_a_new_account_is_refused_and_unknown_pages_are_not() {
    // Initiating User Registration via OpenID Connect 1.0 §4.1, OpenID Connect Core 1.0 §3.1.2.1
    let app = with_ada().await;
    let refused = app.browser().get(&authorize(&[("prompt", "create")])).await;
    assert_eq!(refused.error(), ("invalid_request".into(), "prompt_create".into()));
    let unknown = app.browser().get(&authorize(&[("prompt", "dance")])).await.location();
    assert!(unknown.ends_with("/sign-in"), "{unknown}");
}
