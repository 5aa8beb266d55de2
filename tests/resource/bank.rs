//! The example bank before the provider of a scene, and its customer Adam.

#[allow(dead_code, reason = "the example's own items, some of which only its program uses")]
#[path = "../../examples/bank/mod.rs"]
mod example;

use std::{collections::BTreeMap, net::TcpListener};

use actix_web::dev::ServerHandle;
use facestep::domain::{
    id::ClientId,
    oidc::client::{Client, ClientAuthentication, metadata::ClientMetadata},
};
use url::Url;

use crate::{
    api::kit_for,
    scene::Scene,
    support::{
        browser::{Answer, TestBrowser},
        clients::{SECRET, confidential},
    },
};

/// A running bank, and Adam's browser at it.
pub struct Bank {
    /// By which name tokens are for its payment API.
    pub api: String,
    browser: TestBrowser,
    server: ServerHandle,
}

impl Drop for Bank {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

impl Bank {
    /// Starts a bank that the provider knows.
    pub async fn start(scene: &Scene) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let api = format!("{origin}/api");
        scene.app.register(registered(&origin)).await;
        let settings = example::Settings {
            issuer: scene.app.issuer.as_str().into(),
            own_url: origin.clone(),
            client_id: "harbour-bank".into(),
            client_secret: SECRET.into(),
            ask: example::Ask::EssentialClaim,
        };
        let tokens = kit_for(&scene.app, scene.app.issuer.as_str(), &api);
        let server = example::serve_guarded(listener, settings, tokens).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        Self { api, browser: TestBrowser::new(&origin), server: handle }
    }

    /// A bank at which Adam is signed in.
    pub async fn signed_in(scene: &Scene) -> Self {
        let bank = Self::start(scene).await;
        let home = bank.browser.get("/").await;
        let to_provider = bank.browser.post("/sign-in", &[("csrf", &csrf(&home))]).await.location();
        let mut back = scene.browser.get(&to_provider).await.location();
        if back.ends_with("/sign-in") {
            let fields = [("username", "adam"), ("password", crate::support::people::PASSWORD)];
            back = scene.browser.submit(&back, &fields).await.location();
        }
        assert_eq!(bank.comes_back(&back).await.location(), "/account");
        bank
    }

    /// Adam fills in the form for a payout.
    pub async fn pays_out(&self) -> Answer {
        let account = self.browser.get("/account").await;
        let form = [("csrf", csrf(&account)), ("to", "Island Savings".into())];
        let form = form.into_iter().chain([("amount", "40.00".into()), ("reference", "Payout".into())]);
        let form: Vec<_> = form.collect();
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.browser.post("/payout", &form).await
    }

    /// Adam's browser comes back from the provider, or goes where the bank leads it.
    pub async fn comes_back(&self, address: &str) -> Answer {
        self.browser.get(address).await
    }

    /// What is left on his account.
    pub async fn balance(&self) -> String {
        let account = self.browser.get("/account").await.body;
        account.split("id=\"balance\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
    }
}

/// The parameters of an address.
pub fn parameters(address: &str) -> BTreeMap<String, String> {
    Url::parse(address).unwrap().query_pairs().into_owned().collect()
}

fn csrf(page: &Answer) -> String {
    let after = page.body.split("name=\"csrf\" value=\"").nth(1).unwrap_or_else(|| panic!("{}", page.body));
    after.split('"').next().unwrap().to_owned()
}

fn registered(origin: &str) -> Client {
    Client {
        id: ClientId::parse("harbour-bank").unwrap(),
        redirect_uris: vec![format!("{origin}/callback")],
        metadata: ClientMetadata {
            resources: vec![format!("{origin}/api")],
            first_party: true,
            ..ClientMetadata::default()
        },
        ..confidential(ClientAuthentication::ClientSecretBasic)
    }
}
