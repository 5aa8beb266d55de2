//! A client's part in the flows, with one person's browser: what is measured is made of these.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use crate::{
    Failure,
    browser::{Browser, target},
    connection::Connection,
    provider::Provider,
};

/// Where the browser comes back to. Nobody listens there, and nobody goes there.
pub const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";
/// The secret of both clients.
pub const SECRET: &str = "a-secret-of-the-bench-and-of-nobody-else";
/// The client that gets no refresh tokens.
pub const CLIENT: &str = "bench";
/// The client that does.
pub const REFRESHING_CLIENT: &str = "bench-refresh";

/// A verifier and its challenge (RFC 7636 Appendix B); the same every time, since it is the server that is measured.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The addresses that the metadata document names (OpenID Connect Discovery 1.0 §3).
#[derive(Clone, Debug, Deserialize)]
pub struct Endpoints {
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    userinfo_endpoint: Url,
    introspection_endpoint: Option<Url>,
}

/// What the token endpoint answers (RFC 6749 §5.1).
#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: Option<String>,
    refresh_token: Option<String>,
}

/// A client at one provider, with one person's browser.
pub struct RelyingParty {
    endpoints: Endpoints,
    connection: Connection,
    browser: Browser,
    requests: Requests,
    refresh_token: String,
    access_tokens: Vec<String>,
    turn: usize,
}

/// What is sent again and again.
struct Requests {
    discovery: Vec<u8>,
    keys: Vec<u8>,
    authorize: Url,
    authorize_refreshing: Url,
}

impl RelyingParty {
    /// The client whose person is the so-manieth of a provider's.
    pub fn at(provider: &dyn Provider, person: usize, endpoints: &Endpoints) -> Self {
        let issuer = provider.issuer();
        let browser = Browser::of(provider.username(person), provider.password(), issuer);
        let requests = Requests {
            discovery: get(&metadata_address(issuer), ""),
            keys: get(&endpoints.jwks_uri, ""),
            authorize: authorization_request(endpoints, CLIENT),
            authorize_refreshing: authorization_request(endpoints, REFRESHING_CLIENT),
        };
        Self {
            endpoints: endpoints.clone(),
            connection: Connection::to(issuer.port().unwrap_or(80)),
            browser,
            requests,
            refresh_token: String::new(),
            access_tokens: Vec::new(),
            turn: 0,
        }
    }

    /// Whether the provider has such an endpoint at all.
    pub fn can_introspect(&self) -> bool {
        self.endpoints.introspection_endpoint.is_some()
    }

    /// Closes connections, which a server may do itself meanwhile.
    pub fn rest(&mut self) {
        self.connection.rest();
        self.browser.rest();
    }

    /// Signs the person in where that is not so yet.
    pub async fn sign_in(&mut self) -> Result<(), Failure> {
        let request = self.requests.authorize.clone();
        self.browser.authorize(&request).await.map(drop)
    }

    /// Gets so many access tokens, to be presented in turn.
    pub async fn gather(&mut self, tokens: usize) -> Result<(), Failure> {
        self.access_tokens.clear();
        for _ in 0..tokens {
            let tokens = self.flow(CLIENT).await?;
            self.access_tokens.push(tokens.access_token);
        }
        Ok(())
    }

    /// Gets a refresh token to begin with.
    pub async fn begin_refreshing(&mut self) -> Result<(), Failure> {
        let tokens = self.flow(REFRESHING_CLIENT).await?;
        self.refresh_token = tokens.refresh_token.ok_or("no refresh token was issued")?;
        Ok(())
    }

    /// Reads the metadata document.
    pub async fn discover(&mut self) -> Result<(), Failure> {
        self.connection.ask(&self.requests.discovery).await?.expect(200).map(drop)
    }

    /// Reads the key set.
    pub async fn read_keys(&mut self) -> Result<(), Failure> {
        self.connection.ask(&self.requests.keys).await?.expect(200).map(drop)
    }

