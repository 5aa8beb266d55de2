//! Authentication method references (RFC 8176).

use serde::{Deserialize, Serialize};

/// One way in which someone was authenticated (RFC 8176 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Amr {
    /// Facial recognition.
    Face,
    /// Two distinct factors; listed beside the methods themselves.
    Mfa,
    /// A password.
    Pwd,
    /// A key that software keeps.
    Swk,
}
