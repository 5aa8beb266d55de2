//! Policy as it is written and kept, and its proof: whatever refers to something finds it, no name claims what is not true,
//! and somebody can always sign in.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    acr::{Acr, AcrCatalogue, AcrRule, Combination, Proof},
    age::Age,
    dialect::Dialect,
    ledger::Method,
    policy_set::{Policy, PolicySet},
    ways::WayPolicy,
};
use crate::domain::workflow::definition::WorkflowDefinition;

mod checks;
mod shipped;

/// A context as it is written. Either `proofs` or `any_of` is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextDocument {
    /// Its name.
    pub acr: Acr,
    /// What it means, in plain terms.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The proofs that earn it together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
    /// Or several such lists, any of which earns it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Vec<Proof>>,
    /// The method by whose proof it ages. Not said: that of the proof that must be the freshest; of equal ones a face, and else
    /// the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ages_by: Option<Method>,
}

/// All that is decided in one version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyDocument {
    /// The contexts, in the order in which a session's own is chosen.
    pub contexts: Vec<ContextDocument>,
    /// Who needs them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Policy>,
    /// How faces are enrolled and checked.
    pub workflows: Vec<WorkflowDefinition>,
    /// Other vocabularies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dialects: Vec<Dialect>,
}

/// What the running program can do at all.
#[derive(Clone, Copy, Debug)]
pub struct House {
    /// Whether there is an engine to look at faces; without one no context that needs a face exists.
    pub offers_face: bool,
    /// Which ways of a face check are offered, and which count.
    pub ways: WayPolicy,
    /// How long a face earns the contexts that ship.
    pub face_freshness: Age,
}

impl Default for House {
    fn default() -> Self {
        Self { offers_face: true, ways: WayPolicy::default(), face_freshness: Age::of_seconds(300) }
    }
}

/// Something in a document that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{at}: {what}. {mend}")]
pub struct PolicyProblem {
    /// Where, as `contexts[1].proofs[0].workflow`.
    pub at: String,
    /// What is wrong.
    pub what: String,
    /// How it is mended.
    pub mend: String,
}

impl PolicyDocument {
    /// Proves that it fits together, for a program that can do so much.
    pub fn compile(&self, house: &House) -> Result<PolicySet, Vec<PolicyProblem>> {
        let mut problems = Vec::new();
        self.check_workflows(&mut problems);
        let workflows: Arc<[WorkflowDefinition]> = self.workflows.clone().into();
        let rules: Vec<AcrRule> =
            self.contexts.iter().map(|context| context.rule(house.ways, workflows.clone())).collect();
        self.check_contexts(&rules, &mut problems);
        self.check_dialects(&rules, &mut problems);
        self.check_policies(&mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let rules = if house.offers_face { rules } else { without_face(rules) };
        Ok(PolicySet {
            catalogue: AcrCatalogue::of(rules),
            policies: self.policies.clone(),
            workflows,
            dialects: self.dialects.clone(),
        })
    }
}

impl ContextDocument {
    fn rule(&self, ways: WayPolicy, workflows: Arc<[WorkflowDefinition]>) -> AcrRule {
        let lists: Vec<&Vec<Proof>> = match self.any_of.is_empty() {
            true => vec![&self.proofs],
            false => self.any_of.iter().collect(),
        };
        let any_of = lists.into_iter().map(|proofs| Combination {
            ages_by: self.ages_by.unwrap_or_else(|| ages_by(proofs)),
            proofs: proofs.clone(),
        });
        let (acr, title) = (self.acr.clone(), self.title.clone());
        AcrRule { acr, title, any_of: any_of.collect(), ways, workflows }
    }

    /// Every proof with where it stands.
    fn places(&self) -> impl Iterator<Item = (String, &Proof)> {
        let plain = self.proofs.iter().enumerate().map(|(n, proof)| (format!("proofs[{n}]"), proof));
        let nested = self.any_of.iter().enumerate().flat_map(|(m, proofs)| {
            proofs.iter().enumerate().map(move |(n, proof)| (format!("any_of[{m}][{n}]"), proof))
        });
        plain.chain(nested)
    }
}

/// The proof that must be the freshest; of equal ones a face, and else the first.
fn ages_by(proofs: &[Proof]) -> Method {
    let freshest = |proof: &&Proof| (proof.within.is_none(), proof.within, proof.method != Method::Face);
    proofs.iter().min_by_key(freshest).map_or(Method::Pwd, |proof| proof.method)
}

/// What is left where no face can be looked at. Nothing here ever says `face`, whatever a ledger holds.
fn without_face(rules: Vec<AcrRule>) -> Vec<AcrRule> {
    rules
        .into_iter()
        .map(|mut rule| {
            rule.any_of.retain(|combination| !combination.needs_face());
            rule
        })
        .filter(|rule| !rule.any_of.is_empty())
        .collect()
}

#[cfg(test)]
mod tests;
