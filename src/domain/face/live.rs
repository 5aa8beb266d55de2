//! A challenge as it unfolds over the socket: which message answers which, by the server's clock alone.
//!
//! It leads; it does not judge. What it says is reached must be found again in the full frames (`turns`). The transcript it
//! leaves behind, when each prompt was revealed and each hash arrived, is what those frames are judged against.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::{
    capture::FrameHash,
    ceremony::{Commitment, Transcript},
    challenge::{Action, LivenessChallenge, Prompt},
    guidance::{Hint, hint},
    injection::probe::{Probe, Said},
    observation::{Glance, GlancedFace},
    policy::CapturePolicy,
    pose::{Stance, median},
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
    /// It is done: stay so for this long.
    Hold(SignedDuration),
    /// Let the camera give frames of this width and height.
    Camera((u32, u32)),
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
    prompts: Vec<Prompt>,
    policy: CapturePolicy,
    opened_at: Timestamp,
    transcript: Transcript,
    committed: HashSet<FrameHash>,
    hints: u32,
    centre: Option<Stance>,
    before: Option<GlancedFace>,
    run: Run,
    frames_at_reveal: usize,
    told: f32,
    probe: Option<(u32, u32)>,
}

/// The hint frames in a row that show the current prompt done, and what was committed from the first of them on.
#[derive(Default)]
struct Run {
    stances: Vec<Stance>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    frames: usize,
    first_frame: Option<Timestamp>,
    last_frame: Option<Timestamp>,
}

impl Run {
    /// Takes in a hint frame that arrived at this moment.
    fn see(&mut self, stance: Stance, arrived: Timestamp) {
        self.since.get_or_insert(arrived);
        self.until = Some(arrived);
        self.stances.push(stance);
    }

    /// Takes in that a frame was committed.
    fn commit(&mut self, at: Timestamp) {
        if self.since.is_some() {
            self.first_frame.get_or_insert(at);
            self.last_frame = Some(at);
            self.frames += 1;
        }
    }

    /// How long hint frames showed it.
    fn seen_for(&self) -> SignedDuration {
        between(self.since, self.until)
    }

    /// How far the first and the last frame lie apart.
    fn frames_for(&self) -> SignedDuration {
        between(self.first_frame, self.last_frame)
    }
}

