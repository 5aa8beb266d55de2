//! Signing keys: one of each algorithm from the first start on, what they sign and what they verify, and the key set that
//! clients check signatures with.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::{AuditId, KeyId},
        keys::{Algorithms, KeyPolicy, SigningAlgorithm, SigningKey, named_in},
        oidc::{issuer::Issuer, tokens::Claims},
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        fault::Fault,
        store::Store,
        tokens::{TokenSigner, TokenType},
    },
};

/// How old what is known of the keys may be. A key that another node made a moment ago and that signs already is read when
/// its name is met; that it exists is told by our key set after this long.
const FRESH: Duration = Duration::from_secs(2);

/// Makes, publishes and uses signing keys.
///
/// Keys are read once for many requests: again when what is known is older than [`FRESH`], and whenever a token names a
/// key that is not known. Should two nodes start at the same instant, each with its own key, both keys are published, and
/// every node signs with the newest it sees.
pub struct SigningKeys {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    signer: Arc<dyn TokenSigner>,
    issuer: Issuer,
    policy: KeyPolicy,
    known: RwLock<Option<Known>>,
}

/// What was read of the keys, and when.
#[derive(Clone)]
struct Known {
    read_at: Instant,
    keys: Arc<[SigningKey]>,
}

impl SigningKeys {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        signer: Arc<dyn TokenSigner>,
        issuer: Issuer,
        policy: KeyPolicy,
    ) -> Self {
        Self { store, clock, entropy, signer, issuer, policy, known: RwLock::default() }
    }

    /// The algorithms that are signed with.
    pub fn algorithms(&self) -> Algorithms {
        self.policy.algorithms
    }

    /// Signs claims as a token of this type. Not to be called while a transaction is open.
    pub async fn sign(
        &self,
        algorithm: SigningAlgorithm,
        typ: TokenType,
        claims: &Claims,
    ) -> Result<String, Fault> {
        let keys = self.known().await?;
        let key = newest(&keys, algorithm)
            .ok_or_else(|| Fault::Internal(format!("there is no signing key for {}", algorithm.name())))?;
        self.signer.sign(key, typ, claims)
    }

    /// The claims of a token of ours of this type whose signature is right; issuer, audience and times are the caller's
    /// to check.
    pub async fn verify(&self, typ: TokenType, token: &str) -> Result<Option<Claims>, Fault> {
        let Some(named) = named_in(token) else { return Ok(None) };
        let mut keys = self.known().await?;
        if !keys.iter().any(|key| key.id == named) {
            keys = self.read_anew().await?;
        }
        Ok(self.signer.verify(&keys, typ, token))
    }

    /// The claims of an ID token that we once issued, however long ago (OpenID Connect Core 1.0 §3.1.2.1, `id_token_hint`;
    /// OpenID Connect RP-Initiated Logout 1.0 §2: its expiry is not looked at). For whom it was issued is the caller's to check.
    pub async fn verify_hint(&self, token: &str) -> Result<Option<Claims>, Fault> {
        let claims = self.verify(TokenType::IdToken, token).await?;
        let is_id_token = |claims: &Claims| {
            let text = |name: &str| claims.get(name).and_then(Value::as_str);
            // A signed UserInfo answer has the same `typ` and our issuer, but no expiry.
            text("iss") == Some(self.issuer.as_str())
                && text("sub").is_some()
                && claims.get("exp").is_some_and(Value::is_i64)
        };
        Ok(claims.filter(is_id_token))
    }

    async fn known(&self) -> Result<Arc<[SigningKey]>, Fault> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(known) if known.read_at.elapsed() < FRESH => Ok(known.keys),
            _ => self.read_anew().await,
        }
    }

    async fn read_anew(&self) -> Result<Arc<[SigningKey]>, Fault> {
        let read_at = Instant::now();
        let keys: Arc<[SigningKey]> = self.store.read(|db| db.signing_keys()).await?.into();
        let known = Known { read_at, keys: keys.clone() };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(keys)
    }

    /// Makes the keys that are missing. Called at start; making an RSA key blocks for a moment.
    pub async fn ensure(&self) -> Result<(), Fault> {
        for algorithm in self.policy.algorithms.iter() {
            let keys = self.store.read(|db| db.signing_keys()).await?;
            if newest(&keys, algorithm).is_none() {
                self.make(algorithm).await?;
            }
        }
        self.read_anew().await.map(drop)
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
        let keys = self.known().await?;
        let parsed: Result<Vec<Value>, _> =
            keys.iter().map(|key| serde_json::from_str(&key.public_jwk)).collect();
        let keys = parsed.map_err(|_| Fault::Damaged("a public key is not a JWK".into()))?;
        Ok(json!({ "keys": keys }))
    }
}

/// The newest key of an algorithm: what is signed with.
fn newest(keys: &[SigningKey], algorithm: SigningAlgorithm) -> Option<&SigningKey> {
    keys.iter().find(|key| key.algorithm == algorithm)
}
