//! What a person is asked to do: an ordered sequence of movements that nobody can foresee, revealed prompt by prompt.
//!
//! A challenge follows from a secret key, the ceremony's nonce, its name and the way that was chosen, as
//! `docs/capture-protocol.md` specifies with test vectors. It is derived once and then kept with the ceremony, so that a
//! change of the key in between asks nobody for something else.

use hkdf::Hkdf;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{capture::CaptureNonce, way::Way};
use crate::domain::id::CeremonyId;

/// One thing to do. Left and right are the person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Look straight ahead, from one's own place.
    Centre,
    /// Turn the head to the left.
    TurnLeft,
    /// Turn the head to the right.
    TurnRight,
    /// Raise the chin.
    LookUp,
    /// Lower the chin.
    LookDown,
    /// Come nearer to the camera.
    Nearer,
    /// Go farther from it.
    Farther,
}

impl Action {
    /// Every movement, in the order of the derivation.
    pub const MOVEMENTS: [Self; 6] =
        [Self::TurnLeft, Self::TurnRight, Self::LookUp, Self::LookDown, Self::Nearer, Self::Farther];

    /// Whether it changes the distance to the camera and not where the head points.
    pub fn is_distance(self) -> bool {
        matches!(self, Self::Nearer | Self::Farther)
    }

    /// Whether it changes where the head points.
    pub fn is_turn(self) -> bool {
        !self.is_distance() && self != Self::Centre
    }
}

/// How long a movement is to be held, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hold(u16);

impl Hold {
    /// No longer than it takes to see it.
    pub const NONE: Self = Self(0);
    /// Those that are drawn from, in the order of the derivation.
    pub const DRAWN: [Self; 3] = [Self(400), Self(800), Self(1_200)];

    /// As a length of time.
    pub fn duration(self) -> SignedDuration {
        SignedDuration::from_millis(self.0.into())
    }
}

/// One step of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// What to do.
    pub action: Action,
    /// How long to stay in it.
    pub hold: Hold,
}

impl Prompt {
    const CENTRE: Self = Self { action: Action::Centre, hold: Hold::NONE };
}

/// The key that challenges are derived from; it is never in the database.
pub struct ChallengeKey(Zeroizing<[u8; 32]>);

impl ChallengeKey {
    /// Takes the key.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// What is asked in one ceremony.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LivenessChallenge {
    way: Way,
    movements: Vec<Prompt>,
}

/// Marks what the derivation is for.
const PURPOSE: &[u8] = b"facestep challenge v2";
/// How many bytes are derived. 8 or 12 are used, more where a byte is passed over (once in 64 at most) or four movements are
/// drawn again (once in 375): that 256 do not suffice happens less than once in 2²⁰⁰ challenges.
const DERIVED: usize = 256;

impl LivenessChallenge {
    /// Derives the challenge: HKDF-SHA-256 (RFC 5869) with the nonce as salt, and purpose, ceremony and way, a zero byte
    /// between them, as info. `None` where the derived bytes do not suffice, which does not happen.
    pub fn derive(key: &ChallengeKey, nonce: &CaptureNonce, ceremony: &CeremonyId, way: Way) -> Option<Self> {
        let info = [PURPOSE, ceremony.as_str().as_bytes(), way.name().as_bytes()].join(&0);
        let mut derived = Zeroizing::new([0; DERIVED]);
        Hkdf::<Sha256>::new(Some(&nonce.bytes()), key.0.as_ref()).expand(&info, derived.as_mut()).ok()?;
        Self::draw(way, derived.as_ref())
    }

    /// Draws a challenge from random bytes, so that every sequence of the way is equally likely.
    pub fn draw(way: Way, random: &[u8]) -> Option<Self> {
        let mut lots = Lots(random);
        loop {
            let mut movements: Vec<Prompt> = Vec::with_capacity(way.movements());
            while movements.len() < way.movements() {
                let before = movements.last().map_or(Action::Centre, |prompt| prompt.action);
                let action = lots.draw(&open_after(way, before))?;
                movements.push(Prompt { action, hold: lots.draw(&Hold::DRAWN)? });
            }
            // Without a turn there would be no parallax to tell a head from a picture by: drawn again.
            if way != Way::Turns || movements.iter().any(|prompt| prompt.action.is_turn()) {
                return Some(Self { way, movements });
            }
        }
    }

    /// The way it is of.
    pub fn way(&self) -> Way {
        self.way
    }

    /// Every prompt in order: `centre`, the movements, and `centre` again.
    pub fn prompts(&self) -> impl Iterator<Item = Prompt> {
        std::iter::once(Prompt::CENTRE).chain(self.movements.iter().copied()).chain([Prompt::CENTRE])
    }

    /// How many prompts there are.
    pub fn len(&self) -> usize {
        self.movements.len() + 2
    }

    /// Never: a challenge has at least its two `centre` prompts.
    pub fn is_empty(&self) -> bool {
        false
    }
}

/// What may follow: never the same twice in a row. A walk of distances may pass through the centre.
fn open_after(way: Way, before: Action) -> Vec<Action> {
    let all: &[Action] = match way {
        Way::Turns => &Action::MOVEMENTS,
        Way::Distance => &[Action::Centre, Action::Nearer, Action::Farther],
        Way::Still => &[],
    };
    all.iter().copied().filter(|action| *action != before).collect()
}

/// Random bytes as fair lots.
struct Lots<'a>(&'a [u8]);

impl Lots<'_> {
    /// One of some: the next byte modulo their number, where bytes that would make one likelier than another are passed
    /// over.
    fn draw<T: Copy>(&mut self, open: &[T]) -> Option<T> {
        let number = u8::try_from(open.len()).ok().filter(|number| *number > 0)?;
        let unfair = (u8::MAX % number + 1) % number;
        loop {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            if *byte <= u8::MAX - unfair {
                return open.get(usize::from(byte % number)).copied();
            }
        }
    }
}

#[cfg(test)]
mod tests;
