use jiff::SignedDuration;

use super::*;
use crate::domain::{face::observation::Point, secret::base64url};

/// A person before a camera, and a clock that only the test moves.
struct Stage {
    live: LiveChallenge,
    now: Timestamp,
    frames: u8,
}

impl Stage {
    fn set() -> Self {
        // left, up, right, down
        let challenge = LivenessChallenge::draw(&[0, 1, 0, 2]).unwrap();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        Self { live: LiveChallenge::begin(&challenge, CapturePolicy::default(), now), now, frames: 0 }
    }

    fn wait(&mut self, millis: i64) {
        self.now += SignedDuration::from_millis(millis);
    }

    fn frame(&mut self) -> Vec<Cue> {
        self.frames += 1;
        self.live.commit(vec![hash(self.frames)], self.now)
    }

    fn glance(&mut self, yaw: f32, pitch: f32) -> Vec<Cue> {
        self.live.see(&seen(yaw, pitch), self.now, self.now)
    }

    /// A quarter of a second of posing: one hint frame and one full one.
    fn pose(&mut self, yaw: f32, pitch: f32) -> Vec<Cue> {
        self.wait(250);
        let mut cues = self.glance(yaw, pitch);
        cues.extend(self.frame());
        cues
    }

    /// Poses until the next prompt; returns what it was.
    fn answer(&mut self, yaw: f32, pitch: f32) -> Option<Cue> {
        let is_step = |cue: &Cue| matches!(cue, Cue::Prompt { .. } | Cue::Upload | Cue::Stop(_));
        (0..10).find_map(|_| self.pose(yaw, pitch).into_iter().find(is_step))
    }

    /// Finds the place and answers `centre`.
    fn at_first_turn() -> (Self, Action) {
        let mut stage = Self::set();
        stage.wait(300);
        stage.glance(2.0, 3.0);
        stage.wait(300);
        let first = stage.glance(2.0, 3.0).last().copied();
        assert_eq!(first, Some(Cue::Prompt { n: 1, of: 5, action: Action::Centre }));
        match stage.answer(2.0, 3.0) {
            Some(Cue::Prompt { n: 2, action, .. }) => (stage, action),
            other => panic!("{other:?}"),
        }
    }
}

fn hash(n: u8) -> FrameHash {
    FrameHash::parse(&base64url(&[n; 32])).unwrap()
}

fn seen(yaw: f32, pitch: f32) -> Glance {
    let pose = Pose { yaw, pitch, roll: 0.0 };
    let face = GlancedFace { height: 0.46, centre: Point { x: 0.5, y: 0.5 }, pose };
    Glance { faces: 1, exposure: 120.0, face: Some(face) }
}

fn towards(action: Action) -> (f32, f32) {
    match action {
        Action::Centre => (2.0, 3.0),
        Action::TurnLeft => (24.0, 3.0),
        Action::TurnRight => (-20.0, 3.0),
        Action::LookUp => (2.0, -8.0),
        Action::LookDown => (2.0, 15.0),
    }
}

#[test]
fn a_person_who_follows_every_prompt_is_asked_to_upload() {
    let (mut stage, mut action) = Stage::at_first_turn();
    let mut turns = vec![action];
    loop {
        let (yaw, pitch) = towards(action);
        match stage.answer(yaw, pitch) {
            Some(Cue::Prompt { action: next, .. }) => {
                action = next;
                turns.push(next);
            }
            Some(Cue::Upload) => break,
            other => panic!("{other:?}"),
        }
    }
    let challenge = LivenessChallenge::draw(&[0, 1, 0, 2]).unwrap();
    assert!(challenge.prompts().skip(1).eq(turns));
    let transcript = stage.live.into_transcript().unwrap();
    assert_eq!(transcript.revealed_at.len(), 5);
    assert_eq!(transcript.committed.len(), usize::from(stage.frames));
}

