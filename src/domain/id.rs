//! Identifiers: opaque, url-safe, one type for each kind of thing.

use serde::{Deserialize, Serialize};

use super::secret::base64url;

/// The longest identifier accepted from outside, in bytes.
const LONGEST: usize = 128;

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Makes an identifier from 128 random bits.
            pub fn from_random(bits: [u8; 16]) -> Self {
                Self(base64url(&bits))
            }

            /// Accepts text from outside: 1 to 128 bytes of `A-Z a-z 0-9 - _ . ~` (RFC 3986 §2.3, unreserved).
            pub fn parse(text: &str) -> Option<Self> {
                let unreserved = |c: u8| c.is_ascii_alphanumeric() || b"-_.~".contains(&c);
                (!text.is_empty() && text.len() <= LONGEST && text.bytes().all(unreserved))
                    .then(|| Self(text.to_owned()))
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

identifiers! {
    /// Names an OAuth client (RFC 6749 §2.2).
    ClientId,
    /// Names a user.
    UserId,
    /// By which a client knows a user; the `sub` (OpenID Connect Core 1.0 §2, §8).
    Subject,
    /// Names a session for its whole life, across every renewal of its cookie.
    SessionId,
    /// Names one authorization request in progress.
    InteractionId,
    /// Names one face capture.
    CeremonyId,
    /// Names one user's passage through a workflow.
    RunId,
    /// Names a stored biometric reference.
    EnrolmentId,
    /// Names an authorization code's life.
    GrantId,
    /// Names the chain of a grant's refresh tokens.
    RefreshId,
    /// Names a signing key; the `kid` of its JWK (RFC 7517 §4.5).
    KeyId,
    /// Names a key-encryption key, in the database and as a file (NIST SP 800-57 Part 1 §5.1.1).
    KekId,
    /// Names a browser that has been seen before.
    DeviceId,
    /// Names a logout that a client is still to hear of.
    LogoutNoticeId,
    /// Names an audit event.
    AuditId,
    /// Names a document check of an officer.
    IdentityCheckId,
}

impl Subject {
    /// Takes text of ours that is made of unreserved characters: an account's name, or a digest as base64url.
    pub(super) fn from_digest(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_holds_unreserved_characters_only() {
        // RFC 3986 §2.3
        assert!(ClientId::parse("bank-1_a.b~c").is_some());
        for bad in ["", "a b", "a/b", "ü", "a\n", &"x".repeat(129)] {
            assert!(ClientId::parse(bad).is_none(), "{bad:?}");
        }
    }
}
