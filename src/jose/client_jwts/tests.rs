use std::sync::OnceLock;

use josekit::{
    jwk::alg::{ec::EcCurve, ed::EdCurve},
    jws::{JwsHeader, JwsSigner},
};
use serde_json::json;

use super::*;
use crate::domain::secret::base64url;

const ALL: [SigningAlgorithm; 4] = SigningAlgorithm::ALL;

/// One private key of each algorithm.
fn private(algorithm: SigningAlgorithm) -> &'static Jwk {
    static KEYS: OnceLock<[Jwk; 4]> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let rsa = Jwk::generate_rsa_key(2048).unwrap();
        let ec = Jwk::generate_ec_key(EcCurve::P256).unwrap();
        [ec, rsa.clone(), rsa, Jwk::generate_ed_key(EdCurve::Ed25519).unwrap()]
    });
    &keys[ALL.iter().position(|one| *one == algorithm).unwrap()]
}

/// The public half with members set, or taken out where they are null.
fn public(algorithm: SigningAlgorithm, changes: Value) -> Value {
    let mut jwk: Map<String, Value> = private(algorithm).to_public_key().unwrap().into();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(jwk.remove(name)),
            value => drop(jwk.insert(name.clone(), value.clone())),
        }
    }
    jwk.into()
}

fn signed(algorithm: SigningAlgorithm, header: Value) -> String {
    let jwk = private(algorithm);
    let signer: Box<dyn JwsSigner> = match algorithm {
        SigningAlgorithm::ES256 => Box::new(ES256.signer_from_jwk(jwk).unwrap()),
        SigningAlgorithm::RS256 => Box::new(RS256.signer_from_jwk(jwk).unwrap()),
        SigningAlgorithm::PS256 => Box::new(PS256.signer_from_jwk(jwk).unwrap()),
        SigningAlgorithm::EdDsa => Box::new(EdDSA.signer_from_jwk(jwk).unwrap()),
    };
    let header = JwsHeader::from_map(header.as_object().unwrap().clone()).unwrap();
    jws::serialize_compact(br#"{"iss":"bank"}"#, &header, signer.as_ref()).unwrap()
}

fn verifies(keys: &[Value], algorithms: &[SigningAlgorithm], token: &str) -> bool {
    JoseClientJwts.verify_signed(&json!({ "keys": keys }), algorithms, token).is_some()
}

#[test]
fn a_token_verifies_under_the_key_that_signed_it_by_the_algorithm_that_is_asked_for() {
    // RFC 7515 §5.2, RFC 8725 §3.1
    for algorithm in ALL {
        let token = signed(algorithm, json!({"typ": "JWT", "kid": "a"}));
        let set = json!({"keys": [public(algorithm, json!({"kid": "a"}))]});
        let verified = JoseClientJwts.verify_signed(&set, &ALL, &token).unwrap();
        assert_eq!(verified.claims["iss"], "bank");
        assert_eq!(
            (&verified.header["kid"], &verified.header["alg"]),
            (&json!("a"), &json!(algorithm.name()))
        );
        let others: Vec<_> = ALL.into_iter().filter(|other| *other != algorithm).collect();
        assert!(!verifies(&[public(algorithm, json!({"kid": "a"}))], &others, &token), "{algorithm:?}");
        let (head, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = head.split_once('.').unwrap();
        let changed = format!("{header}.{}.{signature}", base64url(br#"{"iss":"mallory"}"#));
        assert!(!verifies(&[public(algorithm, json!({"kid": "a"}))], &ALL, &changed));
    }
}

#[test]
fn a_kid_names_the_key_and_without_one_any_key_may_have_signed() {
    // RFC 7515 §4.1.4
    let (right, wrong) = (SigningAlgorithm::ES256, Jwk::generate_ec_key(EcCurve::P256).unwrap());
    let named = |jwk: Value, kid: Value| {
        let mut jwk = jwk.as_object().unwrap().clone();
        jwk.insert("kid".into(), kid);
        Value::from(jwk)
    };
    let wrong: Map<String, Value> = wrong.to_public_key().unwrap().into();
    let wrong = Value::from(wrong);
    let (as_a, nameless) = (public(right, json!({"kid": "a"})), public(right, json!({})));
    let (by_a, by_none) = (signed(right, json!({"kid": "a"})), signed(right, json!({})));
    assert!(verifies(&[named(wrong.clone(), json!("b")), as_a.clone()], &ALL, &by_a));
    assert!(verifies(&[wrong.clone(), as_a.clone()], &ALL, &by_none));
    assert!(verifies(&[wrong.clone(), nameless], &ALL, &by_a));
    assert!(!verifies(&[named(wrong, json!("a")), public(right, json!({"kid": "b"}))], &ALL, &by_a));
    assert!(!verifies(&[public(right, json!({"kid": "b"}))], &ALL, &by_a));
}

#[test]
fn a_key_for_something_else_is_not_tried() {
    // RFC 7517 §4.2, §4.3, §4.4
    for algorithm in ALL {
        let token = signed(algorithm, json!({}));
        let others = [
            json!({"use": "enc"}),
            json!({"alg": "none"}),
            json!({"key_ops": ["sign"]}),
            json!({"kty": "oct"}),
        ];
        for change in others {
            assert!(!verifies(&[public(algorithm, change.clone())], &ALL, &token), "{algorithm:?} {change}");
        }
        let meant = json!({"use": "sig", "alg": algorithm.name(), "key_ops": ["verify"]});
        assert!(verifies(&[public(algorithm, meant)], &ALL, &token), "{algorithm:?}");
    }
    let rsa = SigningAlgorithm::PS256;
    assert!(!verifies(&[public(rsa, json!({"alg": "RS256"}))], &ALL, &signed(rsa, json!({}))));
}

#[test]
fn neither_an_unsigned_token_nor_a_mac_by_a_public_key_counts() {
    // RFC 8725 §2.1, §3.2
    let jwk = public(SigningAlgorithm::RS256, json!({"kid": "a"}));
    let claims = base64url(br#"{"iss":"bank"}"#);
    for algorithm in ["none", "None", "NONE", ""] {
        let header = base64url(json!({"alg": algorithm, "kid": "a"}).to_string().as_bytes());
        for token in [format!("{header}.{claims}."), format!("{header}.{claims}")] {
            assert!(!verifies(std::slice::from_ref(&jwk), &ALL, &token), "{algorithm}");
            assert!(JoseClientJwts.verify_keyed(&[7; 64], &token).is_none(), "{algorithm}");
        }
    }
    let secret = private(SigningAlgorithm::RS256).to_public_key().unwrap().to_string();
    let mac = HS256.signer_from_bytes(secret.as_bytes()).unwrap();
    let mut header = JwsHeader::new();
    header.set_key_id("a");
    let token = jws::serialize_compact(br#"{"iss":"bank"}"#, &header, &mac).unwrap();
    assert!(!verifies(&[jwk], &ALL, &token));
}

#[test]
fn a_secret_verifies_each_hash_that_is_no_longer_than_it() {
    // RFC 7518 §3.2; OpenID Connect Core 1.0 §16.19
    let secret = [7; 64];
    for algorithm in [HS256, HS384, HS512] {
        let signer = algorithm.signer_from_bytes(secret).unwrap();
        let token = jws::serialize_compact(br#"{"iss":"bank"}"#, &JwsHeader::new(), &signer).unwrap();
        assert_eq!(JoseClientJwts.verify_keyed(&secret, &token).unwrap().claims["iss"], "bank");
        assert!(JoseClientJwts.verify_keyed(&[8; 64], &token).is_none());
        assert!(JoseClientJwts.verify_keyed(&secret[..31], &token).is_none());
        assert!(JoseClientJwts.verify_keyed(b"", &token).is_none());
    }
    let token = signed(SigningAlgorithm::ES256, json!({}));
    assert!(JoseClientJwts.verify_keyed(&secret, &token).is_none());
}

#[test]
fn an_extension_that_must_be_understood_refuses() {
    // RFC 7515 §4.1.11, RFC 7797 §7
    let jwk = public(SigningAlgorithm::ES256, json!({}));
    let plain = signed(SigningAlgorithm::ES256, json!({"crit": ["b64"], "b64": true}));
    assert!(!verifies(std::slice::from_ref(&jwk), &ALL, &plain));
    assert!(verifies(&[jwk], &ALL, &signed(SigningAlgorithm::ES256, json!({"extra": 1}))));
}

#[test]
fn no_shape_of_a_key_set_or_token_does_harm() {
    // RFC 7517 §5: what is not understood is ignored
    let token = signed(SigningAlgorithm::ES256, json!({}));
    for set in
        [json!(null), json!([]), json!({}), json!({"keys": 1}), json!({"keys": [null, 1, "x", {}, []]})]
    {
        assert!(JoseClientJwts.verify_signed(&set, &ALL, &token).is_none(), "{set}");
    }
    let jwk = public(SigningAlgorithm::ES256, json!({}));
    for token in ["", ".", "..", "....", "a.b.c", "e30.e30.", "bnVsbA..", &"x".repeat(100_000)] {
        assert!(!verifies(std::slice::from_ref(&jwk), &ALL, token));
    }
    let huge = public(SigningAlgorithm::RS256, json!({"n": "A".repeat(4000)}));
    let broken = [
        json!({"kty": "EC"}),
        json!({"kty": "RSA", "n": 1}),
        json!({"kty": "OKP", "crv": "Ed25519"}),
        huge,
        jwk,
    ];
    assert!(verifies(&broken, &ALL, &token));
}
