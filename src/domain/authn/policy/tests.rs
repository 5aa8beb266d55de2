use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::{
    authn::{
        acr::{Acr, Proof},
        age::Age,
        circumstances::Condition,
        document::{ContextDocument, House, PolicyDocument},
        ledger::{AssuranceEntry, BoundKey, Evidence, Method, Methods, Showing},
        policy_set::{Demand, Policy},
        requirement::{AcrRequest, Demander, Minimum, Prompt},
        ways::WayPolicy,
    },
    face::way::{Way, Ways},
    id::{ClientId, RunId},
};

mod contexts;
mod demands;
mod precedence;
mod properties;

const NOW: i64 = 1_800_000_000;
const DAY: i64 = 86_400;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn pwd(ago: i64) -> AssuranceEntry {
    AssuranceEntry::own(Method::Pwd, at(NOW - ago), Evidence::Password)
}

fn face(ago: i64) -> AssuranceEntry {
    shown(ago, Way::Turns)
}

fn shown(ago: i64, way: Way) -> AssuranceEntry {
    let evidence = Evidence::ChildRun(Showing::new(RunId::from_random([1; 16]), way));
    AssuranceEntry::own(Method::Face, at(NOW - ago), evidence)
}

fn step_up() -> Decision {
    Decision::StepUp(WorkflowName::child())
}

fn least(acr: Acr) -> Minimum {
    Minimum { acr, max_age: None, by: Demander::Client }
}

fn circumstances() -> Circumstances {
    Circumstances {
        client: ClientId::parse("bank").unwrap(),
        scopes: vec!["openid".into()],
        resources: Vec::new(),
        groups: Vec::new(),
        address: None,
        is_new_device: false,
        session_opened_at: at(NOW - 4000),
        session_seen_at: at(NOW - 10),
        now: at(NOW),
    }
}

fn user(n: u8) -> Subject {
    Subject::from_random([n; 16])
}

fn any() -> Requirement {
    Requirement {
        acr: AcrRequest::Any,
        minima: Vec::new(),
        max_age: None,
        prompt: Prompt::AsNeeded,
        subject: None,
    }
}

fn wish(acr: Acr) -> Requirement {
    Requirement { acr: AcrRequest::Preferred(vec![acr]), ..any() }
}

fn condition(acr: Acr) -> Requirement {
    Requirement { acr: AcrRequest::Required(vec![acr]), ..any() }
}

/// Facts to decide by, of which a test changes what it is about: Ada, enrolled a day ago, under the policies that ship.
struct Case {
    requirement: Requirement,
    entries: Option<Vec<AssuranceEntry>>,
    face: FaceStanding,
    enrolled_ago: i64,
    can_enrol: bool,
    has_device_key: bool,
    missed: Option<MissReason>,
    ways: WayPolicy,
    document: PolicyDocument,
    dialect: Option<&'static str>,
    circumstances: Circumstances,
}

fn case(requirement: Requirement, entries: &[AssuranceEntry]) -> Case {
    Case {
        requirement,
        entries: Some(entries.to_vec()),
        face: FaceStanding::Enrolled,
        enrolled_ago: DAY,
        can_enrol: true,
        has_device_key: false,
        missed: None,
        ways: WayPolicy::default(),
        document: PolicyDocument::shipped(&House::default()),
        dialect: None,
        circumstances: circumstances(),
    }
}

impl Case {
    fn set(&self) -> PolicySet {
        let house = House { ways: self.ways, ..House::default() };
        self.document.compile(&house).unwrap()
    }

