//! Signing keys: made at the first start, kept, known to every node at once, and each taken over from in its time without a
//! client that could not check a token.

use std::{collections::BTreeSet, sync::Arc};

use facestep::{
    app::Settings,
    domain::{
        change::{Author, Change},
        id::KeyId,
        keys::{Algorithms, KeyPolicy, SigningAlgorithm},
        oidc::client::Client,
        secret::{base64url, sha256},
    },
    flows::signing_keys::{SigningKeys, Withdrawal},
    jose::signer::JoseSigner,
    ports::tokens::TokenType,
};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{bank, claims, header},
    master_key,
    time::{SeededEntropy, TestClock},
};

const ES256: SigningAlgorithm = SigningAlgorithm::ES256;

/// A change that somebody at the machine makes.
fn by_hand() -> Change {
    Change::by(Author::Installer)
}

async fn key_set(app: &TestApp) -> Vec<Value> {
    let keys = Answer::of(app.program(Method::GET, "/jwks.json")).await.json();
    keys["keys"].as_array().unwrap().clone()
}

async fn key_ids(app: &TestApp) -> Vec<String> {
    key_set(app).await.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// The signing keys of a server, as another node of it has them.
fn node_of(app: &TestApp, policy: KeyPolicy, seed: u64) -> Arc<SigningKeys> {
    let entropy = Arc::new(SeededEntropy::new(seed));
    let signer = JoseSigner::new(Arc::new(master_key().vault(entropy.clone())));
    Arc::new(SigningKeys::new(
        app.store.clone(),
        app.clock.clone(),
        entropy,
        Arc::new(signer),
        app.issuer.clone(),
        policy,
    ))
}

/// Of the algorithms whose keys are made in no time.
fn quick() -> KeyPolicy {
    KeyPolicy { algorithms: only(&[ES256, SigningAlgorithm::EdDsa]), ..KeyPolicy::default() }
}

fn only(algorithms: &[SigningAlgorithm]) -> Algorithms {
    algorithms.iter().copied().collect()
}

fn kids(set: &Value) -> BTreeSet<String> {
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn signed(node: &SigningKeys, typ: TokenType) -> (String, String) {
    let claims = json!({"sub": "ada", "iss": "http://127.0.0.1", "exp": 1});
    let token = node.sign(ES256, typ, claims.as_object().unwrap()).await.unwrap();
    let kid = header(&Value::from(token.as_str()))["kid"].as_str().unwrap().to_owned();
    (token, kid)
}

#[tokio::test]
async fn two_nodes_on_one_database_publish_the_same_keys_and_trust_each_others_tokens() {
    // OpenID Connect Core 1.0 §10.1
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}/facestep.sqlite3", folder.path().display());
    let clock = Arc::new(TestClock::default());
    let settings = Settings::default();
    let issuer = Some("http://127.0.0.1:8080");
    // Both start at once, and one of them makes each key.
    let (one, two) = tokio::join!(
        TestApp::start_on(&database, settings, issuer, clock.clone(), 1),
        TestApp::start_on(&database, settings, issuer, clock.clone(), 2),
    );
    assert_eq!(key_ids(&one).await.len(), 4);
    assert_eq!(key_ids(&one).await, key_ids(&two).await);
    one.register(bank()).await;
    one.add_ada().await;
    let code = one.code_for(&one.browser(), &[]).await;
    let tokens = two.redeem(&code, &[]).await.json();
    assert!(key_ids(&one).await.contains(&header(&tokens["id_token"])["kid"].as_str().unwrap().to_owned()));
    let access = tokens["access_token"].as_str().unwrap();
    let told = Answer::of(one.program(Method::GET, "/userinfo").bearer_auth(access)).await;
    assert_eq!(told.status, 200, "{}", told.body);
}

#[tokio::test]
async fn over_a_rotation_no_client_that_keeps_the_set_as_told_lacks_the_key_of_a_token() {
    // OpenID Connect Core 1.0 §10.1.1
    let app = TestApp::start().await;
    let policy = KeyPolicy {
        rotate_every: Some(SignedDuration::from_hours(2)),
        publish_ahead: SignedDuration::ZERO,
        ..quick()
    };
    let node = node_of(&app, policy, 1);
    let (mut sets, mut all): (Vec<BTreeSet<String>>, _) = (Vec::new(), BTreeSet::new());
    for minute in 0..6 * 60 {
        if minute % 10 == 0 {
            node.ensure().await.unwrap();
        }
        sets.push(kids(&node.published().await.unwrap()));
        let (token, kid) = signed(&node, TokenType::AccessToken).await;
        let oldest = sets.len().saturating_sub(1 + policy.cached_for.as_mins() as usize);
        assert!(sets[oldest..].iter().all(|set| set.contains(&kid)), "minute {minute}");
        assert!(node.verify(TokenType::AccessToken, &token).await.unwrap().is_some());
        all.insert(kid);
        app.clock.advance(60);
    }
    assert!(all.len() >= 3, "{all:?}");
}

#[tokio::test]
async fn the_key_set_says_for_how_long_it_may_be_kept_as_the_schedule_reckons() {
    // RFC 9111 §5.2.2.1
    let signing_keys = KeyPolicy { cached_for: SignedDuration::from_secs(1234), ..KeyPolicy::default() };
    let app = TestApp::start_with(Settings { signing_keys, ..Settings::default() }, None).await;
    let answer = Answer::of(app.program(Method::GET, "/jwks.json")).await;
    assert_eq!(answer.header("cache-control"), "public, max-age=1234");
}

#[tokio::test]
async fn nodes_that_look_after_the_keys_at_once_make_one_of_each() {
    // One key is due, however many notice
    let app = TestApp::start().await;
    let policy = KeyPolicy { algorithms: only(&[ES256]), ..quick() };
    let nodes: Vec<_> = (1..=6).map(|seed| node_of(&app, policy, seed)).collect();
    app.clock.advance(90 * 86_400);
    let tasks: Vec<_> =
        nodes.iter().cloned().map(|node| tokio::spawn(async move { node.ensure().await })).collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let count = |keys: Vec<_>| keys.len();
    assert_eq!(count(app.store.read(|db| db.signing_keys()).await.unwrap()), 4 + 1);
    for node in &nodes {
        assert_eq!(kids(&node.published().await.unwrap()), kids(&nodes[0].published().await.unwrap()));
    }
}

#[tokio::test]
async fn a_rotation_that_is_asked_for_waits_for_caches_and_is_not_doubled() {
    // `facestep keys signing rotate`
    let app = TestApp::start().await;
    let node = node_of(&app, quick(), 1);
    let (_, before) = signed(&node, TokenType::IdToken).await;
    let soon = node.rotate(ES256, true, by_hand()).await.unwrap();
    assert_eq!(soon.signs_from, app.now() + SignedDuration::from_mins(10));
    assert!(!soon.was_waiting);
    let again = node.rotate(ES256, false, by_hand()).await.unwrap();
    assert_eq!((&again.id, again.signs_from, again.was_waiting), (&soon.id, soon.signs_from, true));
    assert!(kids(&node.published().await.unwrap()).contains(soon.id.as_str()));
    assert_eq!(signed(&node, TokenType::IdToken).await.1, before);
    app.clock.advance(600);
    assert_eq!(signed(&node, TokenType::IdToken).await.1, soon.id.as_str());
    let planned = node.rotate(ES256, false, by_hand()).await.unwrap();
    assert_eq!(planned.signs_from, app.now() + SignedDuration::from_hours(24));
}

#[tokio::test]
async fn a_key_that_left_the_set_verifies_hints_for_long_and_nothing_else_and_signs_no_more() {
    // OpenID Connect RP-Initiated Logout 1.0 §2: a hint may be old
    let app = TestApp::start_with(Settings::default(), Some("http://127.0.0.1")).await;
    let node = node_of(&app, quick(), 1);
    let (id_token, kid) = signed(&node, TokenType::IdToken).await;
    let (access_token, _) = signed(&node, TokenType::AccessToken).await;
    node.rotate(ES256, true, by_hand()).await.unwrap();
    let private_half = async || {
        let keys = app.store.read(|db| db.signing_keys()).await.unwrap();
        keys.into_iter().find(|key| key.id.as_str() == kid).map(|key| key.sealed_private_jwk.len())
    };
    // It signs for ten minutes, and what it signed lives for an hour, known to caches for five minutes and some.
    for (minutes, is_published) in [(79, true), (1, false)] {
        app.clock.advance(60 * minutes);
        node.ensure().await.unwrap();
        assert_eq!(kids(&node.published().await.unwrap()).contains(&kid), is_published);
        assert_eq!(node.verify(TokenType::AccessToken, &access_token).await.unwrap().is_some(), is_published);
        assert!(node.verify_hint(&id_token).await.unwrap().is_some());
        assert_eq!(private_half().await.unwrap() > 0, is_published);
    }
    app.clock.advance(399 * 86_400);
    node.ensure().await.unwrap();
    assert!(node.verify_hint(&id_token).await.unwrap().is_some());
    app.clock.advance(86_400);
    node.ensure().await.unwrap();
    assert!(node.verify_hint(&id_token).await.unwrap().is_none());
    assert_eq!(private_half().await, None);
}

#[tokio::test]
async fn a_key_that_is_retired_by_hand_verifies_nothing_and_another_signs_at_once() {
    // `facestep keys signing retire`
    let app = TestApp::start_with(Settings::default(), Some("http://127.0.0.1")).await;
    let (node, other) = (node_of(&app, quick(), 1), node_of(&app, quick(), 2));
    let (id_token, kid) = signed(&node, TokenType::IdToken).await;
    let id = KeyId::parse(&kid).unwrap();
    assert_eq!(node.withdraw(&KeyId::parse("none").unwrap(), by_hand()).await.unwrap(), Withdrawal::Unknown);
    let Withdrawal::Done(Some(next)) = node.withdraw(&id, by_hand()).await.unwrap() else {
        panic!("nothing signs")
    };
    assert_eq!(node.withdraw(&id, by_hand()).await.unwrap(), Withdrawal::Before);
    assert_eq!(signed(&node, TokenType::IdToken).await.1, next.as_str());
    let set = kids(&node.published().await.unwrap());
    assert!(set.contains(next.as_str()) && !set.contains(&kid), "{set:?}");
    assert!(node.verify_hint(&id_token).await.unwrap().is_none());
    // The other node has read nothing since; it meets the new key where a token names it.
    let (fresh, _) = signed(&node, TokenType::IdToken).await;
    assert!(other.verify_hint(&fresh).await.unwrap().is_some());
    assert!(other.verify_hint(&id_token).await.unwrap().is_none());
}

#[tokio::test]
async fn a_certificate_stands_beside_the_keys_that_are_to_have_one_and_stays_the_same() {
    // RFC 7517 §4.7, §4.9
    let signing_keys = KeyPolicy { certified: only(&[SigningAlgorithm::RS256]), ..KeyPolicy::default() };
    let app = TestApp::start_with(Settings { signing_keys, ..Settings::default() }, None).await;
    let set = key_set(&app).await;
    for key in &set {
        assert_eq!(key.get("x5c").is_some(), key["alg"] == "RS256", "{key}");
        assert_eq!(key.get("x5t#S256").is_some(), key["alg"] == "RS256", "{key}");
    }
    let key = set.iter().find(|key| key["alg"] == "RS256").unwrap();
    let [certificate] = key["x5c"].as_array().unwrap().as_slice() else { panic!("{key}") };
    let der = openssl::base64::decode_block(certificate.as_str().unwrap()).unwrap();
    assert_eq!(key["x5t#S256"], base64url(&sha256(&der)));
    let public = openssl::x509::X509::from_der(&der).unwrap().public_key().unwrap().rsa().unwrap();
    assert_eq!(key["n"], base64url(&public.n().to_vec()));
    let node = node_of(&app, signing_keys, 1);
    node.ensure().await.unwrap();
    assert_eq!(node.published().await.unwrap()["keys"], Value::from(set));
}

#[tokio::test]
async fn only_an_id_token_of_ours_is_a_hint_and_its_age_does_not_matter() {
    // OpenID Connect Core 1.0 §3.1.2.1; OpenID Connect RP-Initiated Logout 1.0 §2
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    let code = app.code_for(&app.browser(), &[]).await;
    let tokens = app.redeem(&code, &[]).await.json();
    let [id_token, access_token] = ["id_token", "access_token"].map(|name| tokens[name].as_str().unwrap());
    let node = node_of(&app, KeyPolicy::default(), 1);
    app.clock.advance(86_400);
    let told = node.verify_hint(id_token).await.unwrap().unwrap();
    assert_eq!(told, claims(&tokens["id_token"]));
    assert!(node.verify_hint(access_token).await.unwrap().is_none());
    let (head, signature) = id_token.rsplit_once('.').unwrap();
    let turned: String = signature.chars().rev().collect();
    for wrong in [&format!("{head}.{turned}"), &format!("{head}."), "x", "", "..", "a.b.c"] {
        assert!(node.verify_hint(wrong).await.unwrap().is_none(), "{wrong}");
    }
}

#[tokio::test]
async fn a_signed_user_info_answer_is_no_hint() {
    // OpenID Connect Core 1.0 §5.3.2: it has our issuer and the same `typ`, but is no ID token
    let app = TestApp::start().await;
    let node = node_of(&app, quick(), 1);
    let claims = json!({"iss": app.issuer.as_str(), "sub": "ada", "aud": "bank"});
    let answer = node.sign(ES256, TokenType::UserInfo, claims.as_object().unwrap()).await.unwrap();
    assert!(node.verify_hint(&answer).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_not_signed_with_is_not_promised() {
    // OpenID Connect Discovery 1.0 §3
    let signing_keys = KeyPolicy { algorithms: only(&[SigningAlgorithm::RS256]), ..KeyPolicy::default() };
    let app = TestApp::start_with(Settings { signing_keys, ..Settings::default() }, None).await;
    let told = Answer::of(app.program(Method::GET, "/.well-known/openid-configuration")).await.json();
    assert_eq!(told["id_token_signing_alg_values_supported"], json!(["RS256"]));
    app.register(Client { id_token_algorithm: SigningAlgorithm::RS256, ..bank() }).await;
    app.add_ada().await;
    let code = app.code_for(&app.browser(), &[]).await;
    let tokens = app.redeem(&code, &[]).await.json();
    for token in ["id_token", "access_token"] {
        assert_eq!(header(&tokens[token])["alg"], "RS256", "{token}");
    }
}
