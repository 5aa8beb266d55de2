//! The consent text and its version belong together.

use facestep::web::pages::ConsentPage;
use sha2::{Digest, Sha256};

#[test]
fn a_changed_consent_text_needs_a_new_version() {
    // GDPR Article 7(1): it can be shown what was agreed to. Who edits the text sets both values anew.
    let text = include_str!("../../locales/en/consent.ftl");
    let words: String = text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    let hash = hex::encode(Sha256::digest(words.trim()));
    assert_eq!((ConsentPage::TEXT_VERSION, &hash[..16]), ("2026-11-23.3", "e3f80cb753e327cb"));
}
