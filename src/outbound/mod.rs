//! Speaks HTTP to addresses that clients registered. The only place that names `reqwest`.
//!
//! Whoever registers a client would like us to fetch what only we can reach. So an address is judged twice: as it is written,
//! and as the name resolves at the moment of connecting, so that no second answer of a name server comes between the check and
//! the connection. No redirect is followed, no proxy of the environment is asked, and time and size are bounded.

mod resolver;

use std::{
    error::Error,
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{
    Certificate, Client, Response,
    header::{ACCEPT, AGE, CACHE_CONTROL, CONTENT_TYPE, HeaderName},
    redirect::Policy,
};
use url::{Host, Url, form_urlencoded::byte_serialize};

use self::resolver::{NotPublic, PublicResolver, SystemNames};
use crate::{
    domain::address::is_public,
    ports::{
        BoxFuture,
        outbound::{BasicCredentials, Fetched, Inquiry, Outbound, OutboundFailure},
    },
};

/// Names become addresses by it; a test puts its own in place of the system's.
pub trait Names: Send + Sync + 'static {
    /// The addresses of a name; may block.
    fn addresses(&self, name: &str) -> std::io::Result<Vec<std::net::IpAddr>>;
}

/// What an operator may set.
#[derive(Clone, Debug)]
pub struct OutboundPolicy {
    /// Whether addresses that are not public may be connected to, and by plain http: for tests, and for clients in a network
    /// of one's own.
    pub allow_private: bool,
    /// Certificates in PEM of authorities that are trusted beside the system's.
    pub extra_authorities: Vec<u8>,
    /// How long a connection may take to stand.
    pub connecting: Duration,
    /// How long the whole may take, with the last byte of the body.
    pub whole: Duration,
}

impl Default for OutboundPolicy {
    fn default() -> Self {
        let [connecting, whole] = [3, 5].map(Duration::from_secs);
        Self { allow_private: false, extra_authorities: Vec::new(), connecting, whole }
    }
}

/// Speaks HTTP/1.1 over rustls.
pub struct HttpOutbound {
    policy: OutboundPolicy,
    names: Arc<dyn Names>,
    /// Made when it is first needed: reading the system's certificates takes time and memory that many never need.
    client: OnceLock<Client>,
}

/// The certificates given are none.
#[derive(Debug, thiserror::Error)]
#[error("the extra certificates are not in PEM: {0}")]
pub struct BadAuthorities(reqwest::Error);

impl HttpOutbound {
    /// Under these rules, with the system's names.
    pub fn new(policy: OutboundPolicy) -> Result<Self, BadAuthorities> {
        Self::with_names(policy, Arc::new(SystemNames))
    }

    /// The same with other names.
    pub fn with_names(policy: OutboundPolicy, names: Arc<dyn Names>) -> Result<Self, BadAuthorities> {
        Certificate::from_pem_bundle(&policy.extra_authorities).map_err(BadAuthorities)?;
        Ok(Self { policy, names, client: OnceLock::new() })
    }

    fn client(&self) -> Result<&Client, OutboundFailure> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let made = self.make_client().map_err(|error| OutboundFailure::Unreachable(causes(&error)))?;
        Ok(self.client.get_or_init(|| made))
    }

    fn make_client(&self) -> Result<Client, reqwest::Error> {
        let resolver = PublicResolver::new(self.names.clone(), self.policy.allow_private);
        Client::builder()
            .tls_certs_merge(Certificate::from_pem_bundle(&self.policy.extra_authorities)?)
            .dns_resolver(resolver)
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .https_only(!self.policy.allow_private)
            .connect_timeout(self.policy.connecting)
            .timeout(self.policy.whole)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(Duration::from_secs(15))
            .user_agent(concat!("facestep/", env!("CARGO_PKG_VERSION")))
            .build()
    }

    /// Judges an address as it is written. Connecting judges what a name resolves to; an address that is written as numbers
    /// resolves to nothing, so it is judged here.
    fn judge(&self, address: &Url) -> Result<(), OutboundFailure> {
        let forbidden = |why: &str| Err(OutboundFailure::Forbidden(why.into()));
        match address.scheme() {
            "https" => {}
            "http" if self.policy.allow_private => {}
            _ => return forbidden("it is not https"),
        }
        if !address.username().is_empty() || address.password().is_some() {
            return forbidden("it has a user name in it");
        }
        let written = match address.host() {
            Some(Host::Domain(_)) => return Ok(()),
            Some(Host::Ipv4(written)) => written.into(),
            Some(Host::Ipv6(written)) => written.into(),
            None => return forbidden("it names no host"),
        };
        if self.policy.allow_private || is_public(written) {
            return Ok(());
        }
        forbidden("it is not a public address")
    }

    async fn fetch_bounded(&self, address: &Url, most_bytes: usize) -> Result<Fetched, OutboundFailure> {
        self.judge(address)?;
        let request = self.client()?.get(address.clone()).header(ACCEPT, "*/*");
        read_bounded(request.send().await.map_err(failure)?, most_bytes).await
    }

    async fn ask(
        &self,
        address: &Url,
        client: &BasicCredentials,
        fields: &[(&str, &str)],
        most_bytes: usize,
    ) -> Result<Fetched, OutboundFailure> {
        self.judge(address)?;
        // RFC 6749 §2.3.1: both are form-encoded before they are put together.
        let [name, secret] = [client.client_id.as_str(), client.secret.expose()]
            .map(|text| byte_serialize(text.as_bytes()).collect::<String>());
        let request = self.client()?.post(address.clone()).basic_auth(name, Some(secret)).form(fields);
        read_bounded(request.header(ACCEPT, "application/json").send().await.map_err(failure)?, most_bytes)
            .await
    }

    async fn post(&self, address: &Url, fields: &[(&str, &str)]) -> Result<(), OutboundFailure> {
        self.judge(address)?;
        let answer = self.client()?.post(address.clone()).form(fields).send().await.map_err(failure)?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(OutboundFailure::Status(answer.status().as_u16()))
        }
    }
}

