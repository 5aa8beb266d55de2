//! What a client may do with its own registration (RFC 7592).

use facestep::domain::{authn::acr::Acr, id::ClientId, oidc::registration::Admission};
use reqwest::Method;
use serde_json::{Value, json};

use super::registration::{open, settings, shop};
use crate::support::{TestApp, browser::Answer, clients::CALLBACK};

/// A registered client with its address and its token.
struct Managed {
    told: Value,
    path: String,
    token: String,
}

async fn managed(app: &TestApp, metadata: Value) -> Managed {
    let told = app.registered(metadata).await;
    let path = format!("/register/{}", told["client_id"].as_str().unwrap());
    let token = told["registration_access_token"].as_str().unwrap().to_owned();
    Managed { told, path, token }
}

impl Managed {
    async fn ask(&self, app: &TestApp, method: Method, body: Option<&Value>) -> Answer {
        let request = app.program(method, &self.path).bearer_auth(&self.token);
        Answer::of(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    fn id(&self) -> ClientId {
        ClientId::parse(self.told["client_id"].as_str().unwrap()).unwrap()
    }

    /// What it was told, without what only a server says (RFC 7592 §2.2).
    fn as_sent_back(&self) -> Value {
        let mut members = self.told.as_object().unwrap().clone();
        for name in [
            "registration_access_token",
            "registration_client_uri",
            "client_secret_expires_at",
            "client_id_issued_at",
        ] {
            members.remove(name);
        }
        members.into()
    }
}

#[tokio::test]
async fn a_client_reads_its_registration() {
    // RFC 7592 §2.1, §3
    let app = open().await;
    let shop = managed(&app, shop()).await;
    let answer = shop.ask(&app, Method::GET, None).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store".into()));
    let mut expected = shop.told.clone();
    // The secret is kept as a hash, so it is told once.
    for secret in ["client_secret", "client_secret_expires_at"] {
        expected.as_object_mut().unwrap().remove(secret);
    }
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn a_client_puts_other_metadata_in_place_of_all_that_it_registered() {
    // RFC 7592 §2.2
    let app = open().await;
    let mut metadata = shop();
    metadata["contacts"] = json!(["ops@shop.example"]);
    let shop = managed(&app, metadata).await;
    let mut changed = shop.as_sent_back();
    changed["client_name"] = json!("New Shop");
    changed.as_object_mut().unwrap().remove("contacts");
    let answer = shop.ask(&app, Method::PUT, Some(&changed)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let told = answer.json();
    assert_eq!(
        (&told["client_name"], told.get("contacts"), told.get("client_secret")),
        (&json!("New Shop"), None, None)
    );
    assert_eq!(told["client_id_issued_at"], shop.told["client_id_issued_at"]);
    // The secret of before still counts.
    let id = shop.id();
    let kept = app.store.read(move |db| db.find_client(&id)).await.unwrap().unwrap();
    let secret = shop.told["client_secret"].as_str().unwrap();
    assert!(kept.secret_matches(&facestep::domain::secret::SecretToken::from_outside(secret)));
}

#[tokio::test]
async fn a_client_that_needs_a_secret_now_gets_one_and_one_that_needs_none_loses_it() {
    // RFC 7592 §2.2
    let app = open().await;
    let mut metadata = shop();
    metadata["token_endpoint_auth_method"] = json!("none");
    let shop = managed(&app, metadata).await;
    let mut changed = shop.as_sent_back();
    changed["token_endpoint_auth_method"] = json!("client_secret_post");
    let told = shop.ask(&app, Method::PUT, Some(&changed)).await.json();
    assert!(told["client_secret"].is_string() && told["client_secret_expires_at"] == 0);
    changed["token_endpoint_auth_method"] = json!("none");
    assert!(shop.ask(&app, Method::PUT, Some(&changed)).await.json().get("client_secret").is_none());
    let id = shop.id();
    let kept = app.store.read(move |db| db.find_client(&id)).await.unwrap().unwrap();
    assert_eq!(kept.secret_hash, None);
}

#[tokio::test]
async fn a_change_that_may_not_be_registered_changes_nothing() {
    // RFC 7592 §2.2, RFC 7591 §3.2.2
    let app = open().await;
    let shop = managed(&app, shop()).await;
    for (member, value, code) in [
        ("client_id", json!("another"), "invalid_client_metadata"),
        ("client_id", Value::Null, "invalid_client_metadata"),
        ("client_secret", json!("another"), "invalid_client_metadata"),
        ("redirect_uris", json!(["https://shop.example/#x"]), "invalid_redirect_uri"),
        ("jwks_uri", json!("ftp://shop.example/"), "invalid_client_metadata"),
    ] {
        let mut changed = shop.as_sent_back();
        changed[member] = value;
        let answer = shop.ask(&app, Method::PUT, Some(&changed)).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &json!(code)), "{member}");
    }
    assert_eq!(shop.ask(&app, Method::GET, None).await.json()["redirect_uris"], json!([CALLBACK]));
}

#[tokio::test]
async fn what_an_operator_said_of_a_client_outlives_its_own_changes() {
    // RFC 7592 §2.2: the server may keep what it set
    let app = open().await;
    let shop = managed(&app, shop()).await;
    let id = shop.id();
    app.store
        .transact(move |db| {
            let mut client = db.find_client(&id)?.expect("a client");
            client.minimum_acr = Some(Acr::face());
            client.metadata.resources = vec!["https://api.example/".into()];
            db.save_client(&client)
        })
        .await
        .unwrap();
    let mut changed = shop.as_sent_back();
    changed["minimum_acr"] = json!(Acr::PWD);
    assert_eq!(shop.ask(&app, Method::PUT, Some(&changed)).await.status, 200);
    let id = shop.id();
    let kept = app.store.read(move |db| db.find_client(&id)).await.unwrap().unwrap();
    assert_eq!(kept.minimum_acr, Some(Acr::face()));
    assert_eq!(kept.metadata.resources, ["https://api.example/"]);
}

#[tokio::test]
async fn a_client_removes_itself_and_its_token_is_worth_nothing_after_that() {
    // RFC 7592 §2.3
    let app = open().await;
    let shop = managed(&app, shop()).await;
    let answer = shop.ask(&app, Method::DELETE, None).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (204, ""));
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(shop.ask(&app, method, None).await.status, 401);
    }
}

