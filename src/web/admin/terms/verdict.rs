//! A decision in plain words: what was asked, what was proven then, each rule with its verdict, and what came of it.

use jiff::Timestamp;

use super::{asked, demand, entry, list, minimum, proof};
use crate::{
    domain::authn::{
        acr::{AcrCatalogue, Shortfall},
        age::Age,
        circumstances::Unmatched,
        explanation::{ContextVerdict, PolicyVerdict, ProofVerdict},
        policy::{Decision, FaceStanding, MissReason, Refusal, SignInReason},
        record::DecisionRecord,
        requirement::{Demander, Minimum, Prompt},
    },
    web::admin::phrases::{age, moment, say},
};

/// A rule with what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleWords {
    /// The rule.
    pub rule: String,
    /// Whether it applied.
    pub applied: bool,
    /// Why not, where it did not.
    pub why: Option<String>,
}

/// A proof with how it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofWords {
    /// What was asked.
    pub proof: String,
    /// Whether it was there.
    pub is_given: bool,
    /// When it was given, or what it fell short of.
    pub why: String,
}

/// A context with how it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextWords {
    /// Its name.
    pub acr: String,
    /// What it means.
    pub title: String,
    /// Whether it was earned.
    pub earned: bool,
    /// Each combination of proofs.
    pub ways: Vec<Vec<ProofWords>>,
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionWords {
    /// When.
    pub at: String,
    /// What came of it, in a sentence.
    pub decision: String,
    /// What it did to the person: `asked`, `answered` or `refused`.
    pub kind: &'static str,
    /// What the request said: the key of the member, and the words.
    pub request: Vec<(&'static str, String)>,
    /// What was known beside it.
    pub known: Vec<(&'static str, String)>,
    /// What had been proven.
    pub ledger: Vec<String>,
    /// What the client's registration and the policies demanded, or why they did not.
    pub rules: Vec<RuleWords>,
    /// How each context stood.
    pub contexts: Vec<ContextWords>,
    /// The version of the policies by which it was decided.
    pub version: i64,
}

impl DecisionWords {
    /// A decision in the words of the policies that were in force.
    pub fn of(at: Timestamp, record: &DecisionRecord, catalogue: &AcrCatalogue) -> Self {
        let explanation = &record.explanation;
        let (kind, decision) = decided(&explanation.decision, catalogue);
        let minima = explanation.minima.iter().filter(|one| !is_policy(one)).map(|one| RuleWords {
            rule: minimum(one, catalogue),
            applied: true,
            why: None,
        });
        let policies = explanation.policies.iter().map(|verdict| policy(verdict, catalogue));
        Self {
            at: moment(at),
            decision,
            kind,
            request: request(record, catalogue),
            known: known(record),
            ledger: record.ledger.entries().iter().map(entry).collect(),
            rules: minima.chain(policies).collect(),
            contexts: explanation.contexts.iter().map(|verdict| context(verdict, catalogue)).collect(),
            version: record.policy_version,
        }
    }

    /// What it did, as a heading.
    pub fn heading(&self) -> String {
        say(&format!("admin-why-decision-{}", self.kind), &[])
    }
}

/// What the request said.
fn request(record: &DecisionRecord, catalogue: &AcrCatalogue) -> Vec<(&'static str, String)> {
    let prompt = match record.prompt {
        Prompt::AsNeeded => "asneeded",
        Prompt::None => "none",
        Prompt::Login => "login",
    };
    let most = record.max_age.map(|most| age(Age::of_seconds(u32::try_from(most).unwrap_or(u32::MAX))));
    let parts = [
        Some(("asked", asked(&record.explanation.asked, catalogue))),
        most.map(|most| ("max-age", most)),
        Some(("prompt", say(&format!("admin-why-prompt-{prompt}"), &[]))),
        Some(("scopes", list(&record.scopes))),
        Some(("resources", list(&record.resources))),
    ];
    parts.into_iter().flatten().collect()
}

/// What was known beside it.
fn known(record: &DecisionRecord) -> Vec<(&'static str, String)> {
    let device = if record.new_device { "admin-why-device-new" } else { "admin-why-device-known" };
    let parts = [
        Some(("device", say(device, &[]))),
        Some(("face", standing_words(record.face))),
        record.enrolment_refused.clone().map(|why| ("enrolment", why)),
        record.missed.map(|missed| ("missed", reason(missed))),
    ];
    parts.into_iter().flatten().collect()
}

fn is_policy(minimum: &Minimum) -> bool {
    matches!(minimum.by, Demander::Policy(_))
}

fn policy(verdict: &PolicyVerdict, catalogue: &AcrCatalogue) -> RuleWords {
    let demand = demand(&verdict.demand, catalogue);
    RuleWords {
        rule: say("admin-why-policy", &[("policy", &verdict.name), ("demand", &demand)]),
        applied: verdict.unmatched.is_none(),
        why: verdict.unmatched.map(unmatched),
    }
}

fn context(verdict: &ContextVerdict, catalogue: &AcrCatalogue) -> ContextWords {
    let title = catalogue.rule(&verdict.acr).map(|rule| rule.title.clone());
    ContextWords {
        acr: verdict.acr.0.clone(),
        title: title.unwrap_or_default(),
        earned: verdict.earned,
        ways: verdict.any_of.iter().map(|proofs| proofs.iter().map(standing).collect()).collect(),
    }
}

fn standing(verdict: &ProofVerdict) -> ProofWords {
    let given = verdict.achieved_at.map(|at| say("admin-why-given", &[("at", &moment(at))]));
    ProofWords {
        proof: proof(&verdict.proof),
        is_given: verdict.shortfall.is_none(),
        why: match verdict.shortfall {
            Some(short) => shortfall(short),
            None => given.unwrap_or_default(),
        },
    }
}

/// What came of a decision: what it did to the person, and a sentence.
pub fn decided(decision: &Decision, catalogue: &AcrCatalogue) -> (&'static str, String) {
    match decision {
        Decision::SignIn(why) => {
            let key = match why {
                SignInReason::NoSession => "no-session",
                SignInReason::PromptLogin => "prompt-login",
                SignInReason::TooOld => "too-old",
                SignInReason::OtherUser => "other-user",
            };
            ("asked", say(&format!("admin-decision-sign-in-{key}"), &[]))
        }
        Decision::Enrol(workflow) => {
            ("asked", say("admin-decision-enrol", &[("workflow", workflow.as_str())]))
        }
        Decision::StepUp(workflow) => {
            ("asked", say("admin-decision-step-up", &[("workflow", workflow.as_str())]))
        }
        Decision::Proceed(assurance) => {
            let context = super::named(catalogue, &assurance.acr);
            ("answered", say("admin-decision-proceed", &[("context", &context)]))
        }
        Decision::Refuse(Refusal::LoginRequired) => ("refused", say("admin-decision-login-required", &[])),
        Decision::Refuse(Refusal::InteractionRequired) => {
            ("refused", say("admin-decision-interaction-required", &[]))
        }
        Decision::Refuse(Refusal::Unmet(why)) => {
            ("refused", say("admin-decision-unmet", &[("reason", &reason(*why))]))
        }
    }
}

/// Why a context was not reached.
pub fn reason(reason: MissReason) -> String {
    say(&format!("admin-miss-{}", reason.name().replace('_', "-")), &[])
}

fn standing_words(standing: FaceStanding) -> String {
    let key = match standing {
        FaceStanding::Enrolled => "enrolled",
        FaceStanding::Enrollable => "enrollable",
        FaceStanding::NotEnrollable => "not-enrollable",
        FaceStanding::Suspended => "suspended",
    };
    say(&format!("admin-why-face-{key}"), &[])
}

fn shortfall(shortfall: Shortfall) -> String {
    let key = match shortfall {
        Shortfall::Missing => "missing",
        Shortfall::OtherWorkflow => "other-workflow",
        Shortfall::WayDoesNotCount => "way-does-not-count",
        Shortfall::NoDeviceKey => "no-device-key",
        Shortfall::ProofedTooLongAgo => "proofed-too-long-ago",
        Shortfall::TooOld => "too-old",
    };
    say(&format!("admin-shortfall-{key}"), &[])
}

fn unmatched(part: Unmatched) -> String {
    let key = match part {
        Unmatched::Client => "client",
        Unmatched::Scope => "scope",
        Unmatched::Resource => "resource",
        Unmatched::Group => "group",
        Unmatched::Network => "network",
        Unmatched::Hours => "hours",
        Unmatched::Device => "device",
        Unmatched::SessionAge => "session-age",
        Unmatched::IdleTime => "idle-time",
    };
    say(&format!("admin-unmatched-{key}"), &[])
}
