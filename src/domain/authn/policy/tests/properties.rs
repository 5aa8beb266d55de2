//! Whatever is asked, demanded and proven: what a decision may never be.

use proptest::{prelude::any, prelude::*, strategy::ValueTree};

use super::*;
use crate::domain::authn::{
    explanation::Explanation,
    policy_set::PolicySet,
    sampled::{Event, START, document, event, history, ledger, ways_to},
};

/// Everything that a decision depends on, drawn.
#[derive(Clone, Debug)]
struct Drawn {
    contexts: Vec<Vec<Vec<Proof>>>,
    events: Vec<Event>,
    later: i64,
    asked: AcrRequest,
    minima: Vec<(usize, Option<u32>)>,
    /// Context, age, whether it refuses, whether it applies.
    policies: Vec<(usize, Option<u32>, bool, bool)>,
    max_age: Option<i64>,
    prompt: Prompt,
    dialect: bool,
    standing: FaceStanding,
    enrolled_ago: i64,
    can_enrol: bool,
    has_device_key: bool,
    missed: Option<MissReason>,
    other_subject: bool,
}

/// Names that a request may use: ours, those of a dialect, and unknown ones.
const NAMES: [&str; 8] = [
    "urn:example:0",
    "urn:example:1",
    Acr::FACE,
    Acr::PWD,
    Acr::FACE_DEVICE,
    "2",
    "1",
    "urn:example:unknown",
];
const POLICY_NAMES: [&str; 5] = ["urn:example:0", "urn:example:1", Acr::FACE, Acr::PWD, Acr::FACE_DEVICE];

fn asked() -> impl Strategy<Value = AcrRequest> {
    let names = || prop::collection::vec(prop::sample::select(NAMES.to_vec()).prop_map(named), 1..4);
    prop_oneof![
        Just(AcrRequest::Any),
        names().prop_map(AcrRequest::Preferred),
        names().prop_map(AcrRequest::Required)
    ]
}

fn drawn() -> impl Strategy<Value = Drawn> {
    use FaceStanding::*;
    let age = || prop::sample::select(vec![None, None, Some(0), Some(60), Some(5_000)]);
    let session = (
        prop::collection::vec(event(), 0..6),
        prop::sample::select(vec![0, 1, 60, 301]),
        prop::sample::select(vec![Enrolled, Enrolled, Enrolled, Enrollable, NotEnrollable, Suspended]),
        prop::sample::select(vec![0, DAY, 40 * DAY]),
        any::<bool>(),
        any::<bool>(),
        prop::option::weighted(0.2, Just(MissReason::FaceNotVerified)),
    );
    let demands = (
        prop::collection::vec((0..POLICY_NAMES.len(), age()), 0..3),
        prop::collection::vec((0..POLICY_NAMES.len(), age(), prop::bool::weighted(0.1), any::<bool>()), 0..3),
    );
    let request = (
        asked(),
        prop::sample::select(vec![None, None, Some(0_i64), Some(60), Some(5_000)]),
        prop::sample::select(vec![Prompt::AsNeeded, Prompt::AsNeeded, Prompt::None, Prompt::Login]),
        any::<bool>(),
        prop::bool::weighted(0.05),
    );
    (prop::collection::vec(ways_to(), 2), session, demands, request).prop_map(
        |(contexts, session, (minima, policies), (asked, max_age, prompt, dialect, other_subject))| {
            let (events, later, standing, enrolled_ago, can_enrol, has_device_key, missed) = session;
            Drawn {
                contexts,
                events,
                later,
                asked,
                minima,
                policies,
                max_age,
                prompt,
                dialect,
                standing,
                enrolled_ago,
                can_enrol,
                has_device_key,
                missed,
                other_subject,
            }
        },
    )
}

impl Drawn {
    fn now(&self) -> i64 {
        START + self.events.iter().map(|event| event.after).sum::<i64>() + self.later
    }

    fn set(&self) -> PolicySet {
        let mut document = document(&self.contexts);
        document.policies = self
            .policies
            .iter()
            .enumerate()
            .map(|(n, (acr, most, refuse, applies))| {
                let groups = if *applies { Vec::new() } else { vec!["nobody".to_owned()] };
                let when = Condition { groups, ..Condition::default() };
                let mut policy = demanding(&format!("p{n}"), when, POLICY_NAMES[*acr]);
                policy.demand.max_age = most.map(Age::of_seconds);
                if *refuse {
                    policy.demand = Demand { refuse: true, ..Demand::default() };
                }
                policy
            })
            .collect();
        document.compile(&House::default()).unwrap()
    }

