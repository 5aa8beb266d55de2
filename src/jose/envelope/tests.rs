use josekit::jwe::JweHeader;
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A vault that keeps what it is given; sealing at rest has its own tests.
struct OpenVault;

impl Vault for OpenVault {
    fn seal(&self, _: SealedKind, owner: &str, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        Ok([owner.as_bytes(), b"|", plain].concat())
    }

    fn unseal(&self, _: SealedKind, owner: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let plain = sealed.strip_prefix([owner.as_bytes(), b"|"].concat().as_slice());
        plain.map(|plain| Zeroizing::new(plain.to_vec())).ok_or_else(|| Fault::Damaged("owner".into()))
    }

    fn seal_under(&self, _: &[u8; 32], binding: &str, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        self.seal(SealedKind::Persona, binding, plain)
    }

    fn unseal_under(&self, _: &[u8; 32], binding: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        self.unseal(SealedKind::Persona, binding, sealed)
    }
}

struct Scene {
    opener: JweCaptureOpener,
    ceremony: CeremonyId,
    nonce: CaptureNonce,
    keys: CeremonyKeys,
}

fn scene(n: u8) -> Scene {
    let opener = JweCaptureOpener::new(Arc::new(OpenVault));
    let ceremony = CeremonyId::from_random([n; 16]);
    let keys = opener.new_keys(&ceremony).unwrap();
    Scene { opener, ceremony, nonce: CaptureNonce::from_random([n; 32]), keys }
}

impl Scene {
    fn seal(&self, jwk: &str, plain: &[u8], change: impl Fn(&mut JweHeader)) -> String {
        let mut header = JweHeader::new();
        header.set_algorithm("ECDH-ES");
        header.set_content_encryption("A256GCM");
        header.set_agreement_partyuinfo(self.ceremony.as_str());
        header.set_agreement_partyvinfo(from_base64url(self.nonce.as_str()).unwrap());
        change(&mut header);
        let encrypter = ECDH_ES.encrypter_from_jwk(&Jwk::from_bytes(jwk.as_bytes()).unwrap()).unwrap();
        josekit::jwe::serialize_compact(plain, &header, &encrypter).unwrap()
    }

    fn sealed(&self, plain: &[u8]) -> String {
        self.seal(&self.keys.capture_public_jwk, plain, |_| {})
    }

    fn bundle(&self, frames: &[&[u8]]) -> Vec<u8> {
        let lengths: Vec<usize> = frames.iter().map(|frame| frame.len()).collect();
        let header = json!({
            "v": 1, "ceremony": self.ceremony.as_str(), "nonce": self.nonce.as_str(), "frames": lengths,
        });
        let header = header.to_string();
        let length = (header.len() as u32).to_be_bytes();
        [b"FSC1".as_slice(), &length, header.as_bytes(), &frames.concat()].concat()
    }

    fn open(&self, jwe: &str) -> Result<CaptureBundle, CaptureRefusal> {
        self.opener.open_capture(&self.ceremony, &self.nonce, &self.keys, jwe)
    }

    fn refusal(&self, jwe: &str) -> Option<CaptureRefusal> {
        self.open(jwe).err()
    }
}

#[test]
fn a_capture_sealed_to_its_ceremony_opens() {
    // RFC 7516 §7.1, RFC 7518 §4.6
    let scene = scene(1);
    let bundle = scene.open(&scene.sealed(&scene.bundle(&[b"jpeg-1", b"jpeg-22"]))).unwrap();
    assert_eq!(bundle.frames.len(), 2);
}

#[test]
fn hint_and_capture_have_keys_of_their_own() {
    let scene = scene(1);
    let hint = scene.seal(&scene.keys.hint_public_jwk, b"small jpeg", |_| {});
    let opened = scene.opener.open_hint(&scene.ceremony, &scene.nonce, &scene.keys, &hint);
    assert_eq!(opened.unwrap().bytes(), b"small jpeg");
    assert_eq!(scene.refusal(&hint), Some(CaptureRefusal::NotForThisKey));
}

#[test]
fn a_capture_sealed_for_another_ceremony_is_refused() {
    let (ours, other) = (scene(1), scene(2));
    let foreign = other.sealed(&other.bundle(&[b"jpeg"]));
    assert_eq!(ours.refusal(&foreign), Some(CaptureRefusal::OtherCeremony));
    // Even where the keys would fit, the names inside must.
    let inside = ours.sealed(&other.bundle(&[b"jpeg"]));
    assert_eq!(ours.refusal(&inside), Some(CaptureRefusal::OtherCeremony));
}

