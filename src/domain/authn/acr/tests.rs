use jiff::SignedDuration;
use proptest::{prelude::*, strategy::ValueTree};

use super::*;
use crate::domain::authn::{
    policy_set::PolicySet,
    sampled::{START, at, compiled, event, history, holds, ledger, proof, ways, ways_to},
    truth::untrue,
};

fn moment(now: i64, max_age: Option<i64>) -> Moment {
    // Nothing was given for the request itself, so that `max_age` alone decides.
    Moment { now: at(now), max_age: max_age.map(SignedDuration::from_secs), since: Timestamp::MAX }
}

fn rule(set: &PolicySet) -> &AcrRule {
    set.catalogue().rule(&Acr("urn:example:0".into())).unwrap()
}

/// What the last entry of a history is older than, some time after it.
fn later() -> impl Strategy<Value = i64> {
    prop::sample::select(vec![0, 1, 59, 60, 61, 239, 299, 300, 301, 3_999, 4_001, 90_000])
}

fn bound() -> impl Strategy<Value = Option<i64>> {
    prop::sample::select(vec![None, None, Some(0), Some(60), Some(300), Some(5_000)])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_history_earns_a_context_whose_predicate_it_does_not_hold(
        events in prop::collection::vec(event(), 0..8),
        any_of in ways_to(),
        ways in ways(),
        later in later(),
        max_age in bound(),
    ) {
        let (set, entries) = (compiled(&[any_of], ways), history(&events));
        let kept = ledger(&entries);
        let now = entries.last().map_or(START, |last| last.achieved_at.as_second()) + later;
        let earned = rule(&set).judge(&kept, moment(now, max_age));
        prop_assert_eq!(earned.is_some(), holds(rule(&set), kept.entries(), now, max_age));
        // What was replaced could not have earned it either.
        prop_assert!(earned.is_none() || holds(rule(&set), &entries, now, max_age));
        if let Some(earned) = earned {
            let times: Vec<Timestamp> = kept.entries().iter().map(|entry| entry.achieved_at).collect();
            prop_assert!(times.contains(&earned.auth_time));
            prop_assert!(max_age.is_none_or(|most| now - earned.auth_time.as_second() <= most));
            let shown = |at| kept.entries().iter().any(|entry| entry.method == Method::Face && entry.achieved_at == at);
            prop_assert!(earned.face_auth_time.is_none_or(shown));
        }
    }

    #[test]
    fn with_time_alone_a_context_is_lost_and_never_won(
        events in prop::collection::vec(event(), 1..8),
        any_of in ways_to(),
        ways in ways(),
        max_age in bound(),
    ) {
        let (set, kept) = (compiled(&[any_of], ways), ledger(&history(&events)));
        let end = events.iter().map(|event| event.after).sum::<i64>() + START;
        let steps = [0, 1, 29, 59, 60, 61, 299, 300, 301, 3_999, 4_000, 4_001, 86_400, 3_000_000, 90_000_000];
        let held: Vec<bool> = steps.iter().map(|step| rule(&set).judge(&kept, moment(end + step, max_age)).is_some()).collect();
        prop_assert!(held.is_sorted_by_key(|held| !held), "{:?}", held);
    }

    #[test]
    fn a_context_is_lost_exactly_when_it_was_said_to_expire(
        events in prop::collection::vec(event(), 1..8),
        any_of in ways_to(),
        ways in ways(),
        later in later(),
    ) {
        let (set, kept) = (compiled(&[any_of], ways), ledger(&history(&events)));
        let now = events.iter().map(|event| event.after).sum::<i64>() + START + later;
        let judge = |now| rule(&set).judge(&kept, Moment { now, ..moment(START, None) });
        if let Some(earned) = judge(at(now)) {
            match earned.expires_at {
                None => prop_assert!(judge(at(now + 9_000_000_000)).is_some()),
                Some(end) => {
                    prop_assert!(end >= at(now) && judge(end).is_some());
                    prop_assert!(judge(end + SignedDuration::from_nanos(1)).is_none());
                }
            }
        }
    }

    #[test]
    fn amr_names_what_the_session_proved_here_and_mfa_only_beside_two_distinct_factors(
        events in prop::collection::vec(event(), 0..8),
        any_of in ways_to(),
        ways in ways(),
    ) {
        // RFC 8176 §2
        let (set, kept) = (compiled(&[any_of], ways), ledger(&history(&events)));
        let now = events.iter().map(|event| event.after).sum::<i64>() + START;
        if let Some(earned) = rule(&set).judge(&kept, moment(now, None)) {
            let own = |method| kept.entries().iter().any(|one| one.method == method && one.issuer.is_none());
            let keyed = kept.entries().iter().any(|one| one.device_key.is_some());
            let has = |one| earned.amr.contains(&one);
            prop_assert!(!has(Amr::Pwd) || own(Method::Pwd));
            prop_assert!(!has(Amr::Face) || own(Method::Face));
            prop_assert!(!has(Amr::Swk) || keyed && has(Amr::Face));
            let factors = [Amr::Pwd, Amr::Face, Amr::Swk].into_iter().filter(|one| has(*one)).count();
            prop_assert_eq!(has(Amr::Mfa), factors > 1);
            prop_assert!(earned.amr.is_sorted() && earned.amr.windows(2).all(|two| two[0] != two[1]));
        }
    }

    #[test]
    fn whoever_earns_a_context_earns_all_that_it_implies(
        events in prop::collection::vec(event(), 0..8),
        stronger in ways_to(),
        weaker in ways_to(),
        weaken in prop::collection::vec(0..6_usize, 1..4),
        (mine, theirs) in (ways(), ways()),
        later in later(),
    ) {
        let mut weakened = stronger.clone();
        for how in weaken {
            weaken_one(&mut weakened, how);
        }
        let kept = ledger(&history(&events));
        let now = events.iter().map(|event| event.after).sum::<i64>() + START + later;
        let set = compiled(&[stronger, weakened, weaker], mine);
        let rules: Vec<AcrRule> = set.catalogue().rules().to_vec();
        prop_assert!(rules[0].implies(&rules[1]), "what asks for less is implied");
        // The same contexts in a house with other ways.
        let elsewhere = rules.iter().map(|rule| AcrRule { ways: theirs, ..rule.clone() });
        for other in rules.iter().cloned().chain(elsewhere) {
            for one in &rules {
                let (mine, theirs) = (one.judge(&kept, moment(now, None)), other.judge(&kept, moment(now, None)));
                prop_assert!(!one.implies(&other) || mine.is_none() || theirs.is_some(), "{:?} {:?}", one, other);
            }
        }
    }

    #[test]
    fn whatever_name_is_admitted_is_true_of_every_session_that_earns_it(
        events in prop::collection::vec(event(), 0..8),
        any_of in ways_to(),
        ways in ways(),
        name in prop::sample::select(NAMES.to_vec()),
    ) {
        let (set, kept) = (compiled(&[any_of], ways), ledger(&history(&events)));
        let now = events.iter().map(|event| event.after).sum::<i64>() + START;
        let (name, claim) = name;
        if untrue(name, rule(&set)).is_none() && rule(&set).judge(&kept, moment(now, None)).is_some() {
            let has = |wanted: &dyn Fn(&AssuranceEntry) -> bool| kept.entries().iter().any(wanted);
            let password = has(&|entry| entry.method == Method::Pwd);
            let face = has(&|entry| entry.method == Method::Face);
            let key = has(&|entry| entry.method == Method::Face && entry.came_by_bound_key());
            prop_assert!(match claim {
                "nothing" => false,
                "password" => password,
                "face" => face,
                "key" => key,
                "password or key" => password || key,
                "password or face" => password || face,
                "key or face" => key || face,
                "two" => usize::from(password) + usize::from(face) + usize::from(key) > 1,
                other => unreachable!("{other}"),
            }, "{}", name);
        }
    }

    #[test]
    fn an_untrue_name_is_refused_in_whatever_case_it_is_written(any_of in ways_to(), ways in ways(), upper in any::<bool>()) {
        let set = compiled(&[any_of], ways);
        for (name, claim) in NAMES {
            let name = if upper { name.to_uppercase() } else { name.to_owned() };
            prop_assert!(claim != "nothing" || untrue(&name, rule(&set)).is_some());
        }
    }
}

