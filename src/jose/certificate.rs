//! Self-issued certificates for signing keys, for partners whose key sets must hold one (RFC 7517 §4.7). Nobody stands for them:
//! whoever trusts our key set over TLS trusts the key, and the certificate says the same in another form.

use josekit::jwk::{
    Jwk, KeyPair,
    alg::{ec::EcKeyPair, ed::EdKeyPair, rsa::RsaKeyPair},
};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    error::ErrorStack,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    x509::{
        X509, X509NameBuilder,
        extension::{BasicConstraints, KeyUsage, SubjectAlternativeName},
    },
};

use crate::{
    domain::{
        keys::{SigningAlgorithm, SigningKey},
        secret::sha256,
    },
    ports::fault::Fault,
};

/// The longest common name (RFC 5280 Appendix A.1, ub-common-name).
const LONGEST_NAME: usize = 64;
/// A key's life has no end that is known when it is made (RFC 5280 §4.1.2.5).
const NO_END: &str = "99991231235959Z";

/// The certificate of a key, as DER: its subject and issuer is the host, it begins with the key, and its number follows from the
/// key's name.
pub(super) fn self_issued(key: &SigningKey, private: &[u8], host: &str) -> Result<Vec<u8>, Fault> {
    let private = private_key(key.algorithm, private)
        .ok_or_else(|| Fault::Damaged("a signing key does not read back".into()))?;
    build(key, &private, host).map_err(|_| Fault::Internal("a certificate could not be made".into()))
}

fn private_key(algorithm: SigningAlgorithm, jwk: &[u8]) -> Option<PKey<Private>> {
    let jwk = Jwk::from_bytes(jwk).ok()?;
    let der = match algorithm {
        SigningAlgorithm::ES256 => EcKeyPair::from_jwk(&jwk).ok()?.to_der_private_key(),
        SigningAlgorithm::RS256 | SigningAlgorithm::PS256 => {
            RsaKeyPair::from_jwk(&jwk).ok()?.to_der_private_key()
        }
        SigningAlgorithm::EdDsa => EdKeyPair::from_jwk(&jwk).ok()?.to_der_private_key(),
    };
    PKey::private_key_from_der(&zeroize::Zeroizing::new(der)).ok()
}

fn build(key: &SigningKey, private: &PKey<Private>, host: &str) -> Result<Vec<u8>, ErrorStack> {
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_nid(Nid::COMMONNAME, host.get(..LONGEST_NAME).unwrap_or(host))?;
    let name = name.build();
    let mut made = X509::builder()?;
    made.set_version(2)?;
    let number = sha256(key.id.as_str().as_bytes());
    // Positive and of at most 20 bytes (RFC 5280 §4.1.2.2).
    let number = BigNum::from_slice(number.split_at(16).0)?;
    made.set_serial_number(number.to_asn1_integer()?.as_ref())?;
    made.set_subject_name(&name)?;
    made.set_issuer_name(&name)?;
    made.set_pubkey(private)?;
    made.set_not_before(Asn1Time::from_unix(key.created_at.as_second())?.as_ref())?;
    made.set_not_after(Asn1Time::from_str_x509(NO_END)?.as_ref())?;
    made.append_extension(BasicConstraints::new().critical().build()?)?;
    made.append_extension(KeyUsage::new().critical().digital_signature().build()?)?;
    let mut names = SubjectAlternativeName::new();
    match host.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
        Ok(address) => names.ip(&address.to_string()),
        Err(_) => names.dns(host),
    };
    let names = names.build(&made.x509v3_context(None, None))?;
    made.append_extension(names)?;
    let hash = match key.algorithm {
        // Ed25519 hashes by itself (RFC 8410 §3).
        SigningAlgorithm::EdDsa => MessageDigest::null(),
        _ => MessageDigest::sha256(),
    };
    made.sign(private, hash)?;
    made.build().to_der()
}
