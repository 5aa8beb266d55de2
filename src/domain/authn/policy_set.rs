//! What administrators decided, proven as a whole: contexts, policies, workflows and dialects that fit together.
//! [`super::document`] makes it; nothing else can.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    acr::{Acr, AcrCatalogue, Proof},
    age::Age,
    circumstances::{Circumstances, Condition},
    dialect::{Dialect, Vocabulary},
    explanation::PolicyVerdict,
};
use crate::domain::workflow::definition::{WorkflowDefinition, WorkflowName};

/// What a policy demands where it applies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Demand {
    /// This context must be reached, beside what the request asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<Acr>,
    /// How old the context's deciding proof may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Age>,
    /// Nothing is good enough: the request is refused.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub refuse: bool,
}

/// Who needs what, when. All policies that apply hold together; their order means nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// What it is for, in plain terms.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// When it applies.
    #[serde(default)]
    pub when: Condition,
    /// What it demands then.
    pub demand: Demand,
    /// Whether it is kept but not applied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// All of it, fitting together.
#[derive(Clone, Debug)]
pub struct PolicySet {
    pub(super) catalogue: AcrCatalogue,
    pub(super) policies: Vec<Policy>,
    pub(super) workflows: Arc<[WorkflowDefinition]>,
    pub(super) dialects: Vec<Dialect>,
}

impl PolicySet {
    /// The contexts.
    pub fn catalogue(&self) -> &AcrCatalogue {
        &self.catalogue
    }

    /// The policies.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// The workflows.
    pub fn workflows(&self) -> &[WorkflowDefinition] {
        &self.workflows
    }

    /// The dialects.
    pub fn dialects(&self) -> &[Dialect] {
        &self.dialects
    }

    /// The contexts as a client of this dialect speaks of them. A dialect that is gone is none: our own names stay.
    pub fn vocabulary(&self, dialect: Option<&str>) -> Vocabulary<'_> {
        let dialect = dialect.and_then(|name| self.dialects.iter().find(|dialect| dialect.name == name));
        Vocabulary { catalogue: &self.catalogue, dialect }
    }

    /// The workflow of a name.
    pub fn workflow(&self, name: &WorkflowName) -> Option<&WorkflowDefinition> {
        self.workflows.iter().find(|workflow| workflow.name == *name)
    }

    /// The child workflow that gives a face proof: the one it names, else the first there is.
    pub fn child_for(&self, proof: &Proof) -> Option<&WorkflowDefinition> {
        match &proof.workflow {
            Some(name) => self.workflow(name),
            None => self.workflows.iter().find(|workflow| !workflow.is_parent()),
        }
    }

    /// What each policy says under these circumstances.
    pub fn verdicts(&self, known: &Circumstances) -> Vec<PolicyVerdict> {
        let enabled = self.policies.iter().filter(|policy| !policy.disabled);
        enabled
            .map(|policy| PolicyVerdict {
                name: policy.name.clone(),
                unmatched: policy.when.unmatched(known),
                demand: policy.demand.clone(),
            })
            .collect()
    }
}