/// Names of other vocabularies with what they say.
const NAMES: [(&str, &str); 18] = [
    ("phr", "nothing"),
    ("phrh", "nothing"),
    ("http://eidas.europa.eu/LoA/high", "nothing"),
    ("http://idmanagement.gov/ns/assurance/aal/3", "nothing"),
    ("http://idmanagement.gov/ns/assurance/aal/2", "key"),
    ("urn:example:aal2", "key"),
    ("https://refeds.org/profile/mfa", "two"),
    ("urn:okta:loa:2fa:any", "two"),
    ("http://schemas.openid.net/pape/policies/2007/06/multi-factor", "two"),
    ("http://schemas.microsoft.com/claims/multipleauthn", "two"),
    ("knowledge", "password"),
    ("urn:okta:loa:1fa:pwd", "password"),
    ("inherence", "face"),
    ("possession", "key"),
    ("knowledgeorpossession", "password or key"),
    ("knowledgeorinherence", "password or face"),
    ("possessionorinherence", "key or face"),
    ("urn:facestep:acr:face", "face"),
];

/// Takes away something that a context asks for, and leaves at least one proof in each way to it.
fn weaken_one(any_of: &mut [Vec<Proof>], how: usize) {
    for proofs in any_of {
        let spare = proofs.len() > 1;
        let Some(last) = proofs.last_mut() else { continue };
        match how {
            0 => last.within = None,
            1 => last.within = last.within.map(|_| Age::of_seconds(10_000)),
            2 => last.workflow = None,
            3 => last.device_key = false,
            4 => last.proofed_within = None,
            _ if spare => drop(proofs.pop()),
            _ => {}
        }
    }
}

