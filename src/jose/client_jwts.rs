//! Verifies what clients signed. The key set is theirs and so is the token, so that nothing in either chooses what is trusted: the
//! algorithm must be one that was asked for, the key must be of its type, and an extension that must be understood refuses.

use josekit::{
    JoseError,
    jwk::Jwk,
    jws::{self, ES256, EdDSA, HS256, HS384, HS512, JwsVerifier, PS256, RS256},
};
use serde_json::{Map, Value};

use crate::{
    domain::{keys::SigningAlgorithm, secret::from_base64url},
    ports::tokens::{ClientJwtVerifier, VerifiedJwt},
};

/// The most keys of a set that are tried for one token.
const MOST_KEYS: usize = 16;
/// The longest RSA modulus, in base64url characters: 8192 bits. Longer ones cost more to verify than a client has need of.
const LONGEST_MODULUS: usize = 1366;

/// Verifies by josekit.
pub struct JoseClientJwts;

impl ClientJwtVerifier for JoseClientJwts {
    fn verify_signed(
        &self,
        jwks: &Value,
        algorithms: &[SigningAlgorithm],
        token: &str,
    ) -> Option<VerifiedJwt> {
        let header = header_of(token)?;
        let algorithm = SigningAlgorithm::parse(header.get("alg")?.as_str()?)?;
        if !algorithms.contains(&algorithm) {
            return None;
        }
        let keys: Vec<&Map<String, Value>> =
            jwks.get("keys")?.as_array()?.iter().filter_map(Value::as_object).collect();
        let named = candidates(&keys, header.get("kid").and_then(Value::as_str));
        named
            .filter(|key| fits(key, algorithm))
            .take(MOST_KEYS)
            .find_map(|key| read(token, verifier(key, algorithm).ok()?.as_ref()))
    }

    fn verify_keyed(&self, secret: &[u8], token: &str) -> Option<VerifiedJwt> {
        // RFC 7518 §3.2: a secret shorter than the hash is refused.
        let algorithm = match header_of(token)?.get("alg")?.as_str()? {
            "HS256" => HS256,
            "HS384" => HS384,
            "HS512" => HS512,
            _ => return None,
        };
        read(token, &algorithm.verifier_from_bytes(secret).ok()?)
    }
}

/// The protected header, unverified, of a JWS without extensions that must be understood (RFC 7515 §4.1.11): none is
/// understood here, nor may a JWT's payload go unencoded (RFC 7797 §7).
fn header_of(token: &str) -> Option<Map<String, Value>> {
    let header = from_base64url(token.split('.').next()?)?;
    let header: Map<String, Value> = serde_json::from_slice(&header).ok()?;
    (!header.contains_key("crit") && !header.contains_key("b64")).then_some(header)
}

/// The keys of the token's `kid`. A token without one may be of any key, and so may one whose `kid` no key has, but only of
/// the keys that have no name (RFC 7515 §4.1.4, RFC 7517 §4.5).
fn candidates<'a>(
    keys: &'a [&'a Map<String, Value>],
    named: Option<&'a str>,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    let name_of = |key: &Map<String, Value>| key.get("kid").and_then(Value::as_str).map(str::to_owned);
    let is_known = keys.iter().any(|key| named.is_some() && name_of(key).as_deref() == named);
    keys.iter().copied().filter(move |key| match named {
        None => true,
        Some(_) if is_known => name_of(key).as_deref() == named,
        Some(_) => name_of(key).is_none(),
    })
}

/// Whether a key is of the algorithm's type, and meant for signatures under it (RFC 7517 §4.1–§4.4). That a MAC is never made
/// with a public key follows (RFC 8725 §2.1).
fn fits(key: &Map<String, Value>, algorithm: SigningAlgorithm) -> bool {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let is_of_type = match algorithm {
        SigningAlgorithm::ES256 => text("kty") == Some("EC") && text("crv") == Some("P-256"),
        SigningAlgorithm::RS256 | SigningAlgorithm::PS256 => {
            text("kty") == Some("RSA") && text("n").is_some_and(|modulus| modulus.len() <= LONGEST_MODULUS)
        }
        SigningAlgorithm::EdDsa => text("kty") == Some("OKP") && text("crv") == Some("Ed25519"),
    };
    let operations =
        key.get("key_ops").map(|told| told.as_array().is_some_and(|all| all.contains(&"verify".into())));
    is_of_type
        && key.get("use").is_none_or(|told| told == "sig")
        && key.get("alg").is_none_or(|told| told == algorithm.name())
        && operations.unwrap_or(true)
}

/// Over the public members alone: josekit would hold a token to the key's `kid`, which it need not name.
fn verifier(
    key: &Map<String, Value>,
    algorithm: SigningAlgorithm,
) -> Result<Box<dyn JwsVerifier>, JoseError> {
    let members = ["kty", "crv", "x", "y", "n", "e"].into_iter();
    let public: Map<String, Value> =
        members.filter_map(|name| Some((name.to_owned(), key.get(name)?.clone()))).collect();
    let jwk = Jwk::from_map(public)?;
    Ok(match algorithm {
        SigningAlgorithm::ES256 => Box::new(ES256.verifier_from_jwk(&jwk)?),
        SigningAlgorithm::RS256 => Box::new(RS256.verifier_from_jwk(&jwk)?),
        SigningAlgorithm::PS256 => Box::new(PS256.verifier_from_jwk(&jwk)?),
        SigningAlgorithm::EdDsa => Box::new(EdDSA.verifier_from_jwk(&jwk)?),
    })
}

fn read(token: &str, verifier: &dyn JwsVerifier) -> Option<VerifiedJwt> {
    let (payload, header) = jws::deserialize_compact(token, verifier).ok()?;
    Some(VerifiedJwt { header: header.into(), claims: serde_json::from_slice(&payload).ok()? })
}

#[cfg(test)]
mod tests;
