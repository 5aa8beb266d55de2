//! Which addresses may be registered for what.

use url::{Host, Url};

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Where a client on a server or in a browser is answered: https, or plain http on this very machine while it is
    /// written; with the implicit grant https alone (OpenID Connect Dynamic Client Registration 1.0 §2).
    Web {
        /// Whether tokens stand in the address.
        implicit: bool,
    },
    /// Where a client on a person's device is answered: a claimed https address, http on loopback, or a scheme of its own
    /// that is a reversed domain name (RFC 8252 §7).
    Native,
    /// What a person may be led to: https or http.
    Page,
    /// https alone.
    Secure,
    /// What we fetch or post to where the operator allows plain http.
    Plain,
    /// The same with a fragment, as a request object's hash (OpenID Connect Core 1.0 §6.2).
    Fragmented {
        /// Whether plain http is allowed.
        http: bool,
    },
    /// A resource: any absolute address without a fragment (RFC 8707 §2).
    Resource,
}

impl Place {
    /// What we fetch or post to.
    pub fn fetched(http: bool) -> Self {
        if http { Self::Plain } else { Self::Secure }
    }

    /// Whether an address may stand here. No address has a user name in it, and none but a request object's a fragment
    /// (RFC 6749 §3.1.2).
    pub fn admits(self, address: &str) -> bool {
        let Ok(url) = Url::parse(address) else { return false };
        let bare = url.username().is_empty() && url.password().is_none();
        let whole = matches!(self, Self::Fragmented { .. }) || url.fragment().is_none();
        bare && whole && self.admits_scheme(&url)
    }

    fn admits_scheme(self, url: &Url) -> bool {
        match (self, url.scheme()) {
            (Self::Resource, _) => true,
            (_, "https") => url.has_host(),
            (Self::Web { implicit: false } | Self::Native, "http") => is_loopback(url),
            (Self::Page | Self::Plain | Self::Fragmented { http: true }, "http") => url.has_host(),
            (Self::Native, scheme) => scheme.contains('.'),
            _ => false,
        }
    }

    /// The rule in words.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Web { implicit: false } => {
                "must be absolute, without a fragment, and https or http on a loopback host"
            }
            Self::Web { implicit: true } => {
                "must be absolute, without a fragment, and https for a client of the implicit grant"
            }
            Self::Native => {
                "must be absolute, without a fragment, and https, http on a loopback host, or a scheme with a dot"
            }
            Self::Page => "must be an https or http address without a fragment",
            Self::Secure => "must be an https address without a fragment",
            Self::Plain => "must be an https or http address without a fragment",
            Self::Fragmented { .. } => "must be an https address",
            Self::Resource => "must be an absolute address without a fragment",
        }
    }
}

/// Whether an address is on this very machine (RFC 8252 §7.3, §8.3).
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
