use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::{
    face::{capture::FrameHash, ceremony::Commitment, observation::FrameObservation, sample::Look},
    secret::{base64url, sha256},
};

/// A capture of some looks, a little more or less than a fifth of a second apart.
struct Film {
    transcript: Transcript,
    seen: Vec<Option<FrameObservation>>,
}

impl Film {
    fn of(looks: impl IntoIterator<Item = Look>) -> Self {
        let begin = Timestamp::from_second(1_800_000_000).unwrap();
        let mut film = Self { transcript: Transcript::default(), seen: Vec::new() };
        for (n, look) in looks.into_iter().enumerate() {
            let uneven = (n as f64 * 2.4).sin() * 5.0;
            let at = begin + SignedDuration::from_micros((n as f64 * 200e3 + uneven * 1e3) as i64);
            let hash = FrameHash::parse(&base64url(&sha256(&n.to_be_bytes()))).unwrap();
            film.transcript.committed.push(Commitment { hash, at });
            film.seen.push(Some(look.observe()));
        }
        film
    }

    /// A person who moves a little and then turns, in pictures of their own.
    fn alive(seed: u64) -> Self {
        Self::of((0..20).map(|n| living(seed, n)))
    }

    fn signals(&self, earlier: &[Keepsake]) -> Vec<Signal> {
        let claims = Claims::default();
        let evidence = Evidence { transcript: &self.transcript, seen: &self.seen, claims: &claims, earlier };
        Signals::read(evidence).0
    }

    fn keepsake(&self) -> Keepsake {
        Keepsake::of(prints(&self.seen))
    }

    fn ground(&mut self, block: impl Fn(usize, usize) -> Option<u32>) {
        for (n, frame) in self.seen.iter_mut().flatten().enumerate() {
            if let Some(print) = &mut frame.fingerprint {
                print.ground.iter_mut().enumerate().for_each(|(place, to)| *to = block(n, place));
            }
        }
    }
}

fn living(seed: u64, n: usize) -> Look {
    let wave = |speed: f32| (n as f32 * speed + seed as f32 * 1.7).sin();
    let turned = if n > 10 { 24.0 } else { 0.0 };
    let mut look = Look::at(turned + 2.0 * wave(0.7) + seed as f32 * 0.4, 2.0 * wave(0.9));
    look.sharpness = 400.0 + 60.0 * wave(1.3);
    let hash = sha256(&[seed.to_le_bytes(), n.to_le_bytes()].concat());
    look.picture = hash.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
    look
}

#[test]
fn a_person_before_a_camera_shows_no_sign() {
    assert_eq!(Film::alive(1).signals(&[]), []);
    assert_eq!(Film::alive(1).signals(&[Film::alive(2).keepsake(), Film::alive(3).keepsake()]), []);
}

#[test]
fn a_capture_that_was_shown_before_is_a_replay_and_a_part_of_one_is_a_sign() {
    let earlier = [Film::alive(2).keepsake(), Film::alive(1).keepsake()];
    assert_eq!(Film::alive(1).signals(&earlier), [Signal::Replayed]);
    let spliced = Film::of((0..20).map(|n| living(if n % 4 == 0 { 1 } else { 7 }, n)));
    assert_eq!(spliced.signals(&earlier), [Signal::EarlierFrames]);
    let from_two = Film::of((0..20).map(|n| living(1 + n as u64 % 2, n)));
    assert_eq!(from_two.signals(&earlier), [Signal::Replayed]);
}

#[test]
fn what_is_kept_of_a_capture_is_read_back_whole_or_not_at_all() {
    let kept = Film::alive(4).keepsake();
    let bytes = kept.to_bytes();
    assert!(Keepsake::from_bytes(&bytes) == Some(kept));
    assert!(Keepsake::from_bytes(&bytes[1..]).is_none());
    assert!(Keepsake::from_bytes(&[]).is_some_and(|none| none.is_empty()));
}

#[test]
fn pictures_shown_in_turn_repeat_each_other() {
    let slides =
        Film::of((0..20).map(|n| Look { sharpness: 400.0 + 9.0 * (n as f32).sin(), ..living(1, n % 3) }));
    assert_eq!(slides.signals(&[]), [Signal::RepeatedFrames]);
}

#[test]
fn a_ground_without_noise_is_frozen_and_one_with_noise_is_not() {
    let mut film = Film::alive(1);
    film.ground(|_, place| (place % 4 == 0).then_some(5));
    assert_eq!(film.signals(&[]), [Signal::FrozenGround]);
    film.ground(|n, place| (place % 4 == 0).then_some(n as u32));
    assert_eq!(film.signals(&[]), []);
    film.ground(|_, place| (place < 4).then_some(5));
    assert_eq!(film.signals(&[]), [], "too little of it can be compared");
}

#[test]
fn a_sharpness_that_nothing_changes_is_no_cameras() {
    let uniform = Film::of((0..20).map(|n| Look { sharpness: 400.0 + 0.5 * (n % 2) as f32, ..living(1, n) }));
    assert_eq!(uniform.signals(&[]), [Signal::UniformSharpness]);
    let fast = |sharpness: fn(bool) -> f32| {
        Film::of((0..24).map(move |n| {
            let moves = n % 3 == 0;
            Look {
                yaw: if n / 3 % 2 == 0 { 0.0 } else { 20.0 },
                sharpness: sharpness(moves) + n as f32,
                ..living(1, n)
            }
        }))
    };
    assert!(fast(|_| 400.0).signals(&[]).contains(&Signal::NoMotionBlur));
    assert_eq!(fast(|moves| if moves { 250.0 } else { 400.0 }).signals(&[]), []);
}

#[test]
fn frames_without_a_fingerprint_say_nothing() {
    let unknown = Film::of((0..20).map(|_| Look { picture: None, ..living(1, 0) }));
    assert_eq!(unknown.signals(&[Film::alive(1).keepsake()]), []);
}

#[test]
fn a_replay_is_refused_always_but_in_a_demo_and_other_signs_when_the_operator_wants_it() {
    let refusal = |signals: &[Signal], policy: InjectionPolicy| Signals(signals.to_vec()).refusal(&policy);
    let shipped = InjectionPolicy::default();
    let strict = InjectionPolicy { signals: Response::Refuse, ..shipped };
    let demo = InjectionPolicy { replays: Response::Record, ..shipped };
    assert_eq!(refusal(&[Signal::Replayed], shipped), Some(Cause::Replayed));
    assert_eq!(refusal(&[Signal::Replayed], demo), None);
    let heavy = [Signal::RepeatedFrames, Signal::FrozenGround, Signal::VirtualCamera];
    assert_eq!(refusal(&heavy, shipped), None);
    assert_eq!(refusal(&heavy, strict), Some(Cause::Injected));
    assert_eq!(refusal(&heavy[1..], strict), None, "two weak signs are not enough");
}

#[test]
fn every_sign_has_a_name_of_its_own() {
    let all = [
        Signal::Replayed,
        Signal::EarlierFrames,
        Signal::RepeatedFrames,
        Signal::FrozenGround,
        Signal::UniformSharpness,
        Signal::NoMotionBlur,
        Signal::SteadyArrivals,
        Signal::Burst,
        Signal::EvenClientTimes,
        Signal::ClientTimesDisagree,
        Signal::VirtualCamera,
        Signal::OddSize,
        Signal::ProbeContradicted,
        Signal::ProbeUnanswered,
    ];
    let names: std::collections::HashSet<&str> = all.iter().map(|signal| signal.name()).collect();
    assert_eq!(names.len(), all.len());
}
