//! What a person is asked to do: an ordered random sequence of head turns, revealed prompt by prompt.

use serde::{Deserialize, Serialize};

/// One thing to do. Left and right are the person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Look straight ahead.
    Centre,
    /// Turn the head to the left.
    TurnLeft,
    /// Turn the head to the right.
    TurnRight,
    /// Raise the chin.
    LookUp,
    /// Lower the chin.
    LookDown,
}

/// The turns that follow the first `centre`, in order, no two neighbours equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LivenessChallenge {
    turns: Vec<Action>,
}

impl LivenessChallenge {
    /// How many turns are drawn.
    pub const TURNS: usize = 4;

    /// Draws the turns from random bytes: 4 · 3 · 3 · 3 = 108 equally likely sequences (6.75 bits). Bytes that would
    /// make one sequence likelier than another are passed over; `None` when too few are left.
    pub fn draw(random: &[u8]) -> Option<Self> {
        let all = [Action::TurnLeft, Action::TurnRight, Action::LookUp, Action::LookDown];
        let mut turns: Vec<Action> = Vec::with_capacity(Self::TURNS);
        for byte in random {
            let open: Vec<Action> = all.into_iter().filter(|turn| turns.last() != Some(turn)).collect();
            let fair = u8::MAX - (u8::MAX % open.len() as u8 + 1) % open.len() as u8;
            if turns.len() < Self::TURNS && *byte <= fair {
                turns.extend(open.get(usize::from(*byte) % open.len()));
            }
        }
        (turns.len() == Self::TURNS).then_some(Self { turns })
    }

    /// Every prompt in order: `centre`, then the turns.
    pub fn prompts(&self) -> impl Iterator<Item = Action> {
        std::iter::once(Action::Centre).chain(self.turns.iter().copied())
    }

    /// How many prompts there are.
    pub fn len(&self) -> usize {
        self.turns.len() + 1
    }

    /// Never: a challenge has at least the `centre` prompt.
    pub fn is_empty(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_sequence_is_equally_likely_and_has_no_equal_neighbours() {
        let mut seen: HashMap<Vec<Action>, u32> = HashMap::new();
        // Each turn's byte runs over a full period of 4 · 3 = 12, so every sequence must come up equally often.
        for n in 0..12_u32.pow(4) {
            let bytes: Vec<u8> = (0..4).map(|i| (n / 12_u32.pow(i) % 12) as u8).collect();
            let challenge = LivenessChallenge::draw(&bytes).unwrap();
            assert!(challenge.turns.windows(2).all(|pair| pair[0] != pair[1]));
            *seen.entry(challenge.turns).or_default() += 1;
        }
        assert_eq!(seen.len(), 108);
        assert!(seen.values().all(|count| *count == 12_u32.pow(4) / 108));
    }

    #[test]
    fn bytes_that_would_favour_a_turn_are_passed_over() {
        assert!(LivenessChallenge::draw(&[255, 255, 255]).is_none());
        // 256 is a multiple of 4 but not of 3: 255 is fair for the first turn only.
        let drawn = LivenessChallenge::draw(&[255, 255, 0, 255, 1, 2]).unwrap();
        assert_eq!(drawn, LivenessChallenge::draw(&[255, 0, 1, 2]).unwrap());
    }
}
