//! The revocation endpoint: whichever token a client gives back, its grant is revoked with all that it yielded (RFC 7009
//! §2.1).

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Unserved,
    access_tokens::{AccessTokens, Presented, Source, find},
    client_authentication::ClientDoor,
    settled,
    token::event_of,
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::AuditId,
        oidc::{
            client::Client,
            credentials::ClientCredentials,
            error::{ErrorCode, ProtocolError},
            issuer::Issuer,
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

/// What is told of a token of ours that cannot be revoked, such as an ID token (RFC 7009 §2.2.1).
const UNSUPPORTED: ProtocolError = ProtocolError::new(
    ErrorCode::UnsupportedTokenType,
    "token_type",
    "only access tokens and refresh tokens can be revoked",
);

/// What is told of another client's token (RFC 7009 §2.1, RFC 6749 §5.2).
const OTHER_CLIENT: ProtocolError =
    ProtocolError::new(ErrorCode::InvalidGrant, "other_client", "the token was issued to another client");

/// Takes tokens back.
pub struct Revocation {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    door: Arc<ClientDoor>,
    access_tokens: Arc<AccessTokens>,
}

impl Revocation {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        door: Arc<ClientDoor>,
        access_tokens: Arc<AccessTokens>,
    ) -> Self {
        Self { store, clock, entropy, door, access_tokens }
    }

    /// Takes a token back for the client that it was issued to. A token that is not known, or not any more, is no error
    /// (RFC 7009 §2.2).
    pub async fn answer(
        &self,
        credentials: ClientCredentials,
        token: SecretToken,
    ) -> Result<(), Unserved<ProtocolError>> {
        let now = self.clock.now();
        let client = self.door.authenticate(credentials, now).await?;
        let presented = match self.access_tokens.read(&token).await? {
            Presented::OtherType => return Err(Unserved::Refused(UNSUPPORTED)),
            Presented::Nothing => return Ok(()),
            presented => presented,
        };
        settled(|| {
            let (client, presented) = (client.clone(), presented.clone());
            let issuer = self.access_tokens.issuer().clone();
            let audit = AuditId::from_random(self.entropy.bytes());
            self.store.transact(move |db| revoke(db, &issuer, &client, presented, audit, now))
        })
        .await
    }
}

fn revoke(
    db: &mut dyn Db,
    issuer: &Issuer,
    client: &Client,
    presented: Presented,
    audit: AuditId,
    now: Timestamp,
) -> Result<Result<(), ProtocolError>, Fault> {
    let source = match presented {
        // A used token names its chain as well as the next one does.
        Presented::Refresh(presented) => match db.find_refresh_token(&presented.id)? {
            Some(kept) => db.find_grant(&kept.grant)?.map(|grant| Source::Grant(Box::new(grant))),
            None => None,
        },
        presented => find(db, issuer, presented)?.map(|(_, source)| source),
    };
    match source {
        None => Ok(Ok(())),
        Some(Source::Grant(grant)) if grant.client != client.id => Ok(Err(OTHER_CLIENT)),
        Some(Source::ClientGrant(grant)) if grant.client != client.id => Ok(Err(OTHER_CLIENT)),
        Some(Source::Grant(grant)) => {
            if grant.revoked_at.is_none() {
                db.revoke_grant(&grant.id, now)?;
                db.append_event(&event_of(AuditKind::GrantRevoked, &grant, audit, now))?;
            }
            Ok(Ok(()))
        }
        Some(Source::ClientGrant(grant)) => {
            if grant.revoked_at.is_none() {
                db.revoke_client_grant(&grant.id, now)?;
                let mut event = AuditEvent::new(audit, now, AuditKind::GrantRevoked)
                    .with("client_grant", grant.id.as_str());
                event.client = Some(grant.client);
                db.append_event(&event)?;
            }
            Ok(Ok(()))
        }
    }
}
