//! A browser as far as a sign-in needs one: it keeps cookies, follows redirects of the provider's own, and can fill in the
//! sign-in form. And the client behind the address that it ends at.

use std::collections::BTreeMap;

use url::{Url, form_urlencoded};

use crate::{
    Failure,
    connection::{Answer, Connection},
};

/// How many redirects are followed.
const MOST_STEPS: usize = 8;

/// Cookies by path and name.
type Cookies = BTreeMap<(String, String), String>;

/// A person's browser at one provider.
pub struct Browser {
    issuer: Url,
    connection: Connection,
    cookies: Cookies,
    username: String,
    password: &'static str,
}

/// What one step led to.
enum Step {
    To(Url),
    Page { at: Url, body: String },
}

impl Browser {
    /// A browser without cookies, of a person with this name.
    pub fn of(username: String, password: &'static str, issuer: &Url) -> Self {
        let connection = Connection::to(issuer.port().unwrap_or(80));
        Self { issuer: issuer.clone(), connection, cookies: Cookies::new(), username, password }
    }

    /// Closes its connection.
    pub fn rest(&mut self) {
        self.connection.rest();
    }

    /// Goes to an authorization request and on, signing in where it is asked to, until it comes back to the client; the
    /// number of requests that this took, and the code.
    pub async fn authorize(&mut self, request: &Url) -> Result<(usize, String), Failure> {
        let mut at = request.clone();
        for steps in 1..=MOST_STEPS {
            at = match self.get(&at).await? {
                Step::To(next) => next,
                Step::Page { at, body } => self.sign_in(&at, &body).await?,
            };
            if at.origin() != self.issuer.origin() {
                let code = at.query_pairs().find(|(name, _)| name == "code");
                let code = code.ok_or_else(|| format!("came back without a code: {at}"))?.1.into_owned();
                return Ok((steps, code));
            }
        }
        Err("a sign-in never comes back to the client".into())
    }

    async fn get(&mut self, at: &Url) -> Result<Step, Failure> {
        let request = format!("GET {} HTTP/1.1\r\n{}\r\n", target(at), self.head(at));
        self.step(at, request).await
    }

    async fn sign_in(&mut self, at: &Url, page: &str) -> Result<Url, Failure> {
        let csrf = page
            .split_once("name=\"csrf_token\" value=\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .ok_or_else(|| format!("no sign-in form at {at}"))?
            .0;
        let fields = [("csrf_token", csrf), ("username", &self.username), ("password", self.password)];
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let origin = self.issuer.origin().ascii_serialization();
        let request = format!(
            "POST {} HTTP/1.1\r\n{}Origin: {origin}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{form}",
            target(at),
            self.head(at),
            form.len(),
        );
        match self.step(at, request).await? {
            Step::To(next) => Ok(next),
            Step::Page { .. } => Err(format!("the sign-in of {} was refused", self.username).into()),
        }
    }

    async fn step(&mut self, at: &Url, request: String) -> Result<Step, Failure> {
        let answer = self.connection.ask(request.as_bytes()).await?;
        keep_cookies(&mut self.cookies, &answer);
        match answer.status {
            302 | 303 => Ok(Step::To(at.join(answer.location()?)?)),
            _ => {
                let body = String::from_utf8_lossy(answer.expect(200)?.body).into_owned();
                Ok(Step::Page { at: at.clone(), body })
            }
        }
    }

    fn head(&self, at: &Url) -> String {
        let mut head = format!("Host: 127.0.0.1:{}\r\nAccept: text/html\r\n", at.port().unwrap_or(80));
        let sent = self.cookies.iter().filter(|((path, _), _)| at.path().starts_with(path.as_str()));
        let sent: Vec<_> = sent.map(|((_, name), value)| format!("{name}={value}")).collect();
        if !sent.is_empty() {
            head.push_str(&format!("Cookie: {}\r\n", sent.join("; ")));
        }
        head
    }
}

fn keep_cookies(cookies: &mut Cookies, answer: &Answer<'_>) {
    for set in answer.headers("set-cookie") {
        let mut parts = set.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
        let path = parts.find_map(|part| part.strip_prefix("path=").or(part.strip_prefix("Path=")));
        let key = (path.unwrap_or("/").to_owned(), name.to_owned());
        if value.is_empty() {
            cookies.remove(&key);
        } else {
            cookies.insert(key, value.to_owned());
        }
    }
}

/// The path and query of an address, as a request line has them.
pub fn target(at: &Url) -> String {
    at.query().map_or_else(|| at.path().to_owned(), |query| format!("{}?{query}", at.path()))
}
