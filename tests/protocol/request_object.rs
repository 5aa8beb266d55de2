//! Requests that the client signed, by value and by reference (RFC 9101, OpenID Connect Core 1.0 §6).

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use facestep::domain::{
    oidc::client::Client,
    secret::{base64url, sha256},
};
use josekit::{
    jwk::{
        Jwk,
        alg::{ec::EcCurve, ed::EdCurve},
    },
    jws::{ES256, EdDSA, JwsHeader, JwsSigner, PS256, RS256, serialize_compact},
};
use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{CALLBACK, CHALLENGE, authorization_parameters, authorize, bank},
    people::PASSWORD,
};

/// A client with a key of its own, and the server that knows it.
struct Signing {
    app: TestApp,
    key: Jwk,
}

impl Signing {
    async fn client(change: impl FnOnce(&mut Client)) -> Self {
        let app = TestApp::start().await;
        let key = Jwk::generate_ec_key(EcCurve::P256).unwrap();
        let mut client = bank();
        let public = Value::Object(key.to_public_key().unwrap().into());
        client.metadata.jwks = Some(json!({ "keys": [public] }));
        change(&mut client);
        app.register(client).await;
        app.add_ada().await;
        Self { app, key }
    }

    /// An object with everything that a request needs, and members changed or (when null) left out.
    fn object(&self, changes: Value) -> String {
        self.object_typed("oauth-authz-req+jwt", changes)
    }

