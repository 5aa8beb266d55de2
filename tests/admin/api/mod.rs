//! Does the API let in whom it should, and answer as it is described?

mod access;
mod audit;
mod clients;
mod conditions;
mod description;
mod explain;
mod history;
mod keys;
mod paging;
mod people;
mod policy;
mod problems;
mod schemathesis;

use facestep::domain::{
    admin::{api::ADMIN_API, role::Role},
    authn::acr::Acr,
    id::ClientId,
    oidc::{
        client::{Client, ClientAuthentication, metadata::GrantType},
        scope::{ADMIN_READ, ADMIN_WRITE},
    },
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    desk::Desk,
    support::{
        TestApp,
        browser::{Answer, TestBrowser},
        clients::{SECRET, authorize, bank, confidential},
    },
};

/// A server with an owner, a client that may call the API for people, and the owner's tokens.
pub struct Api {
    pub desk: Desk,
    pub read: String,
    pub write: String,
}

/// The client that calls for people.
pub fn tool(app: &TestApp) -> Client {
    let mut client = Client { id: ClientId::parse("tool").unwrap(), ..bank() };
    client.metadata.resources = vec![app.issuer.address(ADMIN_API)];
    client.metadata.scope = ["openid", "profile", ADMIN_READ, ADMIN_WRITE].map(str::to_owned).to_vec();
    client
}

/// A client that calls for itself.
pub fn machine(app: &TestApp) -> Client {
    let id = ClientId::parse("machine").unwrap();
    let mut client = Client { id, ..confidential(ClientAuthentication::ClientSecretPost) };
    client.metadata.grant_types = vec![GrantType::ClientCredentials];
    client.metadata.resources = vec![app.issuer.address(ADMIN_API)];
    client.metadata.scope = [ADMIN_READ, ADMIN_WRITE].map(str::to_owned).to_vec();
    client
}

impl Api {
    /// Opens with the owner's face just shown.
    pub async fn open() -> Self {
        Self::open_at(Desk::set().await).await
    }

    /// The same on a server that is there.
    pub async fn open_at(desk: Desk) -> Self {
        desk.app.register(tool(&desk.app)).await;
        let read = token(&desk.app, &desk.browser, ADMIN_READ, Acr::PWD).await;
        let write = token(&desk.app, &desk.browser, ADMIN_WRITE, Acr::FACE).await;
        Self { desk, read, write }
    }

    /// A token of another administrator, whose face was just shown.
    pub async fn token_of(&self, name: &str, role: Role, scope: &str) -> String {
        let (_, browser) = self.desk.colleague(name, role).await;
        token(&self.desk.app, &browser, scope, Acr::FACE).await
    }

    /// A request with a token.
    pub fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        let address =
            if path.starts_with(ADMIN_API) { path.to_owned() } else { format!("{ADMIN_API}{path}") };
        self.desk.app.program(method, &address).bearer_auth(token)
    }

    /// Reads as the owner.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path, &self.read)).await
    }

    /// Reads what must be there.
    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    /// Changes as the owner, by what was seen if that is said.
    pub async fn change(
        &self,
        method: Method,
        path: &str,
        seen: Option<&str>,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = self.request(method, path, &self.write);
        if let Some(seen) = seen {
            request = request.header("if-match", seen);
        }
        Answer::of(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Registers a client, and gives its entity tag.
    pub async fn registered(&self, id: &str) -> String {
        let body =
            json!({ "client_id": id, "client_name": id, "redirect_uris": ["https://shop.example/cb"] });
        let answer = self.change(Method::POST, "/clients", None, Some(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.header("etag")
    }
}

/// A token for somebody who is signed in, through the tool's authorization request.
pub async fn token(app: &TestApp, browser: &TestBrowser, scope: &str, acr: &str) -> String {
    let resource = app.issuer.address(ADMIN_API);
    let scope = format!("openid {scope}");
    let asked = [("client_id", "tool"), ("scope", &scope), ("resource", &resource), ("acr_values", acr)];
    let resumed = browser.get(&authorize(&asked)).await;
    let fields = [("client_id", "tool")];
    app.redeem(&resumed.code(), &fields).await.json()["access_token"].as_str().unwrap().to_owned()
}

/// The token of a client of its own.
pub async fn own_token(app: &TestApp, scope: &str) -> Answer {
    let resource = app.issuer.address(ADMIN_API);
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", "machine"),
        ("client_secret", SECRET),
        ("scope", scope),
        ("resource", &resource),
    ];
    app.post("/token", &fields).await
}

/// What a refusal says of itself, which must be problem details that nobody keeps (RFC 9457 §3).
pub fn problem(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let details = answer.json();
    let status = answer.status.as_u16();
    assert_eq!(details["status"], status);
    assert!(details["title"].is_string());
    let kind = details["type"].as_str().unwrap().strip_prefix("urn:facestep:problem:").unwrap();
    (status, kind.to_owned())
}
