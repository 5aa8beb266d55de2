//! Signing keys: made at the first start, kept, and known to every node at once.

use facestep::{
    app::Settings,
    domain::{
        keys::{KeyPolicy, SigningAlgorithm},
        oidc::client::Client,
    },
    flows::signing_keys::SigningKeys,
    jose::signer::JoseSigner,
};
use reqwest::Method;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{authorize, bank, claims, header},
    master_key,
    time::TestClock,
};

async fn key_ids(app: &TestApp) -> Vec<String> {
    let keys = Answer::of(app.program(Method::GET, "/jwks.json")).await.json();
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn two_nodes_on_one_database_publish_the_same_keys_and_trust_each_others_tokens() {
    // OpenID Connect Core 1.0 §10.1
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}/facestep.sqlite3", folder.path().display());
    let clock = std::sync::Arc::new(TestClock::default());
    let settings = facestep::app::Settings::default();
    let issuer = Some("http://127.0.0.1:8080");
    // Both start at once; whichever keys come of it, both nodes must publish all of them.
    let (one, two) = tokio::join!(
        TestApp::start_on(&database, settings, issuer, clock.clone(), 1),
        TestApp::start_on(&database, settings, issuer, clock.clone(), 2),
    );
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

/// The signing keys of a server, as another node of it has them.
fn keys_of(app: &TestApp) -> SigningKeys {
    let signer = JoseSigner::new(std::sync::Arc::new(master_key().vault(app.entropy.clone())));
    SigningKeys::new(
        app.store.clone(),
        app.clock.clone(),
        app.entropy.clone(),
        std::sync::Arc::new(signer),
        app.issuer.clone(),
        KeyPolicy::default(),
    )
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
    let keys = keys_of(&app);
    app.clock.advance(86_400);
    let told = keys.verify_hint(id_token).await.unwrap().unwrap();
    assert_eq!(told, claims(&tokens["id_token"]));
    assert!(keys.verify_hint(access_token).await.unwrap().is_none());
    let mut forged = id_token.to_owned();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'Q' } else { 'A' });
    let (head, _) = id_token.rsplit_once('.').unwrap();
    for wrong in [forged.as_str(), &format!("{head}."), "x", "", "..", "a.b.c"] {
        assert!(keys.verify_hint(wrong).await.unwrap().is_none(), "{wrong}");
    }
}

#[tokio::test]
async fn what_is_not_signed_with_is_not_promised() {
    // OpenID Connect Discovery 1.0 §3
    let algorithms = [SigningAlgorithm::RS256].into_iter().collect();
    let settings = Settings { signing_keys: KeyPolicy { algorithms }, ..Settings::default() };
    let app = TestApp::start_with(settings, None).await;
    let told = Answer::of(app.program(Method::GET, "/.well-known/openid-configuration")).await.json();
    assert_eq!(told["id_token_signing_alg_values_supported"], serde_json::json!(["RS256"]));
    app.register(Client { id_token_algorithm: SigningAlgorithm::RS256, ..bank() }).await;
    app.add_ada().await;
    let code = app.browser().sign_in(&authorize(&[]), "ada", crate::support::people::PASSWORD).await.code();
    let tokens = app.redeem(&code, &[]).await.json();
    for token in ["id_token", "access_token"] {
        assert_eq!(header(&tokens[token])["alg"], "RS256", "{token}");
    }
}
