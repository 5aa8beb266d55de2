//! For the property tests: ledgers as sessions come to have them, contexts as administrators might write them, and a second
//! reading of both that shares no code with the first.

use jiff::Timestamp;
use proptest::prelude::*;

use super::{
    acr::{AcrRule, Combination, Proof},
    age::Age,
    document::{ContextDocument, House, PolicyDocument},
    ledger::{AssuranceEntry, AssuranceLedger, BoundKey, Evidence, Method, Showing},
    policy_set::PolicySet,
    ways::WayPolicy,
};
use crate::domain::{authn::acr::Acr, face::way::Way, id::RunId, workflow::definition::WorkflowName};

/// When every history begins.
pub(super) const START: i64 = 1_800_000_000;
/// Another provider.
pub(super) const IDP: &str = "https://idp.example";
/// A second child of the parent that ships.
pub(super) const TOUGH: &str = "tough";

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A proof as it comes to a session: what it is, and how long after the one before.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub after: i64,
    pub method: Method,
    pub issuer: bool,
    pub parent: bool,
    pub way: Way,
    pub workflow: Option<&'static str>,
    pub key_age: Option<i64>,
    pub proofed_ago: Option<i64>,
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    let showing = (
        prop::bool::weighted(0.2),
        prop::sample::select(Way::ALL.to_vec()),
        prop::sample::select(vec![None, Some(WorkflowName::CHILD), Some(TOUGH), Some(WorkflowName::PARENT)]),
        prop::sample::select(vec![None, Some(-1), Some(0), Some(1), Some(5_000)]),
        prop::sample::select(vec![None, Some(0), Some(5_000), Some(90_000), Some(3_000_000)]),
    );
    (
        prop::sample::select(vec![0, 1, 30, 60, 61, 299, 300, 301, 4_000]),
        any::<bool>(),
        prop::bool::weighted(0.15),
        showing,
    )
        .prop_map(|(after, face, issuer, (parent, way, workflow, key_age, proofed_ago))| Event {
            after,
            method: if face { Method::Face } else { Method::Pwd },
            issuer,
            parent,
            way,
            workflow,
            key_age,
            proofed_ago,
        })
}

/// Every entry of a history, none of them replaced.
pub(super) fn history(events: &[Event]) -> Vec<AssuranceEntry> {
    let mut now = START;
    let mut entries = Vec::new();
    for event in events {
        now += event.after;
        let showing = Showing {
            workflow: event.workflow.and_then(WorkflowName::parse),
            proofed_at: event.proofed_ago.map(|ago| at(now - ago)),
            ..Showing::new(RunId::from_random([1; 16]), event.way)
        };
        let is_face = event.method == Method::Face;
        let evidence = match (is_face, event.parent) {
            (false, _) => Evidence::Password,
            (true, false) => Evidence::ChildRun(showing),
            (true, true) => Evidence::ParentRun(showing),
        };
        let key = event.key_age.filter(|_| is_face);
        entries.push(AssuranceEntry {
            device_key: key.map(|age| BoundKey { thumbprint: "k".into(), bound_at: at(now - age) }),
            issuer: event.issuer.then(|| IDP.to_owned()),
            ..AssuranceEntry::own(event.method, at(now), evidence)
        });
    }
    entries
}

pub(super) fn ledger(entries: &[AssuranceEntry]) -> AssuranceLedger {
    let mut ledger = AssuranceLedger::default();
    entries.iter().for_each(|entry| ledger.record(entry.clone()));
    ledger
}

/// A proof as it may be written: only faces that are shown here have more to them than an age.
pub(super) fn proof() -> impl Strategy<Value = Proof> {
    let age = |choices: &[Option<u32>]| prop::sample::select(choices.to_vec());
    (
        any::<bool>(),
        age(&[None, None, Some(60), Some(300), Some(4_000)]),
        prop::sample::select(vec![None, None, Some(WorkflowName::CHILD), Some(TOUGH)]),
        prop::bool::weighted(0.3),
        age(&[None, None, Some(86_400), Some(2_592_000)]),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(face, within, workflow, device_key, proofed, issuer)| {
            let own_face = face && !issuer;
            Proof {
                method: if face { Method::Face } else { Method::Pwd },
                within: within.map(Age::of_seconds),
                workflow: workflow.filter(|_| own_face).and_then(WorkflowName::parse),
                device_key: device_key && own_face,
                proofed_within: proofed.filter(|_| own_face).map(Age::of_seconds),
                issuer: issuer.then(|| IDP.to_owned()),
            }
        })
}

