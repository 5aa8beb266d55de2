//! What the author of a change had seen, so that nobody overwrites what they do not know of (RFC 9110 §13.1.1).

/// Of which revisions a change was thought out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Whatever there is.
    Any,
    /// One of these.
    OneOf(Vec<String>),
}

impl Basis {
    /// Whether this revision is what was seen.
    pub fn holds(&self, revision: &str) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(seen) => seen.iter().any(|one| one == revision),
        }
    }
}
