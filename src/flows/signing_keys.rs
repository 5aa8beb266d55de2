//! Signing keys: one of each algorithm from the first start on, what they sign and what they verify, the key set that clients
//! check signatures with, and the next key before its time.

mod life;

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::Instant;

pub use self::life::{KeyStanding, Replacement, Withdrawal};
use crate::{
    domain::{
        id::KeyId,
        keys::{Algorithms, KeyHistory, KeyPolicy, SigningAlgorithm, SigningKey, named_in},
        oidc::{issuer::Issuer, tokens::Claims},
        secret::{base64url, sha256},
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        fault::Fault,
        store::Store,
        tokens::{TokenSigner, TokenType},
    },
};

/// How old what is known of the keys may be. A key that another node made a moment ago is met no later in our key set, and at once
/// where a token names it. It is far below what a key waits before it signs.
const FRESH: Duration = Duration::from_secs(2);

/// Makes, publishes and uses signing keys.
///
/// Keys are read once for many requests: again when what is known is older than [`FRESH`], and whenever a token names a
/// key that is not known. Their states follow from the time, so that what is known turns no worse by waiting.
pub struct SigningKeys {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    signer: Arc<dyn TokenSigner>,
    issuer: Issuer,
    policy: KeyPolicy,
    known: RwLock<Option<Arc<Known>>>,
}

/// What was read of the keys, and when.
struct Known {
    read_at: Instant,
    history: KeyHistory,
    /// The key set as it was then.
    published: Value,
    /// The same, written out.
    text: Arc<str>,
    published_at: Timestamp,
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

    /// How long clients may keep the key set.
    pub fn cached_for(&self) -> SignedDuration {
        self.policy.cached_for
    }

    /// Signs claims as a token of this type. Not to be called while a transaction is open.
    pub async fn sign(
        &self,
        algorithm: SigningAlgorithm,
        typ: TokenType,
        claims: &Claims,
    ) -> Result<String, Fault> {
        let known = self.known().await?;
        let is_chosen = self.policy.algorithms.contains(algorithm);
        let key = known.history.signing(algorithm, self.clock.now()).filter(|_| is_chosen);
        let key = key.ok_or_else(|| {
            Fault::Internal(format!(
                "there is no signing key for {}; see signing_keys.algorithms",
                algorithm.name()
            ))
        })?;
        self.signer.sign(key, typ, claims)
    }

    /// The claims of a token of ours of this type that a published key signed; issuer, audience and times are the caller's to
    /// check.
    pub async fn verify(&self, typ: TokenType, token: &str) -> Result<Option<Claims>, Fault> {
        let now = self.clock.now();
        let is_published =
            |history: &KeyHistory, key: &SigningKey| history.retired_since(key, &self.policy, now).is_none();
        self.verify_by(typ, token, is_published).await
    }

    /// The claims of an ID token that we once issued, however long ago (OpenID Connect Core 1.0 §3.1.2.1, `id_token_hint`;
    /// OpenID Connect RP-Initiated Logout 1.0 §2: its expiry is not looked at), while we remember its key. For whom it was
    /// issued is the caller's to check.
    pub async fn verify_hint(&self, token: &str) -> Result<Option<Claims>, Fault> {
        let is_ours = |_: &KeyHistory, key: &SigningKey| key.withdrawn_at.is_none();
        let claims = self.verify_by(TokenType::IdToken, token, is_ours).await?;
        let is_id_token = |claims: &Claims| {
            let text = |name: &str| claims.get(name).and_then(Value::as_str);
            // A signed UserInfo answer has the same `typ` and our issuer, but no expiry.
            text("iss") == Some(self.issuer.as_str())
                && text("sub").is_some()
                && claims.get("exp").is_some_and(Value::is_i64)
        };
        Ok(claims.filter(is_id_token))
    }

    /// The JWK set (RFC 7517 §5), newest first.
    pub async fn published(&self) -> Result<Value, Fault> {
        Ok(self.known().await?.published.clone())
    }

    /// The same as it is sent: written out once for many requests.
    pub async fn published_text(&self) -> Result<Arc<str>, Fault> {
        Ok(self.known().await?.text.clone())
    }

    async fn verify_by(
        &self,
        typ: TokenType,
        token: &str,
        counts: impl Fn(&KeyHistory, &SigningKey) -> bool,
    ) -> Result<Option<Claims>, Fault> {
        let Some(named) = named_in(token) else { return Ok(None) };
        let find =
            |known: &Known, named: &KeyId| known.history.keys().iter().position(|key| key.id == *named);
        let mut known = self.known().await?;
        if find(&known, &named).is_none() {
            known = self.read_anew().await?;
        }
        let key = find(&known, &named).and_then(|place| known.history.keys().get(place));
        let key = key.filter(|key| counts(&known.history, key));
        Ok(key.and_then(|key| self.signer.verify(key, typ, token)))
    }

    async fn known(&self) -> Result<Arc<Known>, Fault> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(known) if self.is_fresh(&known) => Ok(known),
            _ => self.read_anew().await,
        }
    }

    /// By both clocks: the one that waits, and the one that states follow from.
    fn is_fresh(&self, known: &Known) -> bool {
        known.read_at.elapsed() < FRESH
            && self.clock.now().duration_since(known.published_at).abs().unsigned_abs() < FRESH
    }

    async fn read_anew(&self) -> Result<Arc<Known>, Fault> {
        let (read_at, now) = (tokio::time::Instant::now(), self.clock.now());
        let history = KeyHistory::new(self.store.read(|db| db.signing_keys()).await?);
        let published = self.key_set(&history, now)?;
        let text = published.to_string().into();
        let known = Arc::new(Known { read_at, history, published, text, published_at: now });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }

    fn key_set(&self, history: &KeyHistory, now: Timestamp) -> Result<Value, Fault> {
        let keys: Result<Vec<Value>, Fault> =
            history.published(&self.policy, now).map(|key| self.public_jwk(key)).collect();
        Ok(json!({ "keys": keys? }))
    }

    /// The public half, with its certificate where partners ask for one (RFC 7517 §4.7, §4.9).
    fn public_jwk(&self, key: &SigningKey) -> Result<Value, Fault> {
        let mut jwk: Claims = serde_json::from_str(&key.public_jwk)
            .map_err(|_| Fault::Damaged("a public key is not a JWK".into()))?;
        if let Some(certificate) =
            key.certificate.as_ref().filter(|_| self.policy.certified.contains(key.algorithm))
        {
            jwk.insert("x5c".into(), json!([STANDARD.encode(certificate)]));
            jwk.insert("x5t#S256".into(), base64url(&sha256(certificate)).into());
        }
        Ok(jwk.into())
    }
}
