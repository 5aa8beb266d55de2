use jiff::{SignedDuration, civil::date};
use proptest::prelude::*;

use super::*;
use crate::domain::{
    face::verification::{Passed, passed_for_tests},
    id::InteractionId,
    user::VerifiedAttributes,
    workflow::evidence::{IdentityEvidence, MatchClass},
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn key() -> ProofKey {
    ProofKey::new([1; 32])
}

fn attributes() -> VerifiedAttributes {
    VerifiedAttributes {
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        birth_date: date(1815, 12, 10),
    }
}

fn evidence() -> MatchedEvidence {
    let evidence = IdentityEvidence {
        source: "simulator".into(),
        transaction: "t1".into(),
        document_hash: "d".into(),
        class: MatchClass::Exact,
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        birth_date: date(1815, 12, 10),
        portrait_sha256: "p".into(),
        checked_at: at(1),
    };
    evidence.judge(Some(&attributes())).unwrap()
}

fn user() -> UserId {
    UserId::from_random([2; 16])
}

fn interaction() -> InteractionId {
    InteractionId::from_random([4; 16])
}

fn run(n: u8) -> RunId {
    RunId::from_random([n; 16])
}

fn passed(n: u8) -> Passed {
    passed_for_tests(run(n))
}

fn enrol(run: &mut WorkflowRun, passed: &Passed) -> Result<Enrolment, WrongStep> {
    let id = EnrolmentId::from_random([3; 16]);
    Enrolment::complete(run, passed, id, ModelId("model".into()), vec![7; 40], &key(), at(9))
}

/// A completed parent run and the enrolment it made.
fn completed() -> (WorkflowRun, Enrolment) {
    let mut parent = WorkflowRun::open_parent(run(1), WorkflowName::parent(), user(), interaction(), at(0));
    parent.consent("v1", at(1)).unwrap();
    parent.identify(evidence(), vec![1]).unwrap();
    let enrolment = enrol(&mut parent, &passed(1)).unwrap();
    (parent, enrolment)
}

fn refusal(enrolment: Enrolment, parent: &WorkflowRun) -> Option<Unproven> {
    ProvenEnrolment::prove(enrolment, parent, &key()).err()
}

#[test]
fn an_enrolment_that_a_completed_parent_made_is_proven_when_it_is_read_back() {
    let (parent, enrolment) = completed();
    assert_eq!(refusal(enrolment, &parent), None);
}

#[test]
fn an_enrolment_changed_in_any_field_is_not() {
    let (parent, enrolment) = completed();
    let changes: [fn(&mut Enrolment); 9] = [
        |row| row.id = EnrolmentId::from_random([9; 16]),
        |row| row.user = UserId::from_random([9; 16]),
        |row| row.run = RunId::from_random([9; 16]),
        |row| row.model = ModelId("other".into()),
        |row| row.sealed_template = vec![8; 40],
        |row| row.renewal = 1,
        |row| {
            let changed =
                IdentityEvidence { document_hash: "other".into(), ..row.evidence.evidence().clone() };
            row.evidence = changed.judge(Some(&attributes())).unwrap();
        },
        |row| row.completed_at += SignedDuration::from_secs(1),
        |row| row.proof = row.proof.iter().map(|byte| byte ^ 1).collect(),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut changed = enrolment.clone();
        change(&mut changed);
        assert!(refusal(changed, &parent).is_some(), "change {n}");
    }
    let revoked = Enrolment { revoked_at: Some(at(10)), ..enrolment.clone() };
    assert_eq!(refusal(revoked, &parent), Some(Unproven::Revoked));
    let without_proof = Enrolment { proof: Vec::new(), ..enrolment };
    assert_eq!(refusal(without_proof, &parent), Some(Unproven::Altered));
}

#[test]
fn a_parent_changed_in_what_counts_does_not_stand_behind_its_enrolment() {
    let (parent, enrolment) = completed();
    let changes: [fn(&mut WorkflowRun); 5] = [
        |run| run.id = RunId::from_random([9; 16]),
        |run| run.user = UserId::from_random([9; 16]),
        |run| run.kind = RunKind::Child { enrolment: EnrolmentId::from_random([3; 16]) },
        |run| run.stage = RunStage::Consent,
        |run| run.stage = RunStage::Ended { at: at(5), reason: String::new() },
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut changed = parent.clone();
        change(&mut changed);
        assert_eq!(refusal(enrolment.clone(), &changed), Some(Unproven::NoCompletedParent), "change {n}");
    }
}

#[test]
fn a_renewed_enrolment_is_proven_and_the_row_before_it_stays_so_for_its_own_count_alone() {
    let (parent, enrolment) = completed();
    let proven = ProvenEnrolment::prove(enrolment.clone(), &parent, &key()).unwrap();
    let renewed = proven.renew(vec![8; 40], &key());
    assert_eq!((renewed.renewal, proven.next_renewal()), (1, 1));
    assert_eq!(renewed.evidence, enrolment.evidence);
    assert_eq!(refusal(renewed.clone(), &parent), None);
    // Neither the new row's parts in the old row nor the other way round.
    let changes: [fn(&mut Enrolment, &Enrolment); 3] = [
        |row, other| row.sealed_template = other.sealed_template.clone(),
        |row, other| row.renewal = other.renewal,
        |row, other| row.proof = other.proof.clone(),
    ];
    for change in changes {
        let (mut old, mut new) = (enrolment.clone(), renewed.clone());
        change(&mut old, &renewed);
        change(&mut new, &enrolment);
        assert_eq!(refusal(old, &parent), Some(Unproven::Altered));
        assert_eq!(refusal(new, &parent), Some(Unproven::Altered));
    }
}

#[test]
fn a_parent_run_anew_takes_every_step_of_a_first_one_and_names_what_it_replaces() {
    let (parent, enrolment) = completed();
    let proven = ProvenEnrolment::prove(enrolment.clone(), &parent, &key()).unwrap();
    let anew =
        || WorkflowRun::open_parent_anew(run(4), WorkflowName::parent(), &proven, interaction(), at(20));
    assert_eq!(anew().replaces.as_ref(), Some(&enrolment.id));
    let mut hasty = anew();
    assert!(enrol(&mut hasty, &passed(4)).is_err(), "without consent and document");
    assert!(hasty.identify(evidence(), vec![1]).is_err(), "without consent");
    let mut second = anew();
    second.consent("v1", at(21)).unwrap();
    assert!(enrol(&mut second, &passed(4)).is_err(), "without a document");
    second.identify(evidence(), vec![1]).unwrap();
    assert!(enrol(&mut second, &passed(1)).is_err(), "by the capture of the run before");
    let made = enrol(&mut second, &passed(4)).unwrap();
    assert_eq!(refusal(made.clone(), &second), None);
    // Neither stands behind the other's.
    assert_eq!(refusal(made, &parent), Some(Unproven::NoCompletedParent));
    assert_eq!(refusal(enrolment, &second), Some(Unproven::NoCompletedParent));
}

#[test]
fn another_key_proves_nothing() {
    let (parent, enrolment) = completed();
    let proven = ProvenEnrolment::prove(enrolment, &parent, &ProofKey::new([2; 32]));
    assert_eq!(proven.err(), Some(Unproven::Altered));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Consent,
    Identify,
    PassOwn,
    PassOther,
    End,
    OpenChild,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Consent),
        Just(Step::Identify),
        Just(Step::PassOwn),
        Just(Step::PassOther),
        Just(Step::End),
        Just(Step::OpenChild),
    ]
}

