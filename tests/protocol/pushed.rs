//! Pushed requests: laid down by the client, opened once by its browser (RFC 9126).

use facestep::{
    app::Settings,
    domain::oidc::{
        client::{Client, ClientAuthentication},
        request::RequestPolicy,
    },
};
use reqwest::Method;
use url::form_urlencoded;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{CALLBACK, SECRET, authorization_parameters, authorize, bank, confidential},
    people::PASSWORD,
};

async fn with(client: Client) -> TestApp {
    let app = TestApp::start().await;
    app.register(client).await;
    app.add_ada().await;
    app
}

async fn push(app: &TestApp, changes: &[(&str, &str)]) -> Answer {
    app.post("/par", &authorization_parameters(changes)).await
}

/// The address that a browser goes to with what a push was answered.
fn address(pushed: &Answer, more: &[(&str, &str)]) -> String {
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let reference = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", "bank").append_pair("request_uri", &reference).extend_pairs(more);
    format!("/authorize?{}", query.finish())
}

fn told(answer: &Answer) -> (String, String) {
    let body = answer.json();
    let description = body["error_description"].as_str().unwrap_or_default();
    (body["error"].as_str().unwrap().to_owned(), description.split(':').next().unwrap().to_owned())
}

#[tokio::test]
async fn a_pushed_request_leads_to_a_code() {
    // RFC 9126 §2.2, §4
    let app = with(bank()).await;
    let pushed = push(&app, &[]).await;
    assert_eq!((pushed.status.as_u16(), &*pushed.header("cache-control")), (201, "no-store"));
    assert_eq!(pushed.json()["expires_in"], 60);
    let reference = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    assert!(
        reference.starts_with("urn:ietf:params:oauth:request_uri:") && reference.len() > 70,
        "{reference}"
    );
    let answer = app.browser().sign_in(&address(&pushed, &[]), "ada", PASSWORD).await;
    assert_eq!(answer.parameters()["state"], "st te+&");
    assert_eq!(app.redeem(&answer.code(), &[]).await.status, 200);
}

#[tokio::test]
async fn what_stands_beside_the_reference_does_not_count() {
    // RFC 9126 §4, RFC 9101 §5
    let app = with(bank()).await;
    let pushed = push(&app, &[("acr_values", "urn:facestep:acr:face")]).await;
    let edited = address(&pushed, &[("state", "edited"), ("acr_values", "urn:facestep:acr:pwd")]);
    let browser = app.browser();
    let answer = browser.sign_in(&edited, "ada", PASSWORD).await;
    assert!(answer.location().ends_with("/enrol"), "{}", answer.location());
}

#[tokio::test]
async fn a_reference_opens_one_request_which_its_own_browser_may_come_back_to() {
    // RFC 9126 §7.3
    let app = with(bank()).await;
    let address = address(&push(&app, &[]).await, &[]);
    let browser = app.browser();
    let page = browser.get(&address).await.location();
    assert_eq!(browser.get(&address).await.location(), page);
    let other = app.browser().get(&address).await;
    assert_eq!(other.status, 400);
    assert!(other.body.contains("request_uri_unknown"), "{}", other.body);
    browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await.code();
    assert_eq!(browser.get(&address).await.status, 400);
}

#[tokio::test]
async fn a_posted_reference_is_kept_for_the_browser_that_comes_back() {
    // OpenID Connect Core 1.0 §3.1.2.1: POST; RFC 9126 §4
    let app = with(bank()).await;
    let pushed = push(&app, &[]).await.json()["request_uri"].as_str().unwrap().to_owned();
    let fields = [("client_id", "bank"), ("request_uri", &*pushed)];
    let resume = app.post("/authorize", &fields).await.location();
    assert_eq!(app.post("/authorize", &fields).await.location(), resume);
    assert!(app.browser().get(&resume).await.location().ends_with("/sign-in"));
}

#[tokio::test]
async fn a_reference_lapses_and_is_its_clients_alone() {
    // RFC 9126 §2.2, §4
    let app = with(bank()).await;
    let mut other = bank();
    other.id = facestep::domain::id::ClientId::parse("other").unwrap();
    app.register(other).await;
    let address = address(&push(&app, &[]).await, &[]);
    let stolen = app.browser().get(&address.replace("client_id=bank", "client_id=other")).await;
    assert_eq!(stolen.status, 400);
    app.clock.advance(59);
    assert!(app.browser().get(&address).await.location().ends_with("/sign-in"));

    let address = self::address(&push(&app, &[]).await, &[]);
    app.clock.advance(60);
    let lapsed = app.browser().get(&address).await;
    assert_eq!(lapsed.status, 400);
    assert!(lapsed.body.contains("invalid_request_uri"), "{}", lapsed.body);
    let unknown = "/authorize?client_id=bank&request_uri=urn:ietf:params:oauth:request_uri:x";
    assert_eq!(app.browser().get(unknown).await.status, 400);
}