    fn with<T>(&self, run: impl FnOnce(Facts<'_>) -> T) -> T {
        let set = self.set();
        let ledger = self.entries.as_ref().map(|entries| {
            let mut ledger = AssuranceLedger::default();
            entries.iter().for_each(|entry| ledger.record(entry.clone()));
            ledger
        });
        let own = user(1);
        let moment = Moment { now: at(NOW), max_age: self.requirement.max_age, since: at(NOW - 5) };
        let enrolment =
            EnrolledBy { workflow: WorkflowName::parent(), completed_at: at(NOW - self.enrolled_ago) };
        run(Facts {
            requirement: &self.requirement,
            set: &set,
            dialect: self.dialect,
            circumstances: &self.circumstances,
            signed_in: ledger.as_ref().map(|ledger| SignedIn { subject: &own, ledger }),
            face: &FaceFacts {
                standing: self.face,
                enrolment: (self.face == FaceStanding::Enrolled).then_some(enrolment),
                can_enrol: self.can_enrol,
                has_device_key: self.has_device_key,
            },
            missed: self.missed,
            moment,
        })
    }

    fn decide(&self) -> Decision {
        self.with(StepUpPolicy::decide)
    }

    fn assurance(&self) -> Option<Assurance> {
        match self.decide() {
            Decision::Proceed(assurance) => Some(assurance),
            _ => None,
        }
    }

    fn acr(&self) -> Option<Acr> {
        self.assurance().map(|assurance| assurance.acr)
    }
}

fn unmet(reason: MissReason) -> Decision {
    Decision::Refuse(Refusal::Unmet(reason))
}

fn named(name: &str) -> Acr {
    Acr(name.to_owned())
}

fn seconds(seconds: i64) -> Option<SignedDuration> {
    Some(SignedDuration::from_secs(seconds))
}

/// A face by a key that was bound so many seconds before it.
fn face_by_key(ago: i64, bound_before: i64) -> AssuranceEntry {
    let key = BoundKey { thumbprint: "k".into(), bound_at: at(NOW - ago - bound_before) };
    AssuranceEntry { device_key: Some(key), ..face(ago) }
}

/// A face against an enrolment of so long ago, through a workflow.
fn face_of(ago: i64, workflow: &str, proofed_ago: i64) -> AssuranceEntry {
    let showing = Showing {
        workflow: WorkflowName::parse(workflow),
        proofed_at: Some(at(NOW - proofed_ago)),
        ..Showing::new(RunId::from_random([2; 16]), Way::Turns)
    };
    AssuranceEntry::own(Method::Face, at(NOW - ago), Evidence::ChildRun(showing))
}

/// A context of one list of proofs.
fn context(name: &str, proofs: Vec<Proof>) -> ContextDocument {
    let acr = named(name);
    ContextDocument { acr, title: String::new(), proofs, any_of: Vec::new(), ages_by: None }
}

/// A policy that demands a context under a condition.
fn demanding(name: &str, when: Condition, acr: &str) -> Policy {
    let demand = Demand { acr: Some(named(acr)), ..Demand::default() };
    Policy { name: name.into(), title: String::new(), when, demand, disabled: false }
}

#[test]
fn nobody_signed_in_means_sign_in_and_login_required_when_nothing_may_be_shown() {
    // OpenID Connect Core 1.0 §3.1.2.6
    let mut case = Case { entries: None, ..case(any(), &[]) };
    assert_eq!(case.decide(), Decision::SignIn(SignInReason::NoSession));
    case.requirement.prompt = Prompt::None;
    assert_eq!(case.decide(), Decision::Refuse(Refusal::LoginRequired));
}

#[test]
fn a_wish_for_a_face_is_tried_and_falls_back_to_the_session_when_missed() {
    // OpenID Connect Core 1.0 §5.5.1.1: voluntary
    let mut case = case(wish(Acr::face()), &[pwd(100)]);
    assert_eq!(case.decide(), step_up());
    case.missed = Some(MissReason::FaceNotVerified);
    assert_eq!(case.acr(), Some(Acr::pwd()));
}

#[test]
fn a_condition_that_is_missed_is_refused() {
    // OpenID Connect Core 1.0 §5.5.1.1: essential
    let mut case = case(condition(Acr::face()), &[pwd(100)]);
    assert_eq!(case.decide(), step_up());
    case.missed = Some(MissReason::FaceNotVerified);
    assert_eq!(case.decide(), Decision::Refuse(Refusal::Unmet(MissReason::FaceNotVerified)));
}

#[test]
fn an_unknown_context_is_passed_over_as_a_wish_and_refused_as_a_condition() {
    let unknown = Acr("urn:example:unknown".into());
    assert_eq!(case(wish(unknown.clone()), &[pwd(100)]).acr(), Some(Acr::pwd()));
    assert_eq!(
        case(condition(unknown), &[pwd(100)]).decide(),
        Decision::Refuse(Refusal::Unmet(MissReason::Policy))
    );
}

#[test]
fn a_face_ages_by_its_own_entry() {
    assert_eq!(case(any(), &[pwd(4000), face(299)]).acr(), Some(Acr::face()));
    assert_eq!(case(any(), &[pwd(10), face(301)]).acr(), Some(Acr::pwd()));
    assert_eq!(case(condition(Acr::face()), &[pwd(10), face(301)]).decide(), step_up());
    let narrow = Requirement { max_age: Some(SignedDuration::from_secs(60)), ..condition(Acr::face()) };
    assert_eq!(case(narrow.clone(), &[pwd(4000), face(59)]).acr(), Some(Acr::face()));
    assert_eq!(case(narrow, &[pwd(10), face(61)]).decide(), step_up());
}

#[test]
fn max_age_zero_is_met_by_a_proof_given_in_this_interaction() {
    // OpenID Connect Core 1.0 §3.1.2.1: max_age=0 is the same as prompt=login
    let now = Requirement { max_age: Some(SignedDuration::ZERO), ..any() };
    assert_eq!(case(now.clone(), &[pwd(6)]).decide(), Decision::SignIn(SignInReason::TooOld));
    assert_eq!(case(now, &[pwd(3)]).acr(), Some(Acr::pwd()));
}

#[test]
fn prompt_none_names_what_stands_in_the_way() {
    let none = |requirement| Requirement { prompt: Prompt::None, ..requirement };
    let mut case = case(none(condition(Acr::face())), &[pwd(10)]);
    assert_eq!(case.decide(), Decision::Refuse(Refusal::InteractionRequired));
    case.face = FaceStanding::NotEnrollable;
    assert_eq!(case.decide(), Decision::Refuse(Refusal::Unmet(MissReason::FaceNotEnrolled)));
    case.requirement = none(wish(Acr::face()));
    case.face = FaceStanding::Enrolled;
    assert_eq!(case.acr(), Some(Acr::pwd()));
    case.requirement = Requirement { max_age: Some(SignedDuration::ZERO), ..none(any()) };
    assert_eq!(case.decide(), Decision::Refuse(Refusal::LoginRequired));
}

#[test]
fn a_clients_minimum_beats_whatever_the_address_bar_says() {
    let minimum = |requirement| Requirement { minima: vec![least(Acr::face())], ..requirement };
    for requirement in [any(), wish(Acr::pwd()), wish(Acr("urn:example:unknown".into()))] {
        let mut case = case(minimum(requirement), &[pwd(10)]);
        assert_eq!(case.decide(), step_up());
        case.missed = Some(MissReason::UserDeclined);
        assert_eq!(case.decide(), Decision::Refuse(Refusal::Unmet(MissReason::UserDeclined)));
        case.entries = Some(vec![pwd(10), face(10)]);
        assert_eq!(case.acr(), Some(Acr::face()));
    }
    assert_eq!(case(minimum(condition(Acr::pwd())), &[pwd(10)]).decide(), step_up());
}

#[test]
fn without_an_enrolment_the_parent_comes_first() {
    let mut case = case(condition(Acr::face()), &[pwd(10)]);
    case.face = FaceStanding::Enrollable;
    assert_eq!(case.decide(), Decision::Enrol(WorkflowName::parent()));
    case.face = FaceStanding::Suspended;
    assert_eq!(case.decide(), Decision::Refuse(Refusal::Unmet(MissReason::AttemptsExhausted)));
}

#[test]
fn prompt_login_asks_for_the_password_once() {
    let login = Requirement { prompt: Prompt::Login, ..any() };
    assert_eq!(case(login.clone(), &[pwd(6)]).decide(), Decision::SignIn(SignInReason::PromptLogin));
    assert_eq!(case(login, &[pwd(3)]).acr(), Some(Acr::pwd()));
}

#[test]
fn prompt_login_counts_no_face_from_before_the_request() {
    // OpenID Connect Core 1.0 §3.1.2.1: the user is reauthenticated
    let login = |requirement| Requirement { prompt: Prompt::Login, ..requirement };
    assert_eq!(case(login(condition(Acr::face())), &[pwd(3), face(6)]).decide(), step_up());
    assert_eq!(case(login(condition(Acr::face())), &[pwd(3), face(2)]).acr(), Some(Acr::face()));
    assert_eq!(case(login(any()), &[pwd(3), face(6)]).acr(), Some(Acr::pwd()));
}

#[test]
fn under_prompt_none_any_of_the_listed_contexts_will_do() {
    // OpenID Connect Core 1.0 §5.5.1.1
    let either = Requirement {
        acr: AcrRequest::Required(vec![Acr::face(), Acr::pwd()]),
        prompt: Prompt::None,
        ..any()
    };
    assert_eq!(case(either.clone(), &[pwd(100)]).acr(), Some(Acr::pwd()));
    let turned = AcrRequest::Required(vec![Acr::pwd(), Acr::face()]);
    let max_age = Some(SignedDuration::from_secs(60));
    let fresh = Requirement { acr: turned.clone(), max_age, ..either.clone() };
    assert_eq!(case(fresh.clone(), &[pwd(100), face(10)]).acr(), Some(Acr::face()));
    assert_eq!(case(fresh, &[pwd(100)]).decide(), Decision::Refuse(Refusal::LoginRequired));
    let fresh = Requirement { max_age, ..either };
    assert_eq!(case(fresh, &[pwd(100)]).decide(), Decision::Refuse(Refusal::InteractionRequired));
}

#[test]
fn nobody_but_the_requested_subject_is_ever_answered_for() {
    // OpenID Connect Core 1.0 §3.1.2.2
    let about = |n| Requirement { subject: Some(user(n)), ..any() };
    let proven = [pwd(3), face(2)];
    assert_eq!(case(about(1), &proven).acr(), Some(Acr::face()));
    assert_eq!(case(about(2), &proven).decide(), Decision::SignIn(SignInReason::OtherUser));
    let silent = Requirement { prompt: Prompt::None, ..about(2) };
    assert_eq!(case(silent, &proven).decide(), Decision::Refuse(Refusal::LoginRequired));
    for requirement in [wish(Acr::face()), condition(Acr::pwd())] {
        let asked = Requirement { subject: Some(user(2)), ..requirement };
        assert_eq!(case(asked, &proven).decide(), Decision::SignIn(SignInReason::OtherUser));
    }
}

#[test]
fn a_face_counts_only_in_a_way_that_its_context_admits() {
    let ways = |counted: &[Way], still_with: &[Method]| WayPolicy {
        offered: Way::ALL.into_iter().collect(),
        counted: counted.iter().copied().collect::<Ways>(),
        still_with: still_with.iter().copied().collect::<Methods>(),
    };
    let moving = [Way::Turns, Way::Distance];
    let cases = [
        (ways(&moving, &[]), Way::Turns, true),
        (ways(&moving, &[]), Way::Distance, true),
        (ways(&moving, &[Method::Pwd]), Way::Still, false),
        (ways(&[Way::Turns], &[]), Way::Turns, true),
        (ways(&[Way::Turns], &[]), Way::Distance, false),
        (ways(&Way::ALL, &[]), Way::Still, false),
        (ways(&Way::ALL, &[Method::Pwd]), Way::Still, true),
    ];
    for (ways, way, counts) in cases {
        let asked = Case { ways, ..case(condition(Acr::face()), &[pwd(100), shown(10, way)]) };
        // What does not count is asked for again, and never passed off as less than it is.
        let expected = if counts { Some(Acr::face()) } else { None };
        assert_eq!(asked.acr(), expected, "{way:?}");
        assert_eq!(asked.decide() == step_up(), !counts, "{way:?}");
        let wish_for_anything = Case { ways, ..case(any(), &[pwd(100), shown(10, way)]) };
        let expected = if counts { Acr::face() } else { Acr::pwd() };
        assert_eq!(wish_for_anything.acr(), Some(expected), "{way:?}");
    }
}
