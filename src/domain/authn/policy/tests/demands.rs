//! Each circumstance under which a policy may demand a context, through to the decision.

use super::*;
use crate::domain::authn::circumstances::{Hours, Unmatched};

/// Decides under one policy that demands the face context, in circumstances where it applies and where it does not.
fn is_demanded(when: &Condition, change: impl FnOnce(&mut Circumstances)) -> bool {
    let mut asked = case(any(), &[pwd(100)]);
    asked.document.policies = vec![demanding("p", when.clone(), Acr::FACE)];
    change(&mut asked.circumstances);
    let decision = asked.decide();
    let explained = asked.with(StepUpPolicy::explain);
    assert_eq!(explained.decision, decision);
    let applied = explained.policies[0].unmatched.is_none();
    assert_eq!(explained.minima.len(), usize::from(applied));
    assert_eq!(decision == step_up(), applied, "{decision:?}");
    assert!(applied || decision == case(any(), &[pwd(100)]).decide());
    applied
}

fn texts(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}

#[test]
fn a_client_a_scope_a_resource_or_a_group_may_need_more() {
    let when = Condition { clients: vec![ClientId::parse("bank").unwrap()], ..Condition::default() };
    assert!(is_demanded(&when, |_| {}));
    assert!(!is_demanded(&when, |known| known.client = ClientId::parse("shop").unwrap()));
    let when = Condition { scopes: texts("transfer"), ..Condition::default() };
    assert!(is_demanded(&when, |known| known.scopes.push("transfer".into())));
    assert!(!is_demanded(&when, |_| {}));
    let when = Condition { resources: texts("https://api.example/"), ..Condition::default() };
    assert!(is_demanded(&when, |known| known.resources = texts("https://api.example/")));
    assert!(!is_demanded(&when, |known| known.resources = texts("https://other.example/")));
    let when = Condition { groups: texts("traders"), ..Condition::default() };
    assert!(is_demanded(&when, |known| known.groups = texts("traders")));
    assert!(!is_demanded(&when, |_| {}));
}

#[test]
fn a_network_or_a_new_device_may_need_more() {
    let net = vec!["10.0.0.0/8".parse().unwrap()];
    let inside = Condition { networks: net.clone(), ..Condition::default() };
    let outside = Condition { outside_networks: net, ..Condition::default() };
    for (address, is_inside) in [(Some("10.1.1.1"), true), (Some("8.8.8.8"), false), (None, false)] {
        let address = address.map(|text| text.parse().unwrap());
        assert_eq!(is_demanded(&inside, |known| known.address = address), is_inside);
        assert_eq!(is_demanded(&outside, |known| known.address = address), !is_inside);
    }
    let when = Condition { new_device: Some(true), ..Condition::default() };
    assert!(is_demanded(&when, |known| known.is_new_device = true));
    assert!(!is_demanded(&when, |_| {}));
}

#[test]
fn an_hour_an_old_session_or_an_idle_one_may_need_more() {
    let night = Hours {
        from: "22:00".parse().unwrap(),
        until: "06:00".parse().unwrap(),
        days: Vec::new(),
        zone: "Europe/Vienna".into(),
    };
    let when = Condition { hours: Some(night), ..Condition::default() };
    let at_time = |text: &str| text.parse().unwrap();
    assert!(is_demanded(&when, |known| known.now = at_time("2027-01-13T21:00:00Z")));
    assert!(!is_demanded(&when, |known| known.now = at_time("2027-01-13T20:59:59Z")));
    let when = Condition { session_older_than: Some(Age::of_seconds(3_999)), ..Condition::default() };
    assert!(is_demanded(&when, |_| {}));
    assert!(!is_demanded(&when, |known| known.session_opened_at = at(NOW - 3_999)));
    let when = Condition { idle_longer_than: Some(Age::of_seconds(10)), ..Condition::default() };
    assert!(is_demanded(&when, |known| known.session_seen_at = at(NOW - 11)));
    assert!(!is_demanded(&when, |_| {}));
}

#[test]
fn policies_that_apply_hold_together_whatever_their_order() {
    let always = Condition::default;
    let fresh = Policy {
        demand: Demand { acr: Some(Acr::face()), max_age: Some(Age::of_seconds(60)), refuse: false },
        ..demanding("fresh", always(), Acr::FACE)
    };
    let mut policies =
        vec![demanding("any", always(), Acr::PWD), fresh, demanding("face", always(), Acr::FACE)];
    for _ in 0..2 {
        policies.reverse();
        for (shown, met) in [(60, true), (61, false)] {
            let mut asked = case(any(), &[pwd(100), face(shown)]);
            asked.document.policies = policies.clone();
            assert_eq!(asked.acr().is_some(), met, "{shown}");
        }
    }
}

#[test]
fn an_explanation_names_what_did_not_hold_and_what_each_proof_fell_short_of() {
    let mut asked = case(condition(named(Acr::FACE_DEVICE)), &[pwd(100), face(301)]);
    let when = Condition { groups: texts("traders"), ..Condition::default() };
    asked.document.policies = vec![demanding("traders", when, Acr::FACE)];
    let explained = asked.with(StepUpPolicy::explain);
    assert_eq!(explained.policies[0].unmatched, Some(Unmatched::Group));
    let verdict = |acr: &str| explained.contexts.iter().find(|one| one.acr.0 == acr).unwrap();
    use crate::domain::authn::acr::Shortfall::*;
    for (acr, shortfall) in
        [(Acr::FACE, TooOld), (Acr::FACE_DEVICE, NoDeviceKey), (Acr::FACE_PROOFED, ProofedTooLongAgo)]
    {
        assert!(!verdict(acr).earned);
        assert_eq!(verdict(acr).any_of[0][1].shortfall, Some(shortfall), "{acr}");
        assert_eq!(verdict(acr).any_of[0][0].achieved_at, Some(at(NOW - 100)));
    }
    assert!(verdict(Acr::PWD).earned);
    // What is kept in the audit log is read back from it.
    let kept = serde_json::to_string(&explained).unwrap();
    assert_eq!(serde_json::from_str::<Explanation>(&kept).unwrap(), explained);
}