    fn claims(&self, changes: Value) -> String {
        let mut claims = json!({
            "iss": "bank",
            "aud": self.app.issuer.as_str(),
            "client_id": "bank",
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "inside",
            "nonce": "n",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.to_string()
    }

    fn object_typed(&self, typ: &str, changes: Value) -> String {
        let mut header = JwsHeader::new();
        header.set_token_type(typ);
        let signer = ES256.signer_from_jwk(&self.key).unwrap();
        serialize_compact(self.claims(changes).as_bytes(), &header, &signer).unwrap()
    }
}

fn address(pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    format!("/authorize?{}", query.append_pair("client_id", "bank").extend_pairs(pairs).finish())
}

#[tokio::test]
async fn a_signed_request_needs_nothing_beside_it_but_the_client() {
    // RFC 9101 §5
    let signing = Signing::client(|_| {}).await;
    let object =
        signing.object(json!({ "claims": { "id_token": { "acr": { "essential": true } } }, "max_age": 9 }));
    let answer = signing.app.browser().sign_in(&address(&[("request", &object)]), "ada", PASSWORD).await;
    assert_eq!(answer.parameters()["state"], "inside");
    assert_eq!(signing.app.redeem(&answer.code(), &[]).await.status, 200);
}

#[tokio::test]
async fn what_stands_beside_a_signed_request_does_not_count_unless_it_is_one_of_openid_connect() {
    // RFC 9101 §5; OpenID Connect Core 1.0 §6.1: the object supersedes
    let signing = Signing::client(|_| {}).await;
    let object = signing.object(json!({ "acr_values": "urn:facestep:acr:face", "max_age": null }));
    let edited = address(&[("request", &object), ("acr_values", "urn:facestep:acr:pwd"), ("prompt", "none")]);
    let answer = signing.app.browser().sign_in(&edited, "ada", PASSWORD).await;
    assert!(answer.location().ends_with("/enrol"), "{}", answer.location());

    // What the object does not say is taken from beside it there: the answer is by `prompt=none`, with the object's state.
    let openid = authorize(&[("request", &object), ("prompt", "none")]);
    let answer = signing.app.browser().get(&openid).await;
    assert_eq!(answer.error().0, "login_required");
    assert_eq!(answer.parameters()["state"], "inside");
}

#[tokio::test]
async fn an_object_that_is_not_the_clients_for_us_and_of_now_is_refused_at_the_proven_address() {
    // RFC 9101 §6.2, §6.3, §10.8; OpenID Connect Core 1.0 §6.1
    let signing = Signing::client(|_| {}).await;
    let now = signing.app.now().as_second();
    let stranger = Signing { app: TestApp::start().await, key: Jwk::generate_ec_key(EcCurve::P256).unwrap() };
    let good = signing.object(json!({}));
    let payload = good.split('.').nth(1).unwrap();
    let unsigned = format!("{}.{payload}.", base64url(br#"{"alg":"none"}"#));
    let claims = |changes| signing.object(changes);
    let cases = [
        (unsigned, "request_signature"),
        ("no.jwt.here".into(), "request_signature"),
        ("a.b.c.d.e".into(), "request_signature"),
        (stranger.object(json!({ "aud": signing.app.issuer.as_str() })), "request_signature"),
        (signing.object_typed("at+jwt", json!({})), "request_typ"),
        (claims(json!({ "aud": "https://other.example" })), "request_audience"),
        (claims(json!({ "iss": "other" })), "request_client"),
        (claims(json!({ "client_id": "other" })), "request_client"),
        (claims(json!({ "sub": "bank" })), "request_client"),
        (claims(json!({ "exp": now })), "request_expired"),
        (claims(json!({ "nbf": now + 11 })), "request_expired"),
        (claims(json!({ "request": good })), "request_nested"),
        (claims(json!({ "request_uri": "https://a.example" })), "request_nested"),
        (claims(json!({ "state": false })), "request_parameter"),
    ];
    for (object, reason) in cases {
        let answer = signing.app.browser().get(&authorize(&[("request", &object)])).await;
        assert_eq!(answer.error(), ("invalid_request_object".into(), reason.into()));
        assert_eq!(answer.parameters()["state"], "st te+&", "{reason}");
        // Without a proven address beside it, nothing in the object is believed: a page.
        let bare = signing.app.browser().get(&address(&[("request", &object)])).await;
        assert_eq!(bare.status, 400, "{reason}");
        assert!(bare.body.contains("invalid_request_object") && bare.body.contains(reason), "{}", bare.body);
        let elsewhere = [("request", object.as_str()), ("redirect_uri", "https://evil.example/")];
        assert_eq!(signing.app.browser().get(&address(&elsewhere)).await.status, 400);
    }
}

#[tokio::test]
async fn a_verified_object_is_answered_at_its_own_address_only_if_that_is_registered() {
    // RFC 9101 §10.2, RFC 6749 §4.1.2.1
    let signing = Signing::client(|_| {}).await;
    let elsewhere = signing.object(json!({ "redirect_uri": "https://evil.example/" }));
    let answer = signing.app.browser().get(&authorize(&[("request", &elsewhere)])).await;
    assert_eq!(answer.status, 400);
    assert!(answer.headers.get("location").is_none());
    let wrong = signing.object(json!({ "scope": "profile" }));
    let answer = signing.app.browser().get(&address(&[("request", &wrong)])).await;
    assert_eq!(answer.error().0, "invalid_scope");
    assert_eq!(answer.parameters()["state"], "inside");
}

#[tokio::test]
async fn by_value_and_by_reference_at_once_or_twice_is_refused() {
    // RFC 9101 §5, RFC 6749 §3.1
    let signing = Signing::client(|_| {}).await;
    let object = signing.object(json!({}));
    let both = authorize(&[("request", &object), ("request_uri", "https://rp.example/r")]);
    let answer = signing.app.browser().get(&both).await;
    assert_eq!(answer.error(), ("invalid_request".into(), "request_and_request_uri".into()));
    let twice = format!("{}&request={object}", authorize(&[("request", &object)]));
    assert_eq!(signing.app.browser().get(&twice).await.error().1, "repeated_parameter");
    let differs = signing.object(json!({ "response_type": "id_token" }));
    let answer = signing.app.browser().get(&authorize(&[("request", &differs)])).await;
    assert_eq!(answer.error(), ("invalid_request".into(), "request_differs".into()));
}

#[tokio::test]
async fn a_client_may_be_held_to_signed_requests_and_to_one_algorithm() {
    // RFC 9101 §10.5; OpenID Connect Dynamic Client Registration 1.0 §2, request_object_signing_alg
    let signing = Signing::client(|client| client.metadata.require_signed_request_object = true).await;
    let answer = signing.app.browser().get(&authorize(&[])).await;
    assert_eq!(answer.error(), ("invalid_request".into(), "not_signed".into()));
    let object = signing.object(json!({}));
    let answer = signing.app.browser().get(&authorize(&[("request", &object), ("prompt", "none")])).await;
    assert!(answer.location().ends_with("/sign-in"), "what is not signed does not count");
    let pushed = signing.app.post("/par", &authorization_parameters(&[])).await;
    assert_eq!(pushed.json()["error"], "invalid_request");
    let pushed = signing.app.post("/par", &[("client_id", "bank"), ("request", &object)]).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let reference = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    let answer = signing.app.browser().get(&address(&[("request_uri", &reference)])).await;
    assert!(answer.location().ends_with("/sign-in"));

    let registered = facestep::domain::keys::SigningAlgorithm::PS256;
    let signing =
        Signing::client(|client| client.metadata.request_object_signing_alg = Some(registered)).await;
    let object = signing.object(json!({}));
    let answer = signing.app.browser().get(&authorize(&[("request", &object)])).await;
    assert_eq!(answer.error().1, "request_signature");
}

#[tokio::test]
async fn a_request_may_be_signed_by_each_algorithm_that_discovery_names() {
    // OpenID Connect Discovery 1.0 §3, request_object_signing_alg_values_supported; RFC 9101 §10.1: never `none`
    let app = TestApp::start().await;
    let metadata = Answer::of(app.program(Method::GET, "/.well-known/openid-configuration")).await.json();
    let named = metadata["request_object_signing_alg_values_supported"].as_array().unwrap();
    assert_eq!(named.len(), 4);
    let rsa = Jwk::generate_rsa_key(2048).unwrap();
    for algorithm in named {
        let (key, signer): (Jwk, Box<dyn JwsSigner>) = match algorithm.as_str().unwrap() {
            "RS256" => (rsa.clone(), Box::new(RS256.signer_from_jwk(&rsa).unwrap())),
            "PS256" => (rsa.clone(), Box::new(PS256.signer_from_jwk(&rsa).unwrap())),
            "ES256" => {
                let key = Jwk::generate_ec_key(EcCurve::P256).unwrap();
                (key.clone(), Box::new(ES256.signer_from_jwk(&key).unwrap()))
            }
            "EdDSA" => {
                let key = Jwk::generate_ed_key(EdCurve::Ed25519).unwrap();
                (key.clone(), Box::new(EdDSA.signer_from_jwk(&key).unwrap()))
            }
            other => panic!("{other}"),
        };
        let mut signing = Signing::client(|_| {}).await;
        signing.key = key;
        let public = Value::Object(signing.key.to_public_key().unwrap().into());
        let mut client = bank();
        client.metadata.jwks = Some(json!({ "keys": [public] }));
        signing.app.store.transact(move |db| db.save_client(&client)).await.unwrap();
        let object =
            serialize_compact(signing.claims(json!({})).as_bytes(), &JwsHeader::new(), signer.as_ref())
                .unwrap();
        let answer = signing.app.browser().get(&address(&[("request", &object)])).await;
        assert!(answer.location().ends_with("/sign-in"), "{algorithm}: {}", answer.location());
    }
}

/// Serves one document at every path, and counts how often.
struct Documents {
    address: String,
    document: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Documents {
    fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (document, asked) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicUsize::new(0)));
        let (served, counted) = (document.clone(), asked.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 4096];
                let _ = stream.read(&mut request);
                counted.fetch_add(1, Ordering::Relaxed);
                let body = served.lock().unwrap().clone();
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/jwt\r\nconnection: close\r\n";
                let _ = write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
            }
        });
        Self { address, document, asked }
    }

    fn hold(&self, document: String) {
        *self.document.lock().unwrap() = document;
    }
}

