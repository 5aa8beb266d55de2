//! Authentication context classes: the predicate over the ledger that earns each one.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    age::Age,
    amr::Amr,
    ledger::{AssuranceEntry, AssuranceLedger, Method},
    ways::WayPolicy,
};
use crate::domain::workflow::definition::{WorkflowDefinition, WorkflowName};

/// The name of an authentication context class (OpenID Connect Core 1.0 §2, `acr`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Acr(pub String);

impl Acr {
    /// Signed in with a password.
    pub const PWD: &str = "urn:facestep:acr:pwd";
    /// Signed in with a password and, freshly, with a live face matched against the enrolment.
    pub const FACE: &str = "urn:facestep:acr:face";
    /// The same in a browser that holds a key of the account's.
    pub const FACE_DEVICE: &str = "urn:facestep:acr:face+device";
    /// The same against an enrolment that was made not long ago.
    pub const FACE_PROOFED: &str = "urn:facestep:acr:face+proofed";

    /// The password context.
    pub fn pwd() -> Self {
        Self(Self::PWD.to_owned())
    }

    /// The face context.
    pub fn face() -> Self {
        Self(Self::FACE.to_owned())
    }
}

/// One proof that a context asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// What kind.
    pub method: Method,
    /// How old it may be; none: as old as the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Age>,
    /// A face: through which child workflow, or the enrolment that it needs; none: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowName>,
    /// A face: whether it must come by a device key that was the account's before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub device_key: bool,
    /// A face: how long ago its parent run may have been completed; none: however long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proofed_within: Option<Age>,
    /// The other provider that must have seen it; none: it must have been given to us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

impl Proof {
    /// A proof of a method, however old.
    pub fn of(method: Method) -> Self {
        Self { method, within: None, workflow: None, device_key: false, proofed_within: None, issuer: None }
    }

    /// Whether it would have to be fresher than anything can be.
    pub fn is_stale_at_once(&self) -> bool {
        [self.within, self.proofed_within].into_iter().flatten().any(|most| most.length().is_zero())
    }

    /// Whether whoever gives this proof gives the other one with it.
    fn implies(&self, other: &Self) -> bool {
        self.method == other.method
            && self.issuer == other.issuer
            && (other.workflow.is_none() || self.workflow == other.workflow)
            && (self.device_key || !other.device_key)
            && no_longer(self.within, other.within)
            && no_longer(self.proofed_within, other.proofed_within)
    }
}

/// Whether the first bound is as strict as the second.
fn no_longer(bound: Option<Age>, other: Option<Age>) -> bool {
    other.is_none_or(|other| bound.is_some_and(|bound| bound <= other))
}

/// What a proof falls short of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// Nothing of the kind was proven in this session.
    Missing,
    /// It came through another workflow.
    OtherWorkflow,
    /// The face was shown in a way that does not count here.
    WayDoesNotCount,
    /// It came by no device key that was the account's before.
    NoDeviceKey,
    /// The enrolment behind it was made too long ago.
    ProofedTooLongAgo,
    /// It is too old.
    TooOld,
}

/// Proofs that earn a context together.
#[derive(Clone, Debug)]
pub struct Combination {
    /// Each of them is needed.
    pub proofs: Vec<Proof>,
    /// The method whose proof the context ages by: `auth_time` is its time, and `max_age` is measured against it. Of several
    /// of that method it is the one that must be the freshest.
    pub ages_by: Method,
}

/// What a context asks: one of its combinations.
#[derive(Clone, Debug)]
pub struct AcrRule {
    /// The context.
    pub acr: Acr,
    /// What it means, in plain terms.
    pub title: String,
    /// Any of these earns it.
    pub any_of: Vec<Combination>,
    /// Which ways of a face check count, where it needs one.
    pub ways: WayPolicy,
    /// The workflows that its proofs may name.
    pub workflows: Arc<[WorkflowDefinition]>,
}

/// What a session's ledger is worth in one context, ready for a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assurance {
    /// The context, by the name under which it is told.
    pub acr: Acr,
    /// How it was reached (RFC 8176).
    pub amr: Vec<Amr>,
    /// When the person was last actively authenticated for it.
    pub auth_time: Timestamp,
    /// When the face was seen, where one took part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face_auth_time: Option<Timestamp>,
    /// When the context decays by itself, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The moment by which a ledger is judged, and how old a proof may be at it.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Now.
    pub now: Timestamp,
    /// The request's `max_age` (OpenID Connect Core 1.0 §3.1.2.1).
    pub max_age: Option<SignedDuration>,
    /// When the request began: a proof given since then meets any `max_age`, even 0.
    pub since: Timestamp,
}

