//! A policy file on disk: read with all its problems, each told with file and line.

use std::path::{Path, PathBuf};

use crate::{
    cli::Failure,
    domain::authn::{
        lint::{Finding, Severity},
        written::{Declared, FileProblem, PolicyFile},
    },
    flows::{
        Unserved,
        admin::{declarations::DeclarationRefusal, policies::PolicyRefusal},
        clients::ClientRefusal,
    },
};

/// A file that was read, with its text.
pub struct Read {
    path: PathBuf,
    text: String,
    /// What it declares.
    pub declared: Declared,
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Read, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::of(format!("{shown}: {error}")))?;
    match PolicyFile::read(&text) {
        Ok((_, declared)) => Ok(Read { path: path.to_owned(), declared, text }),
        Err(problems) => Err(failure(path, &problems)),
    }
}

/// A line that begins with how bad it is.
pub fn severe(finding: &Finding, line: &str) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    format!("{word:<7}  {line}")
}

impl Read {
    /// A finding; with its line where what it is about stands in the file.
    pub fn told(&self, finding: &Finding) -> String {
        let is_client = finding.at.starts_with("clients.");
        let is_here = finding.at.strip_prefix("clients.").is_none_or(|at| self.lists(at));
        let place = match PolicyFile::read(&self.text) {
            Ok((file, declared)) if is_here && (is_client || declared.document.is_some()) => {
                format!("{}:{}: ", self.path.display(), file.line_of(&finding.at))
            }
            _ => String::new(),
        };
        severe(finding, &format!("{place}{finding}"))
    }

    /// Why nothing of it was put in force, line by line.
    pub fn refused(&self, refusal: Unserved<DeclarationRefusal>) -> Failure {
        let refusal = match refusal {
            Unserved::Fault(fault) => return fault.into(),
            Unserved::Refused(refusal) => refusal,
        };
        let Ok((file, _)) = PolicyFile::read(&self.text) else {
            return Failure::of(format!("{}: cannot be read any more", self.path.display()));
        };
        let problems: Vec<FileProblem> = match refusal {
            DeclarationRefusal::Policy(PolicyRefusal::Unfit(problems)) => {
                problems.iter().map(|problem| file.placed(problem)).collect()
            }
            DeclarationRefusal::Policy(refusal) => return Failure::of(refusal.to_string()),
            DeclarationRefusal::Clients(refusals) => {
                refusals.iter().map(|refusal| of_client(&file, refusal)).collect()
            }
        };
        failure(&self.path, &problems)
    }

    /// Whether a client is listed, whose id a path begins with.
    fn lists(&self, at: &str) -> bool {
        let ids = self.declared.clients.iter().filter_map(|client| client.get("client_id")?.as_str());
        ids.into_iter()
            .any(|id| at.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }
}

fn of_client(file: &PolicyFile<'_>, refusal: &ClientRefusal) -> FileProblem {
    let mend = "docs/protocol.md, \"Clients by file\", says what may stand here";
    match refusal {
        ClientRefusal::Metadata(id, error) => {
            file.problem(&format!("clients.{id}.{}", error.reason), error.text, mend)
        }
        ClientRefusal::Twice(id) => file.problem(&format!("clients.{id}"), "is listed twice", "List it once"),
        ClientRefusal::BadSecret(id, _) => {
            let at = format!("clients.{id}.client_secret");
            file.problem(&at, refusal.to_string(), "Take it out to have one made")
        }
        other => file.problem("clients", other.to_string(), mend),
    }
}

fn failure(path: &Path, problems: &[FileProblem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(|problem| format!("{}:{problem}", path.display())).collect();
    Failure::of(lines.join("\n"))
}
