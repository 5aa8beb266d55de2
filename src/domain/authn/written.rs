//! The policy file: one TOML text that declares contexts, policies, workflows, dialects and clients. It is read so that
//! every problem is told at once, each with its line, what is wrong and the mend.

mod export;
mod place;
#[cfg(test)]
mod tests;
mod wording;

use std::{fmt, ops::Range};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use toml::{
    Spanned,
    de::{DeTable, DeValue, ValueDeserializer},
};

use super::document::{PolicyDocument, PolicyProblem};
use crate::domain::spelling::nearest;

pub use export::export;

/// The parts of a file that make the policy document.
const OF_THE_DOCUMENT: [&str; 4] = ["contexts", "policies", "workflows", "dialects"];
/// The part that lists clients.
const CLIENTS: &str = "clients";

/// What a file declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declared {
    /// The whole policy document; none where the file has no part of it, and what is in force stays.
    pub document: Option<PolicyDocument>,
    /// Clients by the members of their registration. Those that are not listed stay as they are.
    pub clients: Vec<Map<String, Value>>,
}

/// Something in a file that cannot be, or is no good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileProblem {
    /// The line, from 1.
    pub line: usize,
    /// Where, as `contexts[1].proofs[0].workflow`; empty where the text is no TOML.
    pub at: String,
    /// What is wrong. Never the value of a client's member, which may be a secret.
    pub what: String,
    /// How it is mended.
    pub mend: String,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = if self.at.is_empty() { "" } else { ": " };
        write!(f, "{}: {}{between}{}. {}", self.line, self.at, self.what, self.mend)
    }
}

/// A file that could be read, which knows where in it everything stands.
pub struct PolicyFile<'t> {
    text: &'t str,
    root: DeTable<'t>,
}

impl<'t> PolicyFile<'t> {
    /// Reads a file. What it declares is yet to be proven to fit together.
    pub fn read(text: &'t str) -> Result<(Self, Declared), Vec<FileProblem>> {
        let (root, errors) = DeTable::parse_recoverable(text);
        let file = Self { text, root: root.into_inner() };
        if !errors.is_empty() {
            let problem = |error: toml::de::Error| FileProblem {
                line: file.line(&error.span().unwrap_or_default()),
                at: String::new(),
                what: format!("is no TOML: {}", error.message().trim().replace('\n', ", ")),
                mend: "Mend this line.".into(),
            };
            let mut problems: Vec<FileProblem> = errors.into_iter().map(problem).collect();
            problems.sort_by_key(|problem| problem.line);
            return Err(problems);
        }
        let mut problems = Vec::new();
        file.note_unknown_parts(&mut problems);
        let document = PolicyDocument {
            contexts: file.all("contexts", &mut problems),
            policies: file.all("policies", &mut problems),
            workflows: file.all("workflows", &mut problems),
            dialects: file.all("dialects", &mut problems),
        };
        let clients: Vec<Map<String, Value>> = file.all(CLIENTS, &mut problems);
        let is_whole = problems.is_empty();
        for (n, client) in clients.iter().enumerate() {
            if is_whole && client.get("client_id").and_then(Value::as_str).is_none() {
                let at = format!("{CLIENTS}[{n}]");
                problems.push(file.problem(&at, "client_id is missing", "Add it"));
            }
        }
        if !problems.is_empty() {
            problems.sort_by_key(|problem| problem.line);
            return Err(problems);
        }
        let is_there = OF_THE_DOCUMENT.iter().any(|part| file.root.get(*part).is_some());
        let document = is_there.then_some(document);
        Ok((file, Declared { document, clients }))
    }

    /// A problem of the document, with its line.
    pub fn placed(&self, problem: &PolicyProblem) -> FileProblem {
        let PolicyProblem { at, what, mend } = problem.clone();
        FileProblem { line: self.line_of(&at), at, what, mend }
    }

    /// A problem at a place, with its line.
    pub fn problem(&self, at: &str, what: impl Into<String>, mend: &str) -> FileProblem {
        FileProblem { line: self.line_of(at), at: at.to_owned(), what: what.into(), mend: format!("{mend}.") }
    }

    /// The line in which something stands, or else what it would be a part of.
    pub fn line_of(&self, at: &str) -> usize {
        self.line(&place::span_of(&self.root, at).unwrap_or_default())
    }

    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.as_bytes().iter().take(span.start);
        before.filter(|byte| **byte == b'\n').count() + 1
    }

    fn note_unknown_parts(&self, problems: &mut Vec<FileProblem>) {
        let known: Vec<&str> = OF_THE_DOCUMENT.into_iter().chain([CLIENTS]).collect();
        for (key, _) in &self.root {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let mend = match nearest(name, &known) {
                    Some(meant) => format!("Did you mean {meant}?"),
                    None => format!("Take it out; there are {}.", known.join(", ")),
                };
                let line = self.line(&key.span());
                problems.push(FileProblem { line, at: name.to_owned(), what: "is not known".into(), mend });
            }
        }
    }

    /// Everything that a part of the file lists.
    fn all<T: DeserializeOwned>(&self, part: &str, problems: &mut Vec<FileProblem>) -> Vec<T> {
        let Some(found) = self.root.get(part) else { return Vec::new() };
        let Some(listed) = found.get_ref().as_array() else {
            let mend = format!("Write [[{part}]] before the members of each one");
            problems.push(self.problem(part, "is no list", &mend));
            return Vec::new();
        };
        let one = |(n, element)| self.one(&format!("{part}[{n}]"), element, problems);
        listed.iter().enumerate().filter_map(one).collect()
    }

    /// One of them. After a problem it is read again without the member that had it, so that the next one is told, too.
    fn one<T: DeserializeOwned>(
        &self,
        at: &str,
        element: &Spanned<DeValue<'t>>,
        problems: &mut Vec<FileProblem>,
    ) -> Option<T> {
        let mut rest = element.clone();
        let mut dropped: Vec<String> = Vec::new();
        loop {
            let error = match T::deserialize(ValueDeserializer::from(rest.clone())) {
                Ok(read) if dropped.is_empty() => return Some(read),
                Ok(_) => return None,
                Err(error) => error,
            };
            let span = error.span().unwrap_or_else(|| element.span());
            let where_ = place::path_of(element, at, &span).unwrap_or_else(|| at.to_owned());
            let (what, mend) = wording::told(error.message());
            let is_about_dropped =
                wording::missing(error.message()).is_some_and(|name| dropped.iter().any(|gone| gone == name));
            if !is_about_dropped {
                problems.push(FileProblem { line: self.line(&span), at: where_, what, mend });
            }
            match place::drop_at(rest.get_mut(), &span) {
                Some(name) => dropped.push(name),
                None => return None,
            }
        }
    }
}