impl Outbound for HttpOutbound {
    fn fetch<'a>(
        &'a self,
        address: &'a Url,
        most_bytes: usize,
    ) -> BoxFuture<'a, Result<Fetched, OutboundFailure>> {
        Box::pin(self.fetch_bounded(address, most_bytes))
    }

    fn post_form<'a>(
        &'a self,
        address: &'a Url,
        fields: &'a [(&'a str, &'a str)],
    ) -> BoxFuture<'a, Result<(), OutboundFailure>> {
        Box::pin(self.post(address, fields))
    }
}

impl Inquiry for HttpOutbound {
    fn inquire<'a>(
        &'a self,
        address: &'a Url,
        client: &'a BasicCredentials,
        fields: &'a [(&'a str, &'a str)],
        most_bytes: usize,
    ) -> BoxFuture<'a, Result<Fetched, OutboundFailure>> {
        Box::pin(self.ask(address, client, fields, most_bytes))
    }
}

/// The body of an answer with status 200.
async fn read_bounded(mut answer: Response, most_bytes: usize) -> Result<Fetched, OutboundFailure> {
    if answer.status().as_u16() != 200 {
        return Err(OutboundFailure::Status(answer.status().as_u16()));
    }
    let (media_type, fresh_for) = (media_type(&answer), fresh_for(&answer));
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(failure)? {
        if body.len() + part.len() > most_bytes {
            return Err(OutboundFailure::TooLarge(most_bytes));
        }
        body.extend_from_slice(&part);
    }
    Ok(Fetched { body, media_type, fresh_for })
}

fn failure(error: reqwest::Error) -> OutboundFailure {
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<NotPublic>() {
            return OutboundFailure::Forbidden(refused.to_string());
        }
        cause = error.source();
    }
    if error.is_timeout() {
        return OutboundFailure::Unreachable("it took too long".into());
    }
    OutboundFailure::Unreachable(causes(&error.without_url()))
}

/// An error with what caused it, without the address, which may hold more than its host.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The media type without parameters (RFC 9110 §8.3.1).
fn media_type(answer: &Response) -> String {
    let told = text_of(answer, &CONTENT_TYPE).unwrap_or_default();
    told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// For how long the answer is fresh still: its `max-age` less its age, nothing where it must not be stored or used again
/// unasked (RFC 9111 §4.2, §5.2.2).
fn fresh_for(answer: &Response) -> Option<u32> {
    let directives = text_of(answer, &CACHE_CONTROL)?.to_ascii_lowercase();
    let mut directives = directives.split(',').map(str::trim);
    let age = text_of(answer, &AGE).and_then(|age| age.trim().parse().ok()).unwrap_or(0_u32);
    directives
        .try_fold(None, |found, directive| match directive {
            "no-store" | "no-cache" => Err(0),
            _ => match directive.strip_prefix("max-age=") {
                Some(told) => {
                    Ok(told.trim_matches('"').parse().ok().map(|told: u32| told.saturating_sub(age)))
                }
                None => Ok(found),
            },
        })
        .unwrap_or_else(Some)
}

fn text_of<'a>(answer: &'a Response, name: &HeaderName) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}