/// One to three ways to a context, of one to three proofs each.
pub(super) fn ways_to() -> impl Strategy<Value = Vec<Vec<Proof>>> {
    prop::collection::vec(prop::collection::vec(proof(), 1..=3), 1..=3)
}

/// The document that ships, with a second child, and with these contexts before its own, named `urn:example:0` and so on.
pub(super) fn document(contexts: &[Vec<Vec<Proof>>]) -> PolicyDocument {
    let mut document = PolicyDocument::shipped(&House::default());
    let mut tough = document.workflows[1].clone();
    tough.name = WorkflowName::parse(TOUGH).unwrap();
    document.workflows.push(tough);
    let written = contexts.iter().enumerate().map(|(n, any_of)| ContextDocument {
        acr: Acr(format!("urn:example:{n}")),
        title: String::new(),
        proofs: Vec::new(),
        any_of: any_of.clone(),
        ages_by: None,
    });
    document.contexts.splice(0..0, written);
    document
}

pub(super) fn compiled(contexts: &[Vec<Vec<Proof>>], ways: WayPolicy) -> PolicySet {
    document(contexts).compile(&House { ways, ..House::default() }).unwrap()
}

/// How faces may be shown: as they ship, or also without moving beside a password.
pub(super) fn ways() -> impl Strategy<Value = WayPolicy> {
    let all = WayPolicy {
        offered: Way::ALL.into_iter().collect(),
        counted: Way::ALL.into_iter().collect(),
        still_with: [Method::Pwd].into_iter().collect(),
    };
    let turns = WayPolicy { counted: [Way::Turns].into_iter().collect(), ..WayPolicy::default() };
    let nowhere = WayPolicy { still_with: std::iter::empty().collect(), ..all };
    prop::sample::select(vec![WayPolicy::default(), all, turns, nowhere])
}

/// The second reading: whether these entries hold what one of a rule's combinations asks, and its deciding one is no older than
/// so many seconds.
pub(super) fn holds(rule: &AcrRule, entries: &[AssuranceEntry], now: i64, max_age: Option<i64>) -> bool {
    rule.any_of.iter().any(|one| {
        let each =
            one.proofs.iter().all(|proof| entries.iter().any(|entry| is(rule, proof, entry, entries, now)));
        let freshest = latest_deciding(rule, one, entries, now);
        each && freshest.is_some_and(|at| max_age.is_none_or(|most| now - at <= most))
    })
}

fn latest_deciding(rule: &AcrRule, one: &Combination, entries: &[AssuranceEntry], now: i64) -> Option<i64> {
    let mut strictest: Option<&Proof> = None;
    for proof in one.proofs.iter().filter(|proof| proof.method == one.ages_by) {
        let bound = |proof: &Proof| proof.within.map_or(i64::MAX, |age| age.length().as_secs());
        if strictest.is_none_or(|kept| bound(proof) < bound(kept)) {
            strictest = Some(proof);
        }
    }
    let times = entries.iter().filter(|entry| is(rule, strictest.unwrap(), entry, entries, now));
    times.map(|entry| entry.achieved_at.as_second()).max()
}

fn is(rule: &AcrRule, proof: &Proof, entry: &AssuranceEntry, all: &[AssuranceEntry], now: i64) -> bool {
    let old = |time: Timestamp| now - time.as_second();
    let young = |most: Option<Age>, time: Option<Timestamp>| match (most, time) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(most), Some(time)) => old(time) <= most.length().as_secs(),
    };
    let has_password = all.iter().any(|one| one.method == Method::Pwd && one.issuer.is_none());
    let (shown, enrols) = match &entry.evidence {
        Evidence::Password => (None, false),
        Evidence::ChildRun(showing) => (Some(showing), false),
        Evidence::ParentRun(showing) => (Some(showing), true),
    };
    let way = shown.is_none_or(|shown| match shown.way {
        Way::Still => {
            rule.ways.counted.contains(Way::Still)
                && rule.ways.still_with.contains(Method::Pwd)
                && has_password
        }
        moved => rule.ways.counted.contains(moved),
    });
    let workflow = match (&proof.workflow, shown.and_then(|shown| shown.workflow.as_ref())) {
        (None, _) => true,
        (Some(_), None) => false,
        // Both children take the enrolments of the one parent.
        (Some(asked), Some(shown)) => asked == shown || shown.as_str() == WorkflowName::PARENT,
    };
    let key = entry.device_key.as_ref().is_some_and(|key| enrols || key.bound_at < entry.achieved_at);
    entry.method == proof.method
        && entry.issuer == proof.issuer
        && way
        && workflow
        && (key || !proof.device_key)
        && young(proof.within, Some(entry.achieved_at))
        && young(proof.proofed_within, shown.and_then(|shown| shown.proofed_at))
}
