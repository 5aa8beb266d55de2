//! Signing keys as administrators look after them.

use std::sync::Arc;

use crate::{
    domain::{change::Change, id::KeyId, keys::SigningAlgorithm},
    flows::{
        Unserved,
        signing_keys::{KeyStanding, Replacement, SigningKeys, Withdrawal},
    },
    ports::fault::Fault,
};

/// Why nothing was done about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// Nothing is signed with this algorithm.
    #[error("nothing is signed with this algorithm here; see signing_keys.algorithms in the configuration")]
    NotChosen,
    /// There is no such key.
    #[error("there is no signing key of this name")]
    Unknown,
    /// It was taken out before.
    #[error("this key was out of the key set before")]
    Before,
}

/// Looks after signing keys.
pub struct KeyDesk {
    keys: Arc<SigningKeys>,
}

impl KeyDesk {
    /// Over the keys.
    pub fn new(keys: Arc<SigningKeys>) -> Self {
        Self { keys }
    }

    /// All keys, those first that sign next.
    pub async fn list(&self) -> Result<Vec<KeyStanding>, Fault> {
        self.keys.standings().await
    }

    /// Publishes a new key of an algorithm; it signs when clients have had the time to read it, or as soon as none may go
    /// by a key set from before.
    pub async fn rotate(
        &self,
        algorithm: SigningAlgorithm,
        soon: bool,
        change: Change,
    ) -> Result<Replacement, Unserved<KeyRefusal>> {
        if !self.keys.algorithms().contains(algorithm) {
            return Err(Unserved::Refused(KeyRefusal::NotChosen));
        }
        Ok(self.keys.rotate(algorithm, soon, change).await?)
    }

    /// Takes a key out of the key set at once, as when its private half leaked; gives the key that signs now in its place.
    pub async fn retire(&self, id: &KeyId, change: Change) -> Result<Option<KeyId>, Unserved<KeyRefusal>> {
        match self.keys.withdraw(id, change).await? {
            Withdrawal::Unknown => Err(Unserved::Refused(KeyRefusal::Unknown)),
            Withdrawal::Before => Err(Unserved::Refused(KeyRefusal::Before)),
            Withdrawal::Done(signs) => Ok(signs),
        }
    }
}