impl Moment {
    /// Whether a proof of this time is active enough for `max_age`.
    pub fn admits(&self, achieved_at: Timestamp) -> bool {
        let age = self.now.duration_since(achieved_at);
        achieved_at >= self.since || self.max_age.is_none_or(|most| age <= most)
    }

    /// The same under the stricter of two bounds.
    #[must_use]
    pub fn bounded(self, most: Option<SignedDuration>) -> Self {
        let max_age = match (self.max_age, most) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self { max_age, ..self }
    }
}

impl AcrRule {
    /// What the ledger is worth under this rule.
    pub fn judge(&self, ledger: &AssuranceLedger, moment: Moment) -> Option<Assurance> {
        let earned =
            self.any_of.iter().find_map(|combination| self.judge_one(combination, ledger, moment))?;
        let decays_at = self.decays_at(ledger, moment).filter(|at| *at != Timestamp::MAX);
        Some(Assurance { expires_at: decays_at, ..earned })
    }

    fn judge_one(
        &self,
        combination: &Combination,
        ledger: &AssuranceLedger,
        moment: Moment,
    ) -> Option<Assurance> {
        let given = |proof| self.entry_for(proof, ledger, moment).ok();
        let entries: Vec<&AssuranceEntry> = combination.proofs.iter().map(given).collect::<Option<_>>()?;
        let deciding = given(combination.deciding()?)?;
        let faces = entries.iter().filter(|entry| entry.method == Method::Face);
        moment.admits(deciding.achieved_at).then(|| Assurance {
            acr: self.acr.clone(),
            amr: amr_of(&combination.proofs),
            auth_time: deciding.achieved_at,
            face_auth_time: faces.map(|entry| entry.achieved_at).max(),
            expires_at: None,
        })
    }

    /// The last moment at which the ledger, should nothing be added to it, still earns the context; the end of time where it
    /// does not decay. A request's `max_age` is that request's alone and does not count.
    fn decays_at(&self, ledger: &AssuranceLedger, moment: Moment) -> Option<Timestamp> {
        let of_proof = |proof: &Proof| {
            let given = ledger.entries().iter().filter(|entry| is_of_its_kind(proof, entry));
            let standing = given.filter(|entry| self.shortfall(proof, entry, ledger, moment).is_none());
            standing.map(|entry| lapses(proof, entry)).max()
        };
        let of_combination = |combination: &Combination| {
            let ends: Option<Vec<Timestamp>> = combination.proofs.iter().map(of_proof).collect();
            ends?.into_iter().min()
        };
        self.any_of.iter().filter_map(of_combination).max()
    }

    /// The latest entry that is this proof, or what the latest of its kind falls short of.
    pub fn entry_for<'a>(
        &self,
        proof: &Proof,
        ledger: &'a AssuranceLedger,
        moment: Moment,
    ) -> Result<&'a AssuranceEntry, Shortfall> {
        let mut of_its_kind: Vec<&AssuranceEntry> =
            ledger.entries().iter().filter(|entry| is_of_its_kind(proof, entry)).collect();
        of_its_kind.sort_by_key(|entry| std::cmp::Reverse(entry.achieved_at));
        let mut shortfall = None;
        for entry in of_its_kind {
            match self.shortfall(proof, entry, ledger, moment) {
                None => return Ok(entry),
                found => shortfall = shortfall.or(found),
            }
        }
        Err(shortfall.unwrap_or(Shortfall::Missing))
    }

    fn shortfall(
        &self,
        proof: &Proof,
        entry: &AssuranceEntry,
        ledger: &AssuranceLedger,
        moment: Moment,
    ) -> Option<Shortfall> {
        let showing = entry.evidence.showing();
        let counts = showing.is_none_or(|showing| self.ways.counts(showing.way, ledger));
        let shown_in = showing.and_then(|showing| showing.workflow.as_ref());
        // The face check of an enrolment is its parent's; it stands for what the child would have shown.
        let through =
            |name: &WorkflowName| shown_in.is_some_and(|shown| shown == name || self.takes(name, shown));
        let proofed_at = showing.and_then(|showing| showing.proofed_at);
        let proofed = |most: Age| proofed_at.is_some_and(|at| moment.now.duration_since(at) <= most.length());
        let fresh = |most: Age| moment.now.duration_since(entry.achieved_at) <= most.length();
        if proof.workflow.as_ref().is_some_and(|name| !through(name)) {
            Some(Shortfall::OtherWorkflow)
        } else if !counts {
            Some(Shortfall::WayDoesNotCount)
        } else if proof.device_key && !entry.came_by_bound_key() {
            Some(Shortfall::NoDeviceKey)
        } else if proof.proofed_within.is_some_and(|most| !proofed(most)) {
            Some(Shortfall::ProofedTooLongAgo)
        } else if proof.within.is_some_and(|most| !fresh(most)) {
            Some(Shortfall::TooOld)
        } else {
            None
        }
    }

    /// Whether whoever earns this context earns the other one with it, at any moment and whatever else was proven. How old a
    /// proof may be for one request, by its `max_age`, is not compared: each context is held to that by a proof of its own.
    pub fn implies(&self, other: &Self) -> bool {
        let covered_by = |mine: &Combination, theirs: &Combination| {
            mine.covers(theirs) && (!theirs.needs_face() || self.ways.is_within(&other.ways))
        };
        self.any_of.iter().all(|mine| other.any_of.iter().any(|theirs| covered_by(mine, theirs)))
    }

    /// Whether a child takes the enrolments of a parent.
    fn takes(&self, child: &WorkflowName, parent: &WorkflowName) -> bool {
        let child = self.workflows.iter().find(|workflow| workflow.name == *child);
        child.is_some_and(|child| child.parents.contains(parent))
    }

    /// Whether some combination of it needs a face.
    pub fn needs_face(&self) -> bool {
        self.any_of.iter().any(Combination::needs_face)
    }
}

