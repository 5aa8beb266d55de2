//! Why a decision came out as it did: every rule with its verdict, in a form that is kept in the audit log and read back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    acr::{Acr, AcrCatalogue, AcrRule, Moment, Proof, Shortfall},
    circumstances::Unmatched,
    ledger::AssuranceLedger,
    policy::Decision,
    policy_set::Demand,
    requirement::{AcrRequest, Minimum},
};

/// What one policy said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVerdict {
    /// Its name.
    pub name: String,
    /// The part of its condition that did not hold; none where it applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmatched: Option<Unmatched>,
    /// What it demands where it applies.
    pub demand: Demand,
}

/// How one proof stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofVerdict {
    /// What was asked.
    pub proof: Proof,
    /// When it was given, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub achieved_at: Option<Timestamp>,
    /// What it fell short of, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortfall: Option<Shortfall>,
}

/// How one context stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextVerdict {
    /// Which.
    pub acr: Acr,
    /// Whether it was earned, for a request of this `max_age`.
    pub earned: bool,
    /// Each combination of proofs.
    pub any_of: Vec<Vec<ProofVerdict>>,
}

/// A decision with all that it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What comes next.
    pub decision: Decision,
    /// What the request asked for.
    pub asked: AcrRequest,
    /// What must be met whatever the request says.
    pub minima: Vec<Minimum>,
    /// What each policy said.
    pub policies: Vec<PolicyVerdict>,
    /// How each context stood; empty where nobody was signed in.
    pub contexts: Vec<ContextVerdict>,
}

/// How each context stands in a ledger.
pub(super) fn contexts(
    catalogue: &AcrCatalogue,
    ledger: &AssuranceLedger,
    moment: Moment,
) -> Vec<ContextVerdict> {
    let verdict = |rule: &AcrRule| ContextVerdict {
        acr: rule.acr.clone(),
        earned: rule.judge(ledger, moment).is_some(),
        any_of: rule
            .any_of
            .iter()
            .map(|combination| {
                let proofs = combination.proofs.iter();
                proofs
                    .map(|proof| {
                        let found = rule.entry_for(proof, ledger, moment);
                        ProofVerdict {
                            proof: proof.clone(),
                            achieved_at: found.ok().map(|entry| entry.achieved_at),
                            shortfall: found.err(),
                        }
                    })
                    .collect()
            })
            .collect(),
    };
    catalogue.rules().iter().map(verdict).collect()
}
