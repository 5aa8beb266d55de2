//! Which frames of a capture are looked at, and how closely: what a verdict needs and no more, since every look costs.
//!
//! Poses are read first, of a few frames of every prompt: those by which the prompt was answered at all, and some that are
//! drawn, so that nobody who commits frames can know which of them matter. Where these leave a doubt, all frames are looked
//! at ([`conduct::leaves_doubt`](super::conduct::leaves_doubt)). What passes the cheap questions gets the costly
//! models, on two kinds of frames: the sharpest frontal ones, by which the face is judged to be live and compared; and some
//! of every turn, so that a verdict can see that one person made the whole capture, and not one the turns and another, or a
//! picture, the rest.

use std::ops::Range;

use super::{
    ceremony::Transcript,
    observation::{Bounds, CloserLook, FrameObservation, ObservedFace, Point},
    turns::places_between,
};

/// Which of the costly models a face is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Attack models and embedder.
    Everything,
    /// The embedder alone: a turned head is not what the attack models know.
    Embedding,
}

/// A face to look at more closely: where it is, and by which models.
#[derive(Clone)]
pub struct WorthyFace {
    /// The place of its frame in the capture.
    pub place: usize,
    /// By which models.
    pub worth: Worth,
    /// The detector's box.
    pub bounds: Bounds,
    /// The detector's five points.
    pub landmarks: [Point; 5],
}

impl WorthyFace {
    /// A face of a frame that was observed.
    pub fn new(place: usize, face: &ObservedFace, worth: Worth) -> Self {
        Self { place, worth, bounds: face.bounds, landmarks: face.landmarks }
    }
}

/// What was seen of a capture so far: one entry per frame, `None` for a frame that was passed over.
pub type Seen = [Option<FrameObservation>];

/// What the costly models said, with the place of each frame in the capture.
pub struct CloserLooks(Vec<(usize, CloserLook)>);

impl CloserLooks {
    /// Takes the looks with their frames' places.
    pub fn new(looks: Vec<(usize, CloserLook)>) -> Self {
        Self(looks)
    }

    /// The look at one frame.
    pub fn at(&self, place: usize) -> Option<&CloserLook> {
        self.0.iter().find(|(looked, _)| *looked == place).map(|(_, look)| look)
    }
}

/// Frames of the first `centre` that are looked at: the person's own centre is their median, and most frontal frames that
/// are compared are the sharpest of these.
const AT_FIRST: usize = 4;
/// Frames that are looked at from the moment at which the person was seen back at the last `centre`.
const AT_LAST: usize = 3;
/// Of how many frames on the way to a movement one is looked at: other movements beside the one that was asked for would show
/// there.
const ONE_ON_THE_WAY_OF: usize = 3;

/// The frames whose poses are read first, in order. Of every movement: the first and the last of its hold, one drawn between
/// them, and of those before it one in three, drawn; of both `centre` prompts a few, spread, and of the way back one in three;
/// and the very last one.
/// Without a transcript of when movements were seen done, all frames.
pub fn frames_to_observe(transcript: &Transcript, random: &[u8]) -> Vec<usize> {
    let mut all = 0..transcript.committed.len();
    let ends = transcript.revealed_at.iter().skip(1).chain(&transcript.finished_at);
    let windows: Vec<Window> = transcript
        .revealed_at
        .iter()
        .zip(&transcript.seen_done_at)
        .zip(ends)
        .map(|((revealed, done), end)| Window {
            way: places_between(transcript, *revealed, *done),
            held: places_between(transcript, *done, *end),
        })
        .collect();
    let [first, moved @ .., last] = windows.as_slice() else { return all.collect() };
    if windows.len() != transcript.revealed_at.len() || moved.iter().any(|window| window.held.is_empty()) {
        return all.collect();
    }
    let mut draw = Draw(random.iter());
    let mut places: Vec<usize> = spread_over(first.way.start..first.held.end, AT_FIRST).collect();
    for window in moved {
        places.extend([window.held.start, window.held.end - 1]);
        places.extend(draw.some(window.held.start + 1..window.held.end.saturating_sub(1), 1));
        places.extend(draw.some(window.way.clone(), window.way.len().div_ceil(ONE_ON_THE_WAY_OF)));
    }
    places.extend(draw.some(last.way.clone(), last.way.len().div_ceil(ONE_ON_THE_WAY_OF)));
    places.extend(spread_over(last.held.clone(), AT_LAST));
    // What was asked of the camera itself shows at the very end.
    places.extend(all.next_back());
    places.sort_unstable();
    places.dedup();
    places
}

/// The frames that were passed over.
pub fn frames_left(seen: &Seen) -> Vec<usize> {
    seen.iter().enumerate().filter(|(_, seen)| seen.is_none()).map(|(place, _)| place).collect()
}

/// The frames of one prompt: until hint frames showed it done, and from there on.
struct Window {
    way: Range<usize>,
    held: Range<usize>,
}

