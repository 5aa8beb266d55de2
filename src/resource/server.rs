//! Which tokens are good here: signed ones by the issuer's keys (RFC 9068 §4), others by the issuer's word (RFC 7662).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    issuer_documents::IssuerDocuments,
    refusal::{RETRY_SECONDS, Refusal, TokenFlaw},
    requirement::Requirement,
    token::{Expected, ProvenToken},
};
use crate::{
    domain::{
        keys::{SigningAlgorithm, named_in},
        oidc::{
            issuer::{Issuer, IssuerRefusal},
            tokens::Claims,
        },
        secret::{SecretToken, from_base64url},
    },
    ports::{
        clock::Clock,
        fault::Fault,
        outbound::{BasicCredentials, Inquiry, Outbound},
        tokens::ClientJwtVerifier,
    },
};

/// The longest token that is looked at.
const LONGEST_TOKEN: usize = 8 * 1024;
/// The largest answer to a question about one.
const MOST_BYTES: usize = 64 * 1024;

/// What the kit stands on; [`ResourceServer::new`] has them all.
#[derive(Clone)]
pub struct Ports {
    /// Fetches what the issuer publishes.
    pub outbound: Arc<dyn Outbound>,
    /// Asks the issuer about tokens.
    pub inquiry: Arc<dyn Inquiry>,
    /// Verifies signatures.
    pub jwts: Arc<dyn ClientJwtVerifier>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why a resource server cannot be set up so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadResourceServer {
    /// It cannot trust this issuer.
    #[error(transparent)]
    Issuer(#[from] IssuerRefusal),
    /// Tokens could not be for it.
    #[error(
        "the audience is the absolute URI, without a fragment, that clients name in resource (RFC 8707 §2)"
    )]
    Audience,
    /// Nothing can be fetched.
    #[error("the HTTP client cannot be made")]
    Outbound,
}

/// One API: which issuer it trusts, and by which name tokens are for it. Cheap to clone; clones share what they fetched.
#[derive(Clone)]
pub struct ResourceServer {
    documents: Arc<IssuerDocuments>,
    audience: Arc<str>,
    ports: Ports,
    introspection: Option<Introspection>,
}

/// How the issuer is asked.
#[derive(Clone)]
struct Introspection {
    credentials: Arc<BasicCredentials>,
    /// Whether about signed tokens, too.
    always: bool,
}

