//! A browser that an account has succeeded on before: known by a long-lived cookie, and, where it can keep one, by a key
//! that it signs its captures with.
//!
//! The cookie decides whose tries count and proves nothing else. The key is proof of possession (RFC 8176 §2, `swk`): it
//! was made in the browser, cannot be taken out of it, and is bound to the account by a passed face check.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    authn::ledger::BoundKey,
    face::capture::CaptureNonce,
    id::{CeremonyId, DeviceId, RunId, UserId},
    secret::{TokenHash, base64url, from_base64url, sha256},
};

/// How many keys an account has in force at most; beyond it the one that was not used for longest is dropped.
pub const MOST_KEYS: usize = 10;

/// A browser on which this account passed a face check.
#[derive(Clone, Debug)]
pub struct KnownDevice {
    /// Its name in the records.
    pub id: DeviceId,
    /// The account that succeeded on it.
    pub user: UserId,
    /// Hash of the secret in its cookie; one browser has the same for every account that it is known to.
    pub token_hash: TokenHash,
    /// When it succeeded first.
    pub first_success_at: Timestamp,
}

/// A public key that a browser signs its captures with: ECDSA on P-256 (RFC 7518 §6.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceKey {
    x: String,
    y: String,
}

/// A public JWK as it is sent: these members and no other (RFC 7517 §4, RFC 7518 §6.2.1).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicJwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
}

impl<'de> Deserialize<'de> for DeviceKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let PublicJwk { kty, crv, x, y } = PublicJwk::deserialize(deserializer)?;
        let is_coordinate = |text: &str| from_base64url(text).is_some_and(|bytes| bytes.len() == 32);
        let is_ours = kty == "EC" && crv == "P-256" && is_coordinate(&x) && is_coordinate(&y);
        is_ours.then_some(Self { x, y }).ok_or_else(|| serde::de::Error::custom("no public key on P-256"))
    }
}

impl DeviceKey {
    /// Reads a public JWK. Whether its point is on the curve is seen when something is verified by it.
    pub fn parse(jwk: &str) -> Option<Self> {
        serde_json::from_str(jwk).ok()
    }

    /// The public JWK with its required members in lexicographic order and without white space (RFC 7638 §3.2, §3.3).
    pub fn jwk(&self) -> String {
        format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, self.x, self.y)
    }

    /// Its thumbprint by SHA-256 (RFC 7638 §3).
    pub fn thumbprint(&self) -> KeyThumbprint {
        KeyThumbprint(base64url(&sha256(self.jwk().as_bytes())))
    }
}

/// The thumbprint of a device key: SHA-256, base64url (RFC 7638 §3).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyThumbprint(String);

impl KeyThumbprint {
    /// Accepts a thumbprint as sent or kept: 32 bytes in base64url.
    pub fn parse(text: &str) -> Option<Self> {
        (from_base64url(text)?.len() == 32).then(|| Self(text.to_owned()))
    }

    /// The thumbprint as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a device key signs: that this bundle is the capture for this ceremony. The ceremony's nonce is fresh, so a statement
/// is of use once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptureStatement {
    ceremony: CeremonyId,
    nonce: CaptureNonce,
    bundle: String,
}

impl CaptureStatement {
    /// The statement about a bundle, byte for byte.
    pub fn about(bundle: &[u8], ceremony: &CeremonyId, nonce: &CaptureNonce) -> Self {
        Self { ceremony: ceremony.clone(), nonce: nonce.clone(), bundle: base64url(&sha256(bundle)) }
    }
}

/// A device key that a passed face check bound to an account. A key is one account's for as long as the account is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyBinding {
    /// The account.
    pub user: UserId,
    /// The public key.
    pub key: DeviceKey,
    /// The browser that used it last, while its latest passed capture was signed with this key.
    pub device: Option<DeviceId>,
    /// When it was bound.
    pub bound_at: Timestamp,
    /// The run whose passed capture it had signed then.
    pub bound_by: RunId,
    /// When a capture that it signed passed last.
    pub last_used_at: Timestamp,
    /// When it was revoked. A revoked key is never bound again.
    pub revoked_at: Option<Timestamp>,
}

impl KeyBinding {
    /// What the session's ledger keeps of it.
    pub fn in_ledger(&self) -> BoundKey {
        BoundKey { thumbprint: self.key.thumbprint().0, bound_at: self.bound_at }
    }

    /// Whether it counts now.
    pub fn is_in_force(&self) -> bool {
        self.revoked_at.is_none()
    }
}

/// Whether the browser of a request holds a bound key of the account, as far as its cookie tells. Only a signed capture
/// proves that it does; this says whether to ask for one is in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceStanding {
    /// The browser is not known, or its latest passed capture was not signed with a key that counts.
    Unbound,
    /// Its latest passed capture was signed with a key that is in force.
    Bound {
        /// Since when the key is bound.
        since: Timestamp,
        /// By which run.
        by: RunId,
    },
}

impl DeviceStanding {
    /// Whether a face by the browser's key would count for a request of this time: the key was bound before, or by the run
    /// that enrolled the account.
    pub fn serves(&self, asked_at: Timestamp, enrolled_by: Option<&RunId>) -> bool {
        match self {
            Self::Unbound => false,
            Self::Bound { since, by } => *since < asked_at || Some(by) == enrolled_by,
        }
    }
}

/// By which name a browser keeps its key for an account. It tells nothing but itself: whoever looks into a browser's
/// storage learns no account's id.
pub fn key_name(user: &UserId) -> String {
    base64url(&sha256(format!("facestep device key of {user}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_over_the_required_members_in_order() {
        // RFC 9449 §4.2 and §6.1: the public key of its examples, and that key's thumbprint by RFC 7638 §3.
        let jwk = r#"{"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"}"#;
        let key = DeviceKey::parse(jwk).unwrap();
        assert_eq!(key.thumbprint().as_str(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!(DeviceKey::parse(&key.jwk()), Some(key));
    }

    #[test]
    fn a_key_serves_requests_that_came_after_its_binding_and_those_whose_enrolment_bound_it() {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        let run = |n| RunId::from_random([n; 16]);
        let bound = DeviceStanding::Bound { since: at(5), by: run(1) };
        assert!(bound.serves(at(6), None));
        assert!(!bound.serves(at(5), Some(&run(2))));
        assert!(!bound.serves(at(4), None));
        assert!(bound.serves(at(4), Some(&run(1))));
        assert!(!DeviceStanding::Unbound.serves(at(9), Some(&run(1))));
    }

    #[test]
    fn a_key_of_another_kind_or_with_anything_more_is_refused() {
        // RFC 7518 §6.2.1.2: a coordinate has the full length of the curve's field; §6.2.2: `d` is the private key.
        let x = "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs";
        for jwk in [
            format!(r#"{{"kty":"EC","crv":"P-384","x":"{x}","y":"{x}"}}"#),
            format!(r#"{{"kty":"OKP","crv":"P-256","x":"{x}","y":"{x}"}}"#),
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"AA"}}"#),
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}"}}"#),
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{x}","d":"{x}"}}"#),
        ] {
            assert_eq!(DeviceKey::parse(&jwk), None, "{jwk}");
        }
    }
}
