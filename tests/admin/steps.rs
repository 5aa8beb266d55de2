//! The steps of a person who enrols and shows their face.

use facestep::{
    domain::authn::document::House,
    flows::{
        admin::{AdminRoom, administrators::Administrators, officer::OfficerDesk},
        policy_book::PolicyBook,
    },
    web::pages::ConsentPage,
};
use serde_json::Value;
use std::sync::Arc;

use facestep::domain::{authn::ways::WayPolicy, workflow::document::DocumentKey};
use tokio::sync::Notify;

use crate::{
    desk::settings,
    support::{
        TestApp,
        browser::{Answer, TestBrowser},
        capture::{CapturePage, obedient},
        master_key,
        scripted::Scripted,
    },
};

/// The portrait whose face is Adam's.
pub const PORTRAIT: &[u8] = include_bytes!("../../src/identity/personas/fields.jpg");

/// The flows of the command line, over a server's own parts.
pub fn room(app: &TestApp) -> Arc<AdminRoom> {
    Arc::new(AdminRoom {
        issuer: app.issuer.clone(),
        store: app.store.clone(),
        clock: app.clock.clone(),
        entropy: app.entropy.clone(),
        passwords: app.passwords.clone(),
        vault: Arc::new(master_key().vault(app.entropy.clone())),
        analyzer: app.analyzer.clone(),
        document_key: DocumentKey::new([24; 32]),
        book: Arc::new(PolicyBook::new(House::default())),
        ways: WayPolicy::default(),
        sessions: settings().sessions,
        bell: Arc::new(Notify::new()),
    })
}

/// Those of administrators, and of officers.
pub fn installer(app: &TestApp) -> (Administrators, OfficerDesk) {
    let room = room(app);
    (Administrators::new(room.clone()), OfficerDesk::new(room))
}

/// The interaction that an address of ours names.
pub fn interaction(address: &str) -> String {
    address.split('/').nth(2).unwrap_or_else(|| panic!("no interaction in {address}")).to_owned()
}

/// Loads a page of an interaction and sends a form of it.
pub async fn step(
    browser: &TestBrowser,
    interaction: &str,
    page: &str,
    action: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let csrf = browser.get(&format!("/interaction/{interaction}/{page}")).await.csrf();
    let mut all = vec![("csrf_token", csrf.as_str())];
    all.extend_from_slice(fields);
    browser.post(&format!("/interaction/{interaction}/{action}"), &all).await
}

/// Agrees, and types a document's number.
pub async fn identify(browser: &TestBrowser, interaction: &str, number: &str) -> Answer {
    let agreed = [("decision", "agree"), ("text_version", ConsentPage::TEXT_VERSION)];
    let next = step(browser, interaction, "enrol", "consent", &agreed).await.location();
    assert_eq!(next, format!("/interaction/{interaction}/enrol"));
    step(browser, interaction, "enrol", "identity", &[("document_number", number)]).await
}

/// One capture at the page of a step, by someone who does as asked.
pub async fn look(app: &TestApp, browser: &TestBrowser, interaction: &str, page: &str, person: u8) -> Value {
    let answer = send_look(app, browser, interaction, page, person).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    answer.json()
}

/// The same, whatever it is answered.
pub async fn send_look(
    app: &TestApp,
    browser: &TestBrowser,
    interaction: &str,
    page: &str,
    person: u8,
) -> Answer {
    let address = step(browser, interaction, page, "begin", &[]).await.location();
    let mut capture = CapturePage::open(app, browser, &address).await;
    capture.perform(obedient, Scripted::of(person)).await;
    capture.upload().await
}

/// A form with a file, as a browser sends it (RFC 7578).
pub async fn upload(browser: &TestBrowser, path: &str, fields: &[(&str, &str)], portrait: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--b0undary\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    body.extend(
        b"--b0undary\r\nContent-Disposition: form-data; name=\"portrait\"; filename=\"p.jpg\"\r\n\
          Content-Type: image/jpeg\r\n\r\n",
    );
    body.extend(portrait);
    body.extend(b"\r\n--b0undary--\r\n");
    let request = browser.request(reqwest::Method::POST, path);
    Answer::of(request.header("content-type", "multipart/form-data; boundary=b0undary").body(body)).await
}
