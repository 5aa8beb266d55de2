//! Interactions: one browser each, one answer each.

use reqwest::Method;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{authorize, bank},
    people::PASSWORD,
};

async fn with_ada() -> TestApp {
    let app = TestApp::start().await;
    app.register(bank()).await;
    app.add_ada().await;
    app
}

#[tokio::test]
async fn another_browser_is_shown_what_to_do_and_nothing_else() {
    // RFC 9700 §4.7: the interaction is bound to the user agent
    let app = with_ada().await;
    let page = app.browser().get(&authorize(&[])).await.location();
    for visitor in [app.browser(), {
        let used = app.browser();
        used.get(&authorize(&[])).await;
        used
    }] {
        let answer = visitor.get(&page).await;
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains("other_browser"), "{}", answer.body);
        let answer = visitor.post(&page, &[("username", "ada"), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 403);
    }
}

#[tokio::test]
async fn an_interaction_answers_its_client_once() {
    // RFC 6749 §4.1.2: one code for one authorization
    let app = with_ada().await;
    let browser = app.browser();
    let page = browser.get(&authorize(&[])).await.location();
    browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await.code();
    let again = browser.get(&page.replace("sign-in", "resume")).await;
    assert_eq!(again.status, 410);
    assert!(again.body.contains("interaction_over"), "{}", again.body);
}

#[tokio::test]
async fn two_tabs_that_resume_at_once_get_one_code() {
    // RFC 6749 §4.1.2
    let app = with_ada().await;
    let browser = app.browser();
    app.code_for(&browser, &[]).await;
    let resume =
        app.post("/authorize", &crate::support::clients::authorization_parameters(&[])).await.location();
    let tabs =
        tokio::join!(browser.get(&resume), browser.get(&resume), browser.get(&resume), browser.get(&resume),);
    let tabs = [tabs.0, tabs.1, tabs.2, tabs.3];
    assert_eq!(tabs.iter().filter(|tab| tab.status == 303).count(), 1);
    assert!(tabs.iter().all(|tab| tab.status == 303 || tab.status == 410));
}

#[tokio::test]
async fn an_interaction_lapses() {
    // ARCHITECTURE.md, "Words"
    let app = with_ada().await;
    let browser = app.browser();
    let page = browser.get(&authorize(&[])).await.location();
    app.clock.advance(30 * 60);
    assert_eq!(browser.get(&page).await.status, 410);
}

#[tokio::test]
async fn an_unknown_interaction_is_not_found_and_a_program_gets_json() {
    // RFC 9110 §15.5.5
    let app = with_ada().await;
    let browser = app.browser();
    browser.get(&authorize(&[])).await;
    assert_eq!(browser.get("/interaction/none/sign-in").await.status, 404);
    assert_eq!(browser.get("/interaction/%00%2f/sign-in").await.status, 404);
    let answer = Answer::of(app.program(Method::GET, "/nowhere")).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (404, &"not_found".into()));
    assert!(browser.get("/nowhere").await.body.contains("<h1"));
}
