//! The authorization endpoint: what is answered where.

use facestep::domain::oidc::client::Client;
use reqwest::Method;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{CALLBACK, authorization_parameters, authorize, bank},
    people::PASSWORD,
};

#[tokio::test]
async fn an_unknown_client_gets_a_page_and_never_a_redirect() {
    // RFC 6749 §4.1.2.1
    let app = TestApp::start().await;
    let answer = app.browser().get(&authorize(&[])).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("<h1") && answer.body.contains("unknown_client"), "{}", answer.body);
    app.register(bank()).await;
    assert!(app.browser().get(&authorize(&[])).await.location().ends_with("/sign-in"));
    let twice = format!("{}&client_id=bank", authorize(&[]));
    assert_eq!(app.browser().get(&twice).await.status, 400);
}

#[tokio::test]
async fn an_address_that_is_not_exactly_registered_gets_a_page_and_never_a_redirect() {
    // RFC 9700 §4.1.3: exact string matching
    let app = TestApp::start().await;
    app.register(bank()).await;
    let near = [
        "",
        "http://127.0.0.1:8081/callback/",
        "http://127.0.0.1:8081/callback?x=1",
        "http://127.0.0.1:8081/Callback",
        "http://127.0.0.1:8081/callback#",
        "http://127.0.0.1:8081/callback/../callback",
        "http://127.0.0.1:8081@evil.example/callback",
        "http://localhost:8081/callback",
    ];
    for address in near {
        let answer = app.browser().get(&authorize(&[("redirect_uri", address)])).await;
        assert_eq!(answer.status, 400, "{address}");
        assert!(answer.headers.get("location").is_none(), "{address}");
    }
    let twice = format!("{}&redirect_uri=https://evil.example", authorize(&[]));
    assert_eq!(app.browser().get(&twice).await.status, 400);
}

#[tokio::test]
async fn a_registered_query_is_kept_and_added_to() {
    // RFC 6749 §3.1.2
    let app = TestApp::start().await;
    let with_query = format!("{CALLBACK}?tenant=7");
    app.register(Client { redirect_uris: vec![with_query.clone()], ..bank() }).await;
    let answer = app.browser().get(&authorize(&[("redirect_uri", &with_query), ("prompt", "none")])).await;
    assert!(answer.location().starts_with(&format!("{with_query}&error=login_required")));
}

#[tokio::test]
async fn an_error_goes_to_the_client_with_its_state_and_our_iss() {
    // RFC 6749 §4.1.2.1, RFC 9207 §2
    let app = TestApp::start().await;
    app.register(bank()).await;
    let answer = app.browser().get(&authorize(&[("response_type", "token")])).await;
    let parameters = answer.fragment();
    assert_eq!(parameters["error"], "unsupported_response_type");
    assert_eq!(parameters["state"], "st te+&");
    assert_eq!(parameters["iss"], app.issuer.as_str());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.cookies().is_empty());
}

#[tokio::test]
async fn a_code_comes_with_state_and_iss() {
    // RFC 6749 §4.1.2, RFC 9207 §2
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    let answer = app.browser().sign_in(&authorize(&[]), "ada", PASSWORD).await;
    let parameters = answer.parameters();
    assert_eq!(parameters["state"], "st te+&");
    assert_eq!(parameters["iss"], app.issuer.as_str());
    assert_eq!(parameters.keys().collect::<Vec<_>>(), ["code", "iss", "state"]);
}

#[tokio::test]
async fn a_repeated_parameter_is_refused_and_an_unknown_one_ignored() {
    // RFC 6749 §3.1
    let app = TestApp::start().await;
    app.register(bank()).await;
    let twice = format!("{}&scope=openid", authorize(&[]));
    let refused = app.browser().get(&twice).await;
    assert_eq!(refused.error(), ("invalid_request".into(), "repeated_parameter".into()));
    let state_twice = format!("{}&state=other", authorize(&[]));
    let refused = app.browser().get(&state_twice).await;
    assert_eq!(refused.parameters().get("state"), None);
    let unknown = authorize(&[
        ("display", "popup"),
        ("ui_locales", "se"),
        ("claims_locales", "fr en"),
        ("login_hint", "buffy@example.com"),
        ("x", "y"),
    ]);
    assert!(app.browser().get(&unknown).await.location().ends_with("/sign-in"));
}

#[tokio::test]
async fn what_is_not_spoken_here_is_named() {
    // OpenID Connect Core 1.0 §3.1.2.6, RFC 8707 §2, RFC 7636 §4.4.1
    let app = TestApp::start().await;
    app.register(bank()).await;
    let cases = [
        (("request", "eyJhbGciOiJub25lIn0.e30."), "invalid_request_object"),
        (("request_uri", "https://rp.example/r"), "invalid_request_uri"),
        (("registration", "{}"), "registration_not_supported"),
        (("resource", "not a uri"), "invalid_target"),
        (("response_mode", "web_message"), "invalid_request"),
        (("scope", "profile"), "invalid_scope"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("max_age", "-1"), "invalid_request"),
        (("claims", "nonsense"), "invalid_request"),
    ];
    for (change, error) in cases {
        let answer = app.browser().get(&authorize(&[change])).await;
        assert_eq!(answer.error().0, error, "{change:?}");
    }
}

#[tokio::test]
async fn a_posted_request_is_kept_and_comes_back_by_get() {
    // OpenID Connect Core 1.0 §3.1.2.1: POST; RFC 9700 §4.12: 303
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    // From another site's form no Lax cookie comes, so the request is sent without one.
    let kept = app.post("/authorize", &authorization_parameters(&[("prompt", "none")])).await;
    assert!(kept.cookies().is_empty());
    let resume = kept.location();
    assert!(resume.starts_with("/interaction/") && resume.ends_with("/resume"), "{resume}");
    // The browser brings its cookie to the GET: the session is found and no sign-in is needed.
    browser.get(&resume).await.code();
}

#[tokio::test]
async fn a_posted_request_belongs_to_the_browser_that_comes_back_first() {
    // ARCHITECTURE.md, "Words": an interaction is one request in one browser
    let app = TestApp::start().await;
    app.register(bank()).await;
    let resume = app.post("/authorize", &authorization_parameters(&[])).await.location();
    let first = app.browser();
    let opened = first.get(&resume).await;
    assert!(opened.location().ends_with("/sign-in"));
    assert_eq!(opened.cookies().len(), 1);
    assert_eq!(app.browser().get(&resume).await.status, 403);
    assert!(first.get(&resume).await.location().ends_with("/sign-in"));
}

#[tokio::test]
async fn other_methods_are_refused() {
    // RFC 9110 §15.5.6
    let app = TestApp::start().await;
    for (method, path) in
        [(Method::PUT, "/authorize"), (Method::GET, "/token"), (Method::DELETE, "/userinfo")]
    {
        let answer = Answer::of(app.program(method, path)).await;
        assert_eq!(answer.status, 405, "{path}");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    }
}
