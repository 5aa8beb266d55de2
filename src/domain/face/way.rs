//! The ways in which a person may answer a challenge. All of them are equal in what they lead to where policy admits them;
//! what each is worth against a guess is stated here and in `docs/capture-protocol.md`.

use serde::{Deserialize, Serialize};

/// What a challenge asks of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Turns of the head, nods, and coming nearer or going farther.
    Turns,
    /// Coming nearer and going farther alone.
    Distance,
    /// No movement at all: worth something only beside another factor.
    Still,
}

impl Way {
    /// Every way, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Turns, Self::Distance, Self::Still];

    /// The name the capture protocol gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Turns => "turns",
            Self::Distance => "distance",
            Self::Still => "still",
        }
    }

    /// Reads a name back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }

    /// How many movements lie between the first `centre` and the last.
    pub fn movements(self) -> usize {
        match self {
            Self::Turns => 4,
            Self::Distance => 6,
            Self::Still => 0,
        }
    }

    /// How many sequences are equally likely. Turns: 6 · 5 · 5 · 5 without the two that would ask for no turn at all;
    /// distance: 2 each step.
    pub fn sequences(self) -> u32 {
        match self {
            Self::Turns => 6 * 5 * 5 * 5 - 2,
            Self::Distance => 1 << 6,
            Self::Still => 1,
        }
    }
}

/// Some of the ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ways(u8);

impl Ways {
    /// Whether it is one of them.
    pub fn contains(self, way: Way) -> bool {
        self.0 & Self::bit(way) != 0
    }

    /// Each of them, in the order in which they are offered.
    pub fn iter(self) -> impl Iterator<Item = Way> {
        Way::ALL.into_iter().filter(move |way| self.contains(*way))
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn bit(way: Way) -> u8 {
        1 << way as u8
    }
}

impl FromIterator<Way> for Ways {
    fn from_iter<I: IntoIterator<Item = Way>>(ways: I) -> Self {
        Self(ways.into_iter().fold(0, |all, way| all | Self::bit(way)))
    }
}
