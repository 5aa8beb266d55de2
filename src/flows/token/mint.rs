//! Makes the tokens' text. An access token is drafted inside the transaction that yields it, which keeps an opaque one's
//! hash there; whatever has to be signed is signed after it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    domain::{
        oidc::{
            access_token::{AccessToken, KeptAccessToken},
            client::{Client, metadata::AccessTokenFormat},
            grant::Grant,
            issuer::Issuer,
            share::Share,
            tokens::{self, Bound, Claims, TokenLifetimes},
        },
        secret::SecretToken,
    },
    flows::signing_keys::SigningKeys,
    ports::{entropy::Entropy, fault::Fault, store::Db, tokens::TokenType},
};

/// An access token without its signature, or, if it is opaque, whole.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it says.
    pub token: AccessToken,
    /// Its text, if it is opaque.
    opaque: Option<SecretToken>,
}

/// Makes the tokens' text.
pub struct Mint {
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) issuer: Issuer,
    /// How long tokens live.
    pub lifetimes: TokenLifetimes,
    keys: Arc<SigningKeys>,
}

impl Mint {
    /// Over its ports.
    pub fn new(
        entropy: Arc<dyn Entropy>,
        issuer: Issuer,
        lifetimes: TokenLifetimes,
        keys: Arc<SigningKeys>,
    ) -> Self {
        Self { entropy, issuer, lifetimes, keys }
    }

    /// Drafts an access token of a person's grant.
    pub fn draft(&self, client: &Client, grant: &Grant, share: Share, now: Timestamp) -> Draft {
        let (nonce, lifetime) = (self.entropy.bytes(), self.lifetimes.access_token);
        let token = AccessToken::of_grant(&self.issuer, grant, share, nonce, now, lifetime);
        self.drafted(client, token)
    }

    pub(super) fn drafted(&self, client: &Client, token: AccessToken) -> Draft {
        let opaque = match client.metadata.access_token_format {
            AccessTokenFormat::Jwt => None,
            AccessTokenFormat::Opaque => Some(self.entropy.token()),
        };
        Draft { token, opaque }
    }

    /// Keeps what has to be kept of a draft, in the transaction that yields it.
    pub fn keep(&self, db: &mut dyn Db, draft: &Draft) -> Result<(), Fault> {
        let Some(text) = &draft.opaque else { return Ok(()) };
        db.insert_access_token(&KeptAccessToken {
            hash: text.hash(),
            source: draft.token.source(),
            claims: draft.token.claims(&self.issuer),
            expires_at: draft.token.expires_at,
        })
    }

    /// The text of an access token. Not to be called while a transaction is open.
    pub async fn access_token(&self, draft: &Draft) -> Result<SecretToken, Fault> {
        if let Some(text) = &draft.opaque {
            return Ok(text.clone());
        }
        let algorithm = self.keys.algorithms().preferred();
        let claims = draft.token.claims(&self.issuer);
        let text = self.keys.sign(algorithm, TokenType::AccessToken, &claims).await?;
        Ok(SecretToken::from_outside(&text))
    }

    /// The text of an ID token, with claims about the person. Not to be called while a transaction is open.
    pub async fn id_token(
        &self,
        client: &Client,
        grant: &Grant,
        bound: Bound<'_>,
        person: Claims,
        now: Timestamp,
    ) -> Result<SecretToken, Fault> {
        let (algorithm, lifetime) = (client.id_token_algorithm, self.lifetimes.id_token);
        let mut claims = person;
        // What is about the sign-in goes before what is about the person.
        claims.extend(tokens::id_token(&self.issuer, grant, algorithm, bound, now, lifetime));
        let text = self.keys.sign(algorithm, TokenType::IdToken, &claims).await?;
        Ok(SecretToken::from_outside(&text))
    }
}
