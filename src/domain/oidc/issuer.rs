//! Who we are: the issuer identifier, and the addresses that hang off it.

use url::{Host, Url};

/// The issuer identifier: an https address without query or fragment (OpenID Connect Discovery 1.0 §3), or plain http
/// on loopback for a demonstration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

/// Why an address cannot be an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerRefusal {
    /// Not an address.
    #[error("the issuer is not an absolute URL")]
    NotAnAddress,
    /// Plain http beyond this machine.
    #[error("the issuer must be https (plain http is accepted on localhost and loopback addresses only)")]
    Insecure,
    /// A query, a fragment, a user or a path: every address of ours hangs directly off the origin.
    #[error(
        "the issuer must be a bare origin such as https://id.example.com, without a path, query or fragment"
    )]
    NotBare,
}

impl Issuer {
    /// Accepts an issuer as an operator wrote it; a single trailing slash is dropped.
    pub fn parse(text: &str) -> Result<Self, IssuerRefusal> {
        let url = Url::parse(text).map_err(|_| IssuerRefusal::NotAnAddress)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            _ => return Err(IssuerRefusal::Insecure),
        }
        let origin = url.origin().ascii_serialization();
        if text.trim_end_matches('/') != origin {
            return Err(IssuerRefusal::NotBare);
        }
        Ok(Self { text: origin, url })
    }

    /// The identifier, compared as an exact string.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The origin, as browsers send it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.text
    }

    /// The host, as it stands in an address.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The full address of one of our paths.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// Whether browsers reach us over TLS, so that cookies can be `Secure`.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_loopback_and_bare() {
        // OpenID Connect Discovery 1.0 §3
        assert_eq!(
            Issuer::parse("https://id.example.com/").map(|i| i.text),
            Ok("https://id.example.com".into())
        );
        assert!(Issuer::parse("http://localhost:8080").is_ok());
        assert!(Issuer::parse("http://127.0.0.1:8080").is_ok());
        assert_eq!(Issuer::parse("http://id.example.com"), Err(IssuerRefusal::Insecure));
        assert_eq!(Issuer::parse("id.example.com"), Err(IssuerRefusal::NotAnAddress));
        for path in ["https://a.example/x", "https://a.example/?q", "https://u@a.example"] {
            assert_eq!(Issuer::parse(path), Err(IssuerRefusal::NotBare), "{path}");
        }
    }
}
