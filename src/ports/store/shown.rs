//! What accounts showed in their last captures.

use jiff::Timestamp;

use crate::{
    domain::id::{CeremonyId, UserId},
    ports::fault::Fault,
};

/// A capture that was judged, by what its pictures were like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCapture {
    /// Which one.
    pub ceremony: CeremonyId,
    /// Whose account.
    pub user: UserId,
    /// Whether it passed.
    pub passed: bool,
    /// When it was judged.
    pub shown_at: Timestamp,
    /// The prints of its frames, sealed for this capture.
    pub sealed_prints: Vec<u8>,
}

/// What accounts showed. It goes with the account, and with its face.
pub trait ShownCaptureStore {
    /// What an account showed, the last first.
    fn shown_captures(&mut self, user: &UserId) -> Result<Vec<ShownCapture>, Fault>;
    /// Adds a capture, and drops all but the last `most` of its account that passed, or did not, as it did.
    fn add_shown_capture(&mut self, shown: &ShownCapture, most: usize) -> Result<(), Fault>;
}
