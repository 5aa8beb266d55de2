//! Who goes before whom: the request, the client's registration, protected scopes and policies; ages; and what may be shown.

use super::*;

const DEVICE: &str = Acr::FACE_DEVICE;
const PROOFED: &str = Acr::FACE_PROOFED;
/// A context that implies both of the above.
const BOTH: &str = "urn:example:both";

fn of(by: Demander, acr: &str) -> Minimum {
    Minimum { acr: named(acr), max_age: None, by }
}

fn required(names: &[&str]) -> Requirement {
    Requirement { acr: AcrRequest::Required(names.iter().map(|name| named(name)).collect()), ..any() }
}

fn preferred(names: &[&str]) -> Requirement {
    Requirement { acr: AcrRequest::Preferred(names.iter().map(|name| named(name)).collect()), ..any() }
}

fn under(minima: &[&str], requirement: Requirement) -> Requirement {
    let minima = minima.iter().map(|acr| of(Demander::Client, acr)).collect();
    Requirement { minima, ..requirement }
}

/// Everything at once: a password, and a face by a bound key against a recent enrolment.
fn all() -> Vec<AssuranceEntry> {
    let key = BoundKey { thumbprint: "k".into(), bound_at: at(NOW - DAY) };
    vec![pwd(100), AssuranceEntry { device_key: Some(key), ..face_of(10, "face-step-up", DAY) }]
}

fn with_both() -> PolicyDocument {
    let face = Proof {
        within: Some(Age::of_seconds(300)),
        device_key: true,
        proofed_within: Some(Age::of_seconds(86_400 * 30)),
        ..Proof::of(Method::Face)
    };
    let mut document = PolicyDocument::shipped(&House::default());
    document.contexts.push(context(BOTH, vec![Proof::of(Method::Pwd), face]));
    document
}

#[test]
fn whoever_demands_a_minimum_the_request_cannot_ask_for_less() {
    let scope = Demander::Scope("transfer".into());
    for by in [Demander::Client, scope, Demander::Policy("at night".into())] {
        for asked in [any(), preferred(&[Acr::PWD]), required(&[Acr::PWD]), required(&[Acr::PWD, Acr::FACE])]
        {
            let requirement = Requirement { minima: vec![of(by.clone(), Acr::FACE)], ..asked };
            let low = case(requirement.clone(), &[pwd(10)]);
            assert_eq!(low.decide(), step_up(), "{requirement:?}");
            let missed = Case { missed: Some(MissReason::FaceNotVerified), ..low };
            assert_eq!(missed.decide(), unmet(MissReason::FaceNotVerified), "{requirement:?}");
        }
    }
}

#[test]
fn a_wish_for_less_is_told_the_minimum_and_a_condition_is_told_its_own_words() {
    // OpenID Connect Core 1.0 §5.5.1.1: an essential acr is one of the requested values
    let proven = [pwd(10), face(5)];
    let cases = [
        (any(), Acr::FACE),
        (preferred(&[Acr::PWD]), Acr::FACE),
        (preferred(&["urn:example:unknown", Acr::PWD]), Acr::FACE),
        (required(&[Acr::PWD]), Acr::PWD),
        (required(&[Acr::FACE]), Acr::FACE),
        // Of several the one that meets the minimum is told, wherever it stands.
        (required(&[Acr::PWD, Acr::FACE]), Acr::FACE),
    ];
    for (asked, told) in cases {
        assert_eq!(case(under(&[Acr::FACE], asked.clone()), &proven).acr(), Some(named(told)), "{asked:?}");
    }
}

#[test]
fn a_minimum_lowers_nothing_where_the_session_is_more_the_client_is_told_more() {
    // OpenID Connect Core 1.0 §5.5.1.1: the session's current acr
    for asked in [any(), preferred(&["urn:example:unknown"]), preferred(&[DEVICE])] {
        let plain = case(asked.clone(), &[pwd(4_000), face(10)]);
        assert_eq!(plain.acr(), Some(Acr::face()));
        let under = Requirement { max_age: seconds(60), ..under(&[Acr::PWD], asked) };
        assert_eq!(case(under, &[pwd(4_000), face(10)]).acr(), Some(Acr::face()));
    }
}

#[test]
fn contexts_are_tried_in_the_order_in_which_they_are_preferred() {
    // OpenID Connect Core 1.0 §3.1.2.1
    for listed in [preferred, required] {
        let proven = case(listed(&[PROOFED, DEVICE, Acr::FACE, Acr::PWD]), &all());
        assert_eq!(proven.acr(), Some(named(PROOFED)));
        assert_eq!(case(listed(&[Acr::PWD, PROOFED]), &all()).acr(), Some(Acr::pwd()));
        // The first to which there is a way is tried, before a later one that is already earned.
        assert_eq!(case(listed(&[Acr::FACE, Acr::PWD]), &[pwd(10)]).decide(), step_up());
        // One that cannot be reached is passed over.
        let passed = case(listed(&["urn:example:unknown", DEVICE, Acr::PWD]), &[pwd(10)]);
        assert_eq!(passed.acr(), Some(Acr::pwd()));
    }
}

