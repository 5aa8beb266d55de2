//! How a client says who it is at the token endpoint.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::form_urlencoded;

use super::{
    client::{Client, ClientAuthentication},
    error::{ErrorCode, ProtocolError},
};
use crate::domain::{id::ClientId, secret::SecretToken};

/// A client's name and, by one way only, its secret (RFC 6749 §2.3).
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// The `client_id`.
    pub client: ClientId,
    /// How it came.
    pub method: ClientAuthentication,
    /// The secret, for every method but none.
    pub secret: Option<SecretToken>,
}

/// What any client is told that does not prove itself; which part was wrong is not said (RFC 6749 §5.2).
pub const INVALID_CLIENT: ProtocolError =
    ProtocolError::new(ErrorCode::InvalidClient, "invalid_client", "the client did not authenticate");

const TWO_WAYS: ProtocolError =
    ProtocolError::invalid_request("two_ways_to_authenticate", "use one way to authenticate");

impl ClientCredentials {
    /// Reads them from the `Authorization` header and the body's `client_id` and `client_secret`; using both ways at once
    /// is refused (RFC 6749 §2.3). The body may repeat the header's `client_id`.
    pub fn parse(
        authorization: Option<&str>,
        client_id: Option<&str>,
        client_secret: Option<&str>,
    ) -> Result<Self, ProtocolError> {
        match (authorization, client_secret) {
            (Some(_), Some(_)) => Err(TWO_WAYS),
            (Some(header), None) => {
                let credentials = Self::from_basic(header).ok_or(INVALID_CLIENT)?;
                match client_id {
                    Some(repeated) if repeated != credentials.client.as_str() => Err(TWO_WAYS),
                    _ => Ok(credentials),
                }
            }
            (None, secret) => {
                let client = client_id.and_then(ClientId::parse).ok_or(INVALID_CLIENT)?;
                let method = match secret {
                    Some(_) => ClientAuthentication::ClientSecretPost,
                    None => ClientAuthentication::None,
                };
                Ok(Self { client, method, secret: secret.map(SecretToken::from_outside) })
            }
        }
    }

    /// HTTP Basic whose two parts were form-encoded before (RFC 6749 §2.3.1).
    fn from_basic(header: &str) -> Option<Self> {
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        Some(Self {
            client: ClientId::parse(&form_decoded(id))?,
            method: ClientAuthentication::ClientSecretBasic,
            secret: Some(SecretToken::from_outside(&form_decoded(secret))),
        })
    }

    /// Whether they prove the client by the one method that it is registered for.
    pub fn prove(&self, client: &Client) -> Result<(), ProtocolError> {
        let proven = client.id == self.client
            && client.authentication == self.method
            && match (&self.secret, client.is_public()) {
                (None, true) => true,
                (Some(secret), false) => client.secret_matches(secret),
                _ => false,
            };
        if proven { Ok(()) } else { Err(INVALID_CLIENT) }
    }
}

/// Undoes `application/x-www-form-urlencoded` on one value; `&` and `=` cannot stand in one unencoded.
fn form_decoded(text: &str) -> String {
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(text: &str) -> Result<ClientCredentials, ProtocolError> {
        ClientCredentials::parse(Some(&format!("Basic {}", STANDARD.encode(text))), None, None)
    }

    #[test]
    fn both_parts_of_basic_are_form_decoded() {
        // RFC 6749 §2.3.1
        let credentials = basic("bank%2D1:a%2Bb+c%3A%25=&").unwrap();
        assert_eq!(credentials.client.as_str(), "bank-1");
        assert_eq!(credentials.secret.unwrap().expose(), "a+b c:%=&");
    }

    #[test]
    fn two_ways_to_authenticate_are_refused() {
        // RFC 6749 §2.3
        let header = format!("Basic {}", STANDARD.encode("bank:secret"));
        for (id, secret) in [(None, Some("secret")), (Some("other"), None), (Some("bank"), Some("secret"))] {
            let error = ClientCredentials::parse(Some(&header), id, secret).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRequest);
        }
        assert!(ClientCredentials::parse(Some(&header), Some("bank"), None).is_ok());
    }

    #[test]
    fn garbage_in_the_header_is_an_unknown_client() {
        for header in ["Basic", "Basic !!!", "Bearer abc", "Basic Og==", ""] {
            let error = ClientCredentials::parse(Some(header), None, None).unwrap_err();
            assert_eq!(error, INVALID_CLIENT, "{header:?}");
        }
    }
}
