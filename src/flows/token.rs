//! The token endpoint: a code becomes an ID token and an access token, once. A second use takes back what the first one
//! yielded (RFC 6749 §4.1.2).

use std::sync::Arc;

use jiff::Timestamp;

use super::{Unserved, client_authentication::ClientDoor, settled, signing_keys::SigningKeys};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::AuditId,
        oidc::{
            client::Client,
            credentials::ClientCredentials,
            error::ProtocolError,
            grant::{Grant, GrantRefusal},
            issuer::Issuer,
            redemption::CodeRedemption,
            tokens::{self, TokenLifetimes},
        },
        secret::SecretToken,
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        fault::Fault,
        store::{Db, Store},
        tokens::TokenType,
    },
};

/// A successful answer (RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3).
#[derive(Clone, Debug)]
pub struct TokenReply {
    /// The access token.
    pub access_token: SecretToken,
    /// The ID token.
    pub id_token: SecretToken,
    /// Seconds that the access token lives.
    pub expires_in: i64,
    /// What was granted.
    pub scope: String,
}

/// Redeems codes.
pub struct Tokens {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    keys: Arc<SigningKeys>,
    door: Arc<ClientDoor>,
    issuer: Issuer,
    lifetimes: TokenLifetimes,
}

/// A grant that this call won.
struct Won {
    client: Client,
    grant: Grant,
}

impl Tokens {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        keys: Arc<SigningKeys>,
        door: Arc<ClientDoor>,
        issuer: Issuer,
        lifetimes: TokenLifetimes,
    ) -> Self {
        Self { store, clock, entropy, keys, door, issuer, lifetimes }
    }

    /// Redeems a code for a client that proves itself.
    pub async fn redeem(
        &self,
        credentials: ClientCredentials,
        redemption: CodeRedemption,
    ) -> Result<TokenReply, Unserved<ProtocolError>> {
        let now = self.clock.now();
        let client = self.door.authenticate(credentials, now).await?;
        let won = settled(|| {
            let (client, redemption) = (client.clone(), redemption.clone());
            let audit = AuditId::from_random(self.entropy.bytes());
            self.store.transact(move |db| claim(db, client, &redemption, audit, now))
        })
        .await?;
        Ok(self.sign(won, now).await?)
    }

    async fn sign(&self, won: Won, now: Timestamp) -> Result<TokenReply, Fault> {
        let Won { client, grant } = won;
        let claims = tokens::access_token(&self.issuer, &grant, now, self.lifetimes.access_token);
        let preferred = self.keys.algorithms().preferred();
        let access_token = self.keys.sign(preferred, TokenType::AccessToken, &claims).await?;
        let algorithm = client.id_token_algorithm;
        let claims =
            tokens::id_token(&self.issuer, &grant, &access_token, algorithm, now, self.lifetimes.id_token);
        let id_token = self.keys.sign(algorithm, TokenType::IdToken, &claims).await?;
        Ok(TokenReply {
            access_token: SecretToken::from_outside(&access_token),
            id_token: SecretToken::from_outside(&id_token),
            expires_in: self.lifetimes.access_token.as_secs(),
            scope: grant.terms.scope,
        })
    }
}

/// Everything up to the one conditional update that makes this call the winner.
fn claim(
    db: &mut dyn Db,
    client: Client,
    redemption: &CodeRedemption,
    audit: AuditId,
    now: Timestamp,
) -> Result<Result<Won, ProtocolError>, Fault> {
    let Some(mut grant) = db.find_grant_by_code(&redemption.code.hash())? else {
        return Ok(Err(ProtocolError::from(GrantRefusal::Unknown)));
    };
    let checked =
        grant.redeem(&client, redemption.redirect_uri.as_deref(), redemption.code_verifier.as_deref(), now);
    if let (Ok(()), Err(error)) = (checked, redemption.check_resources(&grant.terms)) {
        return Ok(Err(error));
    }
    let outcome = match checked {
        Ok(()) if db.claim_grant(&grant.id, now)? => Ok(()),
        Ok(()) => Err(GrantRefusal::Replayed),
        Err(refusal) => Err(refusal),
    };
    match outcome {
        Ok(()) => {
            redemption.narrow(&mut grant.terms);
            db.append_event(&event_of(AuditKind::GrantRedeemed, &grant, audit, now))?;
            Ok(Ok(Won { client, grant }))
        }
        Err(refusal) => {
            if refusal == GrantRefusal::Replayed {
                db.revoke_grant(&grant.id, now)?;
                db.append_event(&event_of(AuditKind::GrantReplayed, &grant, audit, now))?;
            }
            Ok(Err(refusal.into()))
        }
    }
}

fn event_of(kind: AuditKind, grant: &Grant, id: AuditId, now: Timestamp) -> AuditEvent {
    let mut event = AuditEvent::new(id, now, kind).with("grant", grant.id.as_str());
    event.user = Some(grant.user.clone());
    event.client = Some(grant.client.clone());
    event.session = Some(grant.session.clone());
    event
}
