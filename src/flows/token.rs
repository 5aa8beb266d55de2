//! The token endpoint: a client that proves itself gets tokens for a code, for a refresh token, or for itself. Each way
//! stands in a file of its own; what is won in a transaction is signed after it.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Unserved, client_authentication::ClientDoor};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::AuditId,
        oidc::{
            claims::told,
            client::Client,
            client_grant::UNAUTHORIZED,
            credentials::ClientCredentials,
            error::ProtocolError,
            grant::Grant,
            redemption::TokenRequest,
            refresh::PresentedRefresh,
            scope,
            tokens::{Bound, Claims},
        },
        secret::SecretToken,
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        fault::Fault,
        store::{Db, Store},
    },
};

mod client_credentials;
mod code;
mod mint;
mod refresh;

pub use mint::{Draft, Mint};

/// A successful answer (RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3).
#[derive(Clone, Debug)]
pub struct TokenReply {
    /// The access token.
    pub access_token: SecretToken,
    /// The ID token, where there is a person and `openid` was granted.
    pub id_token: Option<SecretToken>,
    /// The refresh token, where the client may have one.
    pub refresh_token: Option<SecretToken>,
    /// Seconds that the access token lives.
    pub expires_in: i64,
    /// What the access token is good for; may be empty.
    pub scope: String,
}

/// Answers requests for tokens.
pub struct Tokens {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    door: Arc<ClientDoor>,
    mint: Arc<Mint>,
}

/// What a person's grant yielded in a transaction, to be signed after it.
struct Won {
    client: Client,
    grant: Grant,
    draft: Draft,
    refresh: Option<PresentedRefresh>,
    person: Claims,
}

/// The claims about the person that the request asked for in the ID token by name (OpenID Connect Core 1.0 §5.5).
fn person_in(db: &mut dyn Db, grant: &Grant) -> Result<Claims, Fault> {
    let asked = &grant.terms.claims.id_token;
    if asked.is_empty() {
        return Ok(Claims::new());
    }
    Ok(db.find_user(&grant.user)?.map(|user| told(&user, "", asked)).unwrap_or_default())
}

impl Tokens {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        door: Arc<ClientDoor>,
        mint: Arc<Mint>,
    ) -> Self {
        Self { store, clock, entropy, door, mint }
    }

    /// Answers a client that proves itself.
    pub async fn answer(
        &self,
        credentials: ClientCredentials,
        request: TokenRequest,
    ) -> Result<TokenReply, Unserved<ProtocolError>> {
        let now = self.clock.now();
        let client = self.door.authenticate(credentials, now).await?;
        match request {
            TokenRequest::Code(redemption) => {
                let won = self.redeem(client, redemption, now).await?;
                let nonce = won.grant.terms.nonce.clone();
                Ok(self.reply(won, nonce.as_deref(), now).await?)
            }
            TokenRequest::Refresh(request) => {
                let won = self.refresh(client, request, now).await?;
                // OpenID Connect Core 1.0 §12.2: a refreshed ID token should have no nonce.
                Ok(self.reply(won, None, now).await?)
            }
            TokenRequest::ClientCredentials(request) => self.serve_itself(client, request, now).await,
        }
    }

    async fn reply(&self, won: Won, nonce: Option<&str>, now: Timestamp) -> Result<TokenReply, Fault> {
        let Won { client, grant, draft, refresh, person } = won;
        let access_token = self.mint.access_token(&draft).await?;
        let bound = Bound { nonce, access_token: Some(access_token.expose()), code: None };
        let id_token = match draft.token.has_scope(scope::OPENID) {
            true => Some(self.mint.id_token(&client, &grant, bound, person, now).await?),
            false => None,
        };
        Ok(TokenReply {
            access_token,
            id_token,
            refresh_token: refresh.map(|token| token.text()),
            expires_in: self.mint.lifetimes.access_token.as_secs(),
            scope: draft.token.scope,
        })
    }

    fn audit_id(&self) -> AuditId {
        AuditId::from_random(self.entropy.bytes())
    }
}

/// Refuses a client that did not register for a grant type (RFC 6749 §5.2).
fn permitted(may: bool) -> Result<(), Unserved<ProtocolError>> {
    if may { Ok(()) } else { Err(Unserved::Refused(UNAUTHORIZED)) }
}

/// An event about a grant, with all the names that it holds.
pub(super) fn event_of(kind: AuditKind, grant: &Grant, id: AuditId, now: Timestamp) -> AuditEvent {
    let mut event = AuditEvent::new(id, now, kind).with("grant", grant.id.as_str());
    event.user = Some(grant.user.clone());
    event.client = Some(grant.client.clone());
    event.session = Some(grant.session.clone());
    event
}
