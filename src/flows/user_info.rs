//! The UserInfo endpoint: what a live access token may learn of its user.

use std::sync::Arc;

use super::{Unserved, signing_keys::SigningKeys};
use crate::{
    domain::oidc::{
        error::ProtocolError,
        issuer::Issuer,
        tokens::{Claims, INVALID_TOKEN, PresentedToken, user_info},
    },
    ports::{clock::Clock, store::Store, tokens::TokenType},
};

/// Answers access tokens.
pub struct UserInfo {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    keys: Arc<SigningKeys>,
    issuer: Issuer,
}

impl UserInfo {
    /// Over its ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, keys: Arc<SigningKeys>, issuer: Issuer) -> Self {
        Self { store, clock, keys, issuer }
    }

    /// The claims for an access token whose grant is not revoked and whose account still exists.
    pub async fn answer(&self, token: &str) -> Result<Claims, Unserved<ProtocolError>> {
        let claims = self.keys.verify(TokenType::AccessToken, token).await?;
        let claims = claims.ok_or(Unserved::Refused(INVALID_TOKEN))?;
        let presented = PresentedToken::check(&self.issuer, &claims, self.clock.now());
        let presented = presented.map_err(Unserved::Refused)?;
        let found = self
            .store
            .read(move |db| {
                let Some(grant) = db.find_grant(&presented.grant)? else { return Ok(None) };
                let user = db.find_user(&grant.user)?;
                Ok(user.map(|user| (grant, user)).filter(|(grant, _)| grant.subject == presented.subject))
            })
            .await?;
        match found {
            Some((grant, user)) if grant.revoked_at.is_none() => Ok(user_info(&user, &grant)),
            _ => Err(Unserved::Refused(INVALID_TOKEN)),
        }
    }
}
