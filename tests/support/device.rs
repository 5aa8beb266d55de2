//! A device key, as a browser keeps one, and what a changed page might make of it.

use facestep::domain::{
    device::{DeviceKey, KeyThumbprint},
    secret::{base64url, sha256},
};
use josekit::{
    jwk::alg::ec::{EcCurve, EcKeyPair},
    jws::{ES256, JwsSigner},
};
use serde_json::{Value, json};

/// A browser's key.
pub struct DeviceSigner(EcKeyPair);

impl DeviceSigner {
    /// A fresh one.
    pub fn new() -> Self {
        Self(EcKeyPair::generate(EcCurve::P256).unwrap())
    }

    /// The public half.
    pub fn key(&self) -> DeviceKey {
        DeviceKey::parse(&self.jwk().to_string()).unwrap()
    }

    /// By which the provider names it.
    pub fn thumbprint(&self) -> KeyThumbprint {
        self.key().thumbprint()
    }

    /// The public JWK.
    pub fn jwk(&self) -> Value {
        let jwk = serde_json::to_value(self.0.to_jwk_public_key()).unwrap();
        json!({ "kty": "EC", "crv": "P-256", "x": jwk["x"], "y": jwk["y"] })
    }

    /// The header that a page writes.
    pub fn header(&self) -> Value {
        json!({ "typ": "facestep-capture", "alg": "ES256", "jwk": self.jwk() })
    }

    /// What a page states of a bundle.
    pub fn statement(settings: &Value, bundle: &[u8]) -> Value {
        let hash = base64url(&sha256(bundle));
        json!({ "ceremony": settings["ceremony"], "nonce": settings["nonce"], "bundle": hash })
    }

    /// A proof of some statement.
    pub fn proof(&self, header: &Value, statement: &Value) -> String {
        let input = [header, statement].map(|part| base64url(part.to_string().as_bytes())).join(".");
        let signer = ES256.signer_from_jwk(&self.0.to_jwk_private_key()).unwrap();
        format!("{input}.{}", base64url(&signer.sign(input.as_bytes()).unwrap()))
    }

    /// A bundle behind its proof, as a page sends it.
    pub fn signed(&self, settings: &Value, bundle: &[u8]) -> Vec<u8> {
        behind(&self.proof(&self.header(), &Self::statement(settings, bundle)), bundle)
    }
}

/// A bundle behind some proof.
pub fn behind(proof: &str, bundle: &[u8]) -> Vec<u8> {
    [b"FSD1".as_slice(), &(proof.len() as u32).to_be_bytes(), proof.as_bytes(), bundle].concat()
}
