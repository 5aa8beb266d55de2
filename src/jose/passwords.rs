//! Passwords by argon2id, off the async threads and a bounded number at a time: each hash takes 19 MiB.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{
    domain::user::PasswordHash,
    ports::{BoxFuture, entropy::Entropy, fault::Fault, passwords::Passwords},
};

/// Length of a salt (RFC 9106 §3.1 recommends 16 bytes).
const SALT: usize = 16;

/// Argon2id with 19 MiB, two passes, one lane (the second recommendation of RFC 9106 §4, scaled as OWASP advises).
pub struct Argon2Passwords {
    entropy: Arc<dyn Entropy>,
    room: Arc<Semaphore>,
    /// What a password is held against when there is no such user, so that the answer takes as long.
    decoy: PasswordHash,
}

impl Argon2Passwords {
    /// Makes the hasher; at most `at_once` hashes run at a time.
    pub fn new(entropy: Arc<dyn Entropy>, at_once: usize) -> Result<Self, Fault> {
        let decoy = hash(entropy.token().expose(), &entropy.bytes())?;
        Ok(Self { entropy, room: Arc::new(Semaphore::new(at_once.max(1))), decoy })
    }

    async fn off_the_async_threads<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let room = self.room.clone().acquire_owned().await;
        let room = room.map_err(|_| Fault::Internal("password hashing has ended".into()))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(room);
            done
        });
        done.await.map_err(|_| Fault::Internal("password hashing broke off".into()))
    }
}

impl Passwords for Argon2Passwords {
    fn hash<'a>(&'a self, password: &'a str) -> BoxFuture<'a, Result<PasswordHash, Fault>> {
        let (password, salt) = (Zeroizing::new(password.to_owned()), self.entropy.bytes());
        Box::pin(async move { self.off_the_async_threads(move || hash(&password, &salt)).await? })
    }

    fn matches<'a>(
        &'a self,
        password: &'a str,
        hash: Option<PasswordHash>,
    ) -> BoxFuture<'a, Result<bool, Fault>> {
        let password = Zeroizing::new(password.to_owned());
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        Box::pin(async move {
            let fits = self.off_the_async_threads(move || matches(&password, &hash)).await??;
            Ok(fits && exists)
        })
    }
}

fn hash(password: &str, salt: &[u8; SALT]) -> Result<PasswordHash, Fault> {
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt);
    hash.map(|hash: phc::PasswordHash| PasswordHash(hash.to_string()))
        .map_err(|_| Fault::Internal("a password could not be hashed".into()))
}

fn matches(password: &str, hash: &PasswordHash) -> Result<bool, Fault> {
    let parsed = phc::PasswordHash::new(&hash.0)
        .map_err(|_| Fault::Damaged("a password hash is not a PHC string".into()))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;

    impl Entropy for Ones {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(1);
        }
    }

    #[tokio::test]
    async fn a_password_matches_its_own_argon2id_hash_alone_and_nobody_without_one() {
        // RFC 9106
        let passwords = Argon2Passwords::new(Arc::new(Ones), 1).unwrap();
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
        assert!(passwords.matches("correct horse", Some(hash.clone())).await.unwrap());
        assert!(!passwords.matches("wrong horse", Some(hash)).await.unwrap());
        assert!(!passwords.matches("correct horse", None).await.unwrap());
    }
}
