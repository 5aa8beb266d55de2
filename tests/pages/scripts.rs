//! The scripts' own tests, run by Node.js, and what the page seals opened by the library that the server opens it with.

use std::path::Path;
use std::process::Command;

use facestep::domain::device::CaptureStatement;
use facestep::domain::face::bundle::Sent;
use facestep::domain::face::capture::CaptureNonce;
use facestep::domain::id::CeremonyId;
use facestep::domain::secret::from_base64url;
use facestep::jose::device_proof;
use josekit::jwe;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};

/// Node.js with the given arguments in the folder of the scripts, or nothing where Node.js is not installed.
fn node(arguments: &[&str]) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/assets");
    let Ok(output) = Command::new("node").args(arguments).current_dir(folder).output() else {
        println!("skipped: Node.js is not installed");
        return None;
    };
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    Some(out.into_owned())
}

#[test]
fn the_scripts_own_tests_pass() {
    node(&["--test", "tests/"]);
}

#[test]
fn what_the_page_seals_opens_with_the_private_key() {
    // RFC 7518 §4.6, §5.3, across two implementations: WebCrypto seals, OpenSSL opens.
    let pair = EcKeyPair::generate(EcCurve::P256).unwrap();
    let mut public: Jwk = pair.to_jwk_public_key();
    public.set_key_id("ceremony-key");
    let script = format!(
        "import {{ seal }} from './seal.js';
         const bytes = (text) => new TextEncoder().encode(text);
         const plain = new Uint8Array(300_000).map((_, n) => n % 251);
         console.log(await seal(plain, {public}, {{ apu: bytes('c4Vb8nRt'), apv: bytes('nonce') }}));"
    );
    let Some(sealed) = node(&["--input-type=module", "--eval", &script]) else { return };
    let decrypter = jwe::ECDH_ES.decrypter_from_jwk(&pair.to_jwk_private_key()).unwrap();
    let (plain, header) = jwe::deserialize_compact(sealed.trim(), &decrypter).unwrap();
    let expected: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    assert!(plain == expected);
    assert_eq!(header.algorithm(), Some("ECDH-ES"));
    assert_eq!(header.content_encryption(), Some("A256GCM"));
    assert_eq!(header.claim("kid").and_then(|kid| kid.as_str()), Some("ceremony-key"));
    assert_eq!(header.claim("apu").and_then(|apu| apu.as_str()), Some("YzRWYjhuUnQ"));
}

#[test]
fn what_the_page_signs_verifies_by_the_key_that_it_carries() {
    // RFC 7515 §5.2, RFC 7518 §3.4, across two implementations: WebCrypto signs, OpenSSL verifies.
    let script = "
         import { signed } from './device.js';
         import { base64url } from './seal.js';
         const use = { name: 'ECDSA', namedCurve: 'P-256' };
         const { privateKey, publicKey } = await crypto.subtle.generateKey(use, false, ['sign', 'verify']);
         const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
         const stated = { ceremony: 'c4Vb8nRt', nonce: base64url(new Uint8Array(32).fill(9)) };
         const bundle = new TextEncoder().encode('FSC1 and so on');
         console.log(base64url(await signed(bundle, { privateKey, jwk: { kty, crv, x, y } }, stated)));";
    let Some(sent) = node(&["--input-type=module", "--eval", script]) else { return };
    let sent = from_base64url(sent.trim()).unwrap();
    let sent = Sent::parse(&sent).unwrap();
    assert_eq!(sent.bundle, b"FSC1 and so on");
    let (ceremony, nonce) = (CeremonyId::parse("c4Vb8nRt").unwrap(), CaptureNonce::from_random([9; 32]));
    let stated = CaptureStatement::about(sent.bundle, &ceremony, &nonce);
    assert!(device_proof::verify(sent.proof.unwrap(), &stated).is_some());
}
