use proptest::prelude::*;

use super::*;

fn budget() -> AttemptBudget {
    AttemptBudget::fresh(UserId::from_random([1; 16]), DeviceScope::Unknown)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

const POLICY: fn() -> AttemptPolicy = AttemptPolicy::default;

/// Spends and fails `n` tries, each as early as it is admitted; returns the moment of the last.
fn fail(budget: &mut AttemptBudget, n: i32) -> i64 {
    let mut second = 0;
    for _ in 0..n {
        while budget.spend(at(second), &POLICY()).is_err() {
            second += 1;
        }
        budget.fail(at(second), &POLICY());
    }
    second
}

#[test]
fn the_first_five_failures_need_no_wait_and_each_later_try_waits_30_seconds() {
    // NIST SP 800-63B-4 §3.2.3
    let mut budget = budget();
    assert_eq!(fail(&mut budget, 5), 0);
    assert_eq!(budget.spend(at(29), &POLICY()), Err(AttemptRefusal::Wait { until: at(30) }));
    assert_eq!(budget.spend(at(30), &POLICY()), Ok(()));
    assert_eq!(budget.admit(at(59), &POLICY()), Err(AttemptRefusal::Wait { until: at(60) }));
    assert_eq!(budget.admit(at(60), &POLICY()), Ok(()));
}

#[test]
fn the_fiftieth_failure_in_a_row_suspends() {
    // NIST SP 800-63B-4 §3.2.3
    let mut budget = budget();
    fail(&mut budget, 49);
    assert!(!budget.is_suspended(&POLICY()));
    budget.spend(at(9_000), &POLICY()).unwrap();
    assert!(budget.fail(at(9_000), &POLICY()));
    assert_eq!(budget.spend(at(99_999), &POLICY()), Err(AttemptRefusal::Suspended));
    assert_eq!(standing(true, true, Some(&budget), &POLICY()), FaceStanding::Suspended);
}

#[test]
fn a_success_begins_the_count_again_even_on_the_last_try() {
    let mut budget = budget();
    fail(&mut budget, 49);
    budget.spend(at(9_000), &POLICY()).unwrap();
    budget.pass();
    assert_eq!(budget.spend(at(9_000), &POLICY()), Ok(()));
    assert_eq!(standing(true, true, Some(&budget), &POLICY()), FaceStanding::Enrolled);
}

#[test]
fn a_try_whose_conclusion_was_lost_stays_a_failure() {
    let mut budget = budget();
    (0..5).for_each(|_| budget.spend(at(0), &POLICY()).unwrap());
    assert!(matches!(budget.spend(at(1), &POLICY()), Err(AttemptRefusal::Wait { .. })));
}

#[test]
fn poor_pictures_count_apart_and_never_suspend() {
    let mut budget = budget();
    for second in 0..10 {
        budget.spend(at(second), &POLICY()).unwrap();
        budget.poor_picture();
    }
    assert_eq!(budget.failures_in_a_row, 0);
    assert_eq!(budget.admit(at(10), &POLICY()), Err(AttemptRefusal::Wait { until: at(39) }));
    for n in 1..200 {
        budget.spend(at(n * 60), &POLICY()).unwrap();
        budget.poor_picture();
    }
    assert!(!budget.is_suspended(&POLICY()));
}

#[test]
fn captures_begun_side_by_side_weigh_like_poor_pictures_and_are_sent_one_after_the_other() {
    // Otherwise many challenges could be opened at once, and only those sent that suit a recording.
    let mut budget = budget();
    (0..10).for_each(|_| budget.begin(at(0), &POLICY()).unwrap());
    assert_eq!(budget.begin(at(29), &POLICY()), Err(AttemptRefusal::Wait { until: at(30) }));
    for _ in 0..5 {
        budget.spend(at(29), &POLICY()).unwrap();
        budget.fail(at(29), &POLICY());
    }
    assert_eq!(budget.spend(at(30), &POLICY()), Err(AttemptRefusal::Wait { until: at(59) }));
    budget.pass();
    assert_eq!(budget.begin(at(30), &POLICY()), Ok(()));
}

#[test]
fn a_capture_that_turns_back_before_anything_was_revealed_costs_nothing() {
    let mut budget = budget();
    for second in 0..50 {
        budget.begin(at(second), &POLICY()).unwrap();
        budget.turn_back();
    }
    assert_eq!(budget.admit(at(50), &POLICY()), Ok(()));
}

#[test]
fn an_account_without_a_way_to_a_face_stands_so_whatever_was_spent() {
    assert_eq!(standing(false, false, None, &POLICY()), FaceStanding::NotEnrollable);
    assert_eq!(standing(false, true, None, &POLICY()), FaceStanding::Enrollable);
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Spend,
    Pass,
    Fail,
    Poor,
    Wait(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Spend),
        1 => Just(Step::Pass),
        4 => Just(Step::Fail),
        1 => Just(Step::Poor),
        2 => any::<u8>().prop_map(Step::Wait),
    ]
}

proptest! {
    #[test]
    fn no_sequence_yields_two_tries_within_30_seconds_after_five_failures(
        steps in prop::collection::vec(step(), 0..300),
    ) {
        let (mut budget, mut now, mut in_flight, mut failed, mut last) = (budget(), 0, 0, 0, None::<i64>);
        for step in steps {
            match step {
                Step::Wait(seconds) => now += i64::from(seconds) / 8,
                Step::Spend => {
                    if budget.spend(at(now), &POLICY()).is_ok() {
                        prop_assert!(failed < 50, "a try after fifty failures");
                        prop_assert!(failed < 5 || last.is_none_or(|last| now - last >= 30));
                        (in_flight, last) = (in_flight + 1, Some(now));
                    }
                }
                // A success forgets what is in flight beside it, so that is left out here.
                Step::Pass if in_flight == 1 => {
                    budget.pass();
                    (in_flight, failed) = (in_flight - 1, 0);
                }
                Step::Fail if in_flight > 0 => {
                    budget.fail(at(now), &POLICY());
                    (in_flight, failed) = (in_flight - 1, failed + 1);
                }
                Step::Poor if in_flight > 0 => {
                    budget.poor_picture();
                    in_flight -= 1;
                }
                Step::Pass | Step::Fail | Step::Poor => {}
            }
        }
    }
}
