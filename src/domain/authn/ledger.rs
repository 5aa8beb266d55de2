//! The assurance ledger: what a session has proven, when, and by which evidence.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::amr::Amr;
use crate::domain::{face::way::Way, id::RunId};

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
}

/// A showing as sessions keep it. Before there were ways it was the run alone, and everyone turned their head.
#[derive(Deserialize)]
#[serde(untagged)]
enum KeptShowing {
    Turned(RunId),
    Shown { run: RunId, way: Way },
}

impl From<KeptShowing> for Showing {
    fn from(kept: KeptShowing) -> Self {
        match kept {
            KeptShowing::Turned(run) => Self { run, way: Way::Turns },
            KeptShowing::Shown { run, way } => Self { run, way },
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
        match self {
            Self::Password => None,
            Self::ChildRun(showing) | Self::ParentRun(showing) => Some(showing.way),
        }
    }
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
}

/// All that a session has proven: the latest entry of each method.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AssuranceLedger {
    entries: Vec<AssuranceEntry>,
}

impl AssuranceLedger {
    /// Adds a proof in place of an older one of its method.
    pub fn record(&mut self, entry: AssuranceEntry) {
        self.entries.retain(|kept| kept.method != entry.method);
        self.entries.push(entry);
    }

    /// The latest proof of a method.
    pub fn latest(&self, method: Method) -> Option<&AssuranceEntry> {
        self.entries.iter().find(|entry| entry.method == method)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_way_is_kept_and_evidence_from_before_there_were_ways_is_of_turns() {
        let run = RunId::parse("r1").unwrap();
        let evidence = Evidence::ChildRun(Showing { run: run.clone(), way: Way::Distance });
        let kept = json!({ "child_run": { "run": "r1", "way": "distance" } });
        assert_eq!(serde_json::to_value(&evidence).unwrap(), kept);
        assert_eq!(serde_json::from_value::<Evidence>(kept).unwrap(), evidence);
        let before: Evidence = serde_json::from_value(json!({ "child_run": "r1" })).unwrap();
        assert_eq!(before, Evidence::ChildRun(Showing { run, way: Way::Turns }));
    }
}
