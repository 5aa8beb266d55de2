//! What a presented access token is: a signed one is read from its own claims, an opaque one from what was kept of it, and
//! neither is worth anything once what it rests on is revoked or gone.

use std::sync::Arc;

use super::signing_keys::SigningKeys;
use crate::{
    domain::{
        oidc::{
            access_token::{AccessToken, TokenSource},
            client_grant::ClientGrant,
            grant::Grant,
            issuer::Issuer,
            refresh::PresentedRefresh,
        },
        secret::{SecretToken, TokenHash},
    },
    ports::{fault::Fault, store::Db, tokens::TokenType},
};

/// A text that may be a token of ours, read as far as that is possible without the database.
#[derive(Clone, Debug)]
pub enum Presented {
    /// A signed access token; its signature was verified.
    Signed(Box<AccessToken>),
    /// Perhaps an opaque access token.
    Opaque(TokenHash),
    /// Perhaps a refresh token.
    Refresh(PresentedRefresh),
    /// A signed token of ours that is no access token.
    OtherType,
    /// Nothing of ours.
    Nothing,
}

/// What an access token rests on, read with it.
#[derive(Clone, Debug)]
pub enum Source {
    /// A person's grant.
    Grant(Box<Grant>),
    /// What a client got for itself.
    ClientGrant(ClientGrant),
}

/// Reads presented tokens.
pub struct AccessTokens {
    keys: Arc<SigningKeys>,
    issuer: Issuer,
}

impl AccessTokens {
    /// Over its ports.
    pub fn new(keys: Arc<SigningKeys>, issuer: Issuer) -> Self {
        Self { keys, issuer }
    }

    /// Tells by its form what a text may be, and verifies a signed one. Our opaque tokens have no full stop in them, our
    /// refresh tokens one, and a signed token has two (RFC 7515 §7.1).
    pub async fn read(&self, text: &SecretToken) -> Result<Presented, Fault> {
        Ok(match text.expose().matches('.').count() {
            0 => Presented::Opaque(text.hash()),
            1 => PresentedRefresh::parse(text.expose()).map_or(Presented::Nothing, Presented::Refresh),
            _ => self.read_signed(text.expose()).await?,
        })
    }

    async fn read_signed(&self, jwt: &str) -> Result<Presented, Fault> {
        if let Some(claims) = self.keys.verify(TokenType::AccessToken, jwt).await? {
            let token = AccessToken::read(&self.issuer, &claims);
            return Ok(token.map_or(Presented::Nothing, |token| Presented::Signed(Box::new(token))));
        }
        let other = self.keys.verify(TokenType::IdToken, jwt).await?;
        Ok(if other.is_some() { Presented::OtherType } else { Presented::Nothing })
    }

    /// Who we are.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }
}

/// The access token that was presented, with what it rests on; `None` where that is revoked or gone.
pub fn find_live(
    db: &mut dyn Db,
    issuer: &Issuer,
    presented: Presented,
) -> Result<Option<(AccessToken, Source)>, Fault> {
    Ok(find(db, issuer, presented)?.filter(|(_, source)| !source.is_revoked()))
}

/// The same, revoked or not.
pub fn find(
    db: &mut dyn Db,
    issuer: &Issuer,
    presented: Presented,
) -> Result<Option<(AccessToken, Source)>, Fault> {
    let token = match presented {
        Presented::Signed(token) => Some(*token),
        Presented::Opaque(hash) => {
            db.find_access_token(&hash)?.and_then(|claims| AccessToken::read(issuer, &claims))
        }
        _ => None,
    };
    let Some(token) = token else { return Ok(None) };
    let source = match token.source() {
        TokenSource::Grant(id) => db.find_grant(&id)?.map(|grant| Source::Grant(Box::new(grant))),
        TokenSource::ClientGrant(id) => db.find_client_grant(&id)?.map(Source::ClientGrant),
    };
    Ok(source.map(|source| (token, source)))
}

impl Source {
    fn is_revoked(&self) -> bool {
        match self {
            Self::Grant(grant) => grant.revoked_at.is_some(),
            Self::ClientGrant(grant) => grant.revoked_at.is_some(),
        }
    }
}
