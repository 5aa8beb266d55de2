//! The assurance ledger: what a session has proven, when, and by which evidence.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::amr::Amr;
use crate::domain::id::RunId;

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
    /// Its name in `amr`.
    pub fn amr(self) -> Amr {
        match self {
            Self::Pwd => Amr::Pwd,
            Self::Face => Amr::Face,
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
    ChildRun(RunId),
    /// A completed parent run whose own ceremony policy lets count.
    ParentRun(RunId),
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