fn between(from: Option<Timestamp>, to: Option<Timestamp>) -> SignedDuration {
    from.zip(to).map_or(SignedDuration::ZERO, |(from, to)| to.duration_since(from))
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
            run: Run::default(),
            frames_at_reveal: 0,
            told: 0.0,
            probe: None,
        }
    }

    /// Has the camera asked for this size once the last prompt is answered: the page said that it can ask it.
    pub fn probe_camera(&mut self, size: (u32, u32)) {
        self.probe = Some(size);
    }

    /// Takes in what the camera is said to give now, once.
    pub fn camera_gives(&mut self, delivers: Option<(u32, u32)>, now: Timestamp) -> Vec<Cue> {
        match &mut self.transcript.probe {
            Some(probe) if probe.said.is_none() => {
                probe.said = Some(Said { delivers, at: now });
                Vec::new()
            }
            _ => vec![Cue::Stop(StopReason::Protocol)],
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
            self.run.commit(now);
        }
        self.advance(now)
    }

    /// Whether the last prompt was answered.
    pub fn is_finished(&self) -> bool {
        self.transcript.finished_at.is_some()
    }

    /// Whether anything was revealed that cannot be guessed: `centre` always comes first.
    pub fn has_revealed_a_movement(&self) -> bool {
        self.transcript.revealed_at.len() > 1
    }

    /// Takes in what a hint frame showed that had arrived at `arrived`.
    pub fn see(&mut self, glance: &Glance, arrived: Timestamp, now: Timestamp) -> Vec<Cue> {
        if self.transcript.finished_at.is_some() {
            return Vec::new();
        }
        let remark = hint(glance, self.before.as_ref(), self.has_revealed_a_movement());
        self.before = glance.face;
        let stance = glance.face.map(|face| Stance { pose: face.pose, size: face.size });
        let share = stance.map_or(0.0, |stance| self.share(stance));
        let mut cues = vec![Cue::Hint(self.advice(remark, stance, share))];
        // A frame that was on its way when the prompt was revealed answers the one before it.
        if self.transcript.revealed_at.last().is_some_and(|revealed| arrived < *revealed) {
            return cues;
        }
        let was_done = self.run.since.is_some();
        let least = if was_done { self.policy.kept } else { 1.0 };
        match stance {
            Some(stance) if remark == Hint::Good && share >= least => self.run.see(stance, arrived),
            _ => self.run = Run::default(),
        }
        if let Some(prompt) = self.current() {
            let told = if self.run.since.is_some() { 1.0 } else { share.min(0.99) };
            if (told - self.told).abs() >= 0.05 || (told < 1.0 && was_done) {
                self.told = told;
                cues.push(Cue::Progress(told));
            }
            if !was_done && self.run.since.is_some() {
                cues.push(Cue::Hold(prompt.hold.duration()));
            }
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
        if self.transcript.finished_at.is_some() || !self.is_answered() {
            return Vec::new();
        }
        if let Some(reason) = self.tick(now) {
            return vec![Cue::Stop(reason)];
        }
        let run = std::mem::take(&mut self.run);
        let revealed = self.transcript.revealed_at.len();
        if revealed > 0 {
            self.transcript.seen_done_at.extend(run.since);
        }
        if revealed == 1 {
            self.centre = median(&run.stances);
        }
        (self.told, self.frames_at_reveal) = (0.0, self.transcript.committed.len());
        match self.prompts.get(revealed) {
            Some(Prompt { action, .. }) => {
                self.transcript.revealed_at.push(now);
                vec![Cue::Prompt { n: revealed + 1, of: self.prompts.len(), action: *action }]
            }
            None => {
                self.transcript.finished_at = Some(now);
                self.transcript.probe = self.probe.map(|asked| Probe { asked, said: None });
                self.probe.map(Cue::Camera).into_iter().chain([Cue::Upload]).collect()
            }
        }
    }

    /// Whether the current prompt was seen done for its time, with enough frames committed to find it again.
    fn is_answered(&self) -> bool {
        let (policy, revealed) = (&self.policy, self.transcript.revealed_at.len());
        let hold = self.current().map_or(SignedDuration::ZERO, |prompt| prompt.hold.duration());
        let since_reveal = self.transcript.committed.len() - self.frames_at_reveal;
        let enough = match revealed {
            0 => true,
            1 => since_reveal >= policy.frames_at_centre,
            last if last == self.prompts.len() => self.run.frames >= policy.frames_at_return,
            _ => self.run.frames >= policy.frames_held && self.run.frames_for() + policy.hold_slack >= hold,
        };
        enough && self.run.stances.len() >= policy.seen && self.run.seen_for() >= hold
    }

    /// The prompt that was revealed last.
    fn current(&self) -> Option<Prompt> {
        self.prompts.get(self.transcript.revealed_at.len().checked_sub(1)?).copied()
    }

    /// How much of the current prompt a stance does. At `centre` the face must also be seen from the front.
    fn share(&self, stance: Stance) -> f32 {
        let frontal = f32::from(u8::from(stance.pose.is_frontal(self.policy.frontal)));
        match (self.current().map(|prompt| prompt.action), self.centre) {
            (Some(action), Some(centre)) => {
                let share = stance.from_centre(centre).share_of(action, self.policy.movement);
                if action == Action::Centre { share.min(frontal) } else { share }
            }
            _ => frontal,
        }
    }

    /// What a person is told of a picture that is good as such: which way to go where the distance is what is missing.
    fn advice(&self, remark: Hint, stance: Option<Stance>, share: f32) -> Hint {
        let (Some(prompt), Some(centre), Some(stance)) = (self.current(), self.centre, stance) else {
            return remark;
        };
        if remark != Hint::Good || share >= self.policy.kept {
            return remark;
        }
        match (prompt.action, stance.from_centre(centre).off_distance(self.policy.movement)) {
            (Action::Nearer, _) | (Action::Centre, Some(Action::Farther)) => Hint::TooFar,
            (Action::Farther, _) | (Action::Centre, Some(Action::Nearer)) => Hint::TooNear,
            _ => remark,
        }
    }
}

#[cfg(test)]
mod tests;
