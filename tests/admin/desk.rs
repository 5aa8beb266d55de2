//! Administrators and their browsers.

use std::sync::Arc;

use facestep::{
    app::Settings,
    domain::{
        admin::role::{Administrator, Role},
        audit::AuditEvent,
        change::Author,
        user::User,
    },
    flows::ceremony::AnswerBeat,
};
use jiff::SignedDuration;
use serde_json::Value;

use crate::support::{
    TestApp,
    browser::{Answer, TestBrowser},
    people::PASSWORD,
};

/// A server whose sessions outlast the waits of a test, and whose answers come at once.
pub fn settings() -> Settings {
    let mut settings = Settings { interaction: SignedDuration::from_hours(10), ..Settings::default() };
    settings.sessions.idle = SignedDuration::from_hours(10);
    settings.face.answers = AnswerBeat::every(std::time::Duration::ZERO);
    settings
}

/// A server, and one owner at their desk.
pub struct Desk {
    pub app: TestApp,
    pub browser: TestBrowser,
    pub owner: User,
}

impl Desk {
    /// Somebody owns the provider, and has just shown their face.
    pub async fn set() -> Self {
        Self::set_on("sqlite::memory:").await
    }

    /// The same on a database.
    pub async fn set_on(database: &str) -> Self {
        let app = TestApp::start_on(database, settings(), None, Arc::default(), 7).await;
        let owner = app.add_user("olivia", None).await;
        let browser = app.browser();
        let desk = Self { app, browser, owner };
        desk.grant(&desk.owner, Role::Owner).await;
        desk.enter(&desk.browser, "olivia").await;
        desk
    }

    /// Gives an account a role.
    pub async fn grant(&self, user: &User, role: Role) {
        let administrator = Administrator {
            user: user.id.clone(),
            role,
            granted_by: Author::Installer,
            granted_at: self.app.now(),
        };
        self.app.store.transact(move |db| db.put_administrator(&administrator)).await.unwrap();
    }

    /// Signs someone in and has them show their face.
    pub async fn enter(&self, browser: &TestBrowser, name: &str) {
        let form = browser.get("/account/sign-in").await;
        let csrf = form.csrf();
        let fields = [("csrf_token", csrf.as_str()), ("username", name), ("password", PASSWORD)];
        assert_eq!(browser.post("/account/sign-in", &fields).await.location(), "/account");
        self.app.prove_face(browser.session_hash().unwrap()).await;
    }

    /// Another administrator at a desk of their own.
    pub async fn colleague(&self, name: &str, role: Role) -> (User, TestBrowser) {
        let user = self.app.add_user(name, None).await;
        self.grant(&user, role).await;
        let browser = self.app.browser();
        self.enter(&browser, name).await;
        (user, browser)
    }

    /// Loads a page of the console as the owner.
    pub async fn see(&self, path: &str) -> Answer {
        let page = self.browser.get(path).await;
        assert_eq!(page.status.as_u16(), 200, "{path}: {}", page.body);
        page
    }

    /// Loads a page as the owner and sends a form of it elsewhere.
    pub async fn act(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        act(&self.browser, page, action, fields).await
    }

    /// The events of a kind, in the order of writing.
    pub async fn events(&self, kind: &str) -> Vec<AuditEvent> {
        let events = self.app.store.read(|db| db.unsealed_events(1_000)).await.unwrap();
        let parse = |(_, text): (String, String)| serde_json::from_str::<AuditEvent>(&text).unwrap();
        events.into_iter().map(parse).filter(|event| event.kind.name() == kind).collect()
    }

    /// The details of the last event of a kind.
    pub async fn last(&self, kind: &str) -> Value {
        let last = self.events(kind).await.pop();
        Value::Object(last.unwrap_or_else(|| panic!("no {kind}")).details)
    }
}

/// Loads a page and sends a form of it elsewhere.
pub async fn act(browser: &TestBrowser, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.get(page).await.csrf();
    let mut all = vec![("csrf_token", csrf.as_str())];
    all.extend_from_slice(fields);
    browser.post(action, &all).await
}
