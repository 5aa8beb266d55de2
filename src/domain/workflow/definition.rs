//! Workflows as an administrator defines them: which parent makes an enrolment and from what, and which child
//! re-authenticates against it.

use serde::{Deserialize, Serialize};

use crate::domain::face::way::Way;

/// Names a workflow: 1 to 64 of `a-z 0-9 -`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WorkflowName(String);

impl WorkflowName {
    /// The parent that ships.
    pub const PARENT: &str = "government-id";
    /// The child that ships.
    pub const CHILD: &str = "face-step-up";

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        (!text.is_empty() && text.len() <= 64 && text.bytes().all(plain)).then(|| Self(text.to_owned()))
    }

    /// The shipped parent's name.
    pub fn parent() -> Self {
        Self(Self::PARENT.to_owned())
    }

    /// The shipped child's name.
    pub fn child() -> Self {
        Self(Self::CHILD.to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for WorkflowName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a workflow's name has 1 to 64 characters of a-z, 0-9 and -")
    }
}

impl From<WorkflowName> for String {
    fn from(name: WorkflowName) -> Self {
        name.0
    }
}

impl std::fmt::Display for WorkflowName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A workflow as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkflowDefinition {
    /// Its name.
    pub name: WorkflowName,
    /// What it is for, in plain terms.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The parents whose enrolments it takes; a workflow without one is a parent itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<WorkflowName>,
    /// A child's: the ways in which a face may be shown in it. None named: all that are offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<Way>,
    /// A parent's: the digital-ID sources whose word it takes. None named: whichever is connected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

impl WorkflowDefinition {
    /// Whether it makes enrolments.
    pub fn is_parent(&self) -> bool {
        self.parents.is_empty()
    }

    /// Whether a face may be shown in this way in it.
    pub fn admits(&self, way: Way) -> bool {
        self.ways.is_empty() || self.ways.contains(&way)
    }

    /// Whether it takes this source's word.
    pub fn believes(&self, source: &str) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|named| named == source)
    }

    /// The two that ship: a digital-ID check with a live face against its portrait, and a live face against what that
    /// enrolled.
    pub fn shipped() -> Vec<Self> {
        let parent = Self {
            name: WorkflowName::parent(),
            title: "A document is checked, and the live face against its portrait".into(),
            parents: Vec::new(),
            ways: Vec::new(),
            sources: Vec::new(),
        };
        let child = Self {
            name: WorkflowName::child(),
            title: "The live face is checked against the enrolment".into(),
            parents: vec![WorkflowName::parent()],
            ..parent.clone()
        };
        vec![parent, child]
    }
}
