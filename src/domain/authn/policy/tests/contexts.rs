//! Each kind of proof that a context may ask for, and the words by which it is told.

use super::*;

fn about(acr: &str, entries: &[AssuranceEntry]) -> Case {
    case(condition(named(acr)), entries)
}

/// A document with a second child that takes the same enrolments, and with contexts that name either.
fn with_two_children() -> PolicyDocument {
    let mut document = PolicyDocument::shipped(&House::default());
    let tough = WorkflowName::parse("tough").unwrap();
    let mut child = document.workflows[1].clone();
    child.name = tough.clone();
    document.workflows.push(child);
    let through = |name: &WorkflowName| Proof {
        within: Some(Age::of_seconds(300)),
        workflow: Some(name.clone()),
        ..Proof::of(Method::Face)
    };
    let pwd = || Proof::of(Method::Pwd);
    document.contexts.push(context("urn:example:tough", vec![pwd(), through(&tough)]));
    document.contexts.push(context("urn:example:plain", vec![pwd(), through(&WorkflowName::child())]));
    document
}

#[test]
fn a_device_key_counts_that_was_bound_before_the_face_or_by_the_enrolment_itself() {
    // NIST SP 800-63B-4 §4.1.2: an authenticator is bound by an earlier authentication
    let enrolling = |ago: i64| {
        let evidence = Evidence::ParentRun(Showing::new(RunId::from_random([3; 16]), Way::Turns));
        AssuranceEntry { evidence, ..face_by_key(ago, 0) }
    };
    let cases = [
        (face_by_key(10, 1), true),
        (face_by_key(10, 0), false),
        (face_by_key(10, -5), false),
        (face(10), false),
        (enrolling(10), true),
        (face_by_key(301, DAY), false),
    ];
    for (entry, counts) in cases {
        let asked = about(Acr::FACE_DEVICE, &[pwd(100), entry.clone()]);
        assert_eq!(asked.acr().is_some(), counts, "{entry:?}");
        if counts {
            let told = asked.assurance().unwrap();
            assert_eq!(
                serde_json::to_value(&told.amr).unwrap(),
                serde_json::json!(["face", "mfa", "pwd", "swk"])
            );
        }
        // Whatever the key, it is a face.
        assert_eq!(about(Acr::FACE, &[pwd(100), face(10)]).acr(), Some(Acr::face()));
    }
}

#[test]
fn a_face_is_asked_for_a_device_context_only_where_it_can_come_of_it() {
    use FaceStanding::*;
    let cases = [
        (Enrolled, true, step_up()),
        (Enrolled, false, unmet(MissReason::Policy)),
        (Enrollable, false, Decision::Enrol(WorkflowName::parent())),
        (NotEnrollable, true, unmet(MissReason::FaceNotEnrolled)),
        (Suspended, true, unmet(MissReason::AttemptsExhausted)),
    ];
    for (standing, has_device_key, expected) in cases {
        let asked = about(Acr::FACE_DEVICE, &[pwd(100), face(10)]);
        assert_eq!(Case { face: standing, has_device_key, ..asked }.decide(), expected, "{standing:?}");
    }
}

#[test]
fn a_proofed_context_needs_an_enrolment_that_is_young_enough_and_a_stale_one_is_made_anew() {
    let cases = [
        // The enrolment's age in days, whether one can be made, and what comes of a fresh face against it.
        (29, true, None),
        (30, true, None),
        (31, true, Some(Decision::Enrol(WorkflowName::parent()))),
        (31, false, Some(unmet(MissReason::FaceNotEnrolled))),
    ];
    for (days, can_enrol, expected) in cases {
        let shown = face_of(10, "face-step-up", days * DAY);
        let asked = about(Acr::FACE_PROOFED, &[pwd(100), shown]);
        let asked = Case { enrolled_ago: days * DAY, can_enrol, ..asked };
        match expected {
            Some(expected) => assert_eq!(asked.decide(), expected, "{days}"),
            None => assert_eq!(asked.acr(), Some(named(Acr::FACE_PROOFED)), "{days}"),
        }
    }
    // The enrolment is young, and no face was shown against it yet.
    assert_eq!(about(Acr::FACE_PROOFED, &[pwd(100)]).decide(), step_up());
    // A face whose enrolment's age is not known is no proof of it.
    assert_eq!(about(Acr::FACE_PROOFED, &[pwd(100), face(10)]).decide(), step_up());
    // The enrolment grew old while the session's face stayed fresh.
    let grown = Case {
        enrolled_ago: 31 * DAY,
        ..about(Acr::FACE_PROOFED, &[pwd(1), face_of(10, "face-step-up", 31 * DAY)])
    };
    assert_eq!(grown.decide(), Decision::Enrol(WorkflowName::parent()));
}

