//! The authorization endpoint: what is answered where.

use crate::support::{
    TestApp,
    clients::{authorize, bank},
};

#[tokio::test]
async fn an_unknown_client_gets_a_page_and_never_a_redirect() {
    // RFC 6749 §4.1.2.1
    let app = TestApp::start().await;
    let answer = app.browser().get(&authorize(&[])).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("<h1"), "{}", answer.body);
    app.register(bank()).await;
    assert!(app.browser().get(&authorize(&[])).await.location().ends_with("/sign-in"));
}
