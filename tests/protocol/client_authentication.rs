//! How clients prove themselves by assertions of their own, at every endpoint that asks.

use std::sync::Arc;

use facestep::{
    domain::{
        id::KeyId,
        keys::{SigningAlgorithm, SigningKey},
        oidc::{
            assertion::JWT_BEARER,
            client::{Client, ClientAuthentication, metadata::GrantType},
        },
        secret::base64url,
    },
    jose::signer::JoseSigner,
    ports::{
        envelope::{SealedKind, Vault},
        tokens::{TokenSigner, TokenType},
    },
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{SECRET, confidential},
    master_key,
    time::SeededEntropy,
};

/// Long enough for a MAC (RFC 7518 §3.2).
const LONG_SECRET: &str = "a secret of at least thirty-two bytes";

/// A server with one client that proves itself so.
struct Desk {
    app: TestApp,
    signer: JoseSigner,
    key: SigningKey,
}

fn vault() -> Arc<dyn Vault> {
    Arc::new(master_key().vault(Arc::new(SeededEntropy::new(5))))
}

impl Desk {
    async fn open(method: ClientAuthentication, change: impl FnOnce(&mut Client)) -> Self {
        let app = TestApp::start().await;
        let signer = JoseSigner::new(vault());
        let key = key(&signer, "bank-key", SigningAlgorithm::ES256);
        let mut client = confidential(method);
        client.metadata.grant_types = vec![GrantType::ClientCredentials];
        client.metadata.jwks = Some(json!({ "keys": [public(&key)] }));
        client.sealed_secret =
            Some(vault().seal(SealedKind::ClientSecret, "bank", LONG_SECRET.as_bytes()).unwrap());
        change(&mut client);
        app.register(client).await;
        Self { app, signer, key }
    }

    /// The claims of an assertion that is good now.
    fn claims(&self, jti: &str) -> Map<String, Value> {
        let now = self.app.now().as_second();
        let claims = json!({
            "iss": "bank", "sub": "bank", "aud": self.app.issuer.address("/token"), "jti": jti,
            "iat": now, "nbf": now, "exp": now + 60,
        });
        claims.as_object().unwrap().clone()
    }

    fn signed(&self, claims: &Map<String, Value>) -> String {
        self.signer.sign(&self.key, TokenType::IdToken, claims).unwrap()
    }

    async fn ask(&self, jwt: &str) -> Answer {
        self.post("/token", jwt, &[("grant_type", "client_credentials")]).await
    }

    async fn post(&self, path: &str, jwt: &str, more: &[(&str, &str)]) -> Answer {
        let mut fields = vec![("client_assertion_type", JWT_BEARER), ("client_assertion", jwt)];
        fields.retain(|(name, _)| !more.iter().any(|(changed, _)| changed == name));
        fields.extend(more);
        self.app.post(path, &fields).await
    }
}

fn key(signer: &JoseSigner, name: &str, algorithm: SigningAlgorithm) -> SigningKey {
    signer.new_key(KeyId::parse(name).unwrap(), algorithm, jiff::Timestamp::UNIX_EPOCH).unwrap()
}

fn public(key: &SigningKey) -> Value {
    serde_json::from_str(&key.public_jwk).unwrap()
}

/// A JWT under a MAC of a secret.
fn keyed(secret: &str, claims: &Map<String, Value>) -> String {
    let part = |value: Value| base64url(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(json!({ "alg": "HS256" })), part(json!(claims)));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", base64url(&mac.finalize().into_bytes()))
}

/// That it is refused, and for which reason.
fn refused(answer: &Answer, reason: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (401, &"invalid_client".into()));
    let description = answer.json()["error_description"].as_str().unwrap().to_owned();
    assert!(description.starts_with(&format!("{reason}:")), "{reason}: {description}");
}

#[tokio::test]
async fn a_signed_assertion_proves_its_client_at_every_endpoint() {
    // RFC 7523 §2.2, OpenID Connect Core 1.0 §9
    let desk = Desk::open(ClientAuthentication::PrivateKeyJwt, |_| {}).await;
    let reply = desk.ask(&desk.signed(&desk.claims("1"))).await.json();
    let token = ("token", reply["access_token"].as_str().unwrap());
    let told = desk.post("/introspect", &desk.signed(&desk.claims("2")), &[token]).await;
    assert_eq!(told.json()["active"], true);
    let named = [token, ("client_id", "bank")];
    assert_eq!(desk.post("/revoke", &desk.signed(&desk.claims("3")), &named).await.status, 200);
}

#[tokio::test]
async fn an_assertion_under_the_secret_proves_its_client() {
    // OpenID Connect Core 1.0 §9, RFC 7523 §3
    let desk = Desk::open(ClientAuthentication::ClientSecretJwt, |_| {}).await;
    assert_eq!(desk.ask(&keyed(LONG_SECRET, &desk.claims("1"))).await.status, 200);
    refused(
        &desk.ask(&keyed("another secret of at least thirty-two bytes", &desk.claims("2"))).await,
        "invalid_client",
    );
    refused(&desk.ask(&keyed(LONG_SECRET, &desk.claims("1"))).await, "assertion_used");
}