#[tokio::test]
async fn a_request_by_reference_is_fetched_from_a_registered_address_whatever_its_fragment() {
    // RFC 9101 §5.2, §6.1; OpenID Connect Core 1.0 §6.2; OpenID Connect Dynamic Client Registration 1.0 §2, request_uris
    let documents = Documents::start();
    let registered = format!("{}/r/1#edition-1", documents.address);
    let signing = Signing::client(|client| client.metadata.request_uris = vec![registered.clone()]).await;
    documents.hold(signing.object(json!({})));
    let browser = signing.app.browser();
    for fragment in ["#edition-1", "#edition-2", ""] {
        let asked = format!("{}/r/1{fragment}", documents.address);
        let answer = browser.get(&address(&[("request_uri", &asked)])).await;
        assert!(answer.location().ends_with("/sign-in"), "{fragment}");
    }
    assert_eq!(documents.asked.load(Ordering::Relaxed), 3);
    let other = format!("{}/r/2", documents.address);
    let answer = browser.get(&authorize(&[("request_uri", &other)])).await;
    assert_eq!(answer.error(), ("invalid_request_uri".into(), "request_uri_not_registered".into()));
    assert_eq!(browser.get(&address(&[("request_uri", &other)])).await.status, 400);
    assert_eq!(documents.asked.load(Ordering::Relaxed), 3);

    documents.hold("not a request".into());
    let answer = browser.get(&authorize(&[("request_uri", &registered)])).await;
    assert_eq!(answer.error(), ("invalid_request_object".into(), "request_signature".into()));
    documents.hold("x".repeat(40_000));
    let answer = browser.get(&authorize(&[("request_uri", &registered)])).await;
    assert_eq!(answer.error(), ("invalid_request_uri".into(), "request_uri_unreachable".into()));
}

#[tokio::test]
async fn a_document_whose_address_names_its_hash_is_fetched_once() {
    // OpenID Connect Core 1.0 §6.2: the fragment is the SHA-256 of what stands there
    let documents = Documents::start();
    let base = format!("{}/r", documents.address);
    let signing = Signing::client(|client| client.metadata.request_uris = vec![base.clone()]).await;
    let object = signing.object(json!({}));
    let hashed = format!("{base}#{}", base64url(&sha256(object.as_bytes())));
    documents.hold(object);
    for _ in 0..2 {
        let answer = signing.app.browser().get(&address(&[("request_uri", &hashed)])).await;
        assert!(answer.location().ends_with("/sign-in"));
    }
    assert_eq!(documents.asked.load(Ordering::Relaxed), 1);
}
