//! Sealed captures: makes a ceremony's keys and opens what a page sealed to them.
//!
//! One shape is accepted and no other: a compact JWE, ECDH-ES straight to A256GCM on P-256 (RFC 7518 §4.6), without
//! compression, and bound to ceremony and nonce through `apu` and `apv`, which enter the key derivation. The header is
//! read and held against that before anything is decrypted.

use std::sync::Arc;

use josekit::{
    jwe::{ECDH_ES, JweContext},
    jwk::{
        Jwk,
        alg::ec::{EcCurve, EcKeyPair},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use super::device_proof;
use crate::{
    domain::{
        device::CaptureStatement,
        face::{
            bundle::{self, BundleRefusal, Sent},
            capture::{CaptureBundle, CaptureNonce, EncodedFrame},
            ceremony::CeremonyKeys,
        },
        id::CeremonyId,
        secret::{base64url, from_base64url},
    },
    ports::{
        envelope::{CaptureOpener, CaptureRefusal, SealedKind, Vault},
        fault::Fault,
    },
};

/// The longest protected header: names, two bindings and an ephemeral key are about 300 bytes.
const LONGEST_HEADER: usize = 1024;
/// The longest sealed hint frame: 320 × 240 at quality 0.6 takes about 10 kB.
const LONGEST_HINT: usize = 128 * 1024;
/// The longest sealed capture, whatever the server's own limit for a body is.
const LONGEST_CAPTURE: usize = 32 * 1024 * 1024;

/// Opens captures with private keys that the vault keeps.
pub struct JweCaptureOpener {
    vault: Arc<dyn Vault>,
}

/// A ceremony's private keys, as the vault seals them.
#[derive(Serialize, Deserialize)]
struct PrivateKeys {
    capture: String,
    hint: String,
}

/// The protected header that is accepted; an unknown name (`zip`, `crit`, `kid`, …) is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    enc: String,
    apu: String,
    apv: String,
    epk: EphemeralKey,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EphemeralKey {
    kty: String,
    crv: String,
    #[serde(rename = "x")]
    _x: String,
    #[serde(rename = "y")]
    _y: String,
    /// WebCrypto exports it; it changes nothing.
    #[serde(default, rename = "ext")]
    _ext: Option<Value>,
    #[serde(default, rename = "key_ops")]
    _key_ops: Option<Value>,
}

impl JweCaptureOpener {
    /// An opener whose keys this vault seals.
    pub fn new(vault: Arc<dyn Vault>) -> Self {
        Self { vault }
    }

    fn private_keys(
        &self,
        ceremony: &CeremonyId,
        keys: &CeremonyKeys,
    ) -> Result<PrivateKeys, CaptureRefusal> {
        let opened =
            self.vault.unseal(SealedKind::CeremonyKeys, ceremony.as_str(), &keys.sealed_private_jwks);
        let opened = opened.map_err(|_| CaptureRefusal::NotForThisKey)?;
        serde_json::from_slice(&opened).map_err(|_| CaptureRefusal::NotForThisKey)
    }
}

impl CaptureOpener for JweCaptureOpener {
    fn new_keys(&self, ceremony: &CeremonyId) -> Result<CeremonyKeys, Fault> {
        let (capture, hint) = (new_pair()?, new_pair()?);
        let private = PrivateKeys { capture: private_jwk(&capture), hint: private_jwk(&hint) };
        let plain = Zeroizing::new(serde_json::to_vec(&private).map_err(internal)?);
        let sealed_private_jwks = self.vault.seal(SealedKind::CeremonyKeys, ceremony.as_str(), &plain)?;
        Ok(CeremonyKeys {
            capture_public_jwk: public_jwk(&capture),
            hint_public_jwk: public_jwk(&hint),
            sealed_private_jwks,
        })
    }

    fn open_hint(
        &self,
        ceremony: &CeremonyId,
        nonce: &CaptureNonce,
        keys: &CeremonyKeys,
        jwe: &str,
    ) -> Result<EncodedFrame, CaptureRefusal> {
        if jwe.len() > LONGEST_HINT {
            return Err(CaptureRefusal::TooLarge);
        }
        is_acceptable(jwe, ceremony, nonce)?;
        open(jwe, &self.private_keys(ceremony, keys)?.hint).map(EncodedFrame::new)
    }

    fn open_capture(
        &self,
        ceremony: &CeremonyId,
        nonce: &CaptureNonce,
        keys: &CeremonyKeys,
        jwe: &str,
    ) -> Result<CaptureBundle, CaptureRefusal> {
        if jwe.len() > LONGEST_CAPTURE {
            return Err(CaptureRefusal::TooLarge);
        }
        is_acceptable(jwe, ceremony, nonce)?;
        let plain = Zeroizing::new(open(jwe, &self.private_keys(ceremony, keys)?.capture)?);
        let sent = Sent::parse(&plain).map_err(unpackable)?;
        let bundle = bundle::parse(sent.bundle).map_err(unpackable)?;
        if &bundle.ceremony != ceremony || &bundle.nonce != nonce {
            return Err(CaptureRefusal::OtherCeremony);
        }
        let Some(proof) = sent.proof else { return Ok(bundle) };
        let stated = CaptureStatement::about(sent.bundle, ceremony, nonce);
        let signed_by = device_proof::verify(proof, &stated).ok_or(CaptureRefusal::Forged)?;
        Ok(CaptureBundle { signed_by: Some(signed_by), ..bundle })
    }
}

fn unpackable(refusal: BundleRefusal) -> CaptureRefusal {
    match refusal {
        BundleRefusal::Malformed => CaptureRefusal::Malformed,
        BundleRefusal::TooLarge => CaptureRefusal::TooLarge,
    }
}

/// Five parts, the second empty (RFC 7518 §4.6: no encrypted key in direct agreement), and exactly the header that is
/// accepted (RFC 7516 §7.1).
fn is_acceptable(jwe: &str, ceremony: &CeremonyId, nonce: &CaptureNonce) -> Result<(), CaptureRefusal> {
    let mut parts = jwe.splitn(6, '.');
    let header = parts.next().filter(|part| part.len() <= LONGEST_HEADER).ok_or(CaptureRefusal::Malformed)?;
    let rest: Vec<&str> = parts.collect();
    let ["", _, _, _] = rest.as_slice() else { return Err(CaptureRefusal::Malformed) };
    let header = from_base64url(header).ok_or(CaptureRefusal::Malformed)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| CaptureRefusal::Malformed)?;
    let is_ours = header.alg == "ECDH-ES"
        && header.enc == "A256GCM"
        && header.epk.kty == "EC"
        && header.epk.crv == "P-256";
    if !is_ours {
        return Err(CaptureRefusal::Malformed);
    }
    let is_bound = header.apu == base64url(ceremony.as_str().as_bytes()) && header.apv == nonce.as_str();
    if is_bound { Ok(()) } else { Err(CaptureRefusal::OtherCeremony) }
}

/// Decrypts. The library would inflate `zip` without a bound, so it is taken away from it as well.
fn open(jwe: &str, private_jwk: &str) -> Result<Vec<u8>, CaptureRefusal> {
    let jwk = Jwk::from_bytes(private_jwk.as_bytes()).map_err(|_| CaptureRefusal::NotForThisKey)?;
    let decrypter = ECDH_ES.decrypter_from_jwk(&jwk).map_err(|_| CaptureRefusal::NotForThisKey)?;
    let mut context = JweContext::new();
    context.remove_compression("DEF");
    let opened = context.deserialize_compact(jwe, &decrypter);
    opened.map(|(plain, _)| plain).map_err(|_| CaptureRefusal::NotForThisKey)
}

fn new_pair() -> Result<EcKeyPair, Fault> {
    EcKeyPair::generate(EcCurve::P256).map_err(internal)
}

fn private_jwk(pair: &EcKeyPair) -> String {
    pair.to_jwk_private_key().to_string()
}

fn public_jwk(pair: &EcKeyPair) -> String {
    pair.to_jwk_public_key().to_string()
}

fn internal(error: impl std::fmt::Display) -> Fault {
    Fault::Internal(format!("a capture key cannot be made: {error}"))
}

#[cfg(test)]
mod tests;
