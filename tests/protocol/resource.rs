//! Resource indicators: for whom an access token is (RFC 8707).

use facestep::{
    app::Settings,
    domain::{authn::acr::Acr, oidc::request::RequestPolicy},
};

use crate::support::{
    TestApp,
    clients::{authorize, bank, claims},
};

const KNOWN: &str = "https://api.example/transfers";

#[tokio::test]
async fn only_what_the_client_registered_may_be_named() {
    // RFC 8707 §2: invalid_target
    let app = TestApp::start().await;
    app.register(bank()).await;
    for (resource, reason) in [
        ("https://other.example/", "resource_not_registered"),
        ("https://api.example/transfers/", "resource_not_registered"),
        ("https://api.example/transfers#x", "resource"),
        ("transfers", "resource"),
    ] {
        let answer = app.browser().get(&authorize(&[("resource", resource)])).await;
        assert_eq!(answer.error(), ("invalid_target".into(), reason.into()), "{resource}");
    }
    let one_unknown = format!("{}&resource=https://other.example/", authorize(&[("resource", KNOWN)]));
    assert_eq!(app.browser().get(&one_unknown).await.error().0, "invalid_target");
}

#[tokio::test]
async fn a_client_without_a_list_may_name_none_unless_the_operator_allows_any() {
    // RFC 8707 §2
    let mut unlisted = bank();
    unlisted.metadata.resources.clear();
    let app = TestApp::start().await;
    app.register(unlisted.clone()).await;
    let answer = app.browser().get(&authorize(&[("resource", KNOWN)])).await;
    assert_eq!(answer.error(), ("invalid_target".into(), "resource_not_registered".into()));

    let requests = RequestPolicy { any_resource: true, ..RequestPolicy::default() };
    let app = TestApp::start_with(Settings { requests, ..Settings::default() }, None).await;
    app.register(unlisted).await;
    app.add_ada().await;
    let code = app.code_for(&app.browser(), &[("resource", KNOWN)]).await;
    let tokens = app.redeem(&code, &[]).await.json();
    assert_eq!(claims(&tokens["access_token"])["aud"], KNOWN);
}

#[tokio::test]
async fn a_resource_makes_a_wished_context_a_condition() {
    // RFC 9470 §5
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_user("bob", None).await;
    let browser = app.browser();
    let password = crate::support::people::PASSWORD;
    browser.sign_in(&authorize(&[]), "bob", password).await.code();
    let wish = ("acr_values", Acr::FACE);
    browser.get(&authorize(&[wish])).await.code();
    let answer = browser.get(&authorize(&[wish, ("resource", KNOWN)])).await;
    assert_eq!(answer.error(), ("unmet_authentication_requirements".into(), "face_not_enrolled".into()));
}
