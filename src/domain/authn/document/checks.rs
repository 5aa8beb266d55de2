//! What must fit together in a document: each check says where something is wrong and how it is mended.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::{PolicyDocument, PolicyProblem};
use crate::domain::{
    authn::{
        acr::{Acr, AcrRule, Proof},
        ledger::Method,
        truth::untrue,
    },
    workflow::definition::{WorkflowDefinition, WorkflowName},
};

impl PolicyDocument {
    pub(super) fn check_workflows(&self, problems: &mut Vec<PolicyProblem>) {
        let mut seen = BTreeSet::new();
        for (n, workflow) in self.workflows.iter().enumerate() {
            let at = format!("workflows[{n}]");
            if !seen.insert(&workflow.name) {
                problems.push(problem(&at, "name", "two workflows have this name", "Give one another name"));
            }
            let is_parent = |name: &WorkflowName| self.named(name).is_some_and(WorkflowDefinition::is_parent);
            if workflow.parents.iter().any(|parent| !is_parent(parent)) {
                let mend = "Name workflows that have no parents themselves";
                problems.push(problem(&at, "parents", "names a workflow that makes no enrolments", mend));
            }
            if workflow.is_parent() && !workflow.ways.is_empty() {
                let mend = "Leave it out, or name the parents whose enrolments it takes";
                problems.push(problem(&at, "ways", "a parent has no ways of its own", mend));
            }
            if !workflow.is_parent() && !workflow.sources.is_empty() {
                let mend = "Say it of the parent";
                problems.push(problem(&at, "sources", "a child asks no digital-ID source", mend));
            }
        }
    }

    pub(super) fn check_contexts(&self, rules: &[AcrRule], problems: &mut Vec<PolicyProblem>) {
        let mut seen = BTreeSet::new();
        for (n, (context, rule)) in self.contexts.iter().zip(rules).enumerate() {
            let at = format!("contexts[{n}]");
            if !is_name(&context.acr) {
                problems.push(problem(
                    &at,
                    "acr",
                    "is no name of a context",
                    "Write 1 to 255 visible ASCII characters without spaces or quotes",
                ));
            }
            if !seen.insert(&context.acr) {
                problems.push(problem(&at, "acr", "two contexts have this name", "Give one another name"));
            }
            if context.proofs.is_empty() == context.any_of.is_empty()
                || context.any_of.iter().any(Vec::is_empty)
            {
                let mend = "Write proofs = [ … ], or any_of = [ [ … ], [ … ] ] for several ways to it";
                problems.push(problem(&at, "proofs", "the context asks for nothing", mend));
            }
            if let Some(why) = untrue(&context.acr.0, rule) {
                problems.push(problem(
                    &at,
                    "acr",
                    &why,
                    "Ask for what the name says, or choose another name",
                ));
            }
            for (place, proof) in context.places() {
                self.check_proof(&format!("{at}.{place}"), proof, problems);
            }
            let ages =
                |method: Method| rule.any_of.iter().all(|one| one.proofs.iter().any(|p| p.method == method));
            if context.ages_by.is_some_and(|method| !ages(method)) {
                let mend = "Name a method that every way to the context asks for";
                problems.push(problem(&at, "ages_by", "not every way to the context has such a proof", mend));
            }
        }
        self.check_needed_contexts(rules, problems);
    }

    /// The contexts without which the program does not work.
    fn check_needed_contexts(&self, rules: &[AcrRule], problems: &mut Vec<PolicyProblem>) {
        let by_password =
            |rule: &AcrRule| rule.any_of.iter().any(|one| one.proofs == [Proof::of(Method::Pwd)]);
        if !rules.iter().any(|rule| rule.acr == Acr::face()) {
            problems.push(problem(
                "contexts",
                "",
                "the face context is not there, on which the console and protected scopes rest",
                "Add one whose acr is urn:facestep:acr:face",
            ));
        }
        if !rules.iter().any(by_password) {
            problems.push(problem(
                "contexts",
                "",
                "no context is earned by a password alone, so nobody could sign in",
                "Add one with proofs = [{ method = \"pwd\" }]",
            ));
        }
    }

