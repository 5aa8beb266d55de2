//! Signing keys: one of each algorithm from the first start on, and the key set that clients check signatures with.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::{AuditId, KeyId},
        keys::{SigningAlgorithm, SigningKey},
    },
    ports::{clock::Clock, entropy::Entropy, fault::Fault, store::Store, tokens::TokenSigner},
};

/// Makes and publishes signing keys.
///
/// Nothing is cached: who signs, who publishes and who checks read the keys anew, so that a key that another node made a
/// moment ago is known at once. Should two nodes start at the same instant, each with its own key, both keys are
/// published, and every node signs with the newest it sees.
pub struct SigningKeys {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    signer: Arc<dyn TokenSigner>,
}

impl SigningKeys {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        signer: Arc<dyn TokenSigner>,
    ) -> Self {
        Self { store, clock, entropy, signer }
    }

    /// Makes the keys that are missing. Called at start; making an RSA key blocks for a moment.
    pub async fn ensure(&self) -> Result<(), Fault> {
        for algorithm in SigningAlgorithm::ALL {
            let keys = self.store.read(|db| db.signing_keys()).await?;
            if newest(&keys, algorithm).is_none() {
                self.make(algorithm).await?;
            }
        }
        Ok(())
    }

    async fn make(&self, algorithm: SigningAlgorithm) -> Result<(), Fault> {
        let (id, now) = (KeyId::from_random(self.entropy.bytes()), self.clock.now());
        let key = self.signer.new_key(id, algorithm, now)?;
        let event = AuditEvent::new(AuditId::from_random(self.entropy.bytes()), now, AuditKind::KeyMade)
            .with("kid", key.id.as_str())
            .with("alg", algorithm.name());
        self.store
            .transact(move |db| {
                if newest(&db.signing_keys()?, algorithm).is_none() {
                    db.insert_signing_key(&key)?;
                    db.append_event(&event)?;
                }
                Ok(())
            })
            .await
    }

    /// The JWK set (RFC 7517 §5), newest first.
    pub async fn published(&self) -> Result<Value, Fault> {
        let keys = self.store.read(|db| db.signing_keys()).await?;
        let parsed: Result<Vec<Value>, _> =
            keys.iter().map(|key| serde_json::from_str(&key.public_jwk)).collect();
        let keys = parsed.map_err(|_| Fault::Damaged("a public key is not a JWK".into()))?;
        Ok(json!({ "keys": keys }))
    }
}

/// The newest key of an algorithm: what is signed with.
pub(super) fn newest(keys: &[SigningKey], algorithm: SigningAlgorithm) -> Option<&SigningKey> {
    keys.iter().find(|key| key.algorithm == algorithm)
}
