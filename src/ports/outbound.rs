//! Requests to addresses that clients registered: key sets, request objects, sector lists, logout notices.
//!
//! Whoever registers a client chooses these addresses, so an adapter keeps three promises: it connects to no loopback,
//! private or link-local address unless the operator allows that, judged by the address that is really connected to; it
//! follows no redirect; and it bounds time and size.

use url::Url;

use super::BoxFuture;
use crate::domain::secret::SecretToken;

/// A body that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The body, no longer than was asked for.
    pub body: Vec<u8>,
    /// The media type without parameters, lower case; empty where none was told.
    pub media_type: String,
    /// How long it may be kept, in seconds, where the answer said (RFC 9111 §5.2.2.1).
    pub fresh_for: Option<u32>,
}

/// Why a request came to nothing. The text is for the operator's log and names the cause, never a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundFailure {
    /// The address is not https (or http where the operator allows private addresses), or is one that is never connected to.
    #[error("the address may not be connected to: {0}")]
    Forbidden(String),
    /// No connection, no answer in time, or a broken one.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// An answer of another status than 200 (fetch) or 2xx (post).
    #[error("the answer has status {0}")]
    Status(u16),
    /// More than was asked for.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

/// Speaks to addresses that clients registered.
pub trait Outbound: Send + Sync {
    /// Fetches a document by GET; at most `most_bytes` of it.
    fn fetch<'a>(
        &'a self,
        address: &'a Url,
        most_bytes: usize,
    ) -> BoxFuture<'a, Result<Fetched, OutboundFailure>>;

    /// Posts form fields; any 2xx is success, and the body is not read.
    fn post_form<'a>(
        &'a self,
        address: &'a Url,
        fields: &'a [(&'a str, &'a str)],
    ) -> BoxFuture<'a, Result<(), OutboundFailure>>;
}

/// By which a client proves itself in `Authorization` (RFC 6749 §2.3.1).
#[derive(Clone, Debug)]
pub struct BasicCredentials {
    /// Its name.
    pub client_id: String,
    /// Its secret.
    pub secret: SecretToken,
}

/// Asks a provider as one of its clients, where the answer counts: introspection (RFC 7662 §2.1). The address is the
/// operator's choice, and the same promises are kept.
pub trait Inquiry: Send + Sync {
    /// Posts form fields, and reads at most `most_bytes` of what is answered with 200.
    fn inquire<'a>(
        &'a self,
        address: &'a Url,
        client: &'a BasicCredentials,
        fields: &'a [(&'a str, &'a str)],
        most_bytes: usize,
    ) -> BoxFuture<'a, Result<Fetched, OutboundFailure>>;
}
