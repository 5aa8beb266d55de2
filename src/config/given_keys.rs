//! Keys that a secret store gives in place of files, kept out of every log and error.

use std::fmt;

use zeroize::Zeroizing;

use crate::domain::{id::KekId, secret::from_base64url};

/// Key-encryption keys, as `NAME=KEY` pairs with white space between them; a key is 32 bytes in unpadded base64url.
#[derive(Clone, Default)]
pub struct GivenKeys(Vec<(KekId, Zeroizing<[u8; 32]>)>);

impl GivenKeys {
    /// Understands the pairs; nothing where one of them is none, or where a name stands twice.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let keys: Vec<_> = text.split_whitespace().map(pair).collect::<Option<_>>()?;
        let mut names: Vec<&KekId> = keys.iter().map(|(id, _)| id).collect();
        names.sort();
        names.dedup();
        (names.len() == keys.len()).then_some(Self(keys))
    }

    /// The keys with their names.
    #[must_use]
    pub fn expose(&self) -> Vec<(KekId, Zeroizing<[u8; 32]>)> {
        self.0.clone()
    }
}

fn pair(text: &str) -> Option<(KekId, Zeroizing<[u8; 32]>)> {
    let (name, key) = text.split_once('=')?;
    let bytes = Zeroizing::new(from_base64url(key)?);
    Some((KekId::parse(name)?, Zeroizing::new(bytes.as_slice().try_into().ok()?)))
}

impl fmt::Debug for GivenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}
