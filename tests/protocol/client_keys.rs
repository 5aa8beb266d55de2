//! The keys of clients: found where they registered them, fetched no oftener than need be.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use facestep::{
    domain::{
        id::KeyId,
        keys::{SigningAlgorithm, SigningKey},
        oidc::client::{Client, metadata::ClientMetadata},
    },
    flows::{
        Unserved,
        client_jwts::{ClientJwtRefusal, ClientJwts},
    },
    jose::{client_jwts::JoseClientJwts, signer::JoseSigner, vault::AesVault},
    ports::{
        BoxFuture,
        clock::Clock,
        envelope::{SealedKind, Vault},
        outbound::{Fetched, Outbound, OutboundFailure},
        tokens::{TokenSigner, TokenType},
    },
};
use serde_json::{Map, Value, json};
use url::Url;

use crate::support::{
    clients::bank,
    master_key,
    time::{SeededEntropy, TestClock},
};

/// An address that answers what a test says, and counts how often it was asked.
#[derive(Default)]
struct Addresses {
    body: Mutex<Option<Value>>,
    fresh_for: Mutex<Option<u32>>,
    asked: AtomicUsize,
}

impl Outbound for Addresses {
    fn fetch<'a>(&'a self, _: &'a Url, _: usize) -> BoxFuture<'a, Result<Fetched, OutboundFailure>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let body = self.body.lock().unwrap().clone().map(|body| body.to_string().into_bytes());
        let fresh_for = *self.fresh_for.lock().unwrap();
        let media_type = String::new();
        let answer = body.map(|body| Fetched { body, media_type, fresh_for });
        Box::pin(async { answer.ok_or(OutboundFailure::Status(503)) })
    }

    fn post_form<'a>(
        &'a self,
        _: &'a Url,
        _: &'a [(&'a str, &'a str)],
    ) -> BoxFuture<'a, Result<(), OutboundFailure>> {
        Box::pin(async { Err(OutboundFailure::Status(503)) })
    }
}

struct Desk {
    jwts: ClientJwts,
    addresses: Arc<Addresses>,
    clock: Arc<TestClock>,
    vault: Arc<AesVault>,
    signer: JoseSigner,
}

impl Desk {
    fn new() -> Self {
        let vault = Arc::new(master_key().vault(Arc::new(SeededEntropy::new(3))));
        let (addresses, clock) = (Arc::new(Addresses::default()), Arc::new(TestClock::default()));
        let jwts = ClientJwts::new(Arc::new(JoseClientJwts), vault.clone(), addresses.clone(), clock.clone());
        Self { jwts, addresses, clock, signer: JoseSigner::new(vault.clone()), vault }
    }

    fn key(&self, name: &str) -> SigningKey {
        let id = KeyId::parse(name).unwrap();
        self.signer.new_key(id, SigningAlgorithm::ES256, self.clock.now()).unwrap()
    }

    fn publish(&self, keys: &[&SigningKey]) {
        *self.addresses.body.lock().unwrap() = Some(set_of(keys));
    }

    fn token(&self, key: &SigningKey) -> String {
        let claims: Map<String, Value> = serde_json::from_value(json!({"iss": "bank"})).unwrap();
        self.signer.sign(key, TokenType::IdToken, &claims).unwrap()
    }

    async fn verify(&self, client: &Client, token: &str) -> Result<(), ClientJwtRefusal> {
        self.jwts.verify_signed(client, &SigningAlgorithm::ALL, token).await.map(drop)
    }

    fn asked(&self) -> usize {
        self.addresses.asked.swap(0, Ordering::Relaxed)
    }
}

fn set_of(keys: &[&SigningKey]) -> Value {
    let keys: Vec<Value> = keys.iter().map(|key| serde_json::from_str(&key.public_jwk).unwrap()).collect();
    json!({ "keys": keys })
}

fn with(metadata: ClientMetadata) -> Client {
    Client { metadata, ..bank() }
}

fn at_its_address() -> Client {
    let jwks_uri = Some("https://bank.example/jwks".into());
    with(ClientMetadata { jwks_uri, ..ClientMetadata::default() })
}

#[tokio::test]
async fn registered_keys_verify_without_asking_anybody() {
    // OpenID Connect Dynamic Client Registration 1.0 §2, jwks
    let desk = Desk::new();
    let (own, other) = (desk.key("own"), desk.key("other"));
    let client = with(ClientMetadata { jwks: Some(set_of(&[&own])), ..ClientMetadata::default() });
    assert_eq!(desk.verify(&client, &desk.token(&own)).await, Ok(()));
    assert_eq!(desk.verify(&client, &desk.token(&other)).await, Err(ClientJwtRefusal::NotVerified));
    assert_eq!(desk.verify(&bank(), &desk.token(&own)).await, Err(ClientJwtRefusal::NoKey));
    assert_eq!(desk.asked(), 0);
}

#[tokio::test]
async fn a_key_that_a_client_just_put_in_use_counts_at_once() {
    // OpenID Connect Core 1.0 §10.1.1
    let desk = Desk::new();
    let (first, second, third) = (desk.key("1"), desk.key("2"), desk.key("3"));
    desk.publish(&[&first]);
    let client = at_its_address();
    assert_eq!(desk.verify(&client, &desk.token(&first)).await, Ok(()));
    assert_eq!(desk.verify(&client, &desk.token(&first)).await, Ok(()));
    assert_eq!(desk.asked(), 1);
    for next in [&second, &third] {
        desk.publish(&[next]);
        assert_eq!(desk.verify(&client, &desk.token(next)).await, Ok(()));
        assert_eq!(desk.asked(), 1);
    }
    assert_eq!(desk.verify(&client, &desk.token(&first)).await, Err(ClientJwtRefusal::NotVerified));
}

