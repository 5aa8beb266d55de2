//! Clients, their authorization requests, and their way to the token endpoint.

use facestep::domain::{
    id::ClientId,
    keys::SigningAlgorithm,
    oidc::client::{Client, ClientAuthentication, metadata::ClientMetadata},
    secret::{SecretToken, from_base64url},
};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::{
    TestApp,
    browser::{Answer, TestBrowser},
};

/// A verifier and its challenge (RFC 7636 Appendix B).
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The address of every test client.
pub const CALLBACK: &str = "http://127.0.0.1:8081/callback";
/// The secret of every confidential test client.
pub const SECRET: &str = "s3cret with + and %";

/// A public client named `bank`, the operator's own; a test changes what it is about.
pub fn bank() -> Client {
    Client {
        id: ClientId::parse("bank").unwrap(),
        name: "Example Bank".into(),
        authentication: ClientAuthentication::None,
        secret_hash: None,
        sealed_secret: None,
        redirect_uris: vec![CALLBACK.into()],
        id_token_algorithm: SigningAlgorithm::ES256,
        minimum_acr: None,
        acr_values_are_necessary: false,
        protected_scopes: Vec::new(),
        metadata: ClientMetadata {
            resources: ["api.example/", "api.example/transfers", "a.example/", "b.example/"]
                .map(|resource| format!("https://{resource}"))
                .to_vec(),
            first_party: true,
            ..ClientMetadata::default()
        },
        registration_token_hash: None,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// The same with a secret.
pub fn confidential(authentication: ClientAuthentication) -> Client {
    Client { authentication, secret_hash: Some(SecretToken::from_outside(SECRET).hash()), ..bank() }
}

/// The address of an authorization request of `bank`, with parameters changed, added, or (when empty) left out.
pub fn authorize(changes: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(authorization_parameters(changes));
    format!("/authorize?{}", query.finish())
}

/// The parameters of such a request.
pub fn authorization_parameters<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut parameters = vec![
        ("client_id", "bank"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "st te+&"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    parameters.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    parameters.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    parameters
}

impl TestApp {
    /// Registers a client.
    pub async fn register(&self, client: Client) {
        assert!(self.store.transact(move |db| db.insert_client(&client)).await.unwrap());
    }

    /// Signs `ada` in at `bank` and gives the code that comes of it.
    pub async fn code_for(&self, browser: &TestBrowser, changes: &[(&str, &str)]) -> String {
        browser.sign_in(&authorize(changes), "ada", super::people::PASSWORD).await.code()
    }

    /// Redeems a code as `bank`, with fields changed, added, or (when empty) left out.
    pub async fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("client_id", "bank"),
            ("code_verifier", VERIFIER),
        ];
        fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.post("/token", &fields).await
    }

    /// Uses a refresh token as `bank`, with fields changed, added, or (when empty) left out.
    pub async fn refresh(&self, token: &str, changes: &[(&str, &str)]) -> Answer {
        let mut fields =
            vec![("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "bank")];
        fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.post("/token", &fields).await
    }

    /// Redeems a code as `bank` and gives the claims of the ID token.
    pub async fn id_token_claims(&self, code: &str) -> Map<String, Value> {
        claims(&self.redeem(code, &[]).await.json()["id_token"])
    }

    /// A form posted by a program.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.program(Method::POST, path).form(fields)).await
    }

    /// A request by a program.
    pub fn program(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.browser().program(method, path)
    }
}

/// The claims of a token, unchecked.
pub fn claims(token: &Value) -> Map<String, Value> {
    part(token, 1)
}

/// The header of a token.
pub fn header(token: &Value) -> Map<String, Value> {
    part(token, 0)
}

fn part(token: &Value, n: usize) -> Map<String, Value> {
    let part = token.as_str().unwrap().split('.').nth(n).unwrap();
    serde_json::from_slice(&from_base64url(part).unwrap()).unwrap()
}
