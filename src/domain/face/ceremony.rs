//! One face capture: challenge, sealed capture, verdict; and what was revealed and committed when.
//!
//! Each step is taken once and in order: one socket, one upload, one verdict. Whose browser it is and whether time is left
//! is asked at every step. What the frames are worth is `verification`'s to say.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    capture::{CaptureNonce, FrameHash},
    challenge::LivenessChallenge,
    injection::probe::Probe,
};
use crate::domain::{
    id::{CeremonyId, InteractionId, RunId, SessionId, UserId},
    workflow::run::WorkflowRun,
};

/// Where a ceremony stands. It only ever moves forward, but for [`Ceremony::give_back`].
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
    /// When the hint frame arrived from which on each prompt was seen done until it was answered, in order. Hint frames
    /// prove nothing: this says where to look, and the full frames from there on are what is judged.
    #[serde(default)]
    pub seen_done_at: Vec<Timestamp>,
    /// The frames' hashes with their arrival, in order.
    pub committed: Vec<Commitment>,
    /// When the last prompt was answered.
    pub finished_at: Option<Timestamp>,
    /// What was asked of the camera then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<Probe>,
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

/// Why a step of a ceremony is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CeremonyRefusal {
    /// It belongs to another browser.
    #[error("the ceremony belongs to another browser")]
    OtherBrowser,
    /// Its time ran out.
    #[error("the ceremony has expired")]
    Expired,
    /// A socket was connected before.
    #[error("the ceremony was connected before")]
    AlreadyConnected,
    /// The challenge was not answered to its end.
    #[error("the ceremony's challenge is not complete")]
    NotCaptured,
    /// An attempt was spent on it before.
    #[error("the ceremony's capture was sent before")]
    AlreadySpent,
    /// It is over.
    #[error("the ceremony is over")]
    Over,
}

impl CeremonyRefusal {
    /// The stable name that a page is told.
    pub fn name(self) -> &'static str {
        match self {
            Self::OtherBrowser => "other_browser",
            Self::Expired => "expired",
            Self::AlreadyConnected => "already_connected",
            Self::NotCaptured => "not_captured",
            Self::AlreadySpent => "already_spent",
            Self::Over => "over",
        }
    }
}

/// What a new ceremony is made of, besides its run.
pub struct CeremonyParts {
    /// Its name.
    pub id: CeremonyId,
    /// The browser session it is for.
    pub session: SessionId,
    /// What will be asked.
    pub challenge: LivenessChallenge,
    /// What binds the sealed capture to it.
    pub nonce: CaptureNonce,
    /// What the capture is sealed with.
    pub keys: CeremonyKeys,
}

impl Ceremony {
    /// Opens a ceremony for a run that waits for one; `None` where the run is at another step.
    pub fn open(
        run: &WorkflowRun,
        parts: CeremonyParts,
        lifetime: SignedDuration,
        now: Timestamp,
    ) -> Option<Self> {
        run.awaits_capture().then(|| Self {
            id: parts.id,
            run: run.id.clone(),
            interaction: run.interaction.clone(),
            session: parts.session,
            user: run.user.clone(),
            challenge: parts.challenge,
            nonce: parts.nonce,
            keys: parts.keys,
            stage: CeremonyStage::Opened,
            opened_at: now,
            expires_at: now.saturating_add(lifetime).unwrap_or(Timestamp::MAX),
            version: 0,
        })
    }

    /// Takes the one socket.
    pub fn connect(&mut self, session: &SessionId, now: Timestamp) -> Result<(), CeremonyRefusal> {
        self.is_for(session, now)?;
        match self.stage {
            CeremonyStage::Opened => {
                self.stage = CeremonyStage::Connected;
                Ok(())
            }
            CeremonyStage::Connected | CeremonyStage::Captured { .. } => {
                Err(CeremonyRefusal::AlreadyConnected)
            }
            // Whether the verdict has fallen is told by the answer to the upload, at its time, and by nothing before.
            CeremonyStage::Spent | CeremonyStage::Concluded { .. } => Err(CeremonyRefusal::AlreadySpent),
            CeremonyStage::Abandoned => Err(CeremonyRefusal::Over),
        }
    }

    /// Records that every prompt was answered: the frames may be sent now.
    pub fn finish(&mut self, transcript: Transcript, now: Timestamp) -> Result<(), CeremonyRefusal> {
        self.is_in_time(now)?;
        match self.stage {
            CeremonyStage::Connected if transcript.finished_at.is_some() => {
                self.stage = CeremonyStage::Captured { transcript };
                Ok(())
            }
            CeremonyStage::Opened | CeremonyStage::Connected => Err(CeremonyRefusal::NotCaptured),
            CeremonyStage::Captured { .. } => Err(CeremonyRefusal::AlreadyConnected),
            CeremonyStage::Spent | CeremonyStage::Concluded { .. } => Err(CeremonyRefusal::AlreadySpent),
            CeremonyStage::Abandoned => Err(CeremonyRefusal::Over),
        }
    }

    /// Spends the one attempt, before anything costly; yields what the frames will be held against.
    pub fn spend_attempt(
        &mut self,
        session: &SessionId,
        now: Timestamp,
    ) -> Result<Transcript, CeremonyRefusal> {
        self.is_for(session, now)?;
        match std::mem::replace(&mut self.stage, CeremonyStage::Spent) {
            CeremonyStage::Captured { transcript } => Ok(transcript),
            stage => {
                let refusal = match stage {
                    CeremonyStage::Spent | CeremonyStage::Concluded { .. } => CeremonyRefusal::AlreadySpent,
                    CeremonyStage::Abandoned => CeremonyRefusal::Over,
                    _ => CeremonyRefusal::NotCaptured,
                };
                self.stage = stage;
                Err(refusal)
            }
        }
    }

    /// Gives the attempt back where the analysis had no room and nothing was judged, so that the same upload can be
    /// repeated.
    pub fn give_back(&mut self, transcript: Transcript) {
        if self.stage == CeremonyStage::Spent {
            self.stage = CeremonyStage::Captured { transcript };
        }
    }

    /// Records the verdict on the attempt that was spent; `false` where there is none to judge.
    pub fn conclude(&mut self, passed: bool) -> bool {
        let is_due = self.stage == CeremonyStage::Spent;
        if is_due {
            self.stage = CeremonyStage::Concluded { passed };
        }
        is_due
    }

    /// Breaks off a ceremony on which no attempt was spent; `false` where it was spent or is over.
    pub fn abandon(&mut self) -> bool {
        let can = matches!(
            self.stage,
            CeremonyStage::Opened | CeremonyStage::Connected | CeremonyStage::Captured { .. }
        );
        if can {
            self.stage = CeremonyStage::Abandoned;
        }
        can
    }

    /// Whether this browser may see it and time is left.
    pub fn is_for(&self, session: &SessionId, now: Timestamp) -> Result<(), CeremonyRefusal> {
        if &self.session != session {
            return Err(CeremonyRefusal::OtherBrowser);
        }
        self.is_in_time(now)
    }

    fn is_in_time(&self, now: Timestamp) -> Result<(), CeremonyRefusal> {
        if now < self.expires_at { Ok(()) } else { Err(CeremonyRefusal::Expired) }
    }
}

#[cfg(test)]
mod tests;
