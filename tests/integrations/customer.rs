//! What a customer does at a shop, which is the same at each of them.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::{
    actor::Actor,
    browser::{Browser, Camera},
    processes::{OWNER, Provider},
    visit::Visit,
};

/// The context of a password, and of a face.
const PWD: &str = "urn:facestep:acr:pwd";
const FACE: &str = "urn:facestep:acr:face";

/// How often the provider asks whether a shop may know who is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Once; the answer is remembered.
    Once,
    /// With every sign-in: nothing proves which program answers on this machine (RFC 8252 §8.6).
    EachTime,
}

/// A customer in front of a browser, and the shop that they visit.
pub struct Customer<'a> {
    asked: Asked,
    provider: &'a Provider,
    shop: &'a str,
    browser: Browser,
}

impl<'a> Customer<'a> {
    /// The owner of the account, enrolled, with a browser that nobody has used.
    pub async fn enters(shop: &'a str, provider: &'a Provider, asked: Asked) -> Self {
        let browser = Browser::start(Camera::Actor(Actor::obeying(OWNER.actor))).await;
        Self { asked, provider, shop, browser }
    }

    /// Proves who they are, does not allow what the shop asks for, and the shop is told so by these very codes.
    pub async fn allows_nothing(&self) {
        self.opens("/login").await;
        self.person().signs_in(OWNER.username).await;
        self.person().presses("#deny").await;
        let said = self.reads("the refusal", |said| said.contains("access_denied")).await;
        assert!(said.contains("user_declined"), "{said}");
    }

    /// Allows it, and the shop reads the context and the time of the password.
    pub async fn signs_in(&self) {
        self.opens("/login").await;
        self.person().presses("#allow").await;
        let customer = self.is_known().await;
        assert_eq!(customer["acr"], PWD);
        assert_just_now(&customer);
        assert_eq!(self.provider.face_grants(), 0, "who does not ask for a face gets none");
    }

    /// Declines to show their face, and the shop is told so by these very codes.
    pub async fn declines(&self) {
        self.opens("/transfer").await;
        self.person().sees("#begin").await;
        self.person().presses("#decline button").await;
        let said = self.reads("the refusal", |said| said.contains("unmet_authentication_requirements")).await;
        assert!(said.contains("user_declined"), "{said}");
        assert_eq!(self.provider.face_grants(), 0);
    }

    /// Shows their face, and the shop reads the context and the time of it.
    pub async fn steps_up(&self) {
        self.opens("/transfer").await;
        self.person().begins_capture().await;
        if self.asked == Asked::EachTime {
            self.person().presses("#allow").await;
        }
        let customer = self.is_known().await;
        assert_eq!(customer["acr"], FACE);
        assert_just_now(&customer);
        assert_eq!(self.provider.face_grants(), 1);
    }

    /// Has the shop refresh twice, the second time by what the first time gave it.
    pub async fn stays(&self) {
        for times in 1..=2 {
            self.opens("/refresh").await;
            let said = self.reads("the name", |said| said.starts_with("{\"name\":")).await;
            assert!(said.contains("Adam Fields"), "{said}");
            assert_eq!(self.events("token_refreshed"), times);
        }
        assert_eq!(self.events("refresh_reused"), 0);
    }

    /// Signs out, there and at the provider: the next sign-in asks for the password again.
    pub async fn signs_out(&self) {
        self.opens("/logout").await;
        self.reads("nobody", |said| said.starts_with("{\"customer\":null}")).await;
        assert_eq!(self.events("signed_out"), 1);
        self.opens("/login").await;
        self.person().sees("#password").await;
    }

    /// How many events of a kind the provider has recorded.
    fn events(&self, kind: &str) -> usize {
        let events = self.provider.audit();
        let events = events.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        events.filter(|event| event["event"]["kind"] == kind).count()
    }

    /// Closes the browser.
    pub async fn leaves(self) {
        self.browser.quit().await;
    }

    async fn opens(&self, path: &str) {
        self.person().open(&format!("{}{path}", self.shop)).await;
    }

    fn person(&self) -> Visit<'_> {
        Visit(&self.browser.driver)
    }

    /// Whom the shop takes them for: `{"customer": {"sub": …, "acr": …, "auth_time": …}}`.
    async fn is_known(&self) -> Value {
        let said = self.reads("the customer", |said| said.starts_with("{\"customer\":")).await;
        let customer = serde_json::from_str::<Value>(&said).unwrap()["customer"].take();
        assert!(customer["sub"].as_str().is_some_and(|sub| !sub.is_empty()), "{said}");
        customer
    }

    /// What a page of the shop says, once it is as awaited.
    async fn reads(&self, awaited: &str, is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let (address, said) = self.page().await;
            if address.starts_with(self.shop) && is_so(&said) {
                return said;
            }
            assert!(Instant::now() < deadline, "never came: {awaited}; instead, at {address}:\n{said}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The address and the words of the page, or nothing while one page gives way to the next.
    async fn page(&self) -> (String, String) {
        let script = "return [location.href, document.body.innerText]";
        let page = self.browser.driver.execute(script, vec![]).await;
        page.ok().and_then(|page| page.convert().ok()).unwrap_or_default()
    }
}

/// The time of the proof is within this minute.
fn assert_just_now(customer: &Value) {
    let time = &customer["auth_time"];
    // Apache's environment knows only texts.
    let time = time.as_i64().or_else(|| time.as_str()?.parse().ok());
    let now: i64 = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs().try_into().unwrap();
    assert!(time.is_some_and(|time| (now - time).abs() < 60), "auth_time in {customer}");
}
