use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::{
    authn::{
        acr::Proof,
        age::Age,
        circumstances::{Condition, Hours},
        document::ContextDocument,
        ledger::Method,
        policy_set::{Demand, Policy},
    },
    id::ClientId,
    keys::SigningAlgorithm,
    oidc::client::{ClientAuthentication, metadata::ClientMetadata},
    workflow::definition::{WorkflowDefinition, WorkflowName},
};

fn client(id: &str) -> Client {
    Client {
        id: ClientId::parse(id).unwrap(),
        name: id.to_owned(),
        authentication: ClientAuthentication::None,
        secret_hash: None,
        sealed_secret: None,
        redirect_uris: Vec::new(),
        id_token_algorithm: SigningAlgorithm::RS256,
        minimum_acr: None,
        acr_values_are_necessary: false,
        protected_scopes: Vec::new(),
        metadata: ClientMetadata::default(),
        registration_token_hash: None,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// Everything that is found, as code and place, in a document and beside clients that were changed from what ships.
fn found(change: impl FnOnce(&mut PolicyDocument, &mut Vec<Client>)) -> Vec<(LintCode, String)> {
    let house = House::default();
    let mut document = PolicyDocument::shipped(&house);
    let mut clients = vec![client("bank"), client("shop")];
    change(&mut document, &mut clients);
    let set = document.compile(&house).unwrap();
    let around = Surroundings {
        house: &house,
        clients: &clients,
        groups: &BTreeSet::from(["staff".to_owned()]),
        issuers: &[],
        sessions: SessionLifetimes {
            idle: SignedDuration::from_mins(30),
            absolute: SignedDuration::from_hours(12),
            anonymous: SignedDuration::from_hours(1),
        },
        any_resource: false,
    };
    lint(&document, &set, around).into_iter().map(|one| (one.code, one.at)).collect()
}

fn policy(when: Condition, demand: Demand) -> Policy {
    let named = format!("p{}", serde_json::to_string(&(&when, &demand)).unwrap());
    Policy { name: named, title: String::new(), when, demand, disabled: false }
}

fn demand(acr: Acr) -> Demand {
    Demand { acr: Some(acr), ..Demand::default() }
}

fn ids(names: &[&str]) -> Vec<ClientId> {
    names.iter().map(|name| ClientId::parse(name).unwrap()).collect()
}

fn nets(texts: &[&str]) -> Vec<ipnet::IpNet> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn nothing_is_found_in_what_ships() {
    assert_eq!(found(|_, _| {}), []);
}

#[test]
fn a_context_by_a_provider_that_nobody_is_connected_to_is_reached_by_nobody() {
    let elsewhere = Proof { issuer: Some("https://other.example".into()), ..Proof::of(Method::Pwd) };
    let context = |ways: Vec<Vec<Proof>>| ContextDocument {
        acr: Acr("urn:example:far".into()),
        title: String::new(),
        proofs: Vec::new(),
        any_of: ways,
        ages_by: None,
    };
    let alone = found(|document, clients| {
        document.contexts.push(context(vec![vec![elsewhere.clone()]]));
        document.policies.push(policy(Condition::default(), demand(Acr("urn:example:far".into()))));
        clients[0].minimum_acr = Some(Acr("urn:example:far".into()));
    });
    let expected = [
        (LintCode::DemandUnreachable, "policies[0].demand.acr".to_owned()),
        (LintCode::DemandUnreachable, "clients.bank.minimum_acr".to_owned()),
        (LintCode::ContextUnreachable, "contexts[4]".to_owned()),
    ];
    assert_eq!(alone, expected);
    let beside = found(|document, _| {
        document.contexts.push(context(vec![vec![elsewhere.clone()], vec![Proof::of(Method::Pwd)]]));
    });
    assert_eq!(beside, [(LintCode::WayUnreachable, "contexts[4].any_of[0]".to_owned())]);
}

#[test]
fn a_proof_that_is_stale_at_once_opens_no_way() {
    let stale = found(|document, _| {
        document.contexts[1].proofs[1].within = Some(Age::of_seconds(0));
        document.contexts[2].proofs[1].proofed_within = Some(Age::of_seconds(0));
    });
    assert_eq!(stale, ["contexts[1]", "contexts[2]"].map(|at| (LintCode::ContextUnreachable, at.to_owned())));
}

#[test]
fn a_device_key_that_no_face_check_could_bind_is_told() {
    let told = found(|document, _| {
        for context in &mut document.contexts {
            context
                .proofs
                .iter_mut()
                .filter(|one| one.method == Method::Face)
                .for_each(|one| one.device_key = true);
        }
    });
    assert_eq!(told, [(LintCode::DeviceKeyUnobtainable, "contexts".to_owned())]);
}

#[test]
fn workflows_that_lead_nowhere_are_told() {
    let second = |name: &str, parents: &[&str]| WorkflowDefinition {
        name: WorkflowName::parse(name).unwrap(),
        parents: parents.iter().map(|name| WorkflowName::parse(name).unwrap()).collect(),
        ..WorkflowDefinition::shipped()[0].clone()
    };
    let told = found(|document, _| {
        document.workflows.push(second("lonely", &[]));
        document.workflows.push(second("idle", &[WorkflowName::PARENT]));
        document.workflows[1].ways = vec![crate::domain::face::way::Way::Still];
    });
    for expected in [
        (LintCode::ParentWithoutChild, "workflows[2]"),
        (LintCode::ChildUnused, "workflows[3]"),
        (LintCode::NoWayCounts, "workflows[1].ways"),
    ] {
        assert!(told.contains(&(expected.0, expected.1.to_owned())), "{expected:?} in {told:?}");
    }
}

#[test]
fn policies_that_never_apply_are_told_with_the_member_that_keeps_them_from_it() {
    let hour = Age::of_seconds(3_600);
    let day = Age::of_seconds(86_400);
    let cases = [
        (Condition { clients: ids(&["gone"]), ..Condition::default() }, "clients"),
        (Condition { groups: vec!["nobody".into()], ..Condition::default() }, "groups"),
        (Condition { scopes: vec!["transfers".into()], ..Condition::default() }, "scopes"),
        (Condition { resources: vec!["https://api.example".into()], ..Condition::default() }, "resources"),
        (
            Condition {
                networks: nets(&["10.1.0.0/16"]),
                outside_networks: nets(&["10.0.0.0/8"]),
                ..Condition::default()
            },
            "networks",
        ),
        (Condition { session_older_than: Some(day), ..Condition::default() }, "session_older_than"),
        (Condition { idle_longer_than: Some(hour), ..Condition::default() }, "idle_longer_than"),
    ];
    for (when, member) in cases {
        let told = found(|document, _| document.policies.push(policy(when, demand(Acr::face()))));
        let at = format!("policies[0].when.{member}");
        assert_eq!(told, [(LintCode::PolicyNeverApplies, at)]);
    }
}

#[test]
fn a_policy_that_can_apply_is_not_told_and_a_name_too_many_is() {
    let told = found(|document, clients| {
        clients[0].protected_scopes = vec!["transfers".into()];
        let when = Condition {
            clients: ids(&["bank", "gone"]),
            scopes: vec!["transfers".into()],
            groups: vec!["staff".into(), "nobody".into()],
            networks: nets(&["10.0.0.0/8"]),
            outside_networks: nets(&["10.1.0.0/16"]),
            ..Condition::default()
        };
        document.policies.push(policy(when, demand(Acr::face())));
    });
    let expected = [
        (LintCode::UnknownClient, "policies[0].when.clients".to_owned()),
        (LintCode::EmptyGroup, "policies[0].when.groups".to_owned()),
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_another_policy_refuses_is_demanded_in_vain() {
    let refuse = Demand { refuse: true, ..Demand::default() };
    let told = found(|document, _| {
        let wide = Condition { networks: nets(&["192.0.2.0/24"]), ..Condition::default() };
        let narrow =
            Condition { networks: nets(&["192.0.2.8/29"]), clients: ids(&["bank"]), ..Condition::default() };
        document.policies.push(policy(wide, refuse.clone()));
        document.policies.push(policy(narrow, demand(Acr::face())));
        let elsewhere = Condition { networks: nets(&["198.51.100.0/24"]), ..Condition::default() };
        document.policies.push(policy(elsewhere, demand(Acr::face())));
    });
    assert_eq!(told, [(LintCode::PolicyRefusedBefore, "policies[1]".to_owned())]);
    let everyone = found(|document, _| document.policies.push(policy(Condition::default(), refuse)));
    assert_eq!(everyone, [(LintCode::RefusesEveryone, "policies[0].demand.refuse".to_owned())]);
}

#[test]
fn hours_that_end_when_they_begin_and_policies_that_are_off_are_noted() {
    let told = found(|document, _| {
        let midnight = jiff::civil::time(0, 0, 0, 0);
        let hours = Hours { from: midnight, until: midnight, days: Vec::new(), zone: "UTC".into() };
        let when = Condition { hours: Some(hours), ..Condition::default() };
        document.policies.push(policy(when, demand(Acr::face())));
        let off =
            policy(Condition { groups: vec!["nobody".into()], ..Condition::default() }, Demand::default());
        document.policies.push(Policy { disabled: true, demand: demand(Acr::face()), ..off });
    });
    let expected = [
        (LintCode::HoursAllDay, "policies[0].when.hours".to_owned()),
        (LintCode::PolicyDisabled, "policies[1].disabled".to_owned()),
    ];
    assert_eq!(told, expected);
}

#[test]
fn clients_that_ask_for_what_is_not_there_or_does_not_go_together_are_told() {
    let told = found(|_, clients| {
        clients[0].minimum_acr = Some(Acr::face());
        clients[0].metadata.default_acr_values = vec![Acr::pwd(), Acr("urn:gone".into())];
        clients[0].metadata.acr_dialect = Some("klingon".into());
        clients[1].minimum_acr = Some(Acr("urn:gone".into()));
        clients[1].protected_scopes = vec!["transfers".into()];
        clients[1].metadata.scope = vec!["openid".into()];
    });
    let expected = [
        (LintCode::DemandUnreachable, "clients.shop.minimum_acr"),
        (LintCode::UnknownDialect, "clients.bank.acr_dialect"),
        (LintCode::UnknownContext, "clients.bank.default_acr_values"),
        (LintCode::DefaultBelowMinimum, "clients.bank.default_acr_values"),
        (LintCode::ScopeNotGranted, "clients.shop.protected_scopes"),
    ];
    assert_eq!(told, expected.map(|(code, at)| (code, at.to_owned())));
}

#[test]
fn a_demand_that_a_dialect_has_no_word_for_is_noted() {
    let told = found(|document, clients| {
        clients[0].metadata.acr_dialect = Some("keycloak".into());
        document.policies.push(policy(
            Condition { clients: ids(&["bank"]), ..Condition::default() },
            demand(Acr(Acr::FACE_DEVICE.into())),
        ));
    });
    assert_eq!(told, [(LintCode::DialectLacksWord, "policies[0].demand.acr".to_owned())]);
}