impl Combination {
    /// The proof that the context ages by.
    pub fn deciding(&self) -> Option<&Proof> {
        let of_its_method = self.proofs.iter().filter(|proof| proof.method == self.ages_by);
        of_its_method.min_by_key(|proof| (proof.within.is_none(), proof.within))
    }

    /// Whether it needs a face.
    pub fn needs_face(&self) -> bool {
        self.proofs.iter().any(|proof| proof.method == Method::Face)
    }

    /// Whether whoever gives its proofs gives those of the other one.
    fn covers(&self, other: &Self) -> bool {
        other.proofs.iter().all(|theirs| self.proofs.iter().any(|mine| mine.implies(theirs)))
    }
}

/// Whether an entry may be a proof at all: of its method, and seen by whom the proof names. What another provider saw counts
/// nowhere else.
fn is_of_its_kind(proof: &Proof, entry: &AssuranceEntry) -> bool {
    entry.method == proof.method && entry.issuer == proof.issuer
}

/// The last moment at which an entry is this proof.
fn lapses(proof: &Proof, entry: &AssuranceEntry) -> Timestamp {
    let after = |from: Option<Timestamp>, most: Option<Age>| from?.checked_add(most?.length()).ok();
    let proofed_at = entry.evidence.showing().and_then(|showing| showing.proofed_at);
    let ends = [after(Some(entry.achieved_at), proof.within), after(proofed_at, proof.proofed_within)];
    ends.into_iter().flatten().min().unwrap_or(Timestamp::MAX)
}

/// The references of the proofs that were given to us, sorted, with `mfa` beside two distinct factors: what one knows, what
/// one is, and what one has (RFC 8176 §2).
fn amr_of(proofs: &[Proof]) -> Vec<Amr> {
    let own = || proofs.iter().filter(|proof| proof.issuer.is_none());
    let mut amr: Vec<Amr> = own().map(|proof| proof.method.amr()).collect();
    if own().any(|proof| proof.device_key) {
        amr.push(Amr::Swk);
    }
    amr.sort();
    amr.dedup();
    if amr.len() > 1 {
        amr.push(Amr::Mfa);
        amr.sort();
    }
    amr
}

/// All contexts there are, in the order in which a session's own is chosen.
#[derive(Clone, Debug, Default)]
pub struct AcrCatalogue {
    rules: Vec<AcrRule>,
}

impl AcrCatalogue {
    /// Of these rules.
    pub fn of(rules: Vec<AcrRule>) -> Self {
        Self { rules }
    }

    /// The rule of a context; `None` for a context that does not exist here.
    pub fn rule(&self, acr: &Acr) -> Option<&AcrRule> {
        self.rules.iter().find(|rule| rule.acr == *acr)
    }

    /// The session's own context: the first one that the ledger earns now.
    pub fn first_earned(&self, ledger: &AssuranceLedger, moment: Moment) -> Option<Assurance> {
        self.rules.iter().find_map(|rule| rule.judge(ledger, moment))
    }

    /// Every rule.
    pub fn rules(&self) -> &[AcrRule] {
        &self.rules
    }

    /// The names of all contexts, for `acr_values_supported` (OpenID Connect Discovery 1.0 §3).
    pub fn names(&self) -> impl Iterator<Item = &Acr> {
        self.rules.iter().map(|rule| &rule.acr)
    }
}

#[cfg(test)]
mod tests;
