use proptest::prelude::*;

use super::*;
use crate::domain::{
    face::way::Way,
    id::EnrolmentId,
    workflow::{
        definition::WorkflowName,
        run::{RunKind, RunStage},
    },
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn browser() -> SessionId {
    SessionId::from_random([3; 16])
}

fn run() -> WorkflowRun {
    WorkflowRun {
        id: RunId::from_random([1; 16]),
        kind: RunKind::Child { enrolment: EnrolmentId::from_random([2; 16]) },
        workflow: WorkflowName::child(),
        replaces: None,
        user: UserId::from_random([4; 16]),
        interaction: InteractionId::from_random([5; 16]),
        stage: RunStage::Template,
        opened_at: at(0),
        version: 0,
    }
}

fn open(run: &WorkflowRun) -> Option<Ceremony> {
    let keys = CeremonyKeys {
        capture_public_jwk: String::new(),
        hint_public_jwk: String::new(),
        sealed_private_jwks: Vec::new(),
    };
    let parts = CeremonyParts {
        id: CeremonyId::from_random([6; 16]),
        session: browser(),
        challenge: LivenessChallenge::draw(Way::Turns, &[0; 8]).unwrap(),
        nonce: CaptureNonce::from_random([7; 32]),
        keys,
    };
    Ceremony::open(run, parts, SignedDuration::from_secs(300), at(0))
}

fn answered() -> Transcript {
    Transcript { finished_at: Some(at(20)), ..Transcript::default() }
}

#[test]
fn a_ceremony_goes_from_socket_to_upload_to_verdict() {
    let mut ceremony = open(&run()).unwrap();
    ceremony.connect(&browser(), at(1)).unwrap();
    ceremony.finish(answered(), at(20)).unwrap();
    assert_eq!(ceremony.spend_attempt(&browser(), at(21)), Ok(answered()));
    assert!(ceremony.conclude(true));
    assert_eq!(ceremony.stage, CeremonyStage::Concluded { passed: true });
}

#[test]
fn only_a_run_that_waits_for_a_face_opens_one() {
    let ended = WorkflowRun { stage: RunStage::Completed { at: at(0) }, ..run() };
    let unconsented = WorkflowRun { kind: RunKind::Parent, stage: RunStage::Consent, ..run() };
    assert!(open(&ended).is_none());
    assert!(open(&unconsented).is_none());
}

#[test]
fn another_browser_and_a_late_one_are_refused_at_every_step() {
    let other = SessionId::from_random([8; 16]);
    let mut ceremony = open(&run()).unwrap();
    assert_eq!(ceremony.connect(&other, at(1)), Err(CeremonyRefusal::OtherBrowser));
    assert_eq!(ceremony.connect(&browser(), at(300)), Err(CeremonyRefusal::Expired));
    ceremony.connect(&browser(), at(299)).unwrap();
    assert_eq!(ceremony.finish(answered(), at(300)), Err(CeremonyRefusal::Expired));
    ceremony.finish(answered(), at(299)).unwrap();
    assert_eq!(ceremony.spend_attempt(&other, at(299)), Err(CeremonyRefusal::OtherBrowser));
    assert_eq!(ceremony.spend_attempt(&browser(), at(300)), Err(CeremonyRefusal::Expired));
    assert_eq!(ceremony.stage, CeremonyStage::Captured { transcript: answered() });
}

#[test]
fn a_capture_whose_analysis_had_no_room_can_be_sent_again() {
    let mut ceremony = open(&run()).unwrap();
    ceremony.connect(&browser(), at(1)).unwrap();
    ceremony.finish(answered(), at(20)).unwrap();
    let transcript = ceremony.spend_attempt(&browser(), at(21)).unwrap();
    ceremony.give_back(transcript);
    assert!(ceremony.spend_attempt(&browser(), at(22)).is_ok());
    ceremony.conclude(false);
    ceremony.give_back(answered());
    assert_eq!(ceremony.spend_attempt(&browser(), at(23)), Err(CeremonyRefusal::AlreadySpent));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Connect,
    Finish,
    Unfinished,
    Spend,
    Conclude(bool),
    Abandon,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Connect),
        Just(Step::Finish),
        Just(Step::Unfinished),
        Just(Step::Spend),
        any::<bool>().prop_map(Step::Conclude),
        Just(Step::Abandon),
    ]
}

proptest! {
    #[test]
    fn no_order_of_steps_takes_a_socket_an_upload_or_a_verdict_twice(
        steps in prop::collection::vec(step(), 0..40),
    ) {
        let mut ceremony = open(&run()).unwrap();
        let (mut sockets, mut uploads, mut verdicts) = (0, 0, 0);
        for step in steps {
            match step {
                Step::Connect => sockets += u32::from(ceremony.connect(&browser(), at(1)).is_ok()),
                Step::Finish => drop(ceremony.finish(answered(), at(2))),
                Step::Unfinished => {
                    let refused = ceremony.finish(Transcript::default(), at(2)).is_err();
                    prop_assert!(refused);
                }
                Step::Spend => {
                    if ceremony.spend_attempt(&browser(), at(3)).is_ok() {
                        prop_assert_eq!(sockets, 1);
                        uploads += 1;
                    }
                }
                Step::Conclude(passed) => {
                    if ceremony.conclude(passed) {
                        prop_assert_eq!(uploads, 1);
                        verdicts += 1;
                    }
                }
                Step::Abandon => {
                    if ceremony.abandon() {
                        prop_assert_eq!(uploads, 0);
                    }
                }
            }
        }
        prop_assert!(sockets <= 1 && uploads <= 1 && verdicts <= 1);
    }
}
