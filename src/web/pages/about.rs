//! What a client says of itself: its picture, and where it tells how it treats data and under which terms (OpenID Connect
//! Dynamic Client Registration 1.0 §2).

use url::Url;

use crate::{domain::oidc::client::Client, web::headers::PictureSource};

/// What a client says of itself, as far as it may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AboutClient {
    /// The address of its picture.
    pub logo: Option<String>,
    /// Where it tells how it treats data.
    pub policy: Option<String>,
    /// Where its terms are.
    pub terms: Option<String>,
}

impl AboutClient {
    /// What of it is a web address over TLS; nothing else is shown.
    pub fn of(client: &Client) -> Self {
        let shown = |address: &Option<String>| address.clone().filter(|text| is_https(text));
        let metadata = &client.metadata;
        Self {
            logo: shown(&metadata.logo_uri).filter(|logo| PictureSource::of(logo).is_some()),
            policy: shown(&metadata.policy_uri),
            terms: shown(&metadata.tos_uri),
        }
    }

    /// Where its picture comes from, to be allowed as a source of this page's pictures.
    pub fn picture(&self) -> Option<PictureSource> {
        self.logo.as_deref().and_then(PictureSource::of)
    }

    /// A filled one, for the render test.
    pub fn sample() -> Self {
        let at = |page: &str| Some(format!("https://bank.example/{page}"));
        Self { logo: at("logo.png"), policy: at("privacy"), terms: at("terms") }
    }
}

fn is_https(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| url.scheme() == "https")
}
