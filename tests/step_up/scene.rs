//! A person at the bank, and the steps that they take.

use std::{sync::Arc, time::Duration};

use facestep::{
    app::Settings,
    domain::{audit::AuditEvent, user::User},
    flows::ceremony::AnswerBeat,
    identity::personas::BUILT_IN,
    ports::store::Db,
    web::pages::ConsentPage,
};
use jiff::SignedDuration;
use serde_json::Value;

use crate::support::{
    TestApp,
    browser::{Answer, TestBrowser},
    capture::{CapturePage, obedient},
    clients::{authorize, bank},
    people::PASSWORD,
    scripted::{ADAM, Scripted},
    time::TestClock,
};

/// A wish for the face context.
pub const WISH: (&str, &str) = ("acr_values", "urn:facestep:acr:face");
/// A condition of it.
pub const CONDITION: (&str, &str) =
    ("claims", r#"{"id_token":{"acr":{"essential":true,"values":["urn:facestep:acr:face"]}}}"#);

/// A server with the bank and the built-in people's accounts, and Adam's browser.
pub struct Scene {
    pub app: TestApp,
    pub browser: TestBrowser,
    pub adam: User,
}

impl Scene {
    pub async fn set() -> Self {
        Self::set_with(settings()).await
    }

    pub async fn set_with(settings: Settings) -> Self {
        Self::set_on("sqlite::memory:", settings, Arc::new(TestClock::default())).await
    }

    pub async fn set_on(database: &str, settings: Settings, clock: Arc<TestClock>) -> Self {
        let app = TestApp::start_on(database, settings, None, clock, 7).await;
        app.register(bank()).await;
        let mut adam = None;
        for built_in in BUILT_IN {
            let Some(name) = built_in.username else { continue };
            let user = app.add_user(name, Some(built_in.attributes())).await;
            adam = adam.or(Some(user));
        }
        let browser = app.browser();
        Self { app, browser, adam: adam.unwrap() }
    }

    /// A scene in which Adam is enrolled and his session has a password and nothing else.
    pub async fn enrolled() -> Self {
        Self::enrolled_with(settings()).await
    }

    pub async fn enrolled_with(settings: Settings) -> Self {
        let scene = Self::set_with(settings).await;
        let interaction = scene.begin(&[WISH]).await;
        scene.enrol(&interaction, ADAM).await;
        scene
    }

    /// Signs Adam in for a request; the name of the interaction.
    pub async fn begin(&self, request: &[(&str, &str)]) -> String {
        self.begin_as(&self.browser, "adam", request).await
    }

    /// Signs someone in, in some browser.
    pub async fn begin_as(&self, browser: &TestBrowser, name: &str, request: &[(&str, &str)]) -> String {
        let address = authorize(request);
        let mut at = browser.get(&address).await.location();
        if at.ends_with("/sign-in") {
            at = browser.submit(&at, &[("username", name), ("password", PASSWORD)]).await.location();
        }
        named_interaction(&at)
    }

    /// Loads the page of the step that the interaction is at, and sends a form of it.
    pub async fn act(&self, interaction: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        act(&self.browser, interaction, "enrol", action, fields).await
    }

    /// Agrees, and shows a document.
    pub async fn identify(&self, interaction: &str, document: &str) -> Answer {
        self.agree(interaction).await;
        self.act(interaction, "identity", &[("document_number", document)]).await
    }

    /// Agrees to the text in force.
    pub async fn agree(&self, interaction: &str) {
        let fields = [("decision", "agree"), ("text_version", ConsentPage::TEXT_VERSION)];
        let next = self.act(interaction, "consent", &fields).await.location();
        assert_eq!(next, format!("/interaction/{interaction}/enrol"));
    }

    /// Opens the capture page of the step that the interaction is at.
    pub async fn capture_page(&self, interaction: &str) -> CapturePage<'_> {
        let address = self.begin_capture(interaction).await;
        CapturePage::open(&self.app, &self.browser, &address).await
    }

    /// Presses the button under the briefing; where it leads.
    pub async fn begin_capture(&self, interaction: &str) -> String {
        self.act(interaction, "begin", &[]).await.location()
    }

    /// One whole capture by someone who does as asked; the answer to the upload.
    pub async fn look_as(&self, interaction: &str, base: Scripted) -> Value {
        self.capture_page(interaction).await.capture(obedient, base).await
    }

    /// The whole parent workflow.
    pub async fn enrol(&self, interaction: &str, person: u8) {
        let next = self.identify(interaction, "FS-100001").await.location();
        assert_eq!(next, format!("/interaction/{interaction}/enrol"));
        let answer = self.look_as(interaction, Scripted::of(person)).await;
        assert_eq!(answer["outcome"], "done");
    }

    /// What the client is answered once nothing more is to be done.
    pub async fn resume(&self, interaction: &str) -> Answer {
        self.browser.get(&format!("/interaction/{interaction}/resume")).await
    }

    /// Gives up; what the client is answered.
    pub async fn give_up(&self, interaction: &str, page: &str) -> Answer {
        act(&self.browser, interaction, page, "decline", &[]).await
    }

    /// The audit log in the order of writing, as (kind, details).
    pub async fn audit(&self) -> Vec<(String, Value)> {
        let events = self.app.store.read(|db| db.unsealed_events(1_000)).await.unwrap();
        let parse = |(_, text): (String, String)| {
            let event: AuditEvent = serde_json::from_str(&text).unwrap();
            (event.kind.name(), Value::Object(event.details))
        };
        events.into_iter().map(parse).collect()
    }

    /// The details of the last event of a kind.
    pub async fn last(&self, kind: &str) -> Value {
        let found = self.audit().await.into_iter().rfind(|(name, _)| name == kind);
        found.unwrap_or_else(|| panic!("no {kind}")).1
    }

    /// How many events of a kind there are.
    pub async fn count(&self, kind: &str) -> usize {
        self.audit().await.into_iter().filter(|(name, _)| name == kind).count()
    }

    /// Looks into the database.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut dyn Db) -> Result<T, facestep::ports::fault::Fault> + Send + 'static,
    ) -> T {
        self.app.store.read(look).await.unwrap()
    }
}

/// The settings that ship, with sessions and interactions that outlast the waits of a test, and answers that come at once.
pub fn settings() -> Settings {
    let mut settings = Settings { interaction: SignedDuration::from_hours(10), ..Settings::default() };
    settings.sessions.idle = SignedDuration::from_hours(10);
    settings.face.answers = AnswerBeat::every(Duration::ZERO);
    settings
}

/// Loads a page of an interaction and sends a form of it.
pub async fn act(
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

/// The interaction that an address of ours names.
pub fn named_interaction(address: &str) -> String {
    address.split('/').nth(2).unwrap_or_else(|| panic!("no interaction in {address}")).to_owned()
}
