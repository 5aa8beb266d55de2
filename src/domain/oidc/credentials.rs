//! How a client says who it is, at every endpoint that asks it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::form_urlencoded;

use super::{
    assertion::{ClientAssertion, JWT_BEARER},
    client::ClientAuthentication,
    error::{ErrorCode, ProtocolError},
    request::ReceivedParameters,
};
use crate::domain::{id::ClientId, secret::SecretToken};

/// A client's name and, by one way only, what shall prove it (RFC 6749 §2.3).
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// The `client_id`.
    pub client: ClientId,
    /// What shall prove it.
    pub proof: Proof,
}

/// What shall prove a client.
#[derive(Clone, Debug)]
pub enum Proof {
    /// Nothing: a public client.
    Nothing,
    /// Its secret in the header (`client_secret_basic`).
    Basic(SecretToken),
    /// Its secret in the body (`client_secret_post`).
    Post(SecretToken),
    /// A JWT under its secret or its key (`client_secret_jwt`, `private_key_jwt`).
    Assertion(ClientAssertion),
}

/// What any client is told that does not prove itself; which part was wrong is not said (RFC 6749 §5.2).
pub const INVALID_CLIENT: ProtocolError =
    ProtocolError::new(ErrorCode::InvalidClient, "invalid_client", "the client did not authenticate");

const TWO_WAYS: ProtocolError =
    ProtocolError::invalid_request("two_ways_to_authenticate", "use one way to authenticate");

impl ClientCredentials {
    /// Reads them from the `Authorization` header and the body; using two ways at once is refused (RFC 6749 §2.3). The
    /// body may repeat the `client_id` that the header or the assertion names (RFC 7521 §4.2).
    pub fn parse(authorization: Option<&str>, received: &ReceivedParameters) -> Result<Self, ProtocolError> {
        if !received.repeated.is_empty() {
            return Err(REPEATED);
        }
        let value = |name| received.parameters.value(name);
        let assertion = match (value("client_assertion_type"), value("client_assertion")) {
            (None, None) => None,
            (kind, Some(jwt)) => Some((kind, jwt)),
            (Some(_), None) => {
                return Err(ProtocolError::invalid_request(
                    "client_assertion",
                    "client_assertion is missing",
                ));
            }
        };
        let named = match (authorization, value("client_secret"), assertion) {
            (Some(header), None, None) => Self::from_basic(header).ok_or(INVALID_CLIENT)?,
            (None, None, Some((kind, jwt))) => Self::from_assertion(kind, jwt)?,
            (None, secret, None) => {
                let client = value("client_id").and_then(ClientId::parse).ok_or(INVALID_CLIENT)?;
                let post = |secret| Proof::Post(SecretToken::from_outside(secret));
                Self { client, proof: secret.map_or(Proof::Nothing, post) }
            }
            _ => return Err(TWO_WAYS),
        };
        match value("client_id") {
            Some(repeated) if repeated != named.client.as_str() => Err(TWO_WAYS),
            _ => Ok(named),
        }
    }

