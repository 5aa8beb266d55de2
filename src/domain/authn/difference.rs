//! What one policy document says that another does not: by name, and member by member where both have the name.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::document::PolicyDocument;

/// What kind of thing a document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A context.
    Context,
    /// A policy.
    Policy,
    /// A workflow.
    Workflow,
    /// A dialect.
    Dialect,
}

/// A member that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemberChange {
    /// Where, as `proofs[1].within`.
    pub at: String,
    /// What it was; none where it was not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<Value>,
    /// What it is; none where it is not said any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<Value>,
}

/// What became of one thing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "members")]
pub enum Alteration {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed(Vec<MemberChange>),
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// What kind of thing.
    pub part: Part,
    /// Its name.
    pub name: String,
    /// What became of it.
    #[serde(flatten)]
    pub alteration: Alteration,
}

/// All that differs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Differences {
    /// By kind and name, in the order of the newer document, what is gone last.
    pub parts: Vec<Difference>,
    /// The contexts in their new order, where those that both documents have come in another one: the order decides which
    /// of them is a session's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<String>>,
}

impl Differences {
    /// What the second document says that the first does not, and the other way round.
    pub fn between(was: &PolicyDocument, is: &PolicyDocument) -> Self {
        let of = |document: &PolicyDocument| {
            [
                (Part::Context, named(&document.contexts, |one| &one.acr.0)),
                (Part::Policy, named(&document.policies, |one| &one.name)),
                (Part::Workflow, named(&document.workflows, |one| one.name.as_str())),
                (Part::Dialect, named(&document.dialects, |one| &one.name)),
            ]
        };
        let mut parts = Vec::new();
        for ((part, was), (_, is)) in of(was).into_iter().zip(of(is)) {
            compare_named(part, &was, &is, &mut parts);
        }
        Self { parts, order: new_order(was, is) }
    }

    /// Whether the documents say the same.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.order.is_none()
    }

    /// The same for people: a line for each thing, and below it one for each member.
    pub fn lines(&self) -> Vec<String> {
        let parts = self.parts.iter().flat_map(|one| {
            let members: &[MemberChange] = match &one.alteration {
                Alteration::Changed(members) => members,
                Alteration::Added | Alteration::Removed => &[],
            };
            std::iter::once(one.to_string()).chain(members.iter().map(|member| format!("    {member}")))
        });
        let order = self.order.iter().map(|names| format!("~ contexts in this order: {}", names.join(", ")));
        parts.chain(order).collect()
    }

    /// A line for each thing, without what its members say: for the audit log.
    pub fn summary(&self) -> Vec<String> {
        let order = self.order.iter().map(|_| "~ order of the contexts".to_owned());
        self.parts.iter().map(ToString::to_string).chain(order).collect()
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Context => "context",
            Self::Policy => "policy",
            Self::Workflow => "workflow",
            Self::Dialect => "dialect",
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.alteration {
            Alteration::Added => '+',
            Alteration::Removed => '-',
            Alteration::Changed(_) => '~',
        };
        write!(f, "{sign} {} {}", self.part, self.name)
    }
}

impl fmt::Display for MemberChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.was, &self.is) {
            (Some(was), Some(is)) => write!(f, "{}: {was} -> {is}", self.at),
            (None, Some(is)) => write!(f, "{}: {is} (was not said)", self.at),
            (Some(was), None) => write!(f, "{}: not said any more (was {was})", self.at),
            (None, None) => f.write_str(&self.at),
        }
    }
}

type Named = Vec<(String, Value)>;

fn named<T: Serialize>(all: &[T], name: impl Fn(&T) -> &str) -> Named {
    // What a document holds has text keys alone, so it can always be told as JSON.
    all.iter().map(|one| (name(one).to_owned(), serde_json::to_value(one).unwrap_or_default())).collect()
}

fn compare_named(part: Part, was: &Named, is: &Named, into: &mut Vec<Difference>) {
    let find = |list: &Named, name: &str| list.iter().find(|(one, _)| one == name).map(|(_, v)| v.clone());
    for (name, value) in is {
        let alteration = match find(was, name) {
            None => Alteration::Added,
            Some(before) if before == *value => continue,
            Some(before) => {
                let mut members = Vec::new();
                compare("", Some(&before), Some(value), &mut members);
                Alteration::Changed(members)
            }
        };
        into.push(Difference { part, name: name.clone(), alteration });
    }
    let gone = was.iter().filter(|(name, _)| find(is, name).is_none());
    into.extend(gone.map(|(name, _)| Difference {
        part,
        name: name.clone(),
        alteration: Alteration::Removed,
    }));
}

/// Goes down to the members that differ.
fn compare(at: &str, was: Option<&Value>, is: Option<&Value>, into: &mut Vec<MemberChange>) {
    match (was, is) {
        (Some(Value::Object(was)), Some(Value::Object(is))) => {
            let mut names: Vec<&String> = was.keys().chain(is.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let below = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                compare(&below, was.get(name), is.get(name), into);
            }
        }
        (Some(Value::Array(was)), Some(Value::Array(is))) => {
            for n in 0..was.len().max(is.len()) {
                compare(&format!("{at}[{n}]"), was.get(n), is.get(n), into);
            }
        }
        (was, is) if was != is => {
            into.push(MemberChange { at: at.to_owned(), was: was.cloned(), is: is.cloned() });
        }
        _ => {}
    }
}

fn new_order(was: &PolicyDocument, is: &PolicyDocument) -> Option<Vec<String>> {
    let kept = |of: &PolicyDocument, other: &PolicyDocument| -> Vec<String> {
        let in_both = |name: &str| other.contexts.iter().any(|one| one.acr.0 == name);
        of.contexts.iter().map(|one| one.acr.0.clone()).filter(|name| in_both(name)).collect()
    };
    (kept(was, is) != kept(is, was)).then(|| is.contexts.iter().map(|one| one.acr.0.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::authn::{age::Age, document::House, policy_set::Policy};

    fn differences(change: impl FnOnce(&mut PolicyDocument)) -> Differences {
        let was = PolicyDocument::shipped(&House::default());
        let mut is = was.clone();
        change(&mut is);
        Differences::between(&was, &is)
    }

    #[test]
    fn two_documents_that_say_the_same_do_not_differ() {
        assert!(differences(|_| {}).is_empty());
    }

    #[test]
    fn what_is_new_gone_and_changed_is_told_by_name_and_member() {
        let told = differences(|document| {
            document.contexts[0].proofs[1].within = Some(Age::of_seconds(120));
            document.contexts[0].proofs[1].device_key = true;
            document.dialects.remove(0);
            document.policies.push(Policy {
                name: "nights".into(),
                title: String::new(),
                when: Default::default(),
                demand: Default::default(),
                disabled: false,
            });
        });
        assert_eq!(
            told.lines(),
            [
                "~ context urn:facestep:acr:face",
                "    proofs[1].device_key: true (was not said)",
                "    proofs[1].within: \"5m\" -> \"2m\"",
                "+ policy nights",
                "- dialect entra",
            ]
        );
        assert_eq!(told.summary().len(), 3);
    }

    #[test]
    fn another_order_of_the_contexts_is_a_difference_since_it_decides_a_sessions_own() {
        let told = differences(|document| document.contexts.swap(0, 3));
        assert!(told.parts.is_empty() && !told.is_empty());
        assert!(told.lines()[0].starts_with("~ contexts in this order: urn:facestep:acr:pwd, "));
        assert!(differences(|document| drop(document.contexts.remove(1))).order.is_none());
    }
}