#[test]
fn of_several_minima_the_one_that_implies_the_others_is_told() {
    for minima in [[Acr::PWD, Acr::FACE, DEVICE], [DEVICE, Acr::FACE, Acr::PWD]] {
        assert_eq!(case(under(&minima, any()), &all()).acr(), Some(named(DEVICE)));
    }
    let beside = Case { document: with_both(), ..case(under(&[DEVICE, PROOFED], any()), &all()) };
    assert_eq!(beside.acr(), Some(named(BOTH)), "a context that implies them all is told where there is one");
}

#[test]
fn several_minima_that_do_not_imply_one_another_must_all_be_met() {
    let by_key = face_by_key(10, DAY);
    let proofed = face_of(10, "face-step-up", DAY);
    let cases = [
        (all(), Some(DEVICE)),
        (vec![pwd(10), by_key], None),
        (vec![pwd(10), proofed], None),
        (vec![pwd(10)], None),
    ];
    for (entries, told) in cases {
        let case = Case { has_device_key: true, ..case(under(&[DEVICE, PROOFED], any()), &entries) };
        assert_eq!(case.acr(), told.map(named), "{entries:?}");
    }
}

#[test]
fn of_minima_that_no_one_context_meets_none_is_told_that_another_is_above() {
    for minima in [[Acr::PWD, DEVICE, PROOFED], [PROOFED, DEVICE, Acr::FACE]] {
        let told = case(under(&minima, any()), &all()).acr().unwrap();
        assert!([DEVICE, PROOFED].contains(&told.0.as_str()), "{told:?}");
    }
}

#[test]
fn where_one_demand_cannot_be_met_nobody_is_asked_for_the_others_in_vain() {
    // There is a way to the face, and none to the key.
    for minima in [[Acr::FACE, DEVICE], [DEVICE, Acr::FACE]] {
        assert_eq!(
            case(under(&minima, required(&[Acr::PWD])), &[pwd(10)]).decide(),
            unmet(MissReason::Policy)
        );
    }
    assert_eq!(
        case(under(&[DEVICE], preferred(&[Acr::FACE])), &[pwd(10)]).decide(),
        unmet(MissReason::Policy)
    );
    assert_eq!(
        case(under(&[Acr::FACE], required(&[DEVICE])), &[pwd(10)]).decide(),
        unmet(MissReason::Policy)
    );
}

#[test]
fn a_minimum_that_no_context_is_of_any_more_is_met_by_nobody() {
    let gone = under(&["urn:example:gone"], any());
    assert_eq!(case(gone, &all()).decide(), unmet(MissReason::Policy));
}

#[test]
fn refusal_beats_all() {
    let mut document = PolicyDocument::shipped(&House::default());
    let demand = Demand { refuse: true, ..Demand::default() };
    document.policies = vec![Policy { demand, ..demanding("closed", Condition::default(), Acr::FACE) }];
    for prompt in [Prompt::AsNeeded, Prompt::None] {
        for asked in [any(), preferred(&[Acr::PWD]), required(&[Acr::FACE]), under(&[Acr::FACE], any())] {
            let requirement = Requirement { prompt, ..asked };
            let case = Case { document: document.clone(), ..case(requirement, &all()) };
            assert_eq!(case.decide(), unmet(MissReason::Policy));
        }
    }
    document.policies[0].disabled = true;
    assert_eq!(Case { document, ..case(any(), &all()) }.acr(), Some(Acr::face()));
}

#[test]
fn the_reason_that_is_told_is_what_happened_and_not_what_does_not_exist() {
    for listed in [[Acr::FACE, "urn:example:unknown"], ["urn:example:unknown", Acr::FACE]] {
        let missed = Some(MissReason::UserDeclined);
        let case = Case { missed, ..case(required(&listed), &[pwd(10)]) };
        assert_eq!(case.decide(), unmet(MissReason::UserDeclined), "{listed:?}");
    }
}

#[test]
fn max_age_is_held_against_the_proof_that_the_context_asks_to_be_fresh_and_auth_time_is_its() {
    // OpenID Connect Core 1.0 §3.1.2.1, §2
    let aged = |most, acr| Requirement { max_age: seconds(most), ..required(&[acr]) };
    let cases = [
        // Context, max_age, password and face so long ago, and whether it is met.
        (Acr::FACE, 60, 4_000, 60, true),
        (Acr::FACE, 60, 10, 61, false),
        (Acr::PWD, 60, 60, 4_000, true),
        (Acr::PWD, 60, 61, 10, false),
        // The context's own bound stays where the request's is wider.
        (Acr::FACE, 4_000, 10, 300, true),
        (Acr::FACE, 4_000, 10, 301, false),
    ];
    for (acr, most, password, shown, met) in cases {
        let told = case(aged(most, acr), &[pwd(password), face(shown)]).assurance();
        let deciding = if acr == Acr::FACE { shown } else { password };
        let expected = met.then(|| at(NOW - deciding));
        assert_eq!(told.map(|told| told.auth_time), expected, "{acr} {most} {password} {shown}");
    }
}