    fn requirement(&self) -> Requirement {
        let minimum = |(acr, most): &(usize, Option<u32>)| Minimum {
            acr: named(POLICY_NAMES[*acr]),
            max_age: most.map(Age::of_seconds),
            by: Demander::Client,
        };
        Requirement {
            acr: self.asked.clone(),
            minima: self.minima.iter().map(minimum).collect(),
            max_age: self.max_age.map(SignedDuration::from_secs),
            prompt: self.prompt,
            subject: self.other_subject.then(|| user(2)),
        }
    }

    fn moment(&self) -> Moment {
        let now = self.now();
        Moment { now: at(now), max_age: self.max_age.map(SignedDuration::from_secs), since: at(now - 5) }
    }

    fn ledger(&self) -> AssuranceLedger {
        ledger(&history(&self.events))
    }

    fn with<T>(&self, set: &PolicySet, run: impl FnOnce(Facts<'_>) -> T) -> T {
        let (requirement, kept, own) = (self.requirement(), self.ledger(), user(1));
        let circumstances = Circumstances { now: at(self.now()), ..circumstances() };
        let completed_at = at(self.now() - self.enrolled_ago);
        run(Facts {
            requirement: &requirement,
            set,
            dialect: self.dialect.then_some("keycloak"),
            circumstances: &circumstances,
            signed_in: (!self.events.is_empty()).then_some(SignedIn { subject: &own, ledger: &kept }),
            face: &FaceFacts {
                standing: self.standing,
                enrolment: (self.standing == FaceStanding::Enrolled)
                    .then(|| EnrolledBy { workflow: WorkflowName::parent(), completed_at }),
                can_enrol: self.can_enrol,
                has_device_key: self.has_device_key,
            },
            missed: self.missed,
            moment: self.moment(),
        })
    }

    /// What must be met whatever the request says, with its age.
    fn demands(&self) -> Vec<(&'static str, Option<u32>)> {
        let of_policies = self.policies.iter().filter(|(_, _, refuse, applies)| *applies && !refuse);
        let all = self.minima.iter().copied().chain(of_policies.map(|(acr, most, ..)| (*acr, *most)));
        all.map(|(acr, most)| (POLICY_NAMES[acr], most)).collect()
    }

    fn is_refused(&self) -> bool {
        self.policies.iter().any(|(_, _, refuse, applies)| *refuse && *applies)
    }

    /// Whether the ledger earns a context, by the name that the client uses, with its deciding proof no older than that or given
    /// for this request.
    fn earns(&self, set: &PolicySet, name: &Acr, most: Option<i64>) -> Option<Assurance> {
        let rule = set.vocabulary(self.dialect.then_some("keycloak")).rule(name)?;
        let most = if self.prompt == Prompt::Login { Some(0) } else { most };
        let max_age = most.map(SignedDuration::from_secs);
        rule.judge(&self.ledger(), Moment { max_age, ..self.moment() })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn an_answer_is_never_below_what_was_proven_demanded_or_required(drawn in drawn()) {
        let set = drawn.set();
        let decision = drawn.with(&set, StepUpPolicy::decide);
        if let Decision::Proceed(told) = &decision {
            prop_assert!(!drawn.other_subject && !drawn.is_refused() && !drawn.events.is_empty());
            // It was earned as it is told.
            let earned = drawn.earns(&set, &told.acr, drawn.max_age);
            prop_assert!(earned.is_some(), "{:?}", told);
            prop_assert_eq!(Assurance { acr: told.acr.clone(), ..earned.unwrap() }, told.clone());
            // Nothing that is demanded is left open.
            for (acr, most) in drawn.demands() {
                prop_assert!(drawn.earns(&set, &named(acr), most.map(i64::from)).is_some(), "{}", acr);
            }
            match &drawn.asked {
                AcrRequest::Required(listed) => prop_assert!(listed.contains(&told.acr)),
                // A wish never brings the answer below a demand.
                AcrRequest::Any | AcrRequest::Preferred(_) => {
                    let words = set.vocabulary(drawn.dialect.then_some("keycloak"));
                    let mine = words.rule(&told.acr).unwrap();
                    for (acr, _) in drawn.demands() {
                        let demanded = words.rule(&named(acr)).unwrap();
                        prop_assert!(!demanded.implies(mine) || mine.implies(demanded));
                    }
                }
            }
        }
    }

    #[test]
    fn a_condition_or_a_demand_that_is_missed_is_never_a_success_and_a_wish_that_is_missed_never_an_error(drawn in drawn()) {
        // OpenID Connect Core 1.0 §5.5.1.1
        let set = drawn.set();
        let decision = drawn.with(&set, StepUpPolicy::decide);
        let proceeds = matches!(decision, Decision::Proceed(_));
        if let AcrRequest::Required(listed) = &drawn.asked {
            let any = listed.iter().any(|name| drawn.earns(&set, name, drawn.max_age).is_some());
            prop_assert!(any || !proceeds);
        } else if drawn.demands().is_empty() && !drawn.is_refused() {
            prop_assert!(!matches!(decision, Decision::Refuse(Refusal::Unmet(_))), "{:?}", decision);
        }
        if drawn.is_refused() {
            prop_assert!(!proceeds);
        }
    }

    #[test]
    fn nothing_is_shown_under_prompt_none_and_no_face_is_asked_for_in_vain(drawn in drawn()) {
        // OpenID Connect Core 1.0 §3.1.2.1
        let set = drawn.set();
        let decision = drawn.with(&set, StepUpPolicy::decide);
        if drawn.prompt == Prompt::None {
            prop_assert!(matches!(decision, Decision::Proceed(_) | Decision::Refuse(_)), "{:?}", decision);
        } else {
            let told = matches!(decision, Decision::Refuse(Refusal::LoginRequired | Refusal::InteractionRequired));
            prop_assert!(!told, "{:?}", decision);
        }
        if matches!(decision, Decision::StepUp(_) | Decision::Enrol(_)) {
            prop_assert!(drawn.missed.is_none() && !drawn.is_refused());
            prop_assert!(!matches!(drawn.standing, FaceStanding::Suspended | FaceStanding::NotEnrollable));
        }
    }

    #[test]
    fn a_decision_and_its_explanation_say_the_same(drawn in drawn()) {
        let set = drawn.set();
        let decision = drawn.with(&set, StepUpPolicy::decide);
        let explained: Explanation = drawn.with(&set, StepUpPolicy::explain);
        prop_assert_eq!(&explained.decision, &decision);
        let minima: Vec<(&str, Option<Age>)> =
            explained.minima.iter().map(|one| (one.acr.0.as_str(), one.max_age)).collect();
        let demands: Vec<_> =
            drawn.demands().into_iter().map(|(acr, most)| (acr, most.map(Age::of_seconds))).collect();
        prop_assert_eq!(minima, demands);
        prop_assert_eq!(explained.policies.len(), drawn.policies.len());
        prop_assert_eq!(explained.contexts.is_empty(), drawn.events.is_empty());
        for context in &explained.contexts {
            prop_assert_eq!(context.earned, drawn.earns(&set, &context.acr, drawn.max_age).is_some());
            let met = context.any_of.iter().any(|one| one.iter().all(|proof| proof.shortfall.is_none()));
            prop_assert!(met || !context.earned);
        }
        let kept = serde_json::to_string(&explained).unwrap();
        prop_assert_eq!(serde_json::from_str::<Explanation>(&kept).unwrap(), explained);
    }
}

#[test]
fn the_cases_that_are_drawn_reach_every_kind_of_decision() {
    use std::collections::BTreeMap;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut split: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..2_000 {
        let drawn = drawn().new_tree(&mut runner).unwrap().current();
        let kind = match drawn.with(&drawn.set(), StepUpPolicy::decide) {
            Decision::SignIn(_) => "sign in",
            Decision::Enrol(_) => "enrol",
            Decision::StepUp(_) => "step up",
            Decision::Proceed(_) => "proceed",
            Decision::Refuse(Refusal::Unmet(_)) => "unmet",
            Decision::Refuse(Refusal::LoginRequired) => "login required",
            Decision::Refuse(Refusal::InteractionRequired) => "interaction required",
        };
        *split.entry(kind).or_default() += 1;
    }
    println!("{split:?}");
    assert!(split.len() == 7 && split.values().all(|count| *count > 20), "{split:?}");
}
