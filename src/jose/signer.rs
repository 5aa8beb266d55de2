//! Token signatures by josekit. Three of its habits are met here: a public half made from a private JWK drops `kid`,
//! `alg` and an unset `use`; a verifier checks no claim; and parsing a key costs more than using it, so
//! what was parsed is kept.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use jiff::Timestamp;
use josekit::{
    JoseError,
    jwk::{
        Jwk,
        alg::{ec::EcCurve, ed::EdCurve},
    },
    jws::{self, ES256, EdDSA, JwsHeader, JwsSigner, JwsVerifier, PS256, RS256},
};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::certificate;
use crate::{
    domain::{
        id::KeyId,
        keys::{SigningAlgorithm, SigningKey},
        oidc::issuer::Issuer,
    },
    ports::{
        envelope::{SealedKind, Vault},
        fault::Fault,
        tokens::{TokenSigner, TokenType},
    },
};

/// Bits of an RSA modulus (RFC 7518 §3.3: at least 2048).
const RSA_BITS: u32 = 2048;

/// Signs with private keys that the vault opens.
pub struct JoseSigner {
    vault: Arc<dyn Vault>,
    opened: RwLock<HashMap<KeyId, Arc<dyn JwsSigner + Send + Sync>>>,
    /// By the public key itself, which is what must not be mistaken.
    parsed: RwLock<HashMap<String, Arc<dyn JwsVerifier + Send + Sync>>>,
}

impl JoseSigner {
    /// A signer over a vault.
    pub fn new(vault: Arc<dyn Vault>) -> Self {
        Self { vault, opened: RwLock::default(), parsed: RwLock::default() }
    }

    fn signer(&self, key: &SigningKey) -> Result<Arc<dyn JwsSigner + Send + Sync>, Fault> {
        if let Some(signer) = self.opened.read().unwrap_or_else(PoisonError::into_inner).get(&key.id) {
            return Ok(signer.clone());
        }
        let private = self.vault.unseal(SealedKind::SigningKey, key.id.as_str(), &key.sealed_private_jwk)?;
        let damaged = |_: JoseError| Fault::Damaged("a signing key does not read back".into());
        let jwk = Jwk::from_bytes(private.as_slice()).map_err(damaged)?;
        let signer: Arc<dyn JwsSigner + Send + Sync> = match key.algorithm {
            SigningAlgorithm::ES256 => Arc::new(ES256.signer_from_jwk(&jwk).map_err(damaged)?),
            SigningAlgorithm::RS256 => Arc::new(RS256.signer_from_jwk(&jwk).map_err(damaged)?),
            SigningAlgorithm::PS256 => Arc::new(PS256.signer_from_jwk(&jwk).map_err(damaged)?),
            SigningAlgorithm::EdDsa => Arc::new(EdDSA.signer_from_jwk(&jwk).map_err(damaged)?),
        };
        self.opened.write().unwrap_or_else(PoisonError::into_inner).insert(key.id.clone(), signer.clone());
        Ok(signer)
    }

    fn verifier(&self, key: &SigningKey) -> Option<Arc<dyn JwsVerifier + Send + Sync>> {
        if let Some(verifier) =
            self.parsed.read().unwrap_or_else(PoisonError::into_inner).get(&key.public_jwk)
        {
            return Some(verifier.clone());
        }
        let verifier = verifier(key).ok()?;
        let mut parsed = self.parsed.write().unwrap_or_else(PoisonError::into_inner);
        parsed.insert(key.public_jwk.clone(), verifier.clone());
        Some(verifier)
    }
}

impl TokenSigner for JoseSigner {
    fn new_key(&self, id: KeyId, algorithm: SigningAlgorithm, now: Timestamp) -> Result<SigningKey, Fault> {
        let failed = |_: JoseError| Fault::Internal("a signing key could not be made".into());
        let mut private = match algorithm {
            SigningAlgorithm::ES256 => Jwk::generate_ec_key(EcCurve::P256),
            SigningAlgorithm::RS256 | SigningAlgorithm::PS256 => Jwk::generate_rsa_key(RSA_BITS),
            SigningAlgorithm::EdDsa => Jwk::generate_ed_key(EdCurve::Ed25519),
        }
        .map_err(failed)?;
        label(&mut private, &id, algorithm);
        let mut public = private.to_public_key().map_err(failed)?;
        label(&mut public, &id, algorithm);
        let text = Zeroizing::new(private.to_string());
        let sealed_private_jwk = self.vault.seal(SealedKind::SigningKey, id.as_str(), text.as_bytes())?;
        Ok(SigningKey {
            id,
            algorithm,
            generation: 0,
            public_jwk: public.to_string(),
            sealed_private_jwk,
            certificate: None,
            created_at: now,
            signs_from: now,
            withdrawn_at: None,
        })
    }

    fn sign(&self, key: &SigningKey, typ: TokenType, claims: &Map<String, Value>) -> Result<String, Fault> {
        let failed = |_| Fault::Internal("a token could not be signed".into());
        let mut header = JwsHeader::new();
        header.set_token_type(typ_of(typ));
        header.set_key_id(key.id.as_str());
        let payload =
            serde_json::to_vec(claims).map_err(|_| Fault::Internal("claims do not serialise".into()))?;
        jws::serialize_compact(&payload, &header, self.signer(key)?.as_ref()).map_err(failed)
    }

    fn verify(&self, key: &SigningKey, typ: TokenType, token: &str) -> Option<Map<String, Value>> {
        let verifier = self.verifier(key)?;
        let (payload, header) = jws::deserialize_compact(token, verifier.as_ref()).ok()?;
        if header.token_type() != Some(typ_of(typ)) {
            return None;
        }
        serde_json::from_slice(&payload).ok()
    }

