//! The outside failed. A fault is logged once, at the edge, and never shown to anyone.

/// Why the outside failed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Another writer was faster; the same request may succeed when tried again.
    #[error("a concurrent change won: {0}")]
    Conflict(&'static str),
    /// Something cannot be reached or is overloaded; it may be back soon.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Kept data does not read back as it was written, or a key does not fit it.
    #[error("kept data is damaged: {0}")]
    Damaged(String),
    /// Anything else that should not happen.
    #[error("internal: {0}")]
    Internal(String),
}