    /// By which method they prove the client (OpenID Connect Core 1.0 §9).
    pub fn method(&self) -> ClientAuthentication {
        match &self.proof {
            Proof::Nothing => ClientAuthentication::None,
            Proof::Basic(_) => ClientAuthentication::ClientSecretBasic,
            Proof::Post(_) => ClientAuthentication::ClientSecretPost,
            Proof::Assertion(assertion) => assertion.method,
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
            proof: Proof::Basic(SecretToken::from_outside(&form_decoded(secret))),
        })
    }

    /// A JWT of the one type that there is (RFC 7523 §2.2).
    fn from_assertion(kind: Option<&str>, jwt: &str) -> Result<Self, ProtocolError> {
        if kind != Some(JWT_BEARER) {
            return Err(ProtocolError::new(
                ErrorCode::InvalidClient,
                "client_assertion_type",
                "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ));
        }
        let assertion = ClientAssertion::parse(jwt).ok_or(INVALID_CLIENT)?;
        Ok(Self { client: assertion.client.clone(), proof: Proof::Assertion(assertion) })
    }
}

/// What is told when a parameter of a program's request is repeated (RFC 6749 §3.2).
pub const REPEATED: ProtocolError =
    ProtocolError::invalid_request("repeated_parameter", "a parameter came more than once");

/// Undoes `application/x-www-form-urlencoded` on one value; `&` and `=` cannot stand in one unencoded.
fn form_decoded(text: &str) -> String {
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::base64url;

    fn parse(
        authorization: Option<&str>,
        fields: &[(&str, &str)],
    ) -> Result<ClientCredentials, ProtocolError> {
        let pairs = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ClientCredentials::parse(authorization, &ReceivedParameters::collect(pairs))
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    /// Without a signature, which is not looked at here.
    fn assertion(algorithm: &str) -> String {
        let part = |text: String| base64url(text.as_bytes());
        let header = part(format!(r#"{{"alg":"{algorithm}"}}"#));
        format!("{header}.{}.x", part(r#"{"sub":"bank"}"#.into()))
    }

    #[test]
    fn both_parts_of_basic_are_form_decoded() {
        // RFC 6749 §2.3.1
        let credentials = parse(Some(&basic("bank%2D1:a%2Bb+c%3A%25=&")), &[]).unwrap();
        assert_eq!(credentials.client.as_str(), "bank-1");
        assert!(matches!(credentials.proof, Proof::Basic(secret) if secret.expose() == "a+b c:%=&"));
    }

    #[test]
    fn two_ways_to_authenticate_are_refused() {
        // RFC 6749 §2.3, RFC 7521 §4.2
        let header = basic("bank:secret");
        let jwt = assertion("ES256");
        let (id, secret) = (("client_id", "bank"), ("client_secret", "secret"));
        let by_jwt = [("client_assertion_type", JWT_BEARER), ("client_assertion", jwt.as_str())];
        for (authorization, fields) in [
            (Some(header.as_str()), &[secret][..]),
            (Some(&header), &[("client_id", "other")]),
            (Some(&header), &[id, secret]),
            (Some(&header), &by_jwt),
            (None, &[by_jwt[0], by_jwt[1], secret]),
            (None, &[by_jwt[0], by_jwt[1], ("client_id", "other")]),
            (None, &[id, id]),
            (None, &[id, by_jwt[0]]),
        ] {
            let error = parse(authorization, fields).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRequest, "{fields:?}");
        }
        assert!(parse(Some(&header), &[id]).is_ok());
        assert!(parse(None, &[by_jwt[0], by_jwt[1], id]).is_ok());
    }

    #[test]
    fn each_way_is_a_method_of_its_own() {
        // OpenID Connect Core 1.0 §9
        let method = |authorization: Option<&str>, fields: &[(&str, &str)]| {
            parse(authorization, fields).unwrap().method()
        };
        let id = ("client_id", "bank");
        assert_eq!(method(None, &[id]), ClientAuthentication::None);
        assert_eq!(method(None, &[id, ("client_secret", "s")]), ClientAuthentication::ClientSecretPost);
        assert_eq!(method(Some(&basic("bank:s")), &[]), ClientAuthentication::ClientSecretBasic);
        for (algorithm, expected) in [
            ("HS256", ClientAuthentication::ClientSecretJwt),
            ("RS256", ClientAuthentication::PrivateKeyJwt),
            ("none", ClientAuthentication::PrivateKeyJwt),
        ] {
            let jwt = assertion(algorithm);
            let fields = [("client_assertion_type", JWT_BEARER), ("client_assertion", jwt.as_str())];
            assert_eq!(method(None, &fields), expected);
        }
    }

    #[test]
    fn garbage_is_an_unknown_client() {
        for header in ["Basic", "Basic !!!", "Bearer abc", "Basic Og==", ""] {
            assert_eq!(parse(Some(header), &[]).unwrap_err(), INVALID_CLIENT, "{header:?}");
        }
        let jwt = assertion("ES256");
        for fields in [
            [("client_assertion_type", JWT_BEARER), ("client_assertion", "x")],
            [("client_assertion_type", "urn:x"), ("client_assertion", jwt.as_str())],
            [("client_id", "a b"), ("x", "y")],
            [("x", "y"), ("client_assertion", jwt.as_str())],
        ] {
            assert_eq!(parse(None, &fields).unwrap_err().code, ErrorCode::InvalidClient, "{fields:?}");
        }
    }
}