    fn check_proof(&self, at: &str, proof: &Proof, problems: &mut Vec<PolicyProblem>) {
        let of_faces = [
            ("workflow", proof.workflow.is_some()),
            ("device_key", proof.device_key),
            ("proofed_within", proof.proofed_within.is_some()),
        ];
        let is_own_face = proof.method == Method::Face && proof.issuer.is_none();
        for (member, _) in of_faces.iter().filter(|(_, said)| *said && !is_own_face) {
            let mend = "Say it of a proof whose method is face and that names no issuer";
            problems.push(problem(at, member, "is said of faces alone that are shown here", mend));
        }
        let is_child = |name: &WorkflowName| self.named(name).is_some_and(|found| !found.is_parent());
        if proof.workflow.as_ref().is_some_and(|name| !is_child(name)) {
            let mend = "Name a workflow that has parents";
            problems.push(problem(at, "workflow", "names no child workflow", mend));
        }
        if proof.method == Method::Face && !self.workflows.iter().any(|workflow| !workflow.is_parent()) {
            problems.push(problem(
                at,
                "method",
                "there is no child workflow that could check a face",
                "Add one to workflows, with its parents",
            ));
        }
    }

    pub(super) fn check_dialects(&self, rules: &[AcrRule], problems: &mut Vec<PolicyProblem>) {
        let mut seen = BTreeSet::new();
        for (n, dialect) in self.dialects.iter().enumerate() {
            if !seen.insert(&dialect.name) {
                let at = format!("dialects[{n}]");
                problems.push(problem(&at, "name", "two dialects have this name", "Give one another name"));
            }
            let mut words = BTreeSet::new();
            for (m, value) in dialect.values.iter().enumerate() {
                let at = format!("dialects[{n}].values[{m}]");
                if !is_name(&value.theirs) || !words.insert(&value.theirs) {
                    let mend = "Write each name once, as 1 to 255 visible ASCII characters without quotes";
                    problems.push(problem(&at, "theirs", "is no name of a context, or is there twice", mend));
                }
                if rules.iter().any(|rule| rule.acr == value.theirs) {
                    let mend = "Contexts of ours are understood from every client; leave it out";
                    problems.push(problem(&at, "theirs", "is the name of a context of ours", mend));
                }
                match rules.iter().find(|rule| rule.acr == value.ours) {
                    None => {
                        let mend = "Name one of contexts";
                        problems.push(problem(&at, "ours", "there is no such context", mend));
                    }
                    Some(rule) => problems.extend(untrue(&value.theirs.0, rule).map(|why| {
                        problem(&at, "theirs", &why, "Let it stand for a context that asks for what it says")
                    })),
                }
            }
        }
    }

    pub(super) fn check_policies(&self, problems: &mut Vec<PolicyProblem>) {
        let mut seen = BTreeSet::new();
        for (n, policy) in self.policies.iter().enumerate() {
            let at = format!("policies[{n}]");
            if policy.name.trim().is_empty() || !seen.insert(&policy.name) {
                problems.push(problem(
                    &at,
                    "name",
                    "is empty, or two policies have it",
                    "Give it another name",
                ));
            }
            let demand = &policy.demand;
            if demand.refuse == demand.acr.is_some() {
                let mend = "Write demand = { acr = \"…\" } or demand = { refuse = true }";
                problems.push(problem(&at, "demand", "demands nothing, or two things at once", mend));
            }
            if demand.max_age.is_some() && demand.acr.is_none() {
                let mend = "Say of which context, by demand.acr";
                problems.push(problem(&at, "demand.max_age", "is the age of no context", mend));
            }
            if demand.acr.as_ref().is_some_and(|acr| !self.contexts.iter().any(|one| one.acr == *acr)) {
                problems.push(problem(&at, "demand.acr", "there is no such context", "Name one of contexts"));
            }
            if policy.when.hours.as_ref().is_some_and(|hours| TimeZone::get(&hours.zone).is_err()) {
                let mend = "Write a name of the IANA time zone database, as \"Europe/Vienna\"";
                problems.push(problem(&at, "when.hours.zone", "there is no such time zone", mend));
            }
        }
    }

    fn named(&self, name: &WorkflowName) -> Option<&WorkflowDefinition> {
        self.workflows.iter().find(|workflow| workflow.name == *name)
    }
}

/// Whether a text can be the name of a context: it stands in a space-separated list, in JSON and in a header.
fn is_name(acr: &Acr) -> bool {
    let visible = |c: u8| c.is_ascii_graphic() && c != b'"' && c != b'\\';
    !acr.0.is_empty() && acr.0.len() <= 255 && acr.0.bytes().all(visible)
}

fn problem(at: &str, member: &str, what: &str, mend: &str) -> PolicyProblem {
    let at = if member.is_empty() { at.to_owned() } else { format!("{at}.{member}") };
    PolicyProblem { at, what: what.to_owned(), mend: format!("{mend}.") }
}
