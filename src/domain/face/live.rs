//! A challenge as it unfolds over the socket: which message answers which, by the server's clock alone.
//!
//! It leads; it does not judge. What it says is reached must be found again in the full frames (`turns`). The transcript it
//! leaves behind, when each prompt was revealed and each hash arrived, is what those frames are judged against.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{
    capture::FrameHash,
    ceremony::{Commitment, Transcript},
    challenge::{Action, LivenessChallenge},
    guidance::{Hint, hint},
    observation::{Glance, GlancedFace, Pose},
    policy::CapturePolicy,
    pose::median,
};

/// What the page is told next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cue {
    /// How to improve the picture.
    Hint(Hint),
    /// Do this now.
    Prompt {
        /// From 1.
        n: usize,
        /// How many there are.
        of: usize,
        /// What to do.
        action: Action,
    },
    /// How much of the prompt is done, 0 to 1.
    Progress(f32),
    /// The challenge is over: send the frames.
    Upload,
    /// It broke off.
    Stop(StopReason),
}

/// Why a capture broke off before anything was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The ceremony's time ran out, or the person did not find their place.
    Expired,
    /// A prompt was not answered in its window, or not within the frames there are.
    TooSlow,
    /// Too many hint frames, or too fast.
    HintBudget,
    /// Something came that the protocol does not allow.
    Protocol,
}

impl StopReason {
    /// The name the capture protocol gives it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::TooSlow => "too_slow",
            Self::HintBudget => "hint_budget",
            Self::Protocol => "protocol",
        }
    }
}

/// A challenge that is being revealed.
pub struct LiveChallenge {
    prompts: Vec<Action>,
    policy: CapturePolicy,
    opened_at: Timestamp,
    transcript: Transcript,
    committed: HashSet<FrameHash>,
    hints: u32,
    centre: Option<Pose>,
    before: Option<GlancedFace>,
    hold: Vec<Pose>,
    frames_at_hold: usize,
    frames_at_reveal: usize,
    told: f32,
}

impl LiveChallenge {
    /// Begins; nothing is revealed before the person has found their place.
    pub fn begin(challenge: &LivenessChallenge, policy: CapturePolicy, now: Timestamp) -> Self {
        Self {
            prompts: challenge.prompts().collect(),
            policy,
            opened_at: now,
            transcript: Transcript::default(),
            committed: HashSet::new(),
            hints: 0,
            centre: None,
            before: None,
            hold: Vec::new(),
            frames_at_hold: 0,
            frames_at_reveal: 0,
            told: 0.0,
        }
    }

    /// Whether a hint frame may be looked at now: so many in all, and so many a second on average.
    pub fn admit_hint(&mut self, now: Timestamp) -> Result<(), StopReason> {
        self.hints = self.hints.saturating_add(1);
        let pace = self.policy.hint_interval.as_millis().max(1);
        let earned = now.duration_since(self.opened_at).as_millis() / pace;
        let burst = 8;
        if self.hints > self.policy.most_hints || i128::from(self.hints) > earned + burst {
            return Err(StopReason::HintBudget);
        }
        Ok(())
    }

    /// Commits to frames, in the order in which they were taken. Those that were under way when the challenge ended are
    /// still part of the capture, and answer nothing.
    pub fn commit(&mut self, hashes: Vec<FrameHash>, now: Timestamp) -> Vec<Cue> {
        for hash in hashes {
            let is_new = self.committed.insert(hash.clone());
            if !is_new || self.committed.len() > self.policy.most_frames {
                return vec![Cue::Stop(StopReason::Protocol)];
            }
            self.transcript.committed.push(Commitment { hash, at: now });
        }
        self.advance(now)
    }

    /// Whether the last prompt was answered.
    pub fn is_finished(&self) -> bool {
        self.transcript.finished_at.is_some()
    }

    /// Whether anything was revealed that cannot be guessed: `centre` always comes first.
    pub fn has_revealed_a_turn(&self) -> bool {
        self.transcript.revealed_at.len() > 1
    }

