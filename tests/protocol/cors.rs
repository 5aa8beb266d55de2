//! Which pages of other origins may read which answers (Fetch §3.2).

use facestep::domain::oidc::client::Client;
use reqwest::Method;

use crate::support::{TestApp, browser::Answer, clients::bank};

/// The origin of the test client's addresses, and one that nobody registered.
const OURS: &str = "http://127.0.0.1:8081";
const OTHER: &str = "https://evil.example";

async fn with_bank() -> TestApp {
    let app = TestApp::start().await;
    app.register(bank()).await;
    app
}

async fn preflight(app: &TestApp, path: &str, origin: &str) -> Answer {
    let request = app
        .program(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization");
    Answer::of(request).await
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn what_holds_no_secret_is_read_from_anywhere() {
    // OpenID Connect Discovery 1.0 §4, Fetch §3.2.3
    let app = with_bank().await;
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks.json"]
    {
        let answer = Answer::of(app.program(Method::GET, path).header("origin", OTHER)).await;
        assert_eq!(
            (answer.status.as_u16(), header(&answer, "access-control-allow-origin")),
            (200, Some("*"))
        );
        assert_eq!(header(&preflight(&app, path, OTHER).await, "access-control-allow-origin"), Some("*"));
    }
}

#[tokio::test]
async fn a_clients_own_page_may_ask_for_tokens_and_claims_and_no_other_page_may() {
    // Fetch §3.2.2, §3.2.3
    let app = with_bank().await;
    for path in ["/token", "/userinfo"] {
        let allowed = preflight(&app, path, OURS).await;
        assert_eq!(allowed.status, 204, "{path}");
        assert_eq!(header(&allowed, "access-control-allow-origin"), Some(OURS));
        assert_eq!(header(&allowed, "access-control-allow-methods"), Some("GET, POST"));
        assert_eq!(header(&allowed, "access-control-allow-headers"), Some("authorization, content-type"));
        for origin in [OTHER, "null", "http://127.0.0.1:80810", "http://127.0.0.1"] {
            let refused = preflight(&app, path, origin).await;
            assert_eq!(header(&refused, "access-control-allow-origin"), None, "{path} {origin}");
            assert_eq!(header(&refused, "access-control-allow-methods"), None, "{path} {origin}");
        }
        let asked = |origin| Answer::of(app.program(Method::POST, path).header("origin", origin));
        let own = asked(OURS).await;
        assert_eq!(header(&own, "access-control-allow-origin"), Some(OURS), "{path}: refusals, too");
        assert_eq!(header(&asked(OTHER).await, "access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn an_answer_says_that_it_depends_on_the_origin_and_never_allows_cookies() {
    // Fetch §3.2.5, RFC 9110 §12.5.5
    let app = with_bank().await;
    for origin in [OURS, OTHER] {
        let direct = Answer::of(app.program(Method::POST, "/token").header("origin", origin)).await;
        for answer in [preflight(&app, "/token", origin).await, direct] {
            assert_eq!(header(&answer, "vary"), Some("Origin"));
            assert_eq!(header(&answer, "access-control-allow-credentials"), None);
        }
    }
}

#[tokio::test]
async fn pages_and_the_authorization_endpoint_know_no_other_origin() {
    // RFC 9700 §2.6: the authorization endpoint must not support CORS
    let app = with_bank().await;
    for path in ["/authorize", "/account", "/account/sign-in", "/register", "/"] {
        let answer = Answer::of(app.program(Method::GET, path).header("origin", OURS)).await;
        assert_eq!(header(&answer, "access-control-allow-origin"), None, "{path}");
        assert_eq!(header(&preflight(&app, path, OURS).await, "access-control-allow-origin"), None, "{path}");
    }
}

#[tokio::test]
async fn the_origin_of_a_logout_address_counts_and_a_scheme_of_its_own_does_not() {
    // Fetch §3.2.3
    let app = TestApp::start().await;
    let mut client = Client { redirect_uris: vec!["com.example.app:/cb".into()], ..bank() };
    client.metadata.post_logout_redirect_uris = vec!["https://spa.example/out".into()];
    app.register(client).await;
    let allowed = async |origin| preflight(&app, "/token", origin).await;
    assert_eq!(
        header(&allowed("https://spa.example").await, "access-control-allow-origin"),
        Some("https://spa.example")
    );
    for origin in ["com.example.app:", "com.example.app://", "null"] {
        assert_eq!(header(&allowed(origin).await, "access-control-allow-origin"), None, "{origin}");
    }
}