#[test]
fn a_minimum_is_held_to_its_own_age_and_not_to_the_requests() {
    let minimum = |most: Option<u32>| Minimum {
        max_age: most.map(Age::of_seconds),
        ..of(Demander::Policy("p".into()), Acr::PWD)
    };
    let asked =
        |most| Requirement { max_age: seconds(60), minima: vec![minimum(most)], ..required(&[Acr::FACE]) };
    let proven = [pwd(4_000), face(10)];
    // The client asked for a fresh face and has it; nobody asked for a fresh password …
    assert_eq!(case(asked(None), &proven).acr(), Some(Acr::face()));
    assert_eq!(case(asked(Some(4_000)), &proven).acr(), Some(Acr::face()));
    // … but the policy.
    assert_eq!(case(asked(Some(3_999)), &proven).decide(), Decision::SignIn(SignInReason::TooOld));
    // Under prompt=login everything is given anew.
    let login = Requirement { prompt: Prompt::Login, max_age: None, ..asked(None) };
    assert_eq!(case(login, &[pwd(4_000), face(2)]).decide(), Decision::SignIn(SignInReason::PromptLogin));
}

#[test]
fn under_prompt_none_each_thing_that_stands_in_the_way_has_its_error() {
    // OpenID Connect Core 1.0 §3.1.2.6
    let none = |requirement| Requirement { prompt: Prompt::None, ..requirement };
    let refused = Decision::Refuse;
    let aged = |requirement| Requirement { max_age: seconds(60), ..requirement };
    use FaceStanding::*;
    let cases = [
        (any(), vec![pwd(100)], Enrolled, None),
        (aged(any()), vec![pwd(100)], Enrolled, Some(refused(Refusal::LoginRequired))),
        (aged(any()), vec![pwd(100), face(10)], Enrolled, None),
        (preferred(&[Acr::FACE]), vec![pwd(100)], Enrolled, None),
        (required(&[Acr::FACE]), vec![pwd(100)], Enrolled, Some(refused(Refusal::InteractionRequired))),
        (
            required(&[Acr::FACE]),
            vec![pwd(100), face(301)],
            Enrolled,
            Some(refused(Refusal::InteractionRequired)),
        ),
        (required(&[Acr::FACE]), vec![pwd(100), face(300)], Enrolled, None),
        (required(&[Acr::FACE]), vec![pwd(100)], Enrollable, Some(refused(Refusal::InteractionRequired))),
        (required(&[Acr::FACE]), vec![pwd(100)], NotEnrollable, Some(unmet(MissReason::FaceNotEnrolled))),
        (required(&[Acr::FACE]), vec![pwd(100)], Suspended, Some(unmet(MissReason::AttemptsExhausted))),
        (required(&[DEVICE]), vec![pwd(100), face(10)], Enrolled, Some(unmet(MissReason::Policy))),
        (under(&[Acr::FACE], any()), vec![pwd(100)], Enrolled, Some(refused(Refusal::InteractionRequired))),
        (
            under(&[Acr::FACE], required(&[Acr::PWD])),
            vec![pwd(100)],
            Enrolled,
            Some(refused(Refusal::InteractionRequired)),
        ),
        (under(&[Acr::FACE], any()), vec![pwd(100), face(300)], Enrolled, None),
        (
            required(&["urn:example:unknown"]),
            vec![pwd(100), face(10)],
            Enrolled,
            Some(unmet(MissReason::Policy)),
        ),
    ];
    for (requirement, entries, standing, expected) in cases {
        let case = Case { face: standing, ..case(none(requirement.clone()), &entries) };
        let decision = case.decide();
        match expected {
            Some(expected) => assert_eq!(decision, expected, "{requirement:?}"),
            None => assert!(matches!(decision, Decision::Proceed(_)), "{requirement:?}: {decision:?}"),
        }
    }
}

#[test]
fn no_reason_to_miss_a_wish_is_an_error_and_each_is_told_of_a_condition() {
    // OpenID Connect Core 1.0 §5.5.1.1
    use MissReason::*;
    for reason in [
        FaceNotVerified,
        FaceNotEnrolled,
        CameraUnavailable,
        AttemptsExhausted,
        UserDeclined,
        ConsentRequired,
        RegistryUnavailable,
        Policy,
    ] {
        let missed = |requirement| Case { missed: Some(reason), ..case(requirement, &[pwd(10)]) };
        assert_eq!(missed(preferred(&[Acr::FACE])).acr(), Some(Acr::pwd()));
        assert_eq!(missed(required(&[Acr::FACE])).decide(), unmet(reason));
        // A later miss takes nothing from what was proven before.
        let proven = Case { missed: Some(reason), ..case(required(&[Acr::FACE]), &[pwd(10), face(5)]) };
        assert_eq!(proven.acr(), Some(Acr::face()));
    }
}
