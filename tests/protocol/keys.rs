//! Signing keys: made at the first start, kept, and known to every node at once.

use reqwest::Method;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{bank, header},
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
