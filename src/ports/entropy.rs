//! Randomness.

use crate::domain::secret::SecretToken;

/// Gives unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills a buffer.
    fn fill(&self, buffer: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// Some random bytes, as for an identifier (`[u8; 16]`) or a nonce (`[u8; 32]`).
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        self.fill(&mut buffer);
        buffer
    }

    /// A fresh bearer secret.
    pub fn token(&self) -> SecretToken {
        SecretToken::from_random(self.bytes())
    }
}