#[test]
fn implication_is_reflexive_and_transitive() {
    // Every context of one or two proofs out of a handful, each against each and each.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut any_of: Vec<Vec<Vec<Proof>>> = Vec::new();
    let mut draw = || proof().new_tree(&mut runner).unwrap().current();
    for _ in 0..60 {
        let (one, other) = (draw(), draw());
        any_of.push(vec![vec![one.clone()]]);
        any_of.push(vec![vec![one.clone(), other.clone()]]);
        any_of.push(vec![vec![one], vec![other]]);
    }
    let set = compiled(&any_of, WayPolicy::default());
    let rules = set.catalogue().rules();
    let implies: Vec<Vec<bool>> =
        rules.iter().map(|one| rules.iter().map(|other| one.implies(other)).collect()).collect();
    let mut chains = 0;
    for a in 0..rules.len() {
        assert!(implies[a][a], "{:?}", rules[a]);
        for b in (0..rules.len()).filter(|b| implies[a][*b]) {
            for c in (0..rules.len()).filter(|c| implies[b][*c]) {
                assert!(implies[a][c], "{:?} {:?} {:?}", rules[a], rules[b], rules[c]);
                chains += usize::from(a != b && b != c);
            }
        }
    }
    assert!(chains > 100, "{chains}");
}

#[test]
fn of_two_faces_the_context_ages_by_the_one_that_must_be_fresher() {
    use crate::domain::{
        authn::ledger::{Evidence, Showing},
        face::way::Way,
        id::RunId,
    };
    let through = |name: &str, within: u32| Proof {
        within: Some(Age::of_seconds(within)),
        workflow: WorkflowName::parse(name),
        ..Proof::of(Method::Face)
    };
    let set =
        compiled(&[vec![vec![through("face-step-up", 4_000), through("tough", 60)]]], WayPolicy::default());
    let shown = |ago: i64, name: &str| {
        let showing = Showing {
            workflow: WorkflowName::parse(name),
            ..Showing::new(RunId::from_random([1; 16]), Way::Turns)
        };
        AssuranceEntry::own(Method::Face, at(START - ago), Evidence::ChildRun(showing))
    };
    let kept = ledger(&[shown(3_000, "face-step-up"), shown(50, "tough")]);
    let earned = rule(&set).judge(&kept, moment(START, Some(60))).unwrap();
    assert_eq!((earned.auth_time, earned.face_auth_time), (at(START - 50), Some(at(START - 50))));
    assert_eq!(earned.expires_at, Some(at(START + 10)));
}
