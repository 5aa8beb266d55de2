//! What differs between two versions of the policies, and why a change was refused, in words.

use crate::{
    domain::authn::difference::{Alteration, Difference, Differences, Part},
    flows::admin::policies::PolicyRefusal,
    web::admin::phrases::say,
};

/// One thing that differs between two versions.
#[derive(Clone, Debug)]
pub struct Change {
    /// Whether it is `added`, `removed` or `changed`.
    pub kind: &'static str,
    /// What it is: `context`, `policy`, `workflow` or `dialect`.
    pub part: &'static str,
    /// Its name.
    pub name: String,
    /// Its members that differ: where, what it was, and what it is.
    pub members: Vec<(String, String, String)>,
}

impl Change {
    fn of(difference: &Difference) -> Self {
        let json =
            |value: &Option<serde_json::Value>| value.as_ref().map(ToString::to_string).unwrap_or_default();
        let (kind, members) = match &difference.alteration {
            Alteration::Added => ("added", Vec::new()),
            Alteration::Removed => ("removed", Vec::new()),
            Alteration::Changed(members) => {
                let told =
                    members.iter().map(|member| (member.at.clone(), json(&member.was), json(&member.is)));
                ("changed", told.collect())
            }
        };
        let part = match difference.part {
            Part::Context => "context",
            Part::Policy => "policy",
            Part::Workflow => "workflow",
            Part::Dialect => "dialect",
        };
        Self { kind, part, name: difference.name.clone(), members }
    }

    pub(super) fn all(differences: &Differences) -> Vec<Self> {
        differences.parts.iter().map(Self::of).collect()
    }

    pub(super) fn sample() -> Self {
        let within = ("proofs[1].within".into(), "\"5m\"".into(), "\"1m\"".into());
        Self { kind: "changed", part: "context", name: "urn:facestep:acr:face".into(), members: vec![within] }
    }
}

/// Why nothing was changed, in words.
pub(super) fn refused(refusal: &PolicyRefusal) -> String {
    match refusal {
        PolicyRefusal::Stale { in_force } => {
            say("admin-policies-stale", &[("number", &in_force.to_string())])
        }
        PolicyRefusal::NoVersion => say("admin-clients-no-version", &[]),
        PolicyRefusal::Unfit(problems) => {
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            say("admin-policies-unfit", &[("why", &told.join(" "))])
        }
    }
}