#[tokio::test]
async fn every_check_is_made_when_a_request_is_pushed_and_answered_as_json() {
    // RFC 9126 §2.1, §2.3
    let app = with(bank()).await;
    let cases = [
        (("request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request", "request_uri"),
        (("redirect_uri", "https://evil.example/"), "invalid_request", "redirect_uri_not_registered"),
        (("redirect_uri", ""), "invalid_request", "redirect_uri_missing"),
        (("response_type", "token"), "unsupported_response_type", "response_type"),
        (("scope", "profile"), "invalid_scope", "scope_openid_missing"),
        (("code_challenge", ""), "invalid_request", "code_challenge_missing"),
        (("resource", "https://unknown.example"), "invalid_target", "resource_not_registered"),
        (("request", "no.jwt"), "invalid_request_object", "request_signature"),
        (("id_token_hint", "no.id.token"), "invalid_request", "id_token_hint"),
    ];
    for (change, error, reason) in cases {
        let answer = push(&app, &[change]).await;
        assert_eq!(answer.status, 400, "{change:?}");
        assert_eq!(told(&answer), (error.into(), reason.into()), "{change:?}");
    }
    let mut twice = authorization_parameters(&[]);
    twice.push(("state", "again"));
    assert_eq!(told(&app.post("/par", &twice).await).0, "invalid_request");
}

#[tokio::test]
async fn a_client_proves_itself_as_at_the_token_endpoint() {
    // RFC 9126 §2.1
    let app = with(confidential(ClientAuthentication::ClientSecretBasic)).await;
    let fields = authorization_parameters(&[("client_id", "")]);
    let header = app.program(Method::POST, "/par").basic_auth("bank", Some(form_encoded(SECRET)));
    assert_eq!(Answer::of(header.form(&fields)).await.status, 201);
    let wrong = app.program(Method::POST, "/par").basic_auth("bank", Some("wrong")).form(&fields);
    let wrong = Answer::of(wrong).await;
    assert_eq!((wrong.status.as_u16(), told(&wrong).0), (401, "invalid_client".into()));
    assert!(wrong.header("www-authenticate").starts_with("Basic"));
    assert_eq!(push(&app, &[]).await.status, 401);

    let app = with(confidential(ClientAuthentication::ClientSecretPost)).await;
    let pushed = push(&app, &[("client_secret", SECRET)]).await;
    let answer = app.browser().sign_in(&address(&pushed, &[]), "ada", PASSWORD).await;
    let id = answer.parameters();
    assert!(id.contains_key("code"), "{id:?}");
}

fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn a_client_or_an_operator_may_demand_that_requests_are_pushed() {
    // RFC 9126 §5, §6
    let mut client = bank();
    client.metadata.require_pushed_authorization_requests = true;
    let app = with(client).await;
    let refused = app.browser().get(&authorize(&[])).await;
    assert_eq!(refused.error(), ("invalid_request".into(), "not_pushed".into()));
    assert!(refused.location().starts_with(CALLBACK));
    assert!(app.browser().get(&address(&push(&app, &[]).await, &[])).await.location().ends_with("/sign-in"));

    let requests = RequestPolicy { must_be_pushed: true, ..RequestPolicy::default() };
    let app = TestApp::start_with(Settings { requests, ..Settings::default() }, None).await;
    app.register(bank()).await;
    assert_eq!(app.browser().get(&authorize(&[])).await.error().1, "not_pushed");
    let metadata = Answer::of(app.program(Method::GET, "/.well-known/openid-configuration")).await.json();
    assert_eq!(metadata["require_pushed_authorization_requests"], true);
}

#[tokio::test]
async fn only_post_is_answered() {
    // RFC 9126 §2.3: 405
    let app = with(bank()).await;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = Answer::of(app.program(method.clone(), "/par")).await;
        assert_eq!((answer.status.as_u16(), &*answer.header("allow")), (405, "POST"), "{method}");
    }
    let large = "x".repeat(70_000);
    assert_eq!(push(&app, &[("state", &large)]).await.status, 413);
}