    fn certify(&self, key: &SigningKey, issuer: &Issuer) -> Result<Vec<u8>, Fault> {
        let private = self.vault.unseal(SealedKind::SigningKey, key.id.as_str(), &key.sealed_private_jwk)?;
        certificate::self_issued(key, &private, issuer.host())
    }
}

/// Names a key's id, algorithm and use (RFC 7517 §4).
fn label(jwk: &mut Jwk, id: &KeyId, algorithm: SigningAlgorithm) {
    jwk.set_key_id(id.as_str());
    jwk.set_algorithm(algorithm.name());
    jwk.set_key_use("sig");
}

fn verifier(key: &SigningKey) -> Result<Arc<dyn JwsVerifier + Send + Sync>, JoseError> {
    let jwk = Jwk::from_bytes(key.public_jwk.as_bytes())?;
    Ok(match key.algorithm {
        SigningAlgorithm::ES256 => Arc::new(ES256.verifier_from_jwk(&jwk)?),
        SigningAlgorithm::RS256 => Arc::new(RS256.verifier_from_jwk(&jwk)?),
        SigningAlgorithm::PS256 => Arc::new(PS256.verifier_from_jwk(&jwk)?),
        SigningAlgorithm::EdDsa => Arc::new(EdDSA.verifier_from_jwk(&jwk)?),
    })
}

fn typ_of(typ: TokenType) -> &'static str {
    match typ {
        TokenType::IdToken | TokenType::UserInfo => "JWT",
        TokenType::LogoutToken => "logout+jwt",
        TokenType::AccessToken => "at+jwt",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;
    use crate::{jose::vault::AesVault, ports::entropy::Entropy};

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    fn signer() -> JoseSigner {
        let entropy = Arc::new(Counting(AtomicU8::new(0)));
        JoseSigner::new(Arc::new(AesVault::new(Zeroizing::new([1; 32]), entropy)))
    }

    fn key(signer: &JoseSigner, name: &str, algorithm: SigningAlgorithm) -> SigningKey {
        signer.new_key(KeyId::parse(name).unwrap(), algorithm, Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn a_public_half_is_labelled_and_holds_nothing_private() {
        // RFC 7517 §4, RFC 7518 §6
        let signer = signer();
        for algorithm in SigningAlgorithm::ALL {
            let key = key(&signer, "kid-1", algorithm);
            let jwk: Map<String, Value> = serde_json::from_str(&key.public_jwk).unwrap();
            assert_eq!(jwk["kid"], "kid-1");
            assert_eq!(jwk["alg"], algorithm.name());
            assert_eq!(jwk["use"], "sig");
            for private in ["d", "p", "q", "dp", "dq", "qi"] {
                assert!(!jwk.contains_key(private), "{private}");
            }
        }
    }

    #[test]
    fn a_token_verifies_under_its_own_key_and_type_alone() {
        // RFC 7515 §5.2, RFC 9068 §2.1
        let signer = signer();
        let claims: Map<String, Value> = serde_json::from_str(r#"{"sub":"ada"}"#).unwrap();
        for algorithm in SigningAlgorithm::ALL {
            let own = key(&signer, algorithm.name(), algorithm);
            let token = signer.sign(&own, TokenType::AccessToken, &claims).unwrap();
            assert_eq!(signer.verify(&own, TokenType::AccessToken, &token).as_ref(), Some(&claims));
            assert!(signer.verify(&own, TokenType::IdToken, &token).is_none());
            let other = key(&signer, own.id.as_str(), algorithm);
            assert!(signer.verify(&other, TokenType::AccessToken, &token).is_none());
            let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0Iiwia2lkIjoiRVMyNTYifQ.eyJzdWIiOiJhZGEifQ.";
            assert!(signer.verify(&own, TokenType::AccessToken, unsigned).is_none());
        }
    }

    #[test]
    fn a_certificate_is_of_its_key_and_of_the_issuers_host() {
        // RFC 5280 §4.1.2, §4.2.1.6; RFC 7517 §4.7
        use openssl::x509::X509;
        let signer = signer();
        let long = format!("https://{}example", "long.".repeat(20));
        for algorithm in SigningAlgorithm::ALL {
            let key = key(&signer, "kid-1", algorithm);
            for (issuer, host) in [
                ("https://login.example.org", "login.example.org"),
                ("http://127.0.0.1:8080", "127.0.0.1"),
                ("http://[::1]:8080", "[::1]"),
                (long.as_str(), &long[8..]),
            ] {
                let der = signer.certify(&key, &Issuer::parse(issuer).unwrap()).unwrap();
                let certificate = X509::from_der(&der).unwrap();
                let own = certificate.public_key().unwrap();
                assert!(certificate.verify(&own).unwrap(), "{algorithm:?}");
                let jwk: Map<String, Value> = serde_json::from_str(&key.public_jwk).unwrap();
                let public = own.public_key_to_der().unwrap();
                let said = ["x", "n"].iter().find_map(|name| jwk.get(*name)?.as_str()).unwrap();
                let said = crate::domain::secret::from_base64url(said).unwrap();
                assert!(public.windows(said.len()).any(|part| part == said), "{algorithm:?}");
                let name = certificate.subject_name().entries().next().unwrap().data().to_string().unwrap();
                assert!(host.starts_with(&name) && name.len() == host.len().min(64), "{name:?}");
                let names = certificate.subject_alt_names().unwrap();
                assert!(names[0].dnsname() == Some(host) || names[0].ipaddress().is_some());
                assert_eq!(certificate.not_before().to_string(), "Jan  1 00:00:00 1970 GMT");
            }
        }
    }
}
