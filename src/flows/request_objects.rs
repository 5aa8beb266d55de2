//! What a request brings along that someone signed: a request object of its client, by value or by reference (RFC 9101,
//! OpenID Connect Core 1.0 §6), and an ID token of ours as a hint. Both are verified before the request is looked at.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use url::Url;

use super::{Unserved, client_jwts::ClientJwts, signing_keys::SigningKeys};
use crate::{
    domain::{
        keys::SigningAlgorithm,
        oidc::{
            client::Client,
            error::{ErrorCode, ProtocolError},
            interaction::AuthorizationParameters,
            issuer::Issuer,
            request::{Conveyance, ReceivedParameters, object},
        },
        secret::{base64url, sha256},
    },
    ports::{clock::Clock, outbound::Outbound},
};

/// The longest address of an object (OpenID Connect Core 1.0 §6.2).
const LONGEST_ADDRESS: usize = 512;

/// How many documents are kept that cannot change.
const KEPT: usize = 32;

const TWO_OBJECTS: ProtocolError =
    ProtocolError::invalid_request("request_and_request_uri", "use one of request and request_uri");
const NOT_REGISTERED: ProtocolError = ProtocolError::new(
    ErrorCode::InvalidRequestUri,
    "request_uri_not_registered",
    "this request_uri is not registered for the client",
);
const UNREACHABLE: ProtocolError = ProtocolError::new(
    ErrorCode::InvalidRequestUri,
    "request_uri_unreachable",
    "there was no request object at request_uri",
);
const HINT: ProtocolError =
    ProtocolError::invalid_request("id_token_hint", "id_token_hint is not an ID token of ours");

/// Opens request objects and verifies hints.
pub struct RequestObjects {
    clock: Arc<dyn Clock>,
    outbound: Arc<dyn Outbound>,
    jwts: Arc<ClientJwts>,
    keys: Arc<SigningKeys>,
    issuer: Issuer,
    /// Documents by the hash that their address names: these cannot change. The oldest goes first.
    kept: Mutex<VecDeque<(String, String)>>,
}

impl RequestObjects {
    /// Over its ports.
    pub fn new(
        clock: Arc<dyn Clock>,
        outbound: Arc<dyn Outbound>,
        jwts: Arc<ClientJwts>,
        keys: Arc<SigningKeys>,
        issuer: Issuer,
    ) -> Self {
        Self { clock, outbound, jwts, keys, issuer, kept: Mutex::default() }
    }

    /// Whether a request brings along anything that this would look at.
    pub fn concerns(received: &ReceivedParameters) -> bool {
        ["request", "request_uri", "id_token_hint"]
            .iter()
            .any(|name| received.parameters.value(name).is_some())
    }

    /// The parameters that count of a request, and how they came. Those that came more than once are left as they are:
    /// they are refused for that.
    pub async fn open(
        &self,
        client: &Client,
        received: ReceivedParameters,
    ) -> Result<(ReceivedParameters, Conveyance), Unserved<ProtocolError>> {
        if !received.repeated.is_empty() {
            return Ok((received, Conveyance::default()));
        }
        let object = match (received.parameters.value("request"), received.parameters.value("request_uri")) {
            (Some(_), Some(_)) => return Err(Unserved::Refused(TWO_OBJECTS)),
            (Some(object), None) => Some(object.to_owned()),
            (None, Some(address)) => Some(self.fetch(client, address).await?),
            (None, None) => None,
        };
        let (received, conveyance) = match object {
            None => (received, Conveyance::default()),
            Some(object) => {
                let verified = self.verify(client, &object).await?;
                let taken = object::take_place(client, received, verified).map_err(Unserved::Refused)?;
                (taken, Conveyance { signed: true, pushed: false })
            }
        };
        self.verify_hint(&received).await?;
        Ok((received, conveyance))
    }

    async fn verify(
        &self,
        client: &Client,
        token: &str,
    ) -> Result<AuthorizationParameters, Unserved<ProtocolError>> {
        if token.len() > object::LONGEST {
            return Err(Unserved::Refused(object::UNVERIFIED));
        }
        let algorithms = match client.metadata.request_object_signing_alg {
            Some(one) => vec![one],
            None => SigningAlgorithm::ALL.to_vec(),
        };
        let verified = self.jwts.verify_signed(client, &algorithms, token).await.map_err(|refusal| {
            tracing::warn!(client = %client.id, %refusal, "a request object was not verified");
            Unserved::Refused(object::UNVERIFIED)
        })?;
        object::parameters(&verified.header, &verified.claims, client, &self.issuer, self.clock.now())
            .map_err(Unserved::Refused)
    }

    /// The document at a registered address. A fragment is the client's own mark of an edition, so addresses that differ
    /// in it alone are one (OpenID Connect Core 1.0 §6.2); where it is the document's own hash, the document cannot
    /// change and is kept.
    async fn fetch(&self, client: &Client, address: &str) -> Result<String, Unserved<ProtocolError>> {
        let without_fragment = |text: &str| text.split('#').next().unwrap_or_default().to_owned();
        let asked = without_fragment(address);
        let is_registered =
            client.metadata.request_uris.iter().any(|registered| without_fragment(registered) == asked);
        if !is_registered || address.len() > LONGEST_ADDRESS {
            return Err(Unserved::Refused(NOT_REGISTERED));
        }
        if let Some(kept) = self.find_kept(address) {
            return Ok(kept);
        }
        let url = Url::parse(&asked).map_err(|_| Unserved::Refused(NOT_REGISTERED))?;
        let fetched = self.outbound.fetch(&url, object::LONGEST).await;
        let fetched = fetched.inspect_err(
            |failure| tracing::warn!(client = %client.id, %failure, "a request object was not fetched"),
        );
        let document = fetched.ok().and_then(|fetched| String::from_utf8(fetched.body).ok());
        let document = document.ok_or(Unserved::Refused(UNREACHABLE))?.trim().to_owned();
        self.keep(address, &document);
        Ok(document)
    }

    fn find_kept(&self, address: &str) -> Option<String> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(of, _)| of == address).map(|(_, document)| document.clone())
    }

    fn keep(&self, address: &str, document: &str) {
        let hash = base64url(&sha256(document.as_bytes()));
        if address.split_once('#').is_none_or(|(_, fragment)| fragment != hash) {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((address.to_owned(), document.to_owned()));
    }

    /// A hint must be an ID token of ours, however old (OpenID Connect Core 1.0 §3.1.2.1).
    async fn verify_hint(&self, received: &ReceivedParameters) -> Result<(), Unserved<ProtocolError>> {
        let Some(hint) = received.parameters.value("id_token_hint") else { return Ok(()) };
        match self.keys.verify_hint(hint).await? {
            Some(_) => Ok(()),
            None => Err(Unserved::Refused(HINT)),
        }
    }
}
