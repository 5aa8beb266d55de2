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
            client::Client,
            credentials::{ClientCredentials, INVALID_CLIENT},
            error::ProtocolError,
            introspection::{inactive, may_see, of_access_token, of_refresh_token},
            issuer::Issuer,
            refresh::PresentedRefresh,
            tokens::Claims,
        },
        secret::SecretToken,
    },
    ports::{clock::Clock, fault::Fault, store::Db},
};

/// Tells of tokens.
pub struct Introspection {
    clock: Arc<dyn Clock>,
    door: Arc<ClientDoor>,
    access_tokens: Arc<AccessTokens>,
}

impl Introspection {
    /// Over its ports.
    pub fn new(clock: Arc<dyn Clock>, door: Arc<ClientDoor>, access_tokens: Arc<AccessTokens>) -> Self {
        Self { clock, door, access_tokens }
    }

    /// What a client that proves itself may know of a token. A public client proves nothing, so it may know nothing (RFC 7662
    /// §2.1, §2.3).
    pub async fn answer(
        &self,
        credentials: ClientCredentials,
        token: SecretToken,
    ) -> Result<Claims, Unserved<ProtocolError>> {
        let now = self.clock.now();
        let presented = self.access_tokens.read(&token).await?;
        let issuer = self.access_tokens.issuer().clone();
        let told = self.door.read(credentials, now, move |db, caller| {
            if caller.is_public() {
                return Ok(Err(INVALID_CLIENT));
            }
            let told = match presented {
                Presented::OtherType | Presented::Nothing => None,
                Presented::Refresh(presented) => refresh_token(db, &issuer, &caller, &presented, now)?,
                presented => access_token(db, &issuer, &caller, presented, now)?,
            };
            Ok(Ok(told.unwrap_or_else(inactive)))
        });
        told.await?.map_err(Unserved::Refused)
    }
}

fn access_token(
    db: &mut dyn Db,
    issuer: &Issuer,
    caller: &Client,
    presented: Presented,
    now: Timestamp,
) -> Result<Option<Claims>, Fault> {
    let found = find_live(db, issuer, presented)?;
    let live = found.filter(|(token, _)| now < token.expires_at && may_see(caller, token));
    Ok(live.map(|(token, _)| of_access_token(issuer, &token)))
}

/// A refresh token is told of to its own client alone: nobody else ever receives one.
fn refresh_token(
    db: &mut dyn Db,
    issuer: &Issuer,
    caller: &Client,
    presented: &PresentedRefresh,
    now: Timestamp,
) -> Result<Option<Claims>, Fault> {
    let Some(kept) = db.find_refresh_token(&presented.id)? else { return Ok(None) };
    let Some(grant) = db.find_grant(&kept.grant)? else { return Ok(None) };
    let live = kept.judge(&grant, caller, presented, now).is_ok();
    Ok(live.then(|| of_refresh_token(issuer, &kept, &grant)))
}
