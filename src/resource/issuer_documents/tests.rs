use std::{collections::BTreeMap, sync::Mutex as StdMutex};

use serde_json::json;

use super::*;
use crate::ports::{BoxFuture, outbound::Fetched};

const METADATA: &str = "https://id.example/.well-known/openid-configuration";
const JWKS: &str = "https://id.example/jwks.json";

/// An issuer whose documents a test writes, the time, and what was fetched.
#[derive(Default)]
struct World {
    documents: StdMutex<BTreeMap<String, Value>>,
    fetched: StdMutex<Vec<String>>,
    now: StdMutex<i64>,
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(*self.now.lock().unwrap()).unwrap()
    }
}

impl Outbound for World {
    fn fetch<'a>(&'a self, address: &'a Url, _: usize) -> BoxFuture<'a, Result<Fetched, OutboundFailure>> {
        self.fetched.lock().unwrap().push(address.path().to_owned());
        let found = self.documents.lock().unwrap().get(address.as_str()).cloned();
        let fetched = found.map(|body| Fetched {
            body: body.to_string().into_bytes(),
            media_type: String::new(),
            fresh_for: None,
        });
        Box::pin(async move { fetched.ok_or(OutboundFailure::Status(404)) })
    }

    fn post_form<'a>(
        &'a self,
        _: &'a Url,
        _: &'a [(&'a str, &'a str)],
    ) -> BoxFuture<'a, Result<(), OutboundFailure>> {
        Box::pin(async { Err(OutboundFailure::Status(404)) })
    }
}

impl World {
    fn put(&self, address: &str, document: Value) {
        self.documents.lock().unwrap().insert(address.into(), document);
    }

    fn publish(&self, keys: &[&str]) {
        let keys: Vec<_> = keys.iter().map(|name| json!({ "kid": name })).collect();
        self.put(METADATA, json!({ "issuer": "https://id.example", "jwks_uri": JWKS }));
        self.put(JWKS, json!({ "keys": keys }));
    }

    fn advance(&self, seconds: i64) {
        *self.now.lock().unwrap() += seconds;
    }

    /// How often the key set was fetched since this was last asked.
    fn fetched(&self) -> usize {
        let fetched = std::mem::take(&mut *self.fetched.lock().unwrap());
        fetched.iter().filter(|path| *path == "/jwks.json").count()
    }
}

fn documents() -> (Arc<World>, IssuerDocuments) {
    let world = Arc::new(World::default());
    let issuer = Issuer::parse("https://id.example").unwrap();
    (world.clone(), IssuerDocuments::new(issuer, world.clone(), world))
}

fn key(name: &str) -> KeyId {
    KeyId::parse(name).unwrap()
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_when_they_are_old() {
    // OpenID Connect Core 1.0 §10.1.1
    let (world, documents) = documents();
    world.publish(&["a"]);
    for _ in 0..3 {
        assert!(documents.with_key(Some(&key("a"))).await.unwrap().has(Some(&key("a"))));
    }
    assert_eq!(world.fetched(), 1);
    world.advance(FRESH.as_secs());
    documents.with_key(None).await.unwrap();
    assert_eq!(world.fetched(), 1);
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_and_no_more_often_than_the_pause_allows() {
    // OpenID Connect Core 1.0 §10.1.1
    let (world, documents) = documents();
    world.publish(&["a"]);
    documents.with_key(Some(&key("a"))).await.unwrap();
    assert_eq!(world.fetched(), 1);
    for _ in 0..100 {
        assert!(!documents.with_key(Some(&key("made-up"))).await.unwrap().has(Some(&key("made-up"))));
    }
    assert_eq!(world.fetched(), 0);
    world.publish(&["a", "b"]);
    world.advance(PAUSE.as_secs());
    assert!(documents.with_key(Some(&key("b"))).await.unwrap().has(Some(&key("b"))));
    assert_eq!(world.fetched(), 1);
}

#[tokio::test]
async fn while_the_issuer_is_away_what_is_known_stands_for_a_while() {
    // ARCHITECTURE.md, "Errors": a fault is no refusal
    let (world, documents) = documents();
    assert!(documents.with_key(None).await.is_err());
    world.publish(&["a"]);
    assert!(documents.with_key(None).await.is_err(), "it is not asked again at once");
    world.advance(RETRY_SECONDS.into());
    documents.with_key(None).await.unwrap();
    world.documents.lock().unwrap().clear();
    world.advance(LONGEST_KEPT.as_secs() - 1);
    assert!(documents.with_key(Some(&key("a"))).await.unwrap().has(Some(&key("a"))));
    assert!(documents.with_key(Some(&key("b"))).await.is_err(), "it may be a new one");
    world.advance(1);
    assert!(documents.with_key(Some(&key("a"))).await.is_err());
}

#[tokio::test]
async fn documents_that_speak_for_somebody_else_or_lead_off_https_are_not_believed() {
    // OpenID Connect Discovery 1.0 §4.3
    for metadata in [
        json!({ "issuer": "https://other.example", "jwks_uri": JWKS }),
        json!({ "issuer": "https://id.example" }),
        json!({ "issuer": "https://id.example", "jwks_uri": "http://id.example/jwks.json" }),
        json!({ "issuer": "https://id.example", "jwks_uri": "file:///jwks.json" }),
        json!([]),
    ] {
        let (world, documents) = documents();
        world.publish(&["a"]);
        world.put("http://id.example/jwks.json", json!({ "keys": [] }));
        world.put(METADATA, metadata.clone());
        assert!(matches!(documents.fetch(world.now()).await, Err(Fault::Damaged(_))), "{metadata}");
    }
}