/// Lots that are drawn from random bytes: 256 is no multiple of every number of frames, so that one of 64 is up to a
/// hundredth likelier than another.
struct Draw<'a>(std::slice::Iter<'a, u8>);

impl Draw<'_> {
    /// So many of some places, none twice; the middle ones where no bytes are left.
    fn some(&mut self, places: Range<usize>, count: usize) -> Vec<usize> {
        let mut left: Vec<usize> = places.collect();
        let mut drawn = Vec::with_capacity(count);
        while drawn.len() < count && !left.is_empty() {
            let lot = self.0.next().map_or(left.len() / 2, |byte| usize::from(*byte) % left.len());
            drawn.push(left.swap_remove(lot));
        }
        drawn
    }
}

/// At most so many places of a range, evenly spread.
fn spread_over(places: Range<usize>, most: usize) -> impl Iterator<Item = usize> {
    let all: Vec<usize> = places.collect();
    let count = most.min(all.len());
    (0..count).filter_map(move |i| all.get((2 * i + 1) * all.len() / (2 * count)).copied())
}

/// At most `most` of these, evenly spread.
pub(super) fn spread<T: Copy>(all: &[T], most: usize) -> impl Iterator<Item = T> {
    let count = most.min(all.len());
    (0..count).filter_map(move |i| all.get((2 * i + 1) * all.len() / (2 * count)).copied())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::face::{capture::FrameHash, ceremony::Commitment};

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_000_000 + millis).unwrap()
    }

    /// Frames every 100 ms from 50 on; prompts at these moments, seen done at those.
    fn transcript(frames: i64, revealed: &[i64], done: &[i64]) -> Transcript {
        let hash = FrameHash::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        Transcript {
            revealed_at: revealed.iter().copied().map(at).collect(),
            seen_done_at: done.iter().copied().map(at).collect(),
            committed: (0..frames).map(|n| Commitment { hash: hash.clone(), at: at(50 + n * 100) }).collect(),
            finished_at: Some(at(frames * 100)),
            ..Transcript::default()
        }
    }

    #[test]
    fn a_hold_is_looked_at_from_its_first_frame_to_its_last_and_the_rest_is_drawn() {
        // Frames 0 to 5 at the centre; 6 to 11 on the way, 12 to 17 held; 18 to 20 on the way back, 21 to 25 there.
        let transcript = transcript(26, &[0, 600, 1_800], &[100, 1_200, 2_100]);
        let places = |random: &[u8]| frames_to_observe(&transcript, random);
        assert_eq!(places(&[0, 0, 1, 2]), [0, 2, 3, 5, 6, 7, 12, 13, 17, 20, 21, 23, 25]);
        let mut drawn: Vec<usize> = (0..=255)
            .flat_map(|byte: u8| places(&[byte, byte.wrapping_mul(7), byte.wrapping_mul(31), byte]))
            .collect();
        drawn.sort_unstable();
        drawn.dedup();
        // Every frame of a movement may be looked at, so that nobody can hide anything in one.
        assert_eq!(drawn[drawn.iter().position(|place| *place == 6).unwrap()..][..12], Vec::from_iter(6..18));
    }

    #[test]
    fn the_longer_someone_is_on_their_way_the_more_of_it_is_looked_at() {
        let way = |length: i64| {
            let (moved, back) = (600 + length * 100, 600 + length * 100 + 600);
            let transcript = transcript(26 + length, &[0, 600, back], &[100, moved, back]);
            let places = frames_to_observe(&transcript, &[3; 64]);
            places.iter().filter(|place| (6..6 + length as usize).contains(*place)).count()
        };
        assert_eq!([way(0), way(1), way(3), way(4), way(30)], [0, 1, 1, 2, 10]);
    }

    #[test]
    fn without_word_of_when_movements_were_seen_all_frames_are_looked_at() {
        assert_eq!(frames_to_observe(&transcript(9, &[0, 300, 600], &[]), &[]), Vec::from_iter(0..9));
        // Nothing was committed while it was held.
        assert_eq!(
            frames_to_observe(&transcript(9, &[0, 300, 600], &[0, 600, 600]), &[]),
            Vec::from_iter(0..9)
        );
    }

    #[test]
    fn what_was_passed_over_is_left() {
        let seen = FrameObservation { size: (1, 1), faces: 0, face: None, fingerprint: None };
        assert_eq!(frames_left(&[None, Some(seen), None]), [0, 2]);
    }

    #[test]
    fn a_few_of_many_are_spread_over_them() {
        assert_eq!(spread(&[7, 8, 9, 10, 11, 12], 3).collect::<Vec<_>>(), [8, 10, 12]);
        assert_eq!(spread(&[7, 8], 3).collect::<Vec<_>>(), [7, 8]);
        assert_eq!(spread::<u8>(&[], 3).count(), 0);
    }
}