    /// Takes in what a hint frame showed that had arrived at `arrived`.
    pub fn see(&mut self, glance: &Glance, arrived: Timestamp, now: Timestamp) -> Vec<Cue> {
        if self.transcript.finished_at.is_some() {
            return Vec::new();
        }
        let turning = self.transcript.revealed_at.len() > 1;
        let remark = hint(glance, self.before.as_ref(), turning);
        self.before = glance.face;
        let mut cues = vec![Cue::Hint(remark)];
        // A frame that was on its way when the prompt was revealed answers the one before it.
        if self.transcript.revealed_at.last().is_some_and(|revealed| arrived < *revealed) {
            return cues;
        }
        let pose = glance.face.map(|face| face.pose);
        let share = pose.map_or(0.0, |pose| self.share(pose));
        match pose {
            Some(pose) if remark == Hint::Good && share >= 1.0 => {
                if self.hold.is_empty() {
                    self.frames_at_hold = self.transcript.committed.len();
                }
                self.hold.push(pose);
            }
            _ => self.hold.clear(),
        }
        if !self.transcript.revealed_at.is_empty() && (share - self.told).abs() >= 0.05 {
            self.told = share;
            cues.push(Cue::Progress(share));
        }
        cues.extend(self.advance(now));
        cues
    }

    /// What the passing of time alone brings.
    pub fn tick(&self, now: Timestamp) -> Option<StopReason> {
        if self.transcript.finished_at.is_some() {
            return None;
        }
        match self.transcript.revealed_at.last() {
            Some(revealed) if now.duration_since(*revealed) > self.policy.window => Some(StopReason::TooSlow),
            None if now.duration_since(self.opened_at) > self.policy.settling => Some(StopReason::Expired),
            _ => None,
        }
    }

    /// What was revealed and committed, once the last prompt was answered.
    pub fn into_transcript(self) -> Option<Transcript> {
        self.transcript.finished_at.is_some().then_some(self.transcript)
    }

    /// Reveals the next prompt, or ends, once the current one is answered.
    fn advance(&mut self, now: Timestamp) -> Vec<Cue> {
        let revealed = self.transcript.revealed_at.len();
        if self.transcript.finished_at.is_some() || !self.is_answered(revealed) {
            return Vec::new();
        }
        if let Some(reason) = self.tick(now) {
            return vec![Cue::Stop(reason)];
        }
        if revealed == 1 {
            self.centre = median(&self.hold);
        }
        (self.told, self.frames_at_reveal) = (0.0, self.transcript.committed.len());
        self.hold.clear();
        match self.prompts.get(revealed) {
            Some(action) => {
                self.transcript.revealed_at.push(now);
                vec![Cue::Prompt { n: revealed + 1, of: self.prompts.len(), action: *action }]
            }
            None => {
                self.transcript.finished_at = Some(now);
                vec![Cue::Upload]
            }
        }
    }

    /// Whether the current prompt was seen held, with enough frames committed to find it again.
    fn is_answered(&self, revealed: usize) -> bool {
        let frames = self.transcript.committed.len();
        let enough = match revealed {
            0 => true,
            1 => frames - self.frames_at_reveal >= self.policy.frames_at_centre,
            // One frame after the turn was first seen: two of them, with the one of that moment, can show it again.
            _ => frames > self.frames_at_hold && frames - self.frames_at_reveal >= self.policy.frames_at_turn,
        };
        enough && self.hold.len() >= self.policy.held as usize
    }

    /// How much of the current prompt a pose does.
    fn share(&self, pose: Pose) -> f32 {
        let current = self.transcript.revealed_at.len().checked_sub(1).and_then(|n| self.prompts.get(n));
        match (current, self.centre) {
            (Some(action), Some(centre)) => pose.from_centre(centre).share_of(*action, self.policy.turn),
            _ => f32::from(u8::from(pose.is_frontal(self.policy.frontal))),
        }
    }
}

#[cfg(test)]
mod tests;
