//! The introspection endpoint: what a resource server may know of a token (RFC 7662).

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Unserved,
    access_tokens::{AccessTokens, Presented, find_live},
    client_authentication::ClientDoor,
};
use crate::{
    domain::{
        oidc::{
            access_token::AccessToken,
            client::Client,
            credentials::{ClientCredentials, INVALID_CLIENT},
            error::ProtocolError,
            grant::Grant,
            introspection::{inactive, may_see, of_access_token, of_refresh_token},
            issuer::Issuer,
            refresh::{PresentedRefresh, RefreshToken},
            tokens::Claims,
        },
        secret::SecretToken,
    },
    ports::{
        clock::Clock,
        fault::Fault,
        store::{Db, Store},
    },
};

/// Tells of tokens.
pub struct Introspection {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    door: Arc<ClientDoor>,
    access_tokens: Arc<AccessTokens>,
}

impl Introspection {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        door: Arc<ClientDoor>,
        access_tokens: Arc<AccessTokens>,
    ) -> Self {
        Self { store, clock, door, access_tokens }
    }

    /// What a client that proves itself may know of a token. A public client proves nothing, so it may know nothing (RFC 7662
    /// §2.1, §2.3).
    pub async fn answer(
        &self,
        credentials: ClientCredentials,
        token: SecretToken,
    ) -> Result<Claims, Unserved<ProtocolError>> {
        let presented = self.access_tokens.read(&token).await?;
        let (named, issuer) = (credentials.client.clone(), self.access_tokens.issuer().clone());
        // Both are read at once; who asks is proven before anything is told.
        let (client, found) = self
            .store
            .read(move |db| Ok((db.find_client(&named)?, Found::read(db, &issuer, presented)?)))
            .await?;
        let now = self.clock.now();
        let caller = self.door.admit(client, &credentials, now).await?;
        if caller.is_public() {
            return Err(Unserved::Refused(INVALID_CLIENT));
        }
        let told = found.and_then(|found| found.told_to(&caller, self.access_tokens.issuer(), now));
        Ok(told.unwrap_or_else(inactive))
    }
}

/// What was found of a presented token.
enum Found {
    /// An access token that is not revoked.
    Access(Box<AccessToken>),
    /// The refresh token of a chain, with what it refreshes, and what was presented.
    Refresh(Box<(RefreshToken, Grant, PresentedRefresh)>),
}

impl Found {
    fn read(db: &mut dyn Db, issuer: &Issuer, presented: Presented) -> Result<Option<Self>, Fault> {
        Ok(match presented {
            Presented::OtherType | Presented::Nothing => None,
            Presented::Refresh(presented) => match db.find_refresh_token(&presented.id)? {
                None => None,
                Some(kept) => {
                    db.find_grant(&kept.grant)?.map(|grant| Self::Refresh(Box::new((kept, grant, presented))))
                }
            },
            presented => find_live(db, issuer, presented)?.map(|(token, _)| Self::Access(Box::new(token))),
        })
    }

    /// A refresh token is told of to its own client alone: nobody else ever receives one.
    fn told_to(self, caller: &Client, issuer: &Issuer, now: Timestamp) -> Option<Claims> {
        match self {
            Self::Access(token) => {
                let live = now < token.expires_at && may_see(caller, &token);
                live.then(|| of_access_token(issuer, &token))
            }
            Self::Refresh(found) => {
                let (kept, grant, presented) = *found;
                let live = kept.judge(&grant, caller, &presented, now).is_ok();
                live.then(|| of_refresh_token(issuer, &kept, &grant))
            }
        }
    }
}