#[tokio::test]
async fn the_audience_is_the_issuer_or_an_endpoint_of_ours_and_nothing_beside_it() {
    // RFC 7523 §3, item 3
    let desk = Desk::open(ClientAuthentication::PrivateKeyJwt, |_| {}).await;
    let issuer = desk.app.issuer.as_str();
    for (n, (audience, good)) in [
        (json!(issuer), true),
        (json!([issuer]), true),
        (json!(format!("{issuer}/token")), true),
        (json!(format!("{issuer}/introspect")), true),
        (json!(format!("{issuer}/authorize")), false),
        (json!([issuer, "https://other.example"]), false),
        (json!("https://other.example/token"), false),
    ]
    .into_iter()
    .enumerate()
    {
        let mut claims = desk.claims(&format!("a{n}"));
        claims.insert("aud".into(), audience.clone());
        let answer = desk.ask(&desk.signed(&claims)).await;
        assert_eq!(answer.status == 200, good, "{audience}");
        if !good {
            refused(&answer, "assertion_audience");
        }
    }
}

#[tokio::test]
async fn an_assertion_counts_once_and_only_in_its_time() {
    // RFC 7523 §3, items 4 to 7; §3.2
    let desk = Desk::open(ClientAuthentication::PrivateKeyJwt, |_| {}).await;
    let once = desk.signed(&desk.claims("1"));
    assert_eq!(desk.ask(&once).await.status, 200);
    refused(&desk.ask(&once).await, "assertion_used");
    let again = desk.signed(&desk.claims("1"));
    refused(&desk.ask(&again).await, "assertion_used");
    let now = desk.app.now().as_second();
    for (name, value, reason) in [
        ("exp", json!(now - 60), "assertion_expired"),
        ("exp", Value::Null, "assertion_expired"),
        ("exp", json!(now + 3661), "assertion_lifetime"),
        ("nbf", json!(now + 61), "assertion_not_yet"),
        ("jti", Value::Null, "assertion_jti"),
        ("iss", json!("other"), "assertion_subject"),
    ] {
        let mut claims = desk.claims("2");
        claims.insert(name.into(), value.clone());
        refused(&desk.ask(&desk.signed(&claims)).await, reason);
    }
    // Whatever was refused spent nothing.
    assert_eq!(desk.ask(&desk.signed(&desk.claims("2"))).await.status, 200);
}

#[tokio::test]
async fn of_many_uses_at_once_one_counts() {
    // RFC 7523 §3, item 7
    let desk = Desk::open(ClientAuthentication::PrivateKeyJwt, |_| {}).await;
    let once = desk.signed(&desk.claims("1"));
    let all = tokio::join!(desk.ask(&once), desk.ask(&once), desk.ask(&once), desk.ask(&once));
    let won = [all.0, all.1, all.2, all.3].iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn nothing_but_the_clients_own_key_and_its_registered_algorithm_will_do() {
    // RFC 7523 §3, item 9; RFC 8725 §3.1, §3.2
    let desk = Desk::open(ClientAuthentication::PrivateKeyJwt, |_| {}).await;
    let foreign = key(&desk.signer, "bank-key", SigningAlgorithm::ES256);
    let other = desk.signer.sign(&foreign, TokenType::IdToken, &desk.claims("1")).unwrap();
    refused(&desk.ask(&other).await, "invalid_client");
    let part = |value: Value| base64url(value.to_string().as_bytes());
    let unsigned = format!("{}.{}.", part(json!({ "alg": "none" })), part(json!(desk.claims("1"))));
    refused(&desk.ask(&unsigned).await, "invalid_client");
    // The public key as a MAC's secret.
    let confused = keyed(&public(&desk.key).to_string(), &desk.claims("1"));
    refused(&desk.ask(&confused).await, "invalid_client");
    let strict = Desk::open(ClientAuthentication::PrivateKeyJwt, |client| {
        client.metadata.token_endpoint_auth_signing_alg = Some(SigningAlgorithm::PS256);
    })
    .await;
    refused(&strict.ask(&strict.signed(&strict.claims("1"))).await, "invalid_client");
}

#[tokio::test]
async fn a_client_comes_by_its_registered_method_alone() {
    // OpenID Connect Core 1.0 §9
    for method in [ClientAuthentication::ClientSecretPost, ClientAuthentication::ClientSecretJwt] {
        let desk = Desk::open(method, |_| {}).await;
        refused(&desk.ask(&desk.signed(&desk.claims("1"))).await, "invalid_client");
    }
    let desk = Desk::open(ClientAuthentication::PrivateKeyJwt, |_| {}).await;
    refused(&desk.ask(&keyed(LONG_SECRET, &desk.claims("1"))).await, "invalid_client");
    let by_secret = [("grant_type", "client_credentials"), ("client_id", "bank"), ("client_secret", SECRET)];
    refused(&desk.app.post("/token", &by_secret).await, "invalid_client");
    let by_name = [("grant_type", "client_credentials"), ("client_id", "bank")];
    refused(&desk.app.post("/token", &by_name).await, "invalid_client");
}

#[tokio::test]
async fn an_assertion_comes_with_its_type_and_with_no_other_client_or_secret() {
    // RFC 7521 §4.2, RFC 7523 §2.2
    let desk = Desk::open(ClientAuthentication::PrivateKeyJwt, |_| {}).await;
    let jwt = desk.signed(&desk.claims("1"));
    let grant = ("grant_type", "client_credentials");
    let other_type =
        [grant, ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")];
    refused(&desk.post("/token", &jwt, &other_type).await, "client_assertion_type");
    for more in [("client_id", "other"), ("client_secret", SECRET)] {
        let answer = desk.post("/token", &jwt, &[grant, more]).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &"invalid_request".into()));
    }
    assert_eq!(desk.post("/token", &jwt, &[grant, ("client_id", "bank")]).await.status, 200);
}
