//! Clients that register themselves (RFC 7591, OpenID Connect Dynamic Client Registration 1.0).

use std::time::Duration;

use facestep::{
    app::{RegistrationSettings, Settings},
    domain::oidc::{
        initial_access::InitialAccessToken,
        registration::Admission,
        request::{RequestPolicy, response::ResponseType},
    },
    domain::secret::SecretToken,
    web::throttle::Allowance,
};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use super::consent::press;
use crate::support::{
    TestApp,
    browser::Answer,
    clients::{CALLBACK, VERIFIER, authorize, claims},
    people::PASSWORD,
};

/// Settings under which clients may register themselves.
pub fn settings(admission: Admission) -> Settings {
    Settings {
        registration: RegistrationSettings { admission, ..RegistrationSettings::default() },
        ..Settings::default()
    }
}

/// A server at which everyone may register clients.
pub async fn open() -> TestApp {
    TestApp::start_with(settings(Admission::Open), None).await
}

impl TestApp {
    /// Posts metadata to the registration endpoint.
    pub async fn post_registration(&self, metadata: &Value) -> Answer {
        Answer::of(self.program(Method::POST, "/register").json(metadata)).await
    }

    /// A client that registered itself.
    pub async fn registered(&self, metadata: Value) -> Value {
        let answer = self.post_registration(&metadata).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()
    }
}

/// Metadata of an ordinary client.
pub fn shop() -> Value {
    json!({ "client_name": "Shop", "redirect_uris": [CALLBACK], "grant_types": ["authorization_code"] })
}

#[tokio::test]
async fn a_client_registers_itself_and_signs_someone_in() {
    // RFC 7591 §3.2.1; OpenID Connect Dynamic Client Registration 1.0 §3.2
    let app = open().await;
    app.add_ada().await;
    let answer = app.post_registration(&shop()).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (201, "application/json".into()));
    assert_eq!(
        (answer.header("cache-control"), answer.header("pragma")),
        ("no-store".into(), "no-cache".into())
    );
    let told = answer.json();
    for (member, value) in [
        ("client_name", json!("Shop")),
        ("redirect_uris", json!([CALLBACK])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("id_token_signed_response_alg", json!("RS256")),
        ("response_types", json!(["code"])),
        ("grant_types", json!(["authorization_code"])),
        ("client_secret_expires_at", json!(0)),
        ("client_id_issued_at", json!(app.now().as_second())),
    ] {
        assert_eq!(told[member], value, "{member}");
    }
    let id = told["client_id"].as_str().unwrap();
    assert_eq!(told["registration_client_uri"], app.issuer.address(&format!("/register/{id}")));
    let address = authorize(&[("client_id", id)]);
    let browser = app.browser();
    let page = browser.get(&address).await.location();
    let answer = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await;
    let answer = press(&browser, &answer.location(), "allow").await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &answer.code()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let request = app.program(Method::POST, "/token").basic_auth(id, told["client_secret"].as_str());
    let tokens = Answer::of(request.form(&fields)).await.json();
    assert_eq!(claims(&tokens["id_token"])["aud"], id);
}

#[tokio::test]
async fn registration_is_off_unless_the_operator_says_otherwise() {
    // RFC 7591 §3: not every server has the endpoint
    let app = TestApp::start().await;
    assert_eq!(app.post_registration(&shop()).await.status, 404);
    let managed = app.program(Method::GET, "/register/shop").bearer_auth("token");
    assert_eq!(Answer::of(managed).await.status, 404);
    let document = Answer::of(app.program(Method::GET, "/.well-known/openid-configuration")).await.json();
    assert!(document.get("registration_endpoint").is_none());
}

#[tokio::test]
async fn an_initial_access_token_lets_through_as_many_clients_as_it_says() {
    // RFC 7591 §3, RFC 6750 §3.1
    let app = TestApp::start_with(settings(Admission::Token), None).await;
    let token = SecretToken::from_outside("initial-access-token");
    let kept = InitialAccessToken {
        hash: token.hash(),
        uses_left: 2,
        created_at: app.now(),
        expires_at: app.now() + SignedDuration::from_mins(1),
    };
    app.store.transact(move |db| db.insert_initial_access(&kept)).await.unwrap();
    let post = |token: &str, metadata: Value| {
        Answer::of(app.program(Method::POST, "/register").bearer_auth(token).json(&metadata))
    };
    let without = app.post_registration(&shop()).await;
    assert_eq!((without.status.as_u16(), without.header("www-authenticate")), (401, "Bearer".into()));
    let wrong = post("another", shop()).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""));
    // What is refused spends nothing.
    assert_eq!(post(token.expose(), json!({ "redirect_uris": ["/"] })).await.status, 400);
    assert_eq!(post(token.expose(), shop()).await.status, 201);
    let (one, other) = tokio::join!(post(token.expose(), shop()), post(token.expose(), shop()));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 401], "one of two wins the last use");
}

#[tokio::test]
async fn an_initial_access_token_lapses() {
    // RFC 7591 §3
    let app = TestApp::start_with(settings(Admission::Token), None).await;
    let token = SecretToken::from_outside("initial-access-token");
    let (hash, now) = (token.hash(), app.now());
    let expires_at = now + SignedDuration::from_secs(60);
    let kept = InitialAccessToken { hash, uses_left: 1, created_at: now, expires_at };
    app.store.transact(move |db| db.insert_initial_access(&kept)).await.unwrap();
    app.clock.advance(60);
    let request = app.program(Method::POST, "/register").bearer_auth(token.expose()).json(&shop());
    assert_eq!(Answer::of(request).await.status, 401);
}

