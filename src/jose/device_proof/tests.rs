use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use serde_json::{Value, json};

use super::*;
use crate::domain::{
    face::capture::CaptureNonce,
    id::CeremonyId,
    secret::{base64url, sha256},
};

const BUNDLE: &[u8] = b"FSC1 and so on";

struct Signer(EcKeyPair);

impl Signer {
    fn new() -> Self {
        Self(EcKeyPair::generate(EcCurve::P256).unwrap())
    }

    fn jwk(&self) -> Value {
        let jwk = serde_json::to_value(self.0.to_jwk_public_key()).unwrap();
        json!({ "kty": "EC", "crv": "P-256", "x": jwk["x"], "y": jwk["y"] })
    }

    fn key(&self) -> DeviceKey {
        DeviceKey::parse(&self.jwk().to_string()).unwrap()
    }

    fn header(&self) -> Value {
        json!({ "typ": "facestep-capture", "alg": "ES256", "jwk": self.jwk() })
    }

    fn sign(&self, header: &Value, statement: &Value) -> String {
        use josekit::jws::JwsSigner;
        let input = [header, statement].map(|part| base64url(part.to_string().as_bytes())).join(".");
        let signer = ES256.signer_from_jwk(&self.0.to_jwk_private_key()).unwrap();
        format!("{input}.{}", base64url(&signer.sign(input.as_bytes()).unwrap()))
    }
}

fn ceremony() -> CeremonyId {
    CeremonyId::parse("c4Vb8nRt").unwrap()
}

fn nonce() -> CaptureNonce {
    CaptureNonce::from_random([9; 32])
}

fn stated() -> CaptureStatement {
    CaptureStatement::about(BUNDLE, &ceremony(), &nonce())
}

fn statement() -> Value {
    json!({ "ceremony": "c4Vb8nRt", "nonce": nonce().as_str(), "bundle": base64url(&sha256(BUNDLE)) })
}

#[test]
fn a_statement_verifies_by_the_key_that_it_carries() {
    // RFC 7515 §5.2, RFC 7518 §3.4
    let signer = Signer::new();
    let proof = signer.sign(&signer.header(), &statement());
    assert_eq!(verify(&proof, &stated()), Some(signer.key()));
}

#[test]
fn a_statement_about_anything_else_is_refused() {
    let signer = Signer::new();
    let other = CaptureNonce::from_random([8; 32]);
    for (member, value) in [
        ("ceremony", json!("other")),
        ("nonce", json!(other.as_str())),
        ("bundle", json!(base64url(&sha256(b"FSC1 and another")))),
        ("more", json!(1)),
    ] {
        let mut changed = statement();
        changed[member] = value;
        assert_eq!(verify(&signer.sign(&signer.header(), &changed), &stated()), None, "{member}");
    }
    let proof = signer.sign(&signer.header(), &statement());
    assert_eq!(verify(&proof, &CaptureStatement::about(b"FSC1", &ceremony(), &nonce())), None);
}

#[test]
fn another_header_is_refused() {
    // RFC 8725 §3.1 and §3.11; RFC 7515 §4.1.11: an extension that must be understood is not understood here.
    let signer = Signer::new();
    for (member, value) in [
        ("typ", json!("JWT")),
        ("typ", Value::Null),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES384")),
        ("kid", json!("k")),
        ("crit", json!(["b64"])),
        ("jku", json!("https://keys.example")),
    ] {
        let mut header = signer.header();
        header[member] = value.clone();
        assert_eq!(verify(&signer.sign(&header, &statement()), &stated()), None, "{member}: {value}");
    }
}

#[test]
fn an_edited_key_or_signature_is_refused() {
    let (signer, other) = (Signer::new(), Signer::new());
    let proof = signer.sign(&signer.header(), &statement());
    let mut parts: Vec<&str> = proof.split('.').collect();
    let swapped = base64url(other.header().to_string().as_bytes());
    let edited = [swapped.as_str(), parts[1], parts[2]].join(".");
    assert_eq!(verify(&edited, &stated()), None, "another's key under this signature");
    // CVE-2022-21449: r and s are at least 1 (FIPS 186-5 §6.4.2).
    let zero = base64url(&[0; 64]);
    parts[2] = &zero;
    assert_eq!(verify(&parts.join("."), &stated()), None, "a signature of zeros");
    for cut in ["", "a", "a.b", "a.b.c", &proof[..proof.len() - 4], &format!("{proof}.")] {
        assert_eq!(verify(cut, &stated()), None, "{cut}");
    }
}

#[test]
fn a_point_that_is_not_on_the_curve_is_no_key() {
    // RFC 8725 §3.4
    let signer = Signer::new();
    let mut header = signer.header();
    header["jwk"]["y"] = header["jwk"]["x"].clone();
    assert_eq!(verify(&signer.sign(&header, &statement()), &stated()), None);
}

#[test]
fn the_published_proof_verifies() {
    // docs/capture-protocol.md, "The device key"
    let vector: Value =
        serde_json::from_str(include_str!("../../../tests/fixtures/device-proof-vector.json")).unwrap();
    let text = |name: &str| vector[name].as_str().unwrap();
    let ceremony = CeremonyId::parse(text("ceremony")).unwrap();
    let nonce = CaptureNonce::parse(text("nonce")).unwrap();
    let bundle = from_base64url(text("bundle")).unwrap();
    let key = verify(text("proof"), &CaptureStatement::about(&bundle, &ceremony, &nonce)).unwrap();
    assert_eq!(key.thumbprint().as_str(), text("thumbprint"));
    let sent = from_base64url(text("sent")).unwrap();
    let length = (text("proof").len() as u32).to_be_bytes();
    assert_eq!(sent, [b"FSD1".as_slice(), &length, text("proof").as_bytes(), &bundle].concat());
}
