//! The camera is asked for another size while the capture still runs, and must then send what it says it gives.
//!
//! A camera can, or says that it cannot; prepared pictures have the size that they were made in. It stops nobody who scales
//! pictures as they are sent. It comes after the last prompt, so that no picture that is judged has another size.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Signal, camera::lying};
use crate::domain::face::{ceremony::Transcript, examination::Seen};

/// The sizes that may be asked for: smaller than full frames, of their shape, large enough for a face.
const SIZES: [(u32, u32); 8] =
    [(600, 450), (576, 432), (560, 420), (544, 408), (528, 396), (512, 384), (496, 372), (480, 360)];

/// The size that a random byte stands for.
pub fn draw(random: u8) -> (u32, u32) {
    let [first, ..] = SIZES;
    SIZES.get(usize::from(random) % SIZES.len()).copied().unwrap_or(first)
}

/// What was asked of the camera, and what was said to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The size.
    pub asked: (u32, u32),
    /// What the client said, if it did.
    pub said: Option<Said>,
}

/// What a client said to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The size that the camera gives now; nothing where it cannot.
    pub delivers: Option<(u32, u32)>,
    /// When it said so.
    pub at: Timestamp,
}

/// What the probe shows. A camera that cannot is no sign: many scale in software, or not at all.
pub(super) fn signal(transcript: &Transcript, seen: &Seen) -> Option<Signal> {
    let probe = transcript.probe.as_ref()?;
    let Some(said) = &probe.said else { return Some(Signal::ProbeUnanswered) };
    let delivers = lying(said.delivers?);
    let sizes = seen.iter().zip(&transcript.committed).filter(|(_, committed)| committed.at >= said.at);
    let sizes: Vec<(u32, u32)> = sizes.filter_map(|(frame, _)| Some(lying(frame.as_ref()?.size))).collect();
    match sizes.as_slice() {
        [] => Some(Signal::ProbeUnanswered),
        sizes => (!sizes.contains(&delivers)).then_some(Signal::ProbeContradicted),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::camera::FRAME_SIZE, *};
    use crate::domain::{
        face::{capture::FrameHash, ceremony::Commitment, sample::Look},
        secret::{base64url, sha256},
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    /// Frames of these sizes, a second apart from second 1 on.
    fn shown(said: Option<Said>, sizes: &[(u32, u32)]) -> Option<Signal> {
        let mut transcript =
            Transcript { probe: Some(Probe { asked: (560, 420), said }), ..Transcript::default() };
        let mut seen = Vec::new();
        for (n, size) in (1..).zip(sizes) {
            let hash = FrameHash::parse(&base64url(&sha256(&[n as u8]))).unwrap();
            transcript.committed.push(Commitment { hash, at: at(n) });
            seen.push(Some(Look { size: *size, ..Look::at(0.0, 0.0) }.observe()));
        }
        signal(&transcript, &seen)
    }

    fn said(delivers: Option<(u32, u32)>) -> Option<Said> {
        Some(Said { delivers, at: at(2) })
    }

    #[test]
    fn a_camera_that_sends_what_it_says_or_cannot_is_no_sign() {
        assert_eq!(shown(said(Some((560, 420))), &[(640, 480), (640, 480), (560, 420)]), None);
        assert_eq!(shown(said(Some((560, 420))), &[(640, 480), (420, 560)]), None, "held upright");
        assert_eq!(
            shown(said(Some((640, 480))), &[(640, 480), (640, 480)]),
            None,
            "it did not change, and says so"
        );
        assert_eq!(shown(said(None), &[(640, 480)]), None);
        assert_eq!(signal(&Transcript::default(), &[]), None, "it was not asked");
    }

    #[test]
    fn pictures_of_another_size_than_the_camera_is_said_to_give_contradict_it() {
        let sizes = [(560, 420), (640, 480), (640, 480)];
        assert_eq!(shown(said(Some((560, 420))), &sizes), Some(Signal::ProbeContradicted));
    }

    #[test]
    fn a_question_without_an_answer_or_a_picture_is_a_sign() {
        assert_eq!(shown(None, &[(640, 480)]), Some(Signal::ProbeUnanswered));
        assert_eq!(shown(said(Some((560, 420))), &[(640, 480)]), Some(Signal::ProbeUnanswered));
    }

    #[test]
    fn every_size_is_smaller_than_a_full_frame_and_of_its_shape() {
        for random in u8::MIN..=u8::MAX {
            let (width, height) = draw(random);
            assert!(
                width < FRAME_SIZE.0 && height < FRAME_SIZE.1 && height >= 360 && width * 3 == height * 4
            );
        }
    }
}
