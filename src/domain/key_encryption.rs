//! Keys that wrap keys. What seals an enrolment's reference is random and its own; it is kept wrapped by a key-encryption
//! key that is never in the database (NIST SP 800-57 Part 1 §5.1.1). The key of an enrolment's transform is kept apart from
//! it, wrapped by a key-encryption key of the other purpose, so that whoever has one of the two has nothing that compares.

use jiff::Timestamp;

use super::id::{EnrolmentId, KekId};

/// What a key-encryption key wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyPurpose {
    /// The data keys that references are sealed with.
    Template,
    /// The keys of their transforms.
    Transform,
}

impl KeyPurpose {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Template, Self::Transform];

    /// The stable name, in rows, events and commands; part of what a wrapped key is bound to, so never changed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Transform => "transform",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// A key-encryption key as the database knows it: by name alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEncryptionKey {
    /// Its name.
    pub id: KekId,
    /// What it wraps.
    pub purpose: KeyPurpose,
    /// A known value wrapped by it: who cannot unwrap it holds another key under this name, or none.
    pub known_answer: Vec<u8>,
    /// Whether new keys are wrapped by it; there is one such key for each purpose.
    pub in_use: bool,
    /// When it was put in use.
    pub used_since: Timestamp,
}

/// A key, wrapped by a key-encryption key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// By which.
    pub kek: KekId,
    /// The ciphertext.
    pub bytes: Vec<u8>,
}

/// The two keys of one enrolment, each wrapped by a key-encryption key of its own purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentKeys {
    /// What the reference is sealed with.
    pub data: WrappedKey,
    /// What the reference is transformed with.
    pub transform: WrappedKey,
}

/// The key-encryption keys that new keys are wrapped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysInUse {
    /// For data keys.
    pub template: KekId,
    /// For transform keys.
    pub transform: KekId,
}

/// What a wrapped key and a sealed reference are bound to: an enrolment, and how often it was renewed. A key or a
/// ciphertext of another enrolment, or of an earlier renewal, does not open in its place.
pub fn binding(enrolment: &EnrolmentId, renewal: u32) -> String {
    format!("{enrolment}/{renewal}")
}
