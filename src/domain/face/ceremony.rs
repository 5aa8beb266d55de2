//! One face capture: challenge, sealed capture, verdict; and what was revealed and committed when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    capture::{CaptureNonce, FrameHash},
    challenge::LivenessChallenge,
};
use crate::domain::id::{CeremonyId, InteractionId, RunId, SessionId, UserId};

/// Where a ceremony stands. It only ever moves forward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum CeremonyStage {
    /// The page may connect its socket, once.
    Opened,
    /// The socket is connected and prompts are being revealed.
    Connected,
    /// Every prompt was revealed and answered in time; the sealed frames may be uploaded, once.
    Captured {
        /// What was revealed and committed, and when.
        transcript: Transcript,
    },
    /// An attempt was spent on the upload; a verdict is due.
    Spent,
    /// It was judged.
    Concluded {
        /// Whether the face was verified.
        passed: bool,
    },
    /// It broke off before an attempt was spent.
    Abandoned,
}

/// When each prompt was revealed and each frame's hash arrived, by the server's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// The arrival of each prompt's reveal, in order.
    pub revealed_at: Vec<Timestamp>,
    /// The frames' hashes with their arrival, in order.
    pub committed: Vec<Commitment>,
    /// When the last prompt was answered.
    pub finished_at: Option<Timestamp>,
}

/// A frame's hash and when it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// The hash.
    pub hash: FrameHash,
    /// When it arrived.
    pub at: Timestamp,
}

/// The key pairs made for one ceremony: public halves for the page, private halves sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeremonyKeys {
    /// Public JWK that the full frames are sealed to.
    pub capture_public_jwk: String,
    /// Public JWK that the hint frames are sealed to.
    pub hint_public_jwk: String,
    /// Both private halves, sealed by the vault for this ceremony.
    pub sealed_private_jwks: Vec<u8>,
}

/// One face capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    /// Its name.
    pub id: CeremonyId,
    /// The workflow run it belongs to.
    pub run: RunId,
    /// The request it belongs to.
    pub interaction: InteractionId,
    /// The browser session it belongs to; another browser's is refused.
    pub session: SessionId,
    /// Whose face.
    pub user: UserId,
    /// What will be asked.
    pub challenge: LivenessChallenge,
    /// What binds the sealed capture to it.
    pub nonce: CaptureNonce,
    /// What the capture is sealed with.
    pub keys: CeremonyKeys,
    /// Where it stands.
    pub stage: CeremonyStage,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// Guards concurrent writers; storage raises it.
    pub version: i64,
}
