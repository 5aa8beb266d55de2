//! Signs that a capture did not come from a lens: pictures fed into the browser, or sent by a program that is none.
//!
//! Nothing in a browser can prove that a picture came from a lens, so no sign here proves the contrary either. Each is read
//! from what the server saw itself; what a client says of itself is only ever held against that. They are weighed, and
//! written to the audit log by their names; an operator decides whether their sum refuses (`face.injection`). One thing is
//! refused whatever is set: a capture most of whose frames are copies of earlier ones of the same account.

use super::{ceremony::Transcript, examination::Seen, fingerprint::KeptPrint, verification::Cause};

mod arrivals;
pub mod camera;
mod pictures;
pub mod probe;
pub mod replay;

use camera::Claims;
use replay::Keepsake;

/// How much a sign says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It happens to honest people often enough, or is as easily avoided as made.
    Weak,
    /// Honest people hardly ever make it.
    Strong,
}

impl Level {
    /// The stable name in the audit log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Strong => "strong",
        }
    }

    fn weight(self) -> u32 {
        match self {
            Self::Weak => 1,
            Self::Strong => 2,
        }
    }
}

/// One sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Most frames are copies of frames that the account's earlier captures showed.
    Replayed,
    /// Some frames are.
    EarlierFrames,
    /// Frames far apart in time are copies of each other: a loop, or pictures shown in turn.
    RepeatedFrames,
    /// Large parts of the ground do not change by a single bit from frame to frame: no sensor is without noise.
    FrozenGround,
    /// Every frame is exactly as sharp as the others, turned or not.
    UniformSharpness,
    /// The head moves fast and nothing is blurred.
    NoMotionBlur,
    /// Frames came in steps more even than a page's timer and a network make them.
    SteadyArrivals,
    /// More frames came at once than a stalled network holds back.
    Burst,
    /// The client's own times of its frames are in steps that no clock of a browser shows.
    EvenClientTimes,
    /// The client's own times do not fit the arrivals.
    ClientTimesDisagree,
    /// The camera has the name of a program.
    VirtualCamera,
    /// Frames are larger than what was asked for, or not of the shape that the client says its camera has.
    OddSize,
    /// The camera was asked for another size, said that it gave it, and did not.
    ProbeContradicted,
    /// The camera was asked for another size and nothing was said to it.
    ProbeUnanswered,
}

impl Signal {
    /// The stable name in the audit log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Replayed => "replayed",
            Self::EarlierFrames => "earlier_frames",
            Self::RepeatedFrames => "repeated_frames",
            Self::FrozenGround => "frozen_ground",
            Self::UniformSharpness => "uniform_sharpness",
            Self::NoMotionBlur => "no_motion_blur",
            Self::SteadyArrivals => "steady_arrivals",
            Self::Burst => "burst",
            Self::EvenClientTimes => "even_client_times",
            Self::ClientTimesDisagree => "client_times_disagree",
            Self::VirtualCamera => "virtual_camera",
            Self::OddSize => "odd_size",
            Self::ProbeContradicted => "probe_contradicted",
            Self::ProbeUnanswered => "probe_unanswered",
        }
    }

    /// How much it says, and why.
    pub fn level(self) -> Level {
        match self {
            // A head does not come to the same place, pose and light to the pixel again and again.
            Self::Replayed | Self::RepeatedFrames => Level::Strong,
            // Somebody who tries again at once sits within two pixels of where they sat.
            Self::EarlierFrames => Level::Weak,
            // Some systems put a still picture behind a person.
            Self::FrozenGround => Level::Weak,
            // A phone that sharpens in software, a bright room.
            Self::UniformSharpness | Self::NoMotionBlur => Level::Weak,
            // Any program can wait a little at random; a bad connection bunches frames up.
            Self::SteadyArrivals | Self::Burst => Level::Weak,
            // Browsers make their clocks coarse on purpose; a laptop that sleeps stops one of them.
            Self::EvenClientTimes | Self::ClientTimesDisagree => Level::Weak,
            // People use such programs for meetings; whoever hides one renames it.
            Self::VirtualCamera => Level::Weak,
            // A telephone that is turned over.
            Self::OddSize => Level::Weak,
            // The client speaks against its own pictures.
            Self::ProbeContradicted => Level::Strong,
            // A client of somebody else's, or a slow camera.
            Self::ProbeUnanswered => Level::Weak,
        }
    }
}

/// What an operator wants done about signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// They are written down.
    Record,
    /// Where they weigh enough, the capture is refused.
    Refuse,
}

/// What signs lead to.
#[derive(Clone, Copy, Debug)]
pub struct InjectionPolicy {
    /// What is done where the sum of signs is heavy.
    pub signals: Response,
    /// What is done about a replay. Recording is for the demo, whose people are pictures.
    pub replays: Response,
    /// The sum from which signs are heavy: two strong ones, or four weak ones.
    pub heavy: u32,
}

impl Default for InjectionPolicy {
    fn default() -> Self {
        Self { signals: Response::Record, replays: Response::Refuse, heavy: 4 }
    }
}

/// What the signs are read from.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// What was revealed and committed when.
    pub transcript: &'a Transcript,
    /// What was seen in the frames.
    pub seen: &'a Seen,
    /// What the client says of its camera.
    pub claims: &'a Claims,
    /// What the account showed before.
    pub earlier: &'a [Keepsake],
}

/// The signs that a capture shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signals(Vec<Signal>);

impl Signals {
    /// Reads them.
    pub fn read(evidence: Evidence<'_>) -> Self {
        let Evidence { transcript, seen, claims, earlier } = evidence;
        let mut signals = Vec::new();
        signals.extend(replay::signal(&prints(seen), earlier));
        signals.extend(pictures::signals(transcript, seen));
        signals.extend(arrivals::signals(transcript, claims));
        signals.extend(camera::signals(claims, seen));
        signals.extend(probe::signal(transcript, seen));
        Self(signals)
    }

    /// Each sign's name and level.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.iter().map(|signal| (signal.name(), signal.level().name()))
    }

    /// Why they refuse the capture, if they do.
    pub fn refusal(&self, policy: &InjectionPolicy) -> Option<Cause> {
        if self.0.contains(&Signal::Replayed) && policy.replays == Response::Refuse {
            return Some(Cause::Replayed);
        }
        let weight: u32 = self.0.iter().map(|signal| signal.level().weight()).sum();
        (policy.signals == Response::Refuse && weight >= policy.heavy).then_some(Cause::Injected)
    }
}

/// What is kept of the frames that show one measured face.
pub fn prints(seen: &Seen) -> Vec<KeptPrint> {
    let print = |frame: &super::observation::FrameObservation| {
        Some(KeptPrint::of(frame.fingerprint.as_ref()?, frame.face.as_ref()?))
    };
    seen.iter().flatten().filter_map(print).collect()
}

#[cfg(test)]
mod tests;