#[tokio::test]
async fn a_registration_is_managed_with_its_own_token_alone() {
    // RFC 7592 §2.1, §2.2, §2.3; RFC 6750 §3.1
    let app = open().await;
    let [one, other] = [managed(&app, shop()).await, managed(&app, shop()).await];
    let foreign = Managed { path: one.path.clone(), token: other.token.clone(), told: one.told.clone() };
    let nobody =
        Managed { path: "/register/nobody".into(), token: one.token.clone(), told: one.told.clone() };
    for wrong in [&foreign, &nobody] {
        for (method, body) in [(Method::GET, None), (Method::PUT, Some(&one.told)), (Method::DELETE, None)] {
            let answer = wrong.ask(&app, method, body).await;
            assert_eq!(answer.status, 401);
            assert!(answer.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""));
        }
    }
    let bare = Answer::of(app.program(Method::GET, &one.path)).await;
    assert_eq!((bare.status.as_u16(), bare.header("www-authenticate")), (401, "Bearer".into()));
    assert_eq!(one.ask(&app, Method::GET, None).await.status, 200);
    let posted = one.ask(&app, Method::POST, Some(&one.told)).await;
    assert_eq!(posted.status, 405);
}

#[tokio::test]
async fn clients_that_an_operator_registered_are_not_managed_by_a_token() {
    // RFC 7592 §1.2
    let app = TestApp::start_with(settings(Admission::Open), None).await;
    app.register(crate::support::clients::bank()).await;
    for token in ["", "x"] {
        let request = app.program(Method::GET, "/register/bank").bearer_auth(token);
        assert_eq!(Answer::of(request).await.status, 401);
    }
}
