use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;
use crate::domain::{
    face::{
        capture::FrameHash,
        ceremony::{Commitment, Transcript},
        challenge::{Action, LivenessChallenge},
        conduct::{self, Case},
        examination::{Worth, WorthyFace},
        observation::CloserLook,
        renewal::{FaceReference, TransformKey},
        sample::{Look, embedding},
        way::Way,
    },
    secret::{base64url, sha256},
};

/// A capture as a person (or something else) makes it: what is seen at which millisecond.
struct Capture {
    challenge: LivenessChallenge,
    transcript: Transcript,
    looks: Vec<Look>,
    now: Timestamp,
}

impl Capture {
    fn of(challenge: LivenessChallenge) -> Self {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        Self { challenge, transcript: Transcript::default(), looks: Vec::new(), now }
    }

    fn reveal(&mut self) {
        self.transcript.revealed_at.push(self.now);
    }

    fn seen_done(&mut self) {
        self.transcript.seen_done_at.push(self.now);
    }

    fn finish(&mut self) {
        self.transcript.finished_at = Some(self.now);
    }

    fn frame(&mut self, look: Look) {
        self.now += SignedDuration::from_millis(200);
        let hash = FrameHash::parse(&base64url(&sha256(&self.looks.len().to_be_bytes()))).unwrap();
        self.transcript.committed.push(Commitment { hash, at: self.now });
        self.looks.push(look);
    }

    /// Does for each prompt of a challenge what `at` says, in three frames on the way and for a second and a half there,
    /// changed by `change`.
    fn perform_for(
        challenge: LivenessChallenge,
        at: impl Fn(Action) -> At,
        change: impl Fn(Look) -> Look,
    ) -> Self {
        let mut capture = Self::of(challenge.clone());
        let mut before = towards(Action::Centre);
        for prompt in challenge.prompts() {
            capture.reveal();
            let goal = at(prompt.action);
            for share in [0.0, 0.3, 0.7, 1.0] {
                let between = |from: f32, to: f32| from + (to - from) * share;
                let at = (between(before.0, goal.0), between(before.1, goal.1), between(before.2, goal.2));
                capture.frame(change(look(at)));
            }
            capture.seen_done();
            (0..7).for_each(|_| capture.frame(change(look(goal))));
            before = goal;
        }
        capture.finish();
        capture
    }

    fn perform(at: impl Fn(Action) -> At, change: impl Fn(Look) -> Look) -> Self {
        Self::perform_for(challenge(), at, change)
    }

    fn genuine() -> Self {
        Self::perform(towards, |look| look)
    }

    fn verdict(&self) -> Verdict {
        self.verdict_against(&template(1))
    }

    fn verdict_against(&self, template: &FaceTemplate) -> Verdict {
        self.verdict_with(template, |look, worth| Some(look.closer(worth)))
    }

    /// Goes through both stages; `closer` is what the costly models say of a face, if anything.
    fn verdict_with(
        &self,
        template: &FaceTemplate,
        closer: impl Fn(Look, Worth) -> Option<CloserLook>,
    ) -> Verdict {
        self.verdict_of(|_| true, template, closer)
    }

    /// What becomes of it where only the frames at some places are looked at.
    fn observed_only(&self, is_observed: impl Fn(usize) -> bool) -> Option<Rejection> {
        match self.verdict_of(is_observed, &template(1), |look, worth| Some(look.closer(worth))) {
            Verdict::Passed(_) => None,
            Verdict::Rejected(rejection) => Some(rejection),
        }
    }

    fn verdict_of(
        &self,
        is_observed: impl Fn(usize) -> bool,
        template: &FaceTemplate,
        closer: impl Fn(Look, Worth) -> Option<CloserLook>,
    ) -> Verdict {
        let observe = |(place, look): (usize, &Look)| is_observed(place).then(|| look.observe());
        let seen: Vec<_> = self.looks.iter().enumerate().map(observe).collect();
        let case = Case { challenge: &self.challenge, transcript: &self.transcript, seen: &seen };
        let policy = VerificationPolicy::default();
        let conduct = match conduct::judge(case, &policy) {
            Ok(conduct) => conduct,
            Err(rejection) => return Verdict::Rejected(rejection),
        };
        let look = |face: WorthyFace| Some((face.place, closer(self.looks[face.place], face.worth)?));
        let looks = conduct.worth_a_closer_look().into_iter().filter_map(look).collect();
        let key = TransformKey::new(Zeroizing::new([3; 32]));
        let kept = ProtectedReference::protect(&FaceReference { template: template.clone(), map: None }, key);
        let identity = Identity {
            run: &RunId::from_random([9; 16]),
            looks: CloserLooks::new(looks),
            model: &model(),
            reference: Reference::Enrolled(&kept),
        };
        verify(&conduct, &identity, &policy)
    }