#[test]
fn a_context_that_names_a_workflow_is_earned_through_it_or_by_the_enrolment_it_takes() {
    let cases = [
        ("urn:example:tough", "tough", true),
        ("urn:example:tough", "face-step-up", false),
        ("urn:example:plain", "face-step-up", true),
        ("urn:example:plain", "tough", false),
        (Acr::FACE, "tough", true),
        // The parent's own face check, where policy lets it count.
        ("urn:example:tough", "government-id", true),
        ("urn:example:plain", "government-id", true),
    ];
    for (acr, shown_in, earned) in cases {
        let asked = about(acr, &[pwd(100), face_of(10, shown_in, DAY)]);
        let asked = Case { document: with_two_children(), ..asked };
        assert_eq!(asked.acr().is_some(), earned, "{acr} {shown_in}");
    }
    for (acr, workflow) in [("urn:example:tough", "tough"), ("urn:example:plain", "face-step-up")] {
        let asked = Case { document: with_two_children(), ..about(acr, &[pwd(100)]) };
        assert_eq!(asked.decide(), Decision::StepUp(WorkflowName::parse(workflow).unwrap()));
    }
    // Faces through either stand side by side in the ledger.
    let both = [pwd(100), face_of(20, "tough", DAY), face_of(10, "face-step-up", DAY)];
    for (acr, shown) in [("urn:example:tough", 20), ("urn:example:plain", 10), (Acr::FACE, 10)] {
        let asked = Case { document: with_two_children(), ..about(acr, &both) };
        assert_eq!(asked.assurance().map(|told| told.auth_time), Some(at(NOW - shown)), "{acr}");
    }
}

#[test]
fn an_enrolment_of_a_parent_that_the_child_does_not_take_is_none() {
    let mut document = with_two_children();
    document.workflows.push(crate::domain::workflow::definition::WorkflowDefinition {
        name: WorkflowName::parse("passport").unwrap(),
        ..document.workflows[0].clone()
    });
    document.workflows[2].parents = vec![WorkflowName::parse("passport").unwrap()];
    let asked = Case { document, ..about("urn:example:tough", &[pwd(100)]) };
    assert_eq!(asked.decide(), Decision::Enrol(WorkflowName::parse("passport").unwrap()));
    assert_eq!(Case { can_enrol: false, ..asked }.decide(), unmet(MissReason::FaceNotEnrolled));
}

#[test]
fn what_another_provider_saw_counts_only_where_a_context_names_that_provider() {
    const IDP: &str = "https://idp.example";
    let seen_by = |issuer: &str, entry| AssuranceEntry { issuer: Some(issuer.into()), ..entry };
    let upstream = Proof { issuer: Some(IDP.into()), ..Proof::of(Method::Pwd) };
    let mut document = PolicyDocument::shipped(&House::default());
    document.contexts.push(context("urn:example:partner", vec![upstream]));
    let cases = [
        ("urn:example:partner", seen_by(IDP, pwd(10)), true),
        ("urn:example:partner", seen_by("https://other.example", pwd(10)), false),
        ("urn:example:partner", pwd(10), false),
        (Acr::PWD, seen_by(IDP, pwd(10)), false),
        (Acr::PWD, pwd(10), true),
    ];
    for (acr, entry, earned) in cases {
        let asked = Case { document: document.clone(), ..about(acr, std::slice::from_ref(&entry)) };
        assert_eq!(asked.acr().is_some(), earned, "{acr} {entry:?}");
    }
    // A face that another provider saw takes the place of none that we saw.
    let beside = [pwd(100), face(10), seen_by(IDP, face(5))];
    let told = about(Acr::FACE, &beside).assurance().unwrap();
    assert_eq!(told.auth_time, at(NOW - 10));
    // It is not asked for either: nothing here could bring it about.
    let asked = Case { document, ..about("urn:example:partner", &[pwd(10)]) };
    assert_eq!(asked.decide(), unmet(MissReason::Policy));
}