#[test]
fn nothing_is_revealed_while_the_person_has_not_found_their_place() {
    let mut stage = Stage::set();
    for _ in 0..20 {
        stage.wait(250);
        let far = Glance { faces: 2, ..seen(0.0, 0.0) };
        assert_eq!(stage.live.see(&far, stage.now, stage.now), [Cue::Hint(Hint::SeveralFaces)]);
    }
    assert!(stage.live.transcript.revealed_at.is_empty());
}

#[test]
fn the_next_prompt_waits_for_the_hashes_of_the_frames_so_far() {
    let (mut stage, action) = Stage::at_first_turn();
    let (yaw, pitch) = towards(action);
    for _ in 0..10 {
        stage.wait(250);
        assert!(!stage.glance(yaw, pitch).iter().any(|cue| matches!(cue, Cue::Prompt { .. })));
    }
    assert!(matches!(stage.frame()[..], []));
    assert!(matches!(stage.frame()[..], [Cue::Prompt { n: 3, .. }]));
}

#[test]
fn a_wrong_turn_does_not_advance_and_ends_as_too_slow() {
    let (mut stage, action) = Stage::at_first_turn();
    assert_eq!(action, Action::TurnLeft);
    for _ in 0..40 {
        stage.wait(250);
        assert!(!stage.glance(-22.0, 3.0).iter().any(|cue| matches!(cue, Cue::Prompt { .. })));
    }
    assert_eq!(stage.live.tick(stage.now), None);
    stage.wait(3_000);
    assert_eq!(stage.live.tick(stage.now), Some(StopReason::TooSlow));
    // An answer that comes after its window is none either.
    let (yaw, pitch) = towards(action);
    assert!(matches!(stage.answer(yaw, pitch), Some(Cue::Stop(StopReason::TooSlow))));
}

#[test]
fn a_hint_frame_from_before_the_reveal_does_not_answer_it() {
    let (mut stage, action) = Stage::at_first_turn();
    let (yaw, pitch) = towards(action);
    let earlier = stage.now - SignedDuration::from_millis(1);
    for _ in 0..4 {
        stage.live.see(&seen(yaw, pitch), earlier, stage.now);
        assert!(stage.frame().is_empty());
    }
}

#[test]
fn a_picture_that_was_committed_before_breaks_the_capture_off() {
    let (mut stage, _) = Stage::at_first_turn();
    assert_eq!(stage.live.commit(vec![hash(1)], stage.now), [Cue::Stop(StopReason::Protocol)]);
}

#[test]
fn more_frames_than_a_capture_holds_break_it_off() {
    let mut stage = Stage::set();
    let hashes = (0..65).map(hash).collect();
    assert_eq!(stage.live.commit(hashes, stage.now), [Cue::Stop(StopReason::Protocol)]);
}

#[test]
fn frames_under_way_when_the_challenge_ends_are_part_of_the_capture() {
    let (mut stage, mut action) = Stage::at_first_turn();
    while let Some(Cue::Prompt { action: next, .. }) = {
        let (yaw, pitch) = towards(action);
        stage.answer(yaw, pitch)
    } {
        action = next;
    }
    assert!(stage.live.is_finished());
    assert!(stage.frame().is_empty());
    assert!(stage.glance(0.0, 0.0).is_empty());
    assert_eq!(stage.live.into_transcript().unwrap().committed.len(), usize::from(stage.frames));
}

#[test]
fn hint_frames_are_bounded_in_rate_and_number() {
    let mut stage = Stage::set();
    let burst = (0..20).take_while(|_| stage.live.admit_hint(stage.now).is_ok()).count();
    assert_eq!(burst, 8);
    let mut stage = Stage::set();
    let admitted = (0..2_000)
        .take_while(|_| {
            stage.wait(250);
            stage.live.admit_hint(stage.now).is_ok()
        })
        .count();
    assert_eq!(admitted, 720);
}

#[test]
fn a_person_who_never_settles_runs_out_of_time() {
    let mut stage = Stage::set();
    stage.wait(90_001);
    assert_eq!(stage.live.tick(stage.now), Some(StopReason::Expired));
}
