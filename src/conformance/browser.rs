//! A browser without eyes: it keeps cookies, follows redirects, and answers the forms that it understands, until it is
//! sent to the client's address.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, header::LOCATION, redirect::Policy};
use serde_json::Value;
use url::Url;

use super::{
    Obstacle,
    page::{Form, Page},
};
use crate::domain::secret::SecretToken;

/// How many pages and redirects one request may take.
const MOST_STEPS: usize = 25;
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// An HTTP client that follows no redirect by itself.
pub fn client(extra_ca: Option<&[u8]>, with_cookies: bool) -> Result<Client, Obstacle> {
    let broken = |error: reqwest::Error| Obstacle::Broken(format!("no HTTP client: {error}"));
    let mut builder =
        Client::builder().redirect(Policy::none()).cookie_store(with_cookies).timeout(PATIENCE).no_proxy();
    if let Some(pem) = extra_ca {
        for certificate in reqwest::Certificate::from_pem_bundle(pem).map_err(broken)? {
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build().map_err(broken)
}

/// Sends a request and takes a JSON answer of status 200.
pub async fn json_of(request: RequestBuilder) -> Result<Value, Obstacle> {
    let answer = send(request).await?;
    let (address, status) = (answer.url().clone(), answer.status());
    let text = answer.text().await.map_err(unreadable)?;
    if !status.is_success() {
        return Err(Obstacle::Broken(format!("{} answers {status}: {text}", address.path())));
    }
    serde_json::from_str(&text).map_err(|_| Obstacle::Broken(format!("{} answers no JSON", address.path())))
}

/// Sends a request.
pub async fn send(request: RequestBuilder) -> Result<Response, Obstacle> {
    request.send().await.map_err(|error| Obstacle::Broken(format!("no answer: {error}")))
}

fn unreadable(error: reqwest::Error) -> Obstacle {
    Obstacle::Broken(format!("an answer breaks off: {error}"))
}

/// One browser with its own cookies, and whose hands are on it.
pub struct Browser {
    http: Client,
    username: String,
    password: SecretToken,
}

/// How a request came back to the client.
pub struct Return {
    /// The address, with all its parameters.
    pub address: Url,
    /// How often a password was typed on the way.
    pub sign_ins: usize,
}

impl Browser {
    /// A browser that nobody used yet.
    pub fn new(extra_ca: Option<&[u8]>, username: &str, password: &SecretToken) -> Result<Self, Obstacle> {
        Ok(Self { http: client(extra_ca, true)?, username: username.to_owned(), password: password.clone() })
    }

    /// Visits an address and goes on until it is sent to `client`.
    pub async fn visit(&self, address: Url, client: &Url) -> Result<Return, Obstacle> {
        let mut request = self.http.get(address);
        let mut sign_ins = 0;
        for _ in 0..MOST_STEPS {
            let answer = send(request.header("accept", "text/html")).await?;
            let here = answer.url().clone();
            if answer.status().is_redirection() {
                let next = target(&answer, &here)?;
                if is_at(&next, client) {
                    return Ok(Return { address: next, sign_ins });
                }
                request = self.http.get(next);
                continue;
            }
            let status = answer.status();
            let page = Page::read(&answer.text().await.map_err(unreadable)?);
            let form = page.form.filter(|_| status.is_success() || status.as_u16() == 401);
            let Some(form) = form else {
                return Err(Obstacle::Page(format!("{} ({status}, {})", page.title, here.path())));
            };
            sign_ins += usize::from(form.asks_for_a_password());
            request = self.submit(&here, form)?;
        }
        Err(Obstacle::Endless(MOST_STEPS))
    }

    fn submit(&self, here: &Url, form: Form) -> Result<RequestBuilder, Obstacle> {
        let action = here
            .join(&form.action)
            .map_err(|_| Obstacle::Broken(format!("a form leads to {:?}", form.action)))?;
        let fields = form.filled(&self.username, self.password.expose());
        Ok(if form.is_post {
            self.http.post(action).header("origin", here.origin().ascii_serialization()).form(&fields)
        } else {
            self.http.get(action).query(&fields)
        })
    }
}

fn target(answer: &Response, here: &Url) -> Result<Url, Obstacle> {
    let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    location
        .and_then(|location| here.join(location).ok())
        .ok_or_else(|| Obstacle::Broken(format!("{} redirects nowhere", here.path())))
}

/// Whether an address is the client's, whatever its parameters.
fn is_at(address: &Url, client: &Url) -> bool {
    address.origin() == client.origin() && address.path() == client.path()
}
