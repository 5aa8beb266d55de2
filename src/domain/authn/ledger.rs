//! The assurance ledger: what a session has proven, when, and by which evidence.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::amr::Amr;
use crate::domain::{face::way::Way, id::RunId, workflow::definition::WorkflowName};

/// A kind of proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Something the person knows.
    Pwd,
    /// Something the person is: a live face matched against the enrolment.
    Face,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 2] = [Self::Pwd, Self::Face];

    /// Its name in `amr`.
    pub fn amr(self) -> Amr {
        match self {
            Self::Pwd => Amr::Pwd,
            Self::Face => Amr::Face,
        }
    }
}

/// Some of the methods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Methods(u8);

impl Methods {
    /// Whether it is one of them.
    pub fn contains(self, method: Method) -> bool {
        self.0 & Self::bit(method) != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Method> {
        Method::ALL.into_iter().filter(move |method| self.contains(*method))
    }

    fn bit(method: Method) -> u8 {
        1 << method as u8
    }
}

impl FromIterator<Method> for Methods {
    fn from_iter<I: IntoIterator<Item = Method>>(methods: I) -> Self {
        Self(methods.into_iter().fold(0, |all, method| all | Self::bit(method)))
    }
}

/// A face that was shown: in which run, and in which way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "KeptShowing")]
pub struct Showing {
    /// The completed run.
    pub run: RunId,
    /// How the person answered its challenge.
    pub way: Way,
    /// Through which workflow; not known of showings from before workflows had names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowName>,
    /// When the parent run behind it was completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proofed_at: Option<Timestamp>,
}

impl Showing {
    /// One of which only the run and the way are known.
    pub fn new(run: RunId, way: Way) -> Self {
        Self { run, way, workflow: None, proofed_at: None }
    }
}

/// A showing as sessions keep it. Before there were ways it was the run alone, and everyone turned their head.
#[derive(Deserialize)]
#[serde(untagged)]
enum KeptShowing {
    Turned(RunId),
    Shown {
        run: RunId,
        way: Way,
        #[serde(default)]
        workflow: Option<WorkflowName>,
        #[serde(default)]
        proofed_at: Option<Timestamp>,
    },
}

impl From<KeptShowing> for Showing {
    fn from(kept: KeptShowing) -> Self {
        match kept {
            KeptShowing::Turned(run) => Self::new(run, Way::Turns),
            KeptShowing::Shown { run, way, workflow, proofed_at } => Self { run, way, workflow, proofed_at },
        }
    }
}

/// What a proof rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The account's password.
    Password,
    /// A completed child run: live face against the enrolled template.
    ChildRun(Showing),
    /// A completed parent run whose own ceremony policy lets count.
    ParentRun(Showing),
}

impl Evidence {
    /// The way in which a face was shown, where it is one.
    pub fn way(&self) -> Option<Way> {
        self.showing().map(|showing| showing.way)
    }

    /// The face that was shown, where it is one.
    pub fn showing(&self) -> Option<&Showing> {
        match self {
            Self::Password => None,
            Self::ChildRun(showing) | Self::ParentRun(showing) => Some(showing),
        }
    }
}

/// A key that stays in one browser and was bound to the account by a passed face check (NIST SP 800-63B-4 §4.1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundKey {
    /// The public key's thumbprint (RFC 7638).
    pub thumbprint: String,
    /// When it was bound.
    pub bound_at: Timestamp,
}

/// One proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssuranceEntry {
    /// What kind.
    pub method: Method,
    /// When the person actively proved it.
    pub achieved_at: Timestamp,
    /// On what it rests.
    pub evidence: Evidence,
    /// The device key by which it came, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_key: Option<BoundKey>,
    /// The provider that saw it; none where we saw it ourselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

impl AssuranceEntry {
    /// A proof that was given to us, by no device key.
    pub fn own(method: Method, achieved_at: Timestamp, evidence: Evidence) -> Self {
        Self { method, achieved_at, evidence, device_key: None, issuer: None }
    }

    /// Whether it came by a key that was the account's before: bound by an earlier face check, or by the very run that
    /// enrolled the account. A key that a check binds proves nothing in that check.
    pub fn came_by_bound_key(&self) -> bool {
        let enrols = matches!(self.evidence, Evidence::ParentRun(_));
        self.device_key.as_ref().is_some_and(|key| enrols || key.bound_at < self.achieved_at)
    }

    /// Whether it takes the place of another: of the same kind, seen by the same provider, through the same workflow.
    fn replaces(&self, other: &Self) -> bool {
        let workflow = |entry: &Self| entry.evidence.showing().and_then(|showing| showing.workflow.clone());
        self.method == other.method && self.issuer == other.issuer && workflow(self) == workflow(other)
    }
}

/// All that a session has proven: the latest entry of each method, by provider and workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AssuranceLedger {
    entries: Vec<AssuranceEntry>,
}

impl AssuranceLedger {
    /// Adds a proof in place of an older one of its kind.
    pub fn record(&mut self, entry: AssuranceEntry) {
        self.entries.retain(|kept| !entry.replaces(kept));
        self.entries.push(entry);
    }

    /// Lets no proof rest on a device key that counts no more; whether one did.
    pub fn forget_key(&mut self, thumbprint: &str) -> bool {
        let by_it = |entry: &&mut AssuranceEntry| {
            entry.device_key.as_ref().is_some_and(|key| key.thumbprint == thumbprint)
        };
        let held = self.entries.iter_mut().filter(by_it);
        held.map(|entry| entry.device_key = None).count() > 0
    }

    /// The latest proof of a method that was given to us.
    pub fn latest(&self, method: Method) -> Option<&AssuranceEntry> {
        let own = self.entries.iter().filter(|entry| entry.method == method && entry.issuer.is_none());
        own.max_by_key(|entry| entry.achieved_at)
    }

    /// Every proof, in the order in which they were recorded.
    pub fn entries(&self) -> &[AssuranceEntry] {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_way_is_kept_and_evidence_from_before_there_were_ways_is_of_turns() {
        let run = RunId::parse("r1").unwrap();
        let evidence = Evidence::ChildRun(Showing::new(run.clone(), Way::Distance));
        let kept = json!({ "child_run": { "run": "r1", "way": "distance" } });
        assert_eq!(serde_json::to_value(&evidence).unwrap(), kept);
        assert_eq!(serde_json::from_value::<Evidence>(kept).unwrap(), evidence);
        let before: Evidence = serde_json::from_value(json!({ "child_run": "r1" })).unwrap();
        assert_eq!(before, Evidence::ChildRun(Showing::new(run, Way::Turns)));
    }
}