proptest! {
    #[test]
    fn no_path_reaches_an_enrolment_or_a_child_run_without_a_completed_parent(
        steps in prop::collection::vec(step(), 0..40),
    ) {
        let mut parent = WorkflowRun::open_parent(run(1), WorkflowName::parent(), user(), interaction(), at(0));
        let mut enrolment: Option<Enrolment> = None;
        let (mut consented, mut identified, mut passed_own) = (false, false, false);
        for step in steps {
            match step {
                Step::Consent => consented |= parent.consent("v1", at(1)).is_ok(),
                Step::Identify => {
                    if parent.identify(evidence(), vec![1]).is_ok() {
                        prop_assert!(consented, "identified without consent");
                        identified = true;
                    }
                }
                Step::PassOwn => {
                    if let Ok(made) = enrol(&mut parent, &passed(1)) {
                        prop_assert!(enrolment.is_none(), "enrolled twice");
                        passed_own = true;
                        enrolment = Some(made);
                    }
                }
                Step::PassOther => prop_assert!(enrol(&mut parent, &passed(2)).is_err()),
                Step::End => parent.end("declined", at(2)),
                Step::OpenChild => {
                    let Some(row) = enrolment.clone() else { continue };
                    let proven = ProvenEnrolment::prove(row, &parent, &key());
                    prop_assert!(proven.is_ok());
                    let Ok(proven) = proven else { continue };
                    let mut child = WorkflowRun::open_child(run(3), WorkflowName::child(), &proven, interaction(), at(3));
                    prop_assert!(consented && identified && passed_own);
                    prop_assert!(child.complete_child(&passed(1), at(4)).is_err(), "another run's proof");
                    prop_assert!(child.complete_parent(&passed(3), at(4)).is_err(), "a child enrolled");
                    prop_assert!(child.complete_child(&passed(3), at(4)).is_ok());
                }
            }
            let is_complete = matches!(parent.stage, RunStage::Completed { .. });
            prop_assert_eq!(enrolment.is_some(), is_complete);
            prop_assert!(!is_complete || (consented && identified && passed_own));
        }
    }
}