#[test]
fn compression_is_refused() {
    // RFC 7516 §4.1.3: a small `zip` would inflate without a bound.
    let scene = scene(1);
    let zipped = scene.seal(&scene.keys.capture_public_jwk, &scene.bundle(&[&[0; 1000]]), |header| {
        header.set_compression("DEF");
    });
    assert_eq!(scene.refusal(&zipped), Some(CaptureRefusal::Malformed));
}

#[test]
fn any_other_header_is_refused() {
    let scene = scene(1);
    let sealed = scene.sealed(&scene.bundle(&[b"jpeg"]));
    let (header, rest) = sealed.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&from_base64url(header).unwrap()).unwrap();
    let with = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        format!("{}.{rest}", base64url(header.to_string().as_bytes()))
    };
    let malformed = [
        with("alg", "dir".into()),
        with("alg", "ECDH-ES+A256KW".into()),
        with("enc", "A128GCM".into()),
        with("zip", "DEF".into()),
        with("crit", json!(["exp"])),
        with("kid", "x".into()),
        with("epk", json!({ "kty": "OKP", "crv": "X25519", "x": "AA", "y": "AA" })),
        with("epk", Value::Null),
        with("apu", Value::Null),
    ];
    for jwe in malformed {
        assert_eq!(scene.refusal(&jwe), Some(CaptureRefusal::Malformed));
    }
    assert_eq!(scene.refusal(&with("apv", "AA".into())), Some(CaptureRefusal::OtherCeremony));
    // A changed header that still passes is caught by the seal itself: it is the additional data.
    assert_eq!(
        scene.refusal(&with("epk", json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }))),
        Some(CaptureRefusal::NotForThisKey)
    );
}

#[test]
fn garbage_is_refused() {
    let scene = scene(1);
    let sealed = scene.sealed(&scene.bundle(&[b"jpeg"]));
    for jwe in ["", "a", "....", "a.b.c.d.e", "{}", &"x".repeat(5_000), &sealed.replace('.', ",")] {
        assert_eq!(scene.refusal(jwe), Some(CaptureRefusal::Malformed), "{jwe:.20}");
    }
    assert_eq!(scene.refusal(&format!("{sealed}.x")), Some(CaptureRefusal::Malformed));
    assert_eq!(scene.refusal(&scene.sealed(b"no bundle")), Some(CaptureRefusal::Malformed));
    let long = "x".repeat(LONGEST_HINT + 1);
    let hint = scene.opener.open_hint(&scene.ceremony, &scene.nonce, &scene.keys, &long);
    assert_eq!(hint.err(), Some(CaptureRefusal::TooLarge));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_capture_changed_anywhere_is_refused(at in 0..10_000_usize, by in 1..64_u8) {
        let scene = scene(1);
        let sealed = scene.sealed(&scene.bundle(&[b"jpeg"]));
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut bytes = sealed.clone().into_bytes();
        let at = at % bytes.len();
        let digit = alphabet.iter().position(|letter| *letter == bytes[at]).unwrap_or(0);
        bytes[at] = alphabet[(digit + usize::from(by)) % 64];
        let changed = String::from_utf8(bytes).unwrap();
        prop_assume!(changed != sealed);
        prop_assert!(scene.open(&changed).is_err());
    }

    #[test]
    fn no_text_makes_it_panic(jwe in "[A-Za-z0-9_.-]{0,200}") {
        prop_assert!(scene(1).open(&jwe).is_err());
    }
}

#[test]
fn the_published_vector_opens() {
    // docs/capture-protocol.md, "Test vector"
    let vector: Value =
        serde_json::from_str(include_str!("../../../tests/fixtures/capture-vector.json")).unwrap();
    let text = |name: &str| vector[name].as_str().unwrap();
    let ceremony = CeremonyId::parse(text("ceremony")).unwrap();
    let private = json!({ "capture": vector["captureKey"].to_string(), "hint": "{}" });
    let sealed = OpenVault.seal(SealedKind::CeremonyKeys, ceremony.as_str(), private.to_string().as_bytes());
    let keys = CeremonyKeys {
        capture_public_jwk: String::new(),
        hint_public_jwk: String::new(),
        sealed_private_jwks: sealed.unwrap(),
    };
    let opener = JweCaptureOpener::new(Arc::new(OpenVault));
    let nonce = CaptureNonce::parse(text("nonce")).unwrap();
    let bundle = opener.open_capture(&ceremony, &nonce, &keys, text("jwe")).unwrap();
    let frames: Vec<Value> = bundle.frames.iter().map(|frame| base64url(frame.bytes()).into()).collect();
    assert_eq!(json!(frames), vector["frames"]);
    let hashes: Vec<Value> = bundle.frames.iter().map(|frame| json!(frame.hash())).collect();
    assert_eq!(json!(hashes), vector["hashes"]);
}
