//! The door that every client comes through, at whichever endpoint: it proves itself by the one method that it is
//! registered for, or is told `invalid_client` (RFC 6749 §2.3, OpenID Connect Core 1.0 §9).

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Unserved,
    client_jwts::{ClientJwtRefusal, ClientJwts},
};
use crate::{
    domain::{
        keys::SigningAlgorithm,
        oidc::{
            assertion::{AssertionRefusal, ClientAssertion},
            client::{Client, ClientAuthentication},
            credentials::{ClientCredentials, INVALID_CLIENT, Proof},
            endpoints::CLIENT_ENDPOINTS,
            error::ProtocolError,
            issuer::Issuer,
        },
        secret::SecretToken,
    },
    ports::{store::Store, tokens::VerifiedJwt},
};

/// Lets clients in that prove themselves.
pub struct ClientDoor {
    store: Arc<dyn Store>,
    jwts: Arc<ClientJwts>,
    issuer: Issuer,
}

impl ClientDoor {
    /// Over its ports.
    pub fn new(store: Arc<dyn Store>, jwts: Arc<ClientJwts>, issuer: Issuer) -> Self {
        Self { store, jwts, issuer }
    }

    /// The client that these credentials prove.
    pub async fn authenticate(
        &self,
        credentials: ClientCredentials,
        now: Timestamp,
    ) -> Result<Client, Unserved<ProtocolError>> {
        let named = credentials.client.clone();
        let found = self.store.read(move |db| db.find_client(&named)).await?;
        self.admit(found, &credentials, now).await
    }

    /// The same for who has read the client that the credentials name with whatever else it needs.
    pub async fn admit(
        &self,
        found: Option<Client>,
        credentials: &ClientCredentials,
        now: Timestamp,
    ) -> Result<Client, Unserved<ProtocolError>> {
        let client = found.filter(|client| client.id == credentials.client);
        let client = client.filter(|client| client.authentication == credentials.method());
        let client = client.ok_or(Unserved::Refused(INVALID_CLIENT))?;
        match &credentials.proof {
            Proof::Nothing => {}
            Proof::Basic(secret) | Proof::Post(secret) => check_secret(&client, secret)?,
            Proof::Assertion(assertion) => self.accept(&client, assertion, now).await?,
        }
        Ok(client)
    }

    /// Accepts an assertion once: its signature or MAC first, so that only the client itself is told what else is wrong with
    /// it (RFC 7523 §3).
    async fn accept(
        &self,
        client: &Client,
        assertion: &ClientAssertion,
        now: Timestamp,
    ) -> Result<(), Unserved<ProtocolError>> {
        let verified = self.verify(client, assertion).await?;
        let used = assertion.check(&verified.claims, &self.issuer, &CLIENT_ENDPOINTS, now);
        let used = used.map_err(|refusal| Unserved::Refused(refusal.into()))?;
        match self.store.transact(move |db| db.use_assertion(&used)).await? {
            true => Ok(()),
            false => Err(Unserved::Refused(AssertionRefusal::Replayed.into())),
        }
    }

    /// By the secret or by a key, whichever its method is, and by the one algorithm that the client registered, if it did.
    async fn verify(
        &self,
        client: &Client,
        assertion: &ClientAssertion,
    ) -> Result<VerifiedJwt, Unserved<ProtocolError>> {
        let jwt = assertion.jwt.expose();
        if assertion.method == ClientAuthentication::ClientSecretJwt {
            return self.jwts.verify_keyed(client, jwt).map_err(|unserved| match unserved {
                Unserved::Refused(refusal) => not_proven(client, &refusal),
                Unserved::Fault(fault) => Unserved::Fault(fault),
            });
        }
        let registered = client.metadata.token_endpoint_auth_signing_alg;
        let algorithms = registered.as_ref().map_or(&SigningAlgorithm::ALL[..], std::slice::from_ref);
        let verified = self.jwts.verify_signed(client, algorithms, jwt).await;
        verified.map_err(|refusal| not_proven(client, &refusal))
    }
}

/// Whether the client is public and so has no secret was decided by its method.
fn check_secret(client: &Client, secret: &SecretToken) -> Result<(), Unserved<ProtocolError>> {
    if client.secret_matches(secret) { Ok(()) } else { Err(Unserved::Refused(INVALID_CLIENT)) }
}

/// The client is not told which key was missing; the operator is.
fn not_proven(client: &Client, refusal: &ClientJwtRefusal) -> Unserved<ProtocolError> {
    tracing::info!(client = client.id.as_str(), %refusal, "a client's assertion was not verified");
    Unserved::Refused(INVALID_CLIENT)
}
