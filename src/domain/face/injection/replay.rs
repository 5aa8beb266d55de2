//! Whether a capture was shown before: its frames' prints held against those that the account's last captures left.

use super::Signal;
use crate::domain::face::fingerprint::{CopyBounds, KEPT_BYTES, KeptPrint};

/// How many captures of each kind are kept of an account: those that passed, and those that did not. Apart, so that nobody
/// can push the former out by failing.
pub const KEPT_CAPTURES: usize = 5;
/// Share of the frames from which a capture is a replay, and fewest frames that are compared.
const MOST: (f32, usize) = (0.6, 5);
/// Copies from which a part of a capture was shown before.
const SOME: usize = 3;

/// What is kept of a capture: its frames' prints. It is sealed; it cannot be printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Keepsake(Vec<KeptPrint>);

impl Keepsake {
    /// Of a capture's frames.
    pub fn of(prints: Vec<KeptPrint>) -> Self {
        Self(prints)
    }

    /// Whether there is anything to know it by.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes that are sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|print| print.to_bytes()).collect()
    }

    /// Reads back what [`Self::to_bytes`] wrote; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (prints, rest) = bytes.as_chunks::<KEPT_BYTES>();
        rest.is_empty().then(|| Self(prints.iter().map(KeptPrint::from_bytes).collect()))
    }
}

/// Whether frames were shown before.
pub(super) fn signal(prints: &[KeptPrint], earlier: &[Keepsake]) -> Option<Signal> {
    let bounds = CopyBounds::default();
    let was_shown = |print: &&KeptPrint| {
        earlier.iter().flat_map(|kept| &kept.0).any(|old| print.is_copy_of(old, &bounds))
    };
    let copies = prints.iter().filter(was_shown).count();
    let (share, fewest) = MOST;
    if prints.len() >= fewest && copies as f32 >= share * prints.len() as f32 {
        return Some(Signal::Replayed);
    }
    (copies >= SOME).then_some(Signal::EarlierFrames)
}
