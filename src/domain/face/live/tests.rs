use super::*;
use crate::domain::{
    face::{
        challenge::Hold,
        observation::{Point, Pose},
        way::Way,
    },
    secret::base64url,
};

/// A person before a camera, and a clock that only the test moves.
struct Stage {
    live: LiveChallenge,
    now: Timestamp,
    frames: u8,
    cues: Vec<Cue>,
}

/// Left for 400 ms, nearer for 800, up for 1200, farther for 400.
fn challenge() -> LivenessChallenge {
    LivenessChallenge::draw(Way::Turns, &[0, 0, 3, 1, 2, 2, 4, 0]).unwrap()
}

impl Stage {
    fn set() -> Self {
        Self::set_for(&challenge())
    }

    fn set_for(challenge: &LivenessChallenge) -> Self {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let live = LiveChallenge::begin(challenge, CapturePolicy::default(), now);
        Self { live, now, frames: 0, cues: Vec::new() }
    }

    fn wait(&mut self, millis: i64) {
        self.now += SignedDuration::from_millis(millis);
    }

    fn frame(&mut self) -> Vec<Cue> {
        self.frames += 1;
        self.live.commit(vec![hash(self.frames)], self.now)
    }

    fn glance(&mut self, at: At) -> Vec<Cue> {
        self.live.see(&seen(at), self.now, self.now)
    }

    /// A quarter of a second of posing: one hint frame and one full one.
    fn pose(&mut self, at: At) -> Vec<Cue> {
        self.wait(250);
        let mut cues = self.glance(at);
        cues.extend(self.frame());
        self.cues.extend(&cues);
        cues
    }

    /// Poses until the next prompt; returns what it was.
    fn answer(&mut self, at: At) -> Option<Cue> {
        let is_step = |cue: &Cue| matches!(cue, Cue::Prompt { .. } | Cue::Upload | Cue::Stop(_));
        (0..10).find_map(|_| self.pose(at).into_iter().find(is_step))
    }

    /// Finds the place and answers `centre`.
    fn at_first_movement() -> (Self, Action) {
        let mut stage = Self::set();
        let first = stage.settle();
        assert_eq!(first, Some(Cue::Prompt { n: 1, of: 6, action: Action::Centre }));
        match stage.answer(CENTRE) {
            Some(Cue::Prompt { n: 2, action, .. }) => (stage, action),
            other => panic!("{other:?}"),
        }
    }

    fn settle(&mut self) -> Option<Cue> {
        self.wait(300);
        self.glance(CENTRE);
        self.wait(300);
        self.glance(CENTRE).last().copied()
    }

    /// Follows every prompt from the first one; what was asked.
    fn follow(&mut self) -> Vec<Action> {
        let mut asked = Vec::new();
        let mut next = self.settle();
        while let Some(Cue::Prompt { action, .. }) = next {
            asked.push(action);
            next = self.answer(towards(action));
        }
        assert_eq!(next, Some(Cue::Upload));
        asked
    }
}

fn hash(n: u8) -> FrameHash {
    FrameHash::parse(&base64url(&[n; 32])).unwrap()
}

/// Yaw, pitch, and how many times as large as usual.
type At = (f32, f32, f32);

const CENTRE: At = (2.0, 3.0, 1.0);

fn seen((yaw, pitch, scale): At) -> Glance {
    let pose = Pose { yaw, pitch, roll: 0.0 };
    let face =
        GlancedFace { height: 0.46 * scale, size: 0.15 * scale, centre: Point { x: 0.5, y: 0.5 }, pose };
    Glance { faces: 1, exposure: 120.0, face: Some(face) }
}

fn towards(action: Action) -> At {
    match action {
        Action::Centre => CENTRE,
        Action::TurnLeft => (24.0, 3.0, 1.0),
        Action::TurnRight => (-20.0, 3.0, 1.0),
        Action::LookUp => (2.0, -8.0, 1.0),
        Action::LookDown => (2.0, 15.0, 1.0),
        Action::Nearer => (2.0, 3.0, 1.3),
        Action::Farther => (2.0, 3.0, 0.75),
    }
}

fn is_prompt(cue: &Cue) -> bool {
    matches!(cue, Cue::Prompt { .. })
}

#[test]
fn a_person_who_follows_every_prompt_is_asked_to_upload() {
    for way in Way::ALL {
        let challenge = LivenessChallenge::draw(way, &[3, 1, 1, 0, 1, 2, 4, 0, 1, 0, 1, 0]).unwrap();
        let mut stage = Stage::set_for(&challenge);
        let asked = stage.follow();
        assert!(challenge.prompts().map(|prompt| prompt.action).eq(asked));
        let transcript = stage.live.into_transcript().unwrap();
        assert_eq!(transcript.revealed_at.len(), challenge.len());
        assert_eq!(transcript.seen_done_at.len(), challenge.len());
        assert_eq!(transcript.committed.len(), usize::from(stage.frames));
    }
}

#[test]
fn each_movement_is_to_be_held_for_its_drawn_time_before_the_next_is_revealed() {
    let mut stage = Stage::set();
    stage.follow();
    let transcript = stage.live.into_transcript().unwrap();
    let ends = transcript.revealed_at.iter().skip(1).copied().chain(transcript.finished_at);
    for ((prompt, since), end) in challenge().prompts().zip(transcript.seen_done_at).zip(ends) {
        assert!(end.duration_since(since) >= prompt.hold.duration(), "{:?}", prompt.action);
    }
    let held: Vec<Cue> = stage.cues.iter().copied().filter(|cue| matches!(cue, Cue::Hold(_))).collect();
    let asked: Vec<Cue> = challenge().prompts().map(|prompt| Cue::Hold(prompt.hold.duration())).collect();
    assert_eq!(held, asked);
}