#[test]
fn nobody_is_asked_for_a_proof_that_is_stale_when_it_is_given() {
    let within = |seconds| Some(Age::of_seconds(seconds));
    let stale = Proof { within: within(0), ..Proof::of(Method::Face) };
    let proofed = Proof { proofed_within: within(0), ..Proof::of(Method::Face) };
    let mut document = PolicyDocument::shipped(&House::default());
    document.contexts.push(context("urn:example:never", vec![Proof::of(Method::Pwd), stale]));
    document.contexts.push(context("urn:example:anew", vec![Proof::of(Method::Pwd), proofed]));
    for acr in ["urn:example:never", "urn:example:anew"] {
        let asked = Case { document: document.clone(), ..about(acr, &[pwd(10), face(5)]) };
        assert_eq!(asked.decide(), unmet(MissReason::Policy), "{acr}");
    }
}

#[test]
fn a_client_is_told_the_word_by_which_it_asked() {
    let proven = [pwd(10), face(5)];
    let cases = [
        // Its dialect, what it asks, and what it is told.
        (Some("entra"), Some("possessionorinherence"), "possessionorinherence"),
        (Some("entra"), Some("inherence"), "inherence"),
        // Our own names are understood from everyone.
        (Some("entra"), Some(Acr::FACE), Acr::FACE),
        // Unasked it is told the first word that stands for the session's own context …
        (Some("entra"), None, "possessionorinherence"),
        (Some("keycloak"), None, "2"),
        // … and our own where there is none, or no dialect any more.
        (Some("pape"), None, "http://schemas.openid.net/pape/policies/2007/06/multi-factor"),
        (Some("gone"), None, Acr::FACE),
        (None, None, Acr::FACE),
    ];
    for (dialect, asked, told) in cases {
        let requirement = asked.map_or_else(any, |name| condition(named(name)));
        let case = Case { dialect, ..case(requirement, &proven) };
        assert_eq!(case.acr(), Some(named(told)), "{dialect:?} {asked:?}");
    }
    let low = Case { dialect: Some("pape"), ..case(any(), &[pwd(10)]) };
    assert_eq!(low.acr(), Some(Acr::pwd()), "PAPE has no word for a password");
    // Another client's words are unknown to it.
    let foreign = case(condition(named("possessionorinherence")), &proven);
    assert_eq!(foreign.decide(), unmet(MissReason::Policy));
    // A minimum is told in its words, whichever it was written in.
    for minimum in [Acr::FACE, "2"] {
        let requirement = Requirement { minima: vec![least(named(minimum))], ..wish(named("1")) };
        let case = Case { dialect: Some("keycloak"), ..case(requirement, &proven) };
        assert_eq!(case.acr(), Some(named("2")), "{minimum}");
    }
}

#[test]
fn without_an_engine_a_context_of_a_face_is_unknown_in_every_dialect() {
    let house = House { offers_face: false, ..House::default() };
    let set = PolicyDocument::shipped(&house).compile(&house).unwrap();
    for (dialect, name) in [(None, Acr::FACE), (Some("keycloak"), "2"), (Some("entra"), "inherence")] {
        assert!(set.vocabulary(dialect).rule(&named(name)).is_none(), "{name}");
    }
    assert!(set.vocabulary(Some("keycloak")).rule(&named("1")).is_some());
}

#[test]
fn a_context_of_several_ways_takes_the_first_to_which_there_is_a_way() {
    let mut document = PolicyDocument::shipped(&House::default());
    let face = Proof { within: Some(Age::of_seconds(300)), ..Proof::of(Method::Face) };
    let fresh = Proof { within: Some(Age::of_seconds(60)), ..Proof::of(Method::Pwd) };
    document.contexts.push(ContextDocument {
        any_of: vec![vec![Proof::of(Method::Pwd), face], vec![fresh]],
        ..context("urn:example:either", Vec::new())
    });
    let asked = |entries: &[AssuranceEntry]| Case {
        document: document.clone(),
        ..about("urn:example:either", entries)
    };
    let told = |case: Case| case.assurance().map(|told| (told.auth_time, told.amr.len()));
    assert_eq!(told(asked(&[pwd(4_000), face_of(10, "face-step-up", DAY)])), Some((at(NOW - 10), 3)));
    assert_eq!(told(asked(&[pwd(30)])), Some((at(NOW - 30), 1)));
    assert_eq!(asked(&[pwd(100)]).decide(), step_up());
    let declined = Case { missed: Some(MissReason::UserDeclined), ..asked(&[pwd(100)]) };
    assert_eq!(declined.decide(), Decision::SignIn(SignInReason::TooOld), "the other way is still open");
}