#[tokio::test]
async fn rubbish_in_a_clients_name_does_not_make_us_ask_it_without_end() {
    // RFC 8725 §3.10: an address in somebody's hands is asked with care
    let desk = Desk::new();
    let (own, other) = (desk.key("own"), desk.key("other"));
    desk.publish(&[&own]);
    *desk.addresses.fresh_for.lock().unwrap() = Some(86_400);
    let client = at_its_address();
    for _ in 0..50 {
        assert_eq!(desk.verify(&client, &desk.token(&other)).await, Err(ClientJwtRefusal::NotVerified));
        assert_eq!(desk.verify(&client, &desk.token(&own)).await, Ok(()));
    }
    assert_eq!(desk.asked(), 4);
    for _ in 0..120 {
        desk.clock.advance(5);
        assert_eq!(desk.verify(&client, &desk.token(&other)).await, Err(ClientJwtRefusal::NotVerified));
    }
    assert_eq!(desk.asked(), 20);
}

#[tokio::test]
async fn a_key_set_is_fresh_for_a_minute_at_least_and_a_day_at_most() {
    // RFC 9111 §4.2; the bounds are ours
    for (told, fresh) in [(Some(0), 60), (Some(600), 600), (None, 3_600), (Some(u32::MAX), 86_400)] {
        let desk = Desk::new();
        let own = desk.key("own");
        desk.publish(&[&own]);
        *desk.addresses.fresh_for.lock().unwrap() = told;
        let (client, token) = (at_its_address(), desk.token(&own));
        assert_eq!(desk.verify(&client, &token).await, Ok(()));
        desk.clock.advance(fresh - 1);
        assert_eq!(desk.verify(&client, &token).await, Ok(()));
        assert_eq!(desk.asked(), 1, "{told:?}");
        desk.clock.advance(1);
        desk.publish(&[]);
        assert_eq!(desk.verify(&client, &token).await, Err(ClientJwtRefusal::NotVerified), "{told:?}");
    }
}

#[tokio::test]
async fn known_keys_outlast_a_server_that_is_down_for_less_than_a_day() {
    // RFC 9111 §4.2.4
    let desk = Desk::new();
    let own = desk.key("own");
    desk.publish(&[&own]);
    let (client, token) = (at_its_address(), desk.token(&own));
    assert_eq!(desk.verify(&client, &token).await, Ok(()));
    *desk.addresses.body.lock().unwrap() = None;
    desk.clock.advance(86_399);
    assert_eq!(desk.verify(&client, &token).await, Ok(()));
    desk.clock.advance(60);
    let refused = Err(ClientJwtRefusal::NotFetched(OutboundFailure::Status(503)));
    assert_eq!(desk.verify(&client, &token).await, refused);
    *desk.addresses.body.lock().unwrap() = Some(json!(["no set"]));
    desk.clock.advance(60);
    assert_eq!(desk.verify(&client, &token).await, Err(ClientJwtRefusal::NoKeySet));
    desk.publish(&[&own]);
    assert_eq!(desk.verify(&client, &token).await, Ok(()));
}

#[tokio::test]
async fn many_who_come_at_once_ask_once() {
    // One answer serves all who wait for it
    let desk = Desk::new();
    let own = desk.key("own");
    desk.publish(&[&own]);
    let (client, token) = (at_its_address(), desk.token(&own));
    let [a, b, c] = [(); 3].map(|()| desk.verify(&client, &token));
    assert_eq!(tokio::join!(a, b, c), (Ok(()), Ok(()), Ok(())));
    assert_eq!(desk.asked(), 1);
}

#[test]
fn a_secret_is_unsealed_for_its_own_client_alone() {
    // OpenID Connect Core 1.0 §9, client_secret_jwt
    use hmac::{Hmac, KeyInit, Mac};
    let desk = Desk::new();
    let secret = b"a client's secret of some 32 bytes or more";
    let text = |value: Value| facestep::domain::secret::base64url(value.to_string().as_bytes());
    let signed = format!("{}.{}", text(json!({"alg": "HS256"})), text(json!({"iss": "bank"})));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap();
    mac.update(signed.as_bytes());
    let token = format!("{signed}.{}", facestep::domain::secret::base64url(&mac.finalize().into_bytes()));
    let sealed_for = |owner: &str| Some(desk.vault.seal(SealedKind::ClientSecret, owner, secret).unwrap());
    let client = |sealed_secret| Client { sealed_secret, ..bank() };
    let verified = desk.jwts.verify_keyed(&client(sealed_for("bank")), &token).unwrap();
    assert_eq!(verified.claims["iss"], "bank");
    let no_key = desk.jwts.verify_keyed(&client(None), &token);
    assert!(matches!(no_key, Err(Unserved::Refused(ClientJwtRefusal::NoKey))));
    let moved = desk.jwts.verify_keyed(&client(sealed_for("shop")), &token);
    assert!(matches!(moved, Err(Unserved::Fault(_))));
    let other = desk.jwts.verify_keyed(&client(sealed_for("bank")), &format!("{token}A"));
    assert!(matches!(other, Err(Unserved::Refused(ClientJwtRefusal::NotVerified))));
}