#[test]
fn a_movement_that_is_given_up_too_soon_is_to_be_held_anew() {
    let (mut stage, action) = Stage::at_first_movement();
    for _ in 0..4 {
        // Seen done, and undone before its 400 ms are over.
        assert!(stage.pose(towards(action)).contains(&Cue::Hold(Hold::DRAWN[0].duration())));
        let cues = stage.pose(CENTRE);
        assert!(cues.iter().any(|cue| matches!(cue, Cue::Progress(share) if *share < 1.0)));
        assert!(!cues.iter().any(is_prompt));
    }
    assert!(matches!(stage.answer(towards(action)), Some(Cue::Prompt { n: 3, .. })));
}

#[test]
fn whoever_is_to_come_nearer_or_go_back_is_told_which_way() {
    let (mut stage, action) = Stage::at_first_movement();
    let next = stage.answer(towards(action));
    assert!(matches!(next, Some(Cue::Prompt { action: Action::Nearer, .. })));
    assert_eq!(stage.pose(CENTRE)[0], Cue::Hint(Hint::TooFar));
    assert_eq!(stage.pose(towards(Action::Nearer))[0], Cue::Hint(Hint::Good));
    let walk = LivenessChallenge::draw(Way::Distance, &[0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]).unwrap();
    let mut stage = Stage::set_for(&walk);
    stage.settle();
    assert!(matches!(stage.answer(CENTRE), Some(Cue::Prompt { action: Action::Nearer, .. })));
    let back = stage.answer(towards(Action::Nearer));
    assert!(matches!(back, Some(Cue::Prompt { action: Action::Centre, .. })));
    assert_eq!(stage.pose(towards(Action::Nearer))[0], Cue::Hint(Hint::TooNear));
    assert_eq!(stage.pose(towards(Action::Farther))[0], Cue::Hint(Hint::TooFar));
}

#[test]
fn the_last_centre_waits_for_a_face_that_is_back_and_for_its_frames() {
    let mut stage = Stage::set();
    let mut next = stage.settle();
    while let Some(Cue::Prompt { n, action, .. }) = next {
        if n == 6 {
            break;
        }
        next = stage.answer(towards(action));
    }
    assert_eq!(next, Some(Cue::Prompt { n: 6, of: 6, action: Action::Centre }));
    assert_eq!(stage.answer(towards(Action::Farther)), None);
    assert_eq!(stage.answer(CENTRE), Some(Cue::Upload));
    let transcript = stage.live.into_transcript().unwrap();
    let back = *transcript.seen_done_at.last().unwrap();
    assert!(transcript.committed.iter().filter(|commitment| commitment.at >= back).count() >= 3);
}

#[test]
fn nothing_is_revealed_while_the_person_has_not_found_their_place() {
    let mut stage = Stage::set();
    for _ in 0..20 {
        stage.wait(250);
        let far = Glance { faces: 2, ..seen(CENTRE) };
        assert_eq!(stage.live.see(&far, stage.now, stage.now), [Cue::Hint(Hint::SeveralFaces)]);
    }
    assert!(stage.live.transcript.revealed_at.is_empty());
}

#[test]
fn the_next_prompt_waits_for_the_hashes_of_the_frames_so_far() {
    let (mut stage, action) = Stage::at_first_movement();
    for _ in 0..10 {
        stage.wait(250);
        assert!(!stage.glance(towards(action)).iter().any(is_prompt));
    }
    assert!(matches!(stage.frame()[..], []));
    // Two frames of one moment show no hold.
    assert!(matches!(stage.frame()[..], []));
    stage.wait(200);
    assert!(matches!(stage.frame()[..], [Cue::Prompt { n: 3, .. }]));
}

#[test]
fn a_wrong_movement_does_not_advance_and_ends_as_too_slow() {
    let (mut stage, action) = Stage::at_first_movement();
    assert_eq!(action, Action::TurnLeft);
    for _ in 0..40 {
        stage.wait(250);
        assert!(!stage.glance((-22.0, 3.0, 1.0)).iter().any(is_prompt));
    }
    assert_eq!(stage.live.tick(stage.now), None);
    stage.wait(3_000);
    assert_eq!(stage.live.tick(stage.now), Some(StopReason::TooSlow));
    // An answer that comes after its window is none either.
    assert!(matches!(stage.answer(towards(action)), Some(Cue::Stop(StopReason::TooSlow))));
}

#[test]
fn a_hint_frame_from_before_the_reveal_does_not_answer_it() {
    let (mut stage, action) = Stage::at_first_movement();
    let earlier = stage.now - SignedDuration::from_millis(1);
    for _ in 0..4 {
        stage.live.see(&seen(towards(action)), earlier, stage.now);
        assert!(stage.frame().is_empty());
    }
}

#[test]
fn a_picture_that_was_committed_before_breaks_the_capture_off() {
    let (mut stage, _) = Stage::at_first_movement();
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
    let mut stage = Stage::set();
    stage.follow();
    assert!(stage.live.is_finished());
    assert!(stage.frame().is_empty());
    assert!(stage.glance(CENTRE).is_empty());
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