    /// The whole code flow in a live session: one request of the browser, one of the client.
    pub async fn code_flow(&mut self) -> Result<(), Failure> {
        self.flow(CLIENT).await.map(drop)
    }

    /// Trades the refresh token for new tokens (RFC 6749 §6), the refresh token among them.
    pub async fn refresh(&mut self) -> Result<(), Failure> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", self.refresh_token.as_str())];
        let request = post(&self.endpoints.token_endpoint, REFRESHING_CLIENT, &form);
        let tokens = tokens_of(&mut self.connection, &request).await?;
        self.refresh_token = tokens.refresh_token.ok_or("no refresh token came back")?;
        Ok(())
    }

    /// Asks what an access token is worth (RFC 7662 §2).
    pub async fn introspect(&mut self) -> Result<(), Failure> {
        let endpoint = self.endpoints.introspection_endpoint.clone().ok_or("no introspection endpoint")?;
        let token = self.next_token()?;
        let request = post(&endpoint, CLIENT, &[("token", &token)]);
        let answer = self.connection.ask(&request).await?.expect(200)?;
        let is_active = answer.body.windows(13).any(|part| part == b"\"active\":true");
        if is_active { Ok(()) } else { Err("a live token is said to be dead".into()) }
    }

    /// Reads the claims of an access token's person.
    pub async fn read_user_info(&mut self) -> Result<(), Failure> {
        let authorization = format!("Authorization: Bearer {}\r\n", self.next_token()?);
        let request = get(&self.endpoints.userinfo_endpoint, &authorization);
        self.connection.ask(&request).await?.expect(200).map(drop)
    }

    async fn flow(&mut self, client: &str) -> Result<Tokens, Failure> {
        let is_plain = client == CLIENT;
        let requests = &self.requests;
        let request = if is_plain { &requests.authorize } else { &requests.authorize_refreshing }.clone();
        let (_, code) = self.browser.authorize(&request).await?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        let request = post(&self.endpoints.token_endpoint, client, &form);
        let tokens = tokens_of(&mut self.connection, &request).await?;
        tokens.id_token.as_ref().ok_or("no ID token was issued")?;
        Ok(tokens)
    }

    fn next_token(&mut self) -> Result<String, Failure> {
        self.turn = self.turn.wrapping_add(1);
        let token = self.access_tokens.get(self.turn % self.access_tokens.len().max(1));
        Ok(token.ok_or("no access tokens were gathered")?.clone())
    }
}

/// Asks a provider for its metadata.
pub async fn endpoints(issuer: &Url) -> Result<Endpoints, Failure> {
    let mut connection = Connection::to(issuer.port().unwrap_or(80));
    let answer = connection.ask(&get(&metadata_address(issuer), "")).await?.expect(200)?;
    Ok(serde_json::from_slice(answer.body)?)
}

async fn tokens_of(connection: &mut Connection, request: &[u8]) -> Result<Tokens, Failure> {
    let answer = connection.ask(request).await?.expect(200)?;
    Ok(serde_json::from_slice(answer.body)?)
}

fn metadata_address(issuer: &Url) -> Url {
    let mut address = issuer.clone();
    address.set_path("/.well-known/openid-configuration");
    address
}

fn authorization_request(endpoints: &Endpoints, client: &str) -> Url {
    let mut address = endpoints.authorization_endpoint.clone();
    address.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid profile"),
        ("state", "af0ifjsldkj"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    address
}

fn get(at: &Url, headers: &str) -> Vec<u8> {
    format!("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{headers}\r\n", target(at), at.port().unwrap_or(80))
        .into()
}

/// A form, posted with the client's id and secret in the header (RFC 6749 §2.3.1).
fn post(at: &Url, client: &str, form: &[(&str, &str)]) -> Vec<u8> {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let credentials = BASE64_STANDARD.encode(format!("{client}:{SECRET}"));
    format!(
        "POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Basic {credentials}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        target(at),
        at.port().unwrap_or(80),
        form.len(),
    )
    .into()
}
