//! The UserInfo endpoint: what a live access token may learn of its user (OpenID Connect Core 1.0 §5.3).

use std::sync::Arc;

use super::{
    Unserved,
    access_tokens::{AccessTokens, Source, find_live},
    signing_keys::SigningKeys,
};
use crate::{
    domain::{
        oidc::{access_token::AccessToken, grant::Grant, scope},
        oidc::{
            client::Client,
            error::ProtocolError,
            issuer::Issuer,
            tokens::{Claims, INSUFFICIENT_SCOPE, INVALID_TOKEN, signed_user_info, user_info_within},
        },
        secret::SecretToken,
        user::User,
    },
    ports::{clock::Clock, store::Store, tokens::TokenType},
};

/// An answer, as the client registered for it (OpenID Connect Core 1.0 §5.3.2).
#[derive(Clone, Debug)]
pub enum UserInfoReply {
    /// Plain claims.
    Plain(Claims),
    /// A signed JWT of them.
    Signed(String),
}

/// Answers access tokens.
pub struct UserInfo {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    keys: Arc<SigningKeys>,
    access_tokens: Arc<AccessTokens>,
}

impl UserInfo {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        keys: Arc<SigningKeys>,
        access_tokens: Arc<AccessTokens>,
    ) -> Self {
        Self { store, clock, keys, access_tokens }
    }

    /// The claims for an access token for ourselves whose grant is not revoked and whose account still exists.
    pub async fn answer(&self, token: &SecretToken) -> Result<UserInfoReply, Unserved<ProtocolError>> {
        let presented = self.access_tokens.read(token).await?;
        let issuer = self.access_tokens.issuer().clone();
        let found = self.store.read(move |db| {
            let Some((token, Source::Grant(grant))) = find_live(db, &issuer, presented)? else {
                return Ok(None);
            };
            let (user, client) = (db.find_user(&grant.user)?, db.find_client(&grant.client)?);
            Ok(user.zip(client).map(|(user, client)| Asked { token, grant: *grant, user, client }))
        });
        let asked = found.await?.ok_or(Unserved::Refused(INVALID_TOKEN))?;
        asked.check(self.access_tokens.issuer(), self.clock.now()).map_err(Unserved::Refused)?;
        let claims = user_info_within(&asked.user, &asked.grant, &asked.token.scope);
        Ok(match asked.client.metadata.userinfo_signed_response_alg {
            None => UserInfoReply::Plain(claims),
            Some(algorithm) => {
                let claims = signed_user_info(claims, self.access_tokens.issuer(), &asked.client);
                UserInfoReply::Signed(self.keys.sign(algorithm, TokenType::UserInfo, &claims).await?)
            }
        })
    }
}

/// A token with all that its answer is made of.
struct Asked {
    token: AccessToken,
    grant: Grant,
    user: User,
    client: Client,
}

impl Asked {
    /// Checks audience, expiry, subject and scope (RFC 9068 §4, RFC 6750 §3.1). A token for a resource is not for us.
    fn check(&self, issuer: &Issuer, now: jiff::Timestamp) -> Result<(), ProtocolError> {
        let Self { token, grant, .. } = self;
        if !token.is_for(issuer.as_str()) || now >= token.expires_at || token.subject != grant.subject {
            return Err(INVALID_TOKEN);
        }
        if !token.has_scope(scope::OPENID) {
            return Err(INSUFFICIENT_SCOPE);
        }
        Ok(())
    }
}