#[tokio::test]
async fn what_may_not_be_registered_is_refused_by_its_code_and_named() {
    // RFC 7591 §3.2.2, OpenID Connect Dynamic Client Registration 1.0 §3.3
    let app = open().await;
    for (metadata, code, reason) in [
        (json!({}), "invalid_redirect_uri", "redirect_uris"),
        (json!({ "redirect_uris": ["https://a.example/#x"] }), "invalid_redirect_uri", "redirect_uris"),
        (
            json!({ "redirect_uris": ["https://a.example/cb"], "response_types": ["id_token token"] }),
            "invalid_client_metadata",
            "response_types",
        ),
        (
            json!({ "redirect_uris": [CALLBACK], "id_token_signed_response_alg": "none" }),
            "invalid_client_metadata",
            "id_token_signed_response_alg",
        ),
        (
            json!({ "redirect_uris": [CALLBACK], "initiate_login_uri": "http://a.example/" }),
            "invalid_client_metadata",
            "initiate_login_uri",
        ),
        (json!([]), "invalid_client_metadata", "body"),
    ] {
        let answer = app.post_registration(&metadata).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (400, "application/json".into()));
        assert_eq!(answer.header("cache-control"), "no-store");
        let error = answer.json();
        assert_eq!(error["error"], code, "{metadata}");
        assert!(error["error_description"].as_str().unwrap().starts_with(&format!("{reason}: ")), "{error}");
    }
    let form = Answer::of(app.program(Method::POST, "/register").form(&[("client_name", "Shop")])).await;
    assert_eq!(form.json()["error"], "invalid_client_metadata");
    assert_eq!(Answer::of(app.program(Method::GET, "/register")).await.status, 405);
}

#[tokio::test]
async fn a_sector_list_is_fetched_and_must_name_every_redirect_address() {
    // OpenID Connect Dynamic Client Registration 1.0 §5, OpenID Connect Core 1.0 §8.1
    let app = open().await;
    let list = "https://sector.example/list.json";
    app.outbound.put(list, &json!([CALLBACK]).to_string());
    let with = |uris: Value| json!({ "redirect_uris": uris, "subject_type": "pairwise", "sector_identifier_uri": list });
    let told = app.registered(with(json!([CALLBACK]))).await;
    assert_eq!((&told["subject_type"], &told["sector_identifier_uri"]), (&json!("pairwise"), &json!(list)));
    let unlisted = app.post_registration(&with(json!([CALLBACK, "https://other.example/cb"]))).await;
    assert_eq!(
        (unlisted.status.as_u16(), &unlisted.json()["error"]),
        (400, &json!("invalid_client_metadata"))
    );
    let gone = json!({ "redirect_uris": [CALLBACK], "sector_identifier_uri": "https://sector.example/gone" });
    assert_eq!(app.post_registration(&gone).await.json()["error"], "invalid_client_metadata");
}

#[tokio::test]
async fn nothing_is_fetched_for_someone_who_may_not_register() {
    // RFC 7591 §5
    let app = TestApp::start_with(settings(Admission::Token), None).await;
    let list = json!({ "redirect_uris": [CALLBACK], "sector_identifier_uri": "https://sector.example/list" });
    assert_eq!(app.post_registration(&list).await.status, 401);
    assert!(app.outbound.fetched().is_empty());
}

#[tokio::test]
async fn a_client_gets_the_response_types_that_the_operator_offers() {
    // OpenID Connect Dynamic Client Registration 1.0 §2
    let requests =
        RequestPolicy { response_types: ResponseType::ALL.into_iter().collect(), ..RequestPolicy::default() };
    let app = TestApp::start_with(Settings { requests, ..settings(Admission::Open) }, None).await;
    let told = app
        .registered(
            json!({ "redirect_uris": ["https://a.example/cb"], "response_types": ["token id_token code"] }),
        )
        .await;
    assert_eq!(told["response_types"], json!(["code id_token token"]));
    assert_eq!(told["grant_types"], json!(["authorization_code", "implicit"]));
}

#[tokio::test]
async fn a_secret_for_assertions_is_kept_sealed_and_no_other_is() {
    // OpenID Connect Core 1.0 §9, client_secret_jwt
    let app = open().await;
    for (method, has_secret, is_sealed) in [
        ("client_secret_basic", true, false),
        ("client_secret_post", true, false),
        ("client_secret_jwt", true, true),
        ("none", false, false),
    ] {
        let mut metadata = shop();
        metadata["token_endpoint_auth_method"] = json!(method);
        let told = app.registered(metadata).await;
        assert_eq!(told.get("client_secret").is_some(), has_secret, "{method}");
        assert_eq!(told.get("client_secret_expires_at").is_some(), has_secret, "{method}");
        let id = facestep::domain::id::ClientId::parse(told["client_id"].as_str().unwrap()).unwrap();
        let kept = app.store.read(move |db| db.find_client(&id)).await.unwrap().unwrap();
        assert_eq!((kept.secret_hash.is_some(), kept.sealed_secret.is_some()), (has_secret, is_sealed));
    }
}

#[tokio::test]
async fn one_address_registers_so_many_clients_at_once() {
    // RFC 7591 §5, RFC 6585 §4
    let by_address = Allowance::of(2, Duration::from_secs(600));
    let registration = RegistrationSettings { by_address, ..settings(Admission::Open).registration };
    let app = TestApp::start_with(Settings { registration, ..Settings::default() }, None).await;
    for _ in 0..2 {
        app.registered(shop()).await;
    }
    let refused = app.post_registration(&shop()).await;
    assert_eq!(refused.status, 429);
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((590..=600).contains(&wait), "{wait}");
}
