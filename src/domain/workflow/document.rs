//! A document's number: as people type it, and as it is kept.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::domain::secret::base64url;

/// The longest document number, in bytes.
pub const LONGEST_NUMBER: usize = 64;

/// A document's number: without white space, upper case, 1 to 64 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentNumber(String);

impl DocumentNumber {
    /// Accepts a number as typed.
    pub fn parse(text: &str) -> Option<Self> {
        let number: String = text.split_whitespace().map(str::to_uppercase).collect();
        let fits = !number.is_empty() && number.len() <= LONGEST_NUMBER;
        (fits && !number.chars().any(char::is_control)).then_some(Self(number))
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DocumentNumber(..)")
    }
}

/// The key that document numbers are hashed with, so that their hashes cannot be tried out.
#[derive(Clone)]
pub struct DocumentKey(Zeroizing<[u8; 32]>);

impl DocumentKey {
    /// Takes the key.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// What is kept of a number: HMAC-SHA-256, base64url.
    pub fn hash(&self, number: &DocumentNumber) -> DocumentHash {
        // HMAC takes a key of any length, so this cannot fail; a fallback keeps the function total, and matches nothing.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_ref()) else {
            return DocumentHash(String::new());
        };
        mac.update(number.0.as_bytes());
        DocumentHash(base64url(&mac.finalize().into_bytes()))
    }
}

/// Keyed hash of a document's number, base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentHash(String);

impl DocumentHash {
    /// Reads a hash back from where it was kept.
    pub fn from_kept(text: String) -> Self {
        Self(text)
    }

    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_spaced_and_another_key_hashes_it_otherwise() {
        let number = |text| DocumentNumber::parse(text).unwrap();
        assert_eq!(number(" c01x 0000t "), number("C01X0000T"));
        for bad in ["", "  ", "a\u{7}b", &"9".repeat(65)] {
            assert_eq!(DocumentNumber::parse(bad), None, "{bad:?}");
        }
        let hash = |key: u8| DocumentKey::new([key; 32]).hash(&number("C01X0000T"));
        assert_eq!(hash(1), hash(1));
        assert_ne!(hash(1), hash(2));
        assert!(!format!("{:?}", number("C01X0000T")).contains("C01"));
    }
}
