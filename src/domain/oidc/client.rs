//! An OAuth client and its proven redirect address.

pub mod metadata;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::{Host, Url, form_urlencoded};

use self::metadata::{ApplicationType, ClientMetadata, GrantType};
use crate::domain::{
    authn::acr::Acr,
    id::ClientId,
    keys::SigningAlgorithm,
    secret::{SecretToken, TokenHash},
};

/// How a client authenticates at the token endpoint (OpenID Connect Core 1.0 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// Not at all: a public client, for which PKCE is required (RFC 9700 §2.1.1).
    None,
    /// HTTP Basic (RFC 6749 §2.3.1).
    ClientSecretBasic,
    /// In the body (RFC 6749 §2.3.1).
    ClientSecretPost,
    /// By an assertion under a MAC of its secret (OpenID Connect Core 1.0 §9, RFC 7523).
    ClientSecretJwt,
    /// By an assertion that its own key signed (OpenID Connect Core 1.0 §9, RFC 7523).
    PrivateKeyJwt,
}

/// A registered OAuth client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// The `client_id`.
    pub id: ClientId,
    /// What users are shown.
    pub name: String,
    /// How it authenticates.
    pub authentication: ClientAuthentication,
    /// Hash of its secret; a secret is 256 random bits, so a plain hash is enough.
    pub secret_hash: Option<TokenHash>,
    /// The secret itself, sealed by the vault, where assertions are checked with it (`client_secret_jwt`).
    pub sealed_secret: Option<Vec<u8>>,
    /// Where it may be answered, compared as exact strings (RFC 9700 §2.1).
    pub redirect_uris: Vec<String>,
    /// What its ID tokens are signed with.
    pub id_token_algorithm: SigningAlgorithm,
    /// The context that every sign-in at this client must reach, whatever the request says.
    pub minimum_acr: Option<Acr>,
    /// Whether `acr_values` is a condition for this client and not a wish.
    pub acr_values_are_necessary: bool,
    /// Scopes whose tokens need the face context (RFC 9470 §5).
    pub protected_scopes: Vec<String>,
    /// What else it registered.
    pub metadata: ClientMetadata,
    /// Hash of the token that manages its registration (RFC 7592 §3), where it registered itself.
    pub registration_token_hash: Option<TokenHash>,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// Why an address cannot be redirected to; shown on a page, never sent to the address (RFC 6749 §4.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectRefusal {
    /// The request names none.
    #[error("redirect_uri is missing")]
    Missing,
    /// The request names more than one (RFC 6749 §3.1).
    #[error("redirect_uri came more than once")]
    Repeated,
    /// It is not one of the client's.
    #[error("redirect_uri is not registered for this client")]
    NotRegistered,
}

impl Client {
    /// Proves an address to be one of this client's; the only maker of a [`ReturnAddress`]
    /// (OpenID Connect Core 1.0 §3.1.2.1: simple string comparison; RFC 8252 §7.3: but for the port of a native client
    /// on a loopback address, which it learns from its system).
    pub fn bind_redirect(&self, asked: Option<&str>) -> Result<ReturnAddress, RedirectRefusal> {
        let asked = asked.ok_or(RedirectRefusal::Missing)?;
        let native = self.metadata.application_type == ApplicationType::Native;
        let is_registered = |registered: &String| {
            registered == asked || (native && differ_in_loopback_port_alone(registered, asked))
        };
        if !self.redirect_uris.iter().any(is_registered) {
            return Err(RedirectRefusal::NotRegistered);
        }
        Url::parse(asked).map(ReturnAddress).map_err(|_| RedirectRefusal::NotRegistered)
    }

    /// Whether the client must prove possession of a code verifier (RFC 7636; RFC 9700 §2.1.1).
    pub fn is_public(&self) -> bool {
        self.authentication == ClientAuthentication::None
    }

    /// Whether it may use a grant (RFC 6749 §5.2, `unauthorized_client`).
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.metadata.grant_types.contains(&grant)
    }

    /// Compares a presented secret with the registered one in constant time over their hashes.
    pub fn secret_matches(&self, presented: &SecretToken) -> bool {
        use subtle::ConstantTimeEq;
        self.secret_hash
            .as_ref()
            .is_some_and(|kept| kept.as_str().as_bytes().ct_eq(presented.hash().as_str().as_bytes()).into())
    }
}

/// Whether two http addresses of the loopback interface, written as IP addresses, are the same but for the port.
fn differ_in_loopback_port_alone(registered: &str, asked: &str) -> bool {
    let without_port = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        let loopback = match url.host()? {
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
            Host::Domain(_) => false,
        };
        // What the parser mends was not written as it was registered.
        let as_written = url.as_str() == text;
        (loopback && as_written && url.scheme() == "http" && url.set_port(None).is_ok()).then_some(url)
    };
    without_port(registered).is_some_and(|kept| without_port(asked) == Some(kept))
}

/// A redirect address that was proven to be its client's. Only this type can be redirected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnAddress(Url);

impl ReturnAddress {
    /// The address with parameters added to its query (RFC 6749 §4.1.2).
    pub fn with_query<'a>(&self, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Url {
        let mut url = self.0.clone();
        let mut parameters = parameters.into_iter().peekable();
        if parameters.peek().is_some() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        url
    }

    /// The address with parameters in its fragment (OAuth 2.0 Multiple Response Type Encoding Practices 1.0 §2.1).
    pub fn with_fragment<'a>(&self, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Url {
        let mut url = self.0.clone();
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        url.set_fragment(Some(&encoded.extend_pairs(parameters).finish()));
        url
    }

    /// Its origin, for `form-action` (browsers apply that to the redirect after a form).
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}