    fn rejection(&self) -> Option<Rejection> {
        match self.verdict() {
            Verdict::Passed(_) => None,
            Verdict::Rejected(rejection) => Some(rejection),
        }
    }
}

fn model() -> ModelId {
    ModelId("model".into())
}

fn template(person: u8) -> FaceTemplate {
    FaceTemplate::mean_of(model(), [&embedding(person, 12.0)]).unwrap()
}

/// Left for 400 ms, nearer for 800, up for 1200, farther for 400.
fn challenge() -> LivenessChallenge {
    LivenessChallenge::draw(Way::Turns, &[0, 0, 3, 1, 2, 2, 4, 0]).unwrap()
}

/// Yaw, pitch, and how many times nearer than usual.
type At = (f32, f32, f32);

fn look((yaw, pitch, scale): At) -> Look {
    Look { scale, ..Look::at(2.0 + yaw, 3.0 + pitch) }
}

fn towards(action: Action) -> At {
    match action {
        Action::Centre => (0.0, 0.0, 1.0),
        Action::TurnLeft => (24.0, 0.0, 1.0),
        Action::TurnRight => (-24.0, 0.0, 1.0),
        Action::LookUp => (0.0, -13.0, 1.0),
        Action::LookDown => (0.0, 13.0, 1.0),
        Action::Nearer => (0.0, 0.0, 1.3),
        Action::Farther => (0.0, 0.0, 0.75),
    }
}

fn not_verified(cause: Cause) -> Option<Rejection> {
    Some(Rejection::NotVerified(cause))
}

fn advised(advice: Advice) -> Option<Rejection> {
    Some(Rejection::Quality(vec![advice]))
}

#[test]
fn a_live_enrolled_person_who_follows_the_challenge_passes() {
    let Verdict::Passed(passed) = Capture::genuine().verdict() else { panic!("rejected") };
    assert_eq!(passed.run(), &RunId::from_random([9; 16]));
}

#[test]
fn whoever_follows_the_way_they_chose_passes() {
    for way in Way::ALL {
        let challenge = LivenessChallenge::draw(way, &[3, 1, 1, 0, 1, 2, 4, 0, 1, 0, 1, 0]).unwrap();
        assert_eq!(Capture::perform_for(challenge, towards, |look| look).rejection(), None, "{way:?}");
    }
}

#[test]
fn a_distance_that_is_kept_while_the_head_turns_is_no_other_movement() {
    // Nearer, left, right, up: whoever came nearer stays there, and is back only at the end.
    let challenge = LivenessChallenge::draw(Way::Turns, &[4, 0, 0, 0, 0, 0, 1, 0]).unwrap();
    let near = |action: Action| match action {
        Action::Centre => towards(action),
        _ => (towards(action).0, towards(action).1, 1.3),
    };
    assert_eq!(Capture::perform_for(challenge, near, |look| look).rejection(), None);
}

#[test]
fn a_movement_that_is_not_held_for_its_time_is_refused() {
    // Up is to be held for 1200 ms: here it is undone for one frame in the middle.
    let mut interrupted = Capture::genuine();
    let up: Vec<usize> =
        (0..interrupted.looks.len()).filter(|n| interrupted.looks[*n].pitch < -9.0).collect();
    interrupted.looks[up[up.len() / 2]].pitch = 0.0;
    assert_eq!(interrupted.rejection(), not_verified(Cause::NotHeld));
    // And here it ends too soon.
    let mut short = Capture::genuine();
    up.iter().skip(4).for_each(|n| short.looks[*n].pitch = 0.0);
    assert_eq!(short.rejection(), not_verified(Cause::NotHeld));
}

#[test]
fn two_frames_of_each_movement_are_enough_to_judge_it() {
    let whole = Capture::genuine();
    let sparse = Capture::genuine().observed_only(|place| place % 11 == 4 || place % 11 == 10 || place < 3);
    assert_eq!((whole.rejection(), sparse), (None, None));
}

#[test]
fn whoever_does_not_come_back_to_the_centre_is_refused() {
    let mut away = Capture::genuine();
    let places = away.looks.len();
    for look in &mut away.looks[places - 11..] {
        (look.yaw, look.scale) = (2.0, 0.75);
    }
    assert_eq!(away.rejection(), not_verified(Cause::Challenge));
}

