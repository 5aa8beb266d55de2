//! Lists of words in a text, as `scope` and `acr_values` are.

use std::fmt;

/// Words in order of preference, each of visible ASCII, separated by spaces (RFC 6749 §3.3, RFC 9470 §3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// Reads a list; `None` where it holds what cannot stand in a header.
    pub fn parse(text: &str) -> Option<Self> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        let visible = |word: &str| word.bytes().all(|byte| byte.is_ascii_graphic()).then(|| word.to_owned());
        words.map(visible).collect::<Option<_>>().map(Self)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is one of them; they are compared as exact strings.
    pub fn contains(&self, word: &str) -> bool {
        self.iter().any(|one| one == word)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}
