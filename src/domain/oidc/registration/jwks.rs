//! A client's public keys, as it registers them by value (RFC 7517 §5). Keys of types that are not known stay in the set
//! and are never used; a key with a private part has leaked and is refused.

use serde_json::{Map, Value};

use super::{members::Members, refusal};
use crate::domain::{oidc::error::ProtocolError, secret::from_base64url};

/// The most keys of a client.
const MOST_KEYS: usize = 20;
/// The fewest bits of an RSA modulus (RFC 7518 §3.3), and the most that are worth our time.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// The members that only a private or symmetric key has (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Reads `jwks`.
pub fn read(members: &mut Members<'_>) -> Result<Option<Value>, ProtocolError> {
    let Some(set) = members.value("jwks") else { return Ok(None) };
    check(set)?;
    Ok(Some(set.clone()))
}

/// Checks a key set, given by value or fetched.
pub fn check(set: &Value) -> Result<(), ProtocolError> {
    let keys = set.get("keys").and_then(Value::as_array).filter(|keys| keys.len() <= MOST_KEYS);
    let keys = keys.ok_or(refusal("jwks", "must be a JWK set of at most 20 keys"))?;
    for key in keys {
        let key = key.as_object().ok_or(refusal("jwks", "a key must be an object"))?;
        check_key(key)?;
    }
    Ok(())
}

fn check_key(key: &Map<String, Value>) -> Result<(), ProtocolError> {
    if PRIVATE.iter().any(|member| key.contains_key(*member)) {
        return Err(refusal(
            "jwks",
            "a key has a private part: make a new one, and register its public half",
        ));
    }
    let sound = match key.get("kty").and_then(Value::as_str) {
        Some("RSA") => {
            number(key, "e").is_some() && number(key, "n").is_some_and(|bits| RSA_BITS.contains(&bits))
        }
        Some("EC") => ["crv", "x", "y"].iter().all(|member| key.get(*member).is_some_and(Value::is_string)),
        Some("OKP") => ["crv", "x"].iter().all(|member| key.get(*member).is_some_and(Value::is_string)),
        Some(_) => true,
        None => false,
    };
    if sound { Ok(()) } else { Err(refusal("jwks", "a key is not whole, or has fewer than 2048 bits")) }
}

/// How many bits a number has that stands in base64url (RFC 7518 §2, Base64urlUInt).
fn number(key: &Map<String, Value>, member: &str) -> Option<usize> {
    let bytes = from_base64url(key.get(member)?.as_str()?)?;
    let mut significant = bytes.iter().skip_while(|byte| **byte == 0);
    let first = significant.next()?;
    Some(significant.count() * 8 + (8 - first.leading_zeros() as usize))
}