#[test]
fn turns_that_come_before_anyone_could_react_answer_nothing() {
    let mut capture = Capture::genuine();
    // Each reveal is moved to just before the next one: the turn was made while another prompt was shown.
    let last = capture.transcript.finished_at.unwrap();
    let revealed = &mut capture.transcript.revealed_at;
    for n in 1..revealed.len() {
        revealed[n] = revealed.get(n + 1).copied().unwrap_or(last) - SignedDuration::from_millis(150);
    }
    assert!(matches!(capture.rejection(), Some(Rejection::NotVerified(_))));
}

#[test]
fn an_answer_after_its_window_is_refused() {
    let mut capture = Capture::genuine();
    let late = SignedDuration::from_secs(15);
    let transcript = &mut capture.transcript;
    for at in transcript.revealed_at.iter_mut().skip(3).chain(transcript.seen_done_at.iter_mut().skip(3)) {
        *at += late;
    }
    let moved = capture.transcript.revealed_at[3];
    for commitment in &mut capture.transcript.committed {
        if commitment.at + late > moved {
            commitment.at += late;
        }
    }
    capture.transcript.finished_at = capture.transcript.finished_at.map(|at| at + late);
    assert_eq!(capture.rejection(), not_verified(Cause::Window));
}

#[test]
fn a_challenge_that_was_not_revealed_to_its_end_is_refused() {
    let mut capture = Capture::genuine();
    capture.transcript.revealed_at.pop();
    assert_eq!(capture.rejection(), not_verified(Cause::Window));
    let mut capture = Capture::genuine();
    capture.transcript.finished_at = None;
    assert_eq!(capture.rejection(), not_verified(Cause::Window));
}

#[test]
fn frames_that_repeat_or_are_missing_are_refused() {
    let mut capture = Capture::genuine();
    capture.transcript.committed[4].hash = capture.transcript.committed[3].hash.clone();
    assert_eq!(capture.rejection(), not_verified(Cause::Frames));
    let mut capture = Capture::genuine();
    capture.looks.pop();
    assert_eq!(capture.rejection(), not_verified(Cause::Frames));
}

#[test]
fn a_capture_that_cannot_be_judged_says_how_to_do_better() {
    type Change = fn(Look) -> Look;
    let cases: [(Change, Advice); 6] = [
        (|look| Look { faces: 0, ..look }, Advice::NoFace),
        (|look| Look { faces: 2, ..look }, Advice::SeveralFaces),
        (|look| Look { exposure: 20.0, ..look }, Advice::Dark),
        (|look| Look { exposure: 240.0, ..look }, Advice::Bright),
        (|look| Look { eye_distance: 20.0, ..look }, Advice::TooFar),
        (|look| Look { sharpness: 5.0, ..look }, Advice::HoldStill),
    ];
    for (change, advice) in cases {
        assert_eq!(Capture::perform(towards, change).rejection(), advised(advice));
    }
}

#[test]
fn pictures_too_poor_to_compare_are_told_of_and_count_like_a_failure() {
    // The poses stood: to ask that for nothing would be an oracle.
    let capture = Capture::perform(towards, |look| Look { norm: 9.0, ..look });
    assert_eq!(capture.rejection(), Some(Rejection::Unclear(vec![Advice::HoldStill])));
}

#[test]
fn one_frame_without_a_face_or_with_a_stranger_behind_is_forgiven() {
    let mut capture = Capture::genuine();
    capture.looks[12] = Look { faces: 0, ..Look::at(0.0, 0.0) };
    capture.looks[23] = Look { faces: 2, ..Look::at(0.0, 0.0) };
    assert_eq!(capture.rejection(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whoever_follows_one_challenge_passes_no_other(
        drawn in prop::array::uniform32(any::<u8>()),
        performed in prop::array::uniform32(any::<u8>()),
    ) {
        let asked = LivenessChallenge::draw(Way::Turns, &drawn).unwrap();
        let done = LivenessChallenge::draw(Way::Turns, &performed).unwrap();
        let actions = |challenge: &LivenessChallenge| -> Vec<Action> {
            challenge.prompts().map(|prompt| prompt.action).collect()
        };
        let mut capture = Capture::perform_for(done.clone(), towards, |look| look);
        capture.challenge = asked.clone();
        prop_assert_eq!(capture.rejection().is_none(), actions(&asked) == actions(&done));
        // And their own, every time.
        capture.challenge = done;
        prop_assert_eq!(capture.rejection(), None);
    }
}

/// Who and what is refused.
mod impostors;