impl ResourceServer {
    /// Over its ports; see [`ResourceServer::new`].
    pub fn over(ports: Ports, issuer: &str, audience: &str) -> Result<Self, BadResourceServer> {
        let issuer = Issuer::parse(issuer)?;
        let is_uri = url::Url::parse(audience).is_ok_and(|uri| uri.fragment().is_none());
        if !is_uri || !audience.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(BadResourceServer::Audience);
        }
        let documents = IssuerDocuments::new(issuer, ports.outbound.clone(), ports.clock.clone());
        Ok(Self { documents: Arc::new(documents), audience: audience.into(), ports, introspection: None })
    }

    /// Takes opaque tokens as well, and asks the issuer about each of them as this client (RFC 7662 §2.1), which must be
    /// registered with the audience. An answer counts for its request alone, so that a revoked token is refused at once.
    pub fn introspecting_as(mut self, client_id: &str, secret: &str) -> Self {
        let secret = SecretToken::from_outside(secret);
        let credentials = Arc::new(BasicCredentials { client_id: client_id.to_owned(), secret });
        self.introspection = Some(Introspection { credentials, always: false });
        self
    }

    /// Asks about signed tokens as well: they can be revoked before they lapse, and their signature does not tell.
    pub fn and_about_signed_tokens(mut self) -> Self {
        if let Some(introspection) = &mut self.introspection {
            introspection.always = true;
        }
        self
    }

    /// What tokens have to be for; clients name it in `resource` (RFC 8707 §2).
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The middleware for a route, or a scope of routes, that demands this of its tokens.
    pub fn require(&self, requirement: Requirement) -> super::RequireToken {
        super::RequireToken::new(self.clone(), requirement)
    }

    /// Whether two stand for one API.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.documents, &other.documents)
            && self.introspects_always() == other.introspects_always()
    }

    fn introspects_always(&self) -> bool {
        self.introspection.as_ref().is_some_and(|introspection| introspection.always)
    }

    /// Checks a token. What it is good for is left to a [`Requirement`].
    pub async fn prove(&self, token: &SecretToken) -> Result<ProvenToken, Refusal> {
        if token.expose().len() > LONGEST_TOKEN {
            return Err(TokenFlaw::Unreadable.into());
        }
        let is_signed = looks_signed(token.expose());
        let claims = match &self.introspection {
            Some(introspection) if introspection.always || !is_signed => {
                self.introspected(introspection, token).await?
            }
            _ if is_signed => self.verified(token.expose()).await?,
            _ => return Err(TokenFlaw::Unreadable.into()),
        };
        let (issuer, now) = (self.documents.issuer(), self.ports.clock.now());
        Ok(ProvenToken::read(&claims, &Expected { issuer, audience: &self.audience, now })?)
    }

    /// The claims of a token that the issuer signed (RFC 9068 §4).
    async fn verified(&self, token: &str) -> Result<Claims, Refusal> {
        // What is wrong with the issuer was logged where it was found.
        let known = self.documents.with_key(named_in(token).as_ref()).await.map_err(|_| UNAVAILABLE)?;
        let verified = self.ports.jwts.verify_signed(&known.jwks, &SigningAlgorithm::ALL, token);
        let verified = verified.ok_or(TokenFlaw::Signature)?;
        // RFC 7515 §4.1.9: a media type, whose "application/" may be left out; letters of any case.
        let typ = verified.header.get("typ").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        match typ.strip_prefix("application/").unwrap_or(&typ) {
            "at+jwt" => Ok(verified.claims),
            _ => Err(TokenFlaw::Type.into()),
        }
    }

    /// What the issuer tells of an active token (RFC 7662 §2.2).
    async fn introspected(
        &self,
        introspection: &Introspection,
        token: &SecretToken,
    ) -> Result<Claims, Refusal> {
        let told = self.ask(introspection, token).await.map_err(|fault| {
            tracing::error!(%fault, issuer = self.documents.issuer().as_str(), "the issuer tells nothing of a token");
            UNAVAILABLE
        })?;
        let is_bearer = told
            .get("token_type")
            .is_none_or(|kind| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")));
        match told.get("active") {
            Some(Value::Bool(true)) if is_bearer => Ok(told),
            Some(Value::Bool(true)) => Err(TokenFlaw::Type.into()),
            _ => Err(TokenFlaw::Inactive.into()),
        }
    }

    async fn ask(&self, introspection: &Introspection, token: &SecretToken) -> Result<Claims, Fault> {
        let known = self.documents.with_key(None).await?;
        let endpoint = known.introspection_endpoint.as_ref();
        let endpoint = endpoint.ok_or_else(|| Fault::Damaged("the issuer has no such endpoint".into()))?;
        let fields = [("token", token.expose()), ("token_type_hint", "access_token")];
        let answer = self.ports.inquiry.inquire(endpoint, &introspection.credentials, &fields, MOST_BYTES);
        let answer = answer.await.map_err(|failure| Fault::Unavailable(failure.to_string()))?;
        serde_json::from_slice(&answer.body)
            .map_err(|_| Fault::Damaged("the answer is no JSON object".into()))
    }
}

const UNAVAILABLE: Refusal = Refusal::Unavailable { retry_seconds: RETRY_SECONDS };

/// Whether a token is a compact JWS by its looks (RFC 7515 §3.1).
fn looks_signed(token: &str) -> bool {
    let header = token.split('.').next().and_then(from_base64url);
    let is_header = |bytes: Vec<u8>| serde_json::from_slice::<Map<String, Value>>(&bytes).is_ok();
    token.split('.').count() == 3 && header.is_some_and(is_header)
}
