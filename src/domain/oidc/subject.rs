//! By which `sub` a client knows a person (OpenID Connect Core 1.0 §8): everyone's is the account's own name, or one that
//! only the client's sector shares, so that two sectors cannot tell that they speak of one person.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::client::{Client, metadata::SubjectType};
use crate::domain::{
    id::{ClientId, Subject, UserId},
    secret::base64url,
};

/// What pairwise subjects are made with; whoever has it can tell that two of them are one person.
#[derive(Clone)]
pub struct PairwiseKey(Zeroizing<[u8; 32]>);

impl PairwiseKey {
    /// Takes the key.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// By which name this client knows this person: HMAC-SHA-256 over sector and account (OpenID Connect Core 1.0 §8.1).
    pub fn subject(&self, client: &Client, user: &UserId) -> Subject {
        match (client.metadata.subject_type, &client.metadata.sector) {
            (SubjectType::Public, _) => Subject::of(user),
            // A pairwise client without a sector is not registered; should one be read back, its own name is its sector.
            (SubjectType::Pairwise, sector) => {
                self.pairwise(sector.as_deref().unwrap_or(client.id.as_str()), user)
            }
        }
    }

    fn pairwise(&self, sector: &str, user: &UserId) -> Subject {
        // HMAC takes a key of any length, so this cannot fail; the fallback tells nobody anything.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_ref()) else {
            return Subject::from_random([0; 16]);
        };
        mac.update(sector.as_bytes());
        mac.update(&[0]);
        mac.update(user.as_str().as_bytes());
        Subject::from_digest(&base64url(&mac.finalize().into_bytes()))
    }
}

impl Subject {
    /// The public name of an account.
    pub fn of(user: &UserId) -> Self {
        Self::from_digest(user.as_str())
    }

    /// A client that acts for nobody but itself (RFC 9068 §2.2). Accounts' names are random, so none is a client's.
    pub fn of_client(client: &ClientId) -> Self {
        Self::from_digest(client.as_str())
    }
}
