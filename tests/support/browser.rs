//! A browser without eyes: it keeps cookies, asks for HTML, and follows no redirect on its own.

use std::{collections::BTreeMap, sync::Arc};

use facestep::domain::secret::{SecretToken, TokenHash};
use reqwest::{
    Client, Method, RequestBuilder, Response, StatusCode,
    cookie::{CookieStore, Jar},
    header::LOCATION,
    redirect::Policy,
};
use url::{Url, form_urlencoded};

use super::TestApp;

/// One browser with its own cookies.
pub struct TestBrowser {
    address: String,
    client: Client,
    jar: Arc<Jar>,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl TestBrowser {
    pub fn new(address: &str) -> Self {
        let jar = Arc::new(Jar::default());
        let builder = Client::builder().redirect(Policy::none()).cookie_provider(jar.clone()).no_proxy();
        Self { address: address.to_owned(), client: builder.build().unwrap(), jar }
    }

    /// The `Cookie` header that it would send.
    pub fn cookie_header(&self) -> String {
        let cookies = self.jar.cookies(&Url::parse(&self.address).unwrap());
        cookies.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// Takes a cookie as it stands in a `Cookie` header.
    pub fn adopt(&self, cookie: &str) {
        self.jar.add_cookie_str(&format!("{cookie}; Path=/"), &Url::parse(&self.address).unwrap());
    }

    /// The anti-forgery token of its session, as a page under an attacker's control may know it.
    pub async fn csrf_of_session(&self, app: &TestApp) -> String {
        let hash = self.session_hash().expect("a session");
        let session = app.store.read(move |db| db.find_session(&hash)).await.unwrap();
        session.expect("a session").csrf.expose().to_owned()
    }

    /// The same browser before another server: it takes its cookies along.
    pub fn moved_to(&self, address: &str) -> Self {
        let moved = Self::new(address);
        self.cookie_header()
            .split("; ")
            .filter(|cookie| !cookie.is_empty())
            .for_each(|cookie| moved.adopt(cookie));
        moved
    }

    /// The hash of its session cookie's secret, by which the database knows its session.
    pub fn session_hash(&self) -> Option<TokenHash> {
        let header = self.cookie_header();
        let secret = header.split("; ").find_map(|cookie| cookie.strip_prefix("facestep="))?;
        Some(SecretToken::from_outside(secret).hash())
    }

    /// A request as a browser navigates; send it with [`Answer::of`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.program(method, path).header("accept", "text/html,*/*")
    }

    /// A request as a script or a program makes it.
    pub fn program(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with('/') { format!("{}{path}", self.address) } else { path.to_owned() };
        self.client.request(method, url)
    }

    /// Goes to an address.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// Sends a form as it is.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.request(Method::POST, path).form(fields)).await
    }

    /// Loads a page and sends its form with the anti-forgery token that it holds.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(path).await;
        let csrf = page.csrf();
        let mut all = vec![("csrf_token", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }

    /// Goes to an address and through the sign-in page that it leads to.
    pub async fn sign_in(&self, path: &str, name: &str, password: &str) -> Answer {
        let page = self.get(path).await.location();
        assert!(page.ends_with("/sign-in"), "{page}");
        self.submit(&page, &[("username", name), ("password", password)]).await
    }
}

impl Answer {
    pub async fn of(request: RequestBuilder) -> Self {
        let response: Response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: response.text().await.unwrap() }
    }

    /// Where it redirects to, which must be by 303 (RFC 9700 §4.12).
    pub fn location(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.header(LOCATION.as_str())
    }

    /// The parameters of the redirect.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        Url::parse(&self.location()).unwrap().query_pairs().into_owned().collect()
    }

    /// What the redirect's fragment tells.
    pub fn fragment(&self) -> BTreeMap<String, String> {
        let address = Url::parse(&self.location()).unwrap();
        let fragment = address.fragment().unwrap_or_default().to_owned();
        form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
    }

    /// Where the page's form goes, and what its hidden fields tell, as a browser would send them.
    pub fn posted(&self) -> (String, BTreeMap<String, String>) {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        let attribute = |text: &str, name: &str| {
            let after = text.split(&format!("{name}=\"")).nth(1).unwrap_or_else(|| panic!("{text}"));
            let value = after.split('"').next().unwrap();
            let named = [("&#38;", "&"), ("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'")];
            // The ampersand's own comes last, so that nothing is read twice.
            named.iter().rev().fold(value.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
        };
        let form = self.body.split("<form").nth(1).unwrap_or_else(|| panic!("no form: {}", self.body));
        let fields = form.split("<input type=\"hidden\"").skip(1);
        (
            attribute(form, "action"),
            fields.map(|field| (attribute(field, "name"), attribute(field, "value"))).collect(),
        )
    }

    /// The code that it brings to the client.
    pub fn code(&self) -> String {
        let parameters = self.parameters();
        parameters.get("code").unwrap_or_else(|| panic!("no code: {parameters:?}")).clone()
    }

    /// The error that it brings to the client, and its stable reason.
    pub fn error(&self) -> (String, String) {
        let parameters = self.parameters();
        let description = parameters.get("error_description").cloned().unwrap_or_default();
        let reason = description.split(':').next().unwrap_or_default().to_owned();
        (parameters.get("error").cloned().unwrap_or_default(), reason)
    }

    /// A header as text; empty where it is missing.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// All cookies that it sets.
    pub fn cookies(&self) -> Vec<String> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    /// The anti-forgery token in the page's form.
    pub fn csrf(&self) -> String {
        let after = self.body.split("name=\"csrf_token\" value=\"").nth(1);
        let after = after.unwrap_or_else(|| panic!("no form: {} {}", self.status, self.body));
        after.split('"').next().unwrap().to_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }
}
