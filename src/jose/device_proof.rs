//! Verifies that a device key signed a capture: a compact JWS (RFC 7515 §7.1) by ES256 whose header carries the public key
//! and whose payload states which bundle it is for which ceremony.
//!
//! One shape is accepted and no other. The type in its header is of this use alone, so nothing that is signed elsewhere can
//! stand in for it (RFC 8725 §3.11). Whose key it is, and whether it counts, is the flow's to say.

use josekit::{
    jwk::Jwk,
    jws::{self, ES256},
};
use serde::Deserialize;

use crate::domain::{
    device::{CaptureStatement, DeviceKey},
    secret::from_base64url,
};

/// What the header says that the JWS is for (RFC 7515 §4.1.9).
const TYPE: &str = "facestep-capture";

/// The protected header that is accepted; any other member (`crit`, `kid`, `jku`, `b64`, …) is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    /// RFC 7515 §4.1.3.
    jwk: DeviceKey,
}

/// The key that signed exactly this statement; `None` for everything else.
pub fn verify(proof: &str, stated: &CaptureStatement) -> Option<DeviceKey> {
    let header = from_base64url(proof.split('.').next()?)?;
    let Header { alg, typ, jwk: key } = serde_json::from_slice(&header).ok()?;
    if alg != ES256.name() || typ != TYPE {
        return None;
    }
    let jwk = Jwk::from_bytes(key.jwk().as_bytes()).ok()?;
    let (payload, _) = jws::deserialize_compact(proof, &ES256.verifier_from_jwk(&jwk).ok()?).ok()?;
    let signed: CaptureStatement = serde_json::from_slice(&payload).ok()?;
    (signed == *stated).then_some(key)
}

#[cfg(test)]
mod tests;
