//! What fits together and is still no good: contexts that nobody can reach, policies that never apply, clients that ask for
//! what they cannot get. Nothing here is refused; whoever looks after the policies is told, with the mend.

mod clients;
mod contexts;
mod policies;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    acr::Acr,
    document::{House, PolicyDocument},
    policy_set::PolicySet,
};
use crate::domain::{oidc::client::Client, session::SessionLifetimes};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// People are refused who need not be.
    Error,
    /// Something does not do what it says.
    Warning,
    /// Worth knowing.
    Note,
}

/// What was found. The names are stable: `docs/policy.md` has a row for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LintCode {
    /// No way to a context is open to anybody.
    ContextUnreachable,
    /// One of several ways to a context is open to nobody.
    WayUnreachable,
    /// Every face proof asks for a device key of before, and only an enrolment binds one.
    DeviceKeyUnobtainable,
    /// A policy or a client demands a context that nobody can reach.
    DemandUnreachable,
    /// A client names a context that there is not.
    UnknownContext,
    /// A client names a dialect that there is not.
    UnknownDialect,
    /// A client protects a scope that it may not ask for.
    ScopeNotGranted,
    /// None of a client's default contexts meets its minimum.
    DefaultBelowMinimum,
    /// A client hears of a context by a name that its dialect does not have.
    DialectLacksWord,
    /// A policy is switched off.
    PolicyDisabled,
    /// A policy can never apply.
    PolicyNeverApplies,
    /// Whatever a policy demands, another one refuses.
    PolicyRefusedBefore,
    /// A policy refuses everybody, administrators too.
    RefusesEveryone,
    /// A policy names a client that there is not.
    UnknownClient,
    /// A policy names a group that nobody is in.
    EmptyGroup,
    /// Hours that begin when they end are the whole day.
    HoursAllDay,
    /// A child workflow that no context uses.
    ChildUnused,
    /// A parent workflow whose enrolments no child takes.
    ParentWithoutChild,
    /// None of the ways of a child workflow counts.
    NoWayCounts,
}

impl LintCode {
    /// How bad it is.
    pub fn severity(self) -> Severity {
        match self {
            Self::DemandUnreachable | Self::RefusesEveryone | Self::NoWayCounts => Severity::Error,
            Self::WayUnreachable | Self::PolicyDisabled | Self::HoursAllDay | Self::DialectLacksWord => {
                Severity::Note
            }
            _ => Severity::Warning,
        }
    }

    /// The stable name.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub code: LintCode,
    /// How bad it is.
    pub severity: Severity,
    /// Where, as `policies[0].when.clients`, or `clients.bank.minimum_acr`.
    pub at: String,
    /// What is the matter.
    pub what: String,
    /// How it is mended.
    pub mend: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} ({}). {}", self.at, self.what, self.code.name(), self.mend)
    }
}

/// What the document stands among.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// What the program can do.
    pub house: &'a House,
    /// Every client.
    pub clients: &'a [Client],
    /// The groups that somebody is in.
    pub groups: &'a BTreeSet<String>,
    /// Other providers whose word on a sign-in is taken.
    pub issuers: &'a [String],
    /// How long sessions live.
    pub sessions: SessionLifetimes,
    /// Whether a client without a list of resources may name any.
    pub any_resource: bool,
}

/// What was found so far, and what it is found in.
struct Linter<'a> {
    document: &'a PolicyDocument,
    set: &'a PolicySet,
    around: Surroundings<'a>,
    unreachable: BTreeSet<&'a Acr>,
    findings: Vec<Finding>,
}

/// All that is to be told of a document that fits together as this set; the worst first.
pub fn lint(document: &PolicyDocument, set: &PolicySet, around: Surroundings<'_>) -> Vec<Finding> {
    let mut linter = Linter { document, set, around, unreachable: BTreeSet::new(), findings: Vec::new() };
    linter.contexts();
    linter.workflows();
    linter.policies();
    linter.clients();
    linter.findings.sort_by_key(|finding| finding.severity);
    linter.findings
}

impl Linter<'_> {
    fn find(&mut self, code: LintCode, at: impl Into<String>, what: impl Into<String>, mend: &str) {
        let (at, what) = (at.into(), what.into());
        self.findings.push(Finding { code, severity: code.severity(), at, what, mend: format!("{mend}.") });
    }
}
