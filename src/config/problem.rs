//! What is wrong with a setting, told so that it can be mended at once.

use std::fmt;
use std::path::Path;

/// One thing that is wrong: the key, what is wrong with it, and the mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key as it stands in the file, with its section; or the file's own name.
    pub key: String,
    /// What is wrong with its value. Never the value of a secret.
    pub wrong: String,
    /// What to write instead.
    pub mend: String,
}

/// Every problem that a check found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl Problem {
    /// The key, what is wrong, and the mend.
    pub fn new(key: impl Into<String>, wrong: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { key: key.into(), wrong: wrong.into(), mend: mend.into() }
    }

    /// The file itself could not be read.
    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::new(
            path.display().to_string(),
            format!("cannot be read: {error}"),
            "Give --config the path of a file that this user may read.",
        )
    }
}

impl ConfigError {
    pub(super) fn one(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    {}", self.key, self.wrong, self.mend)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => writeln!(f, "The configuration has a problem.")?,
            many => writeln!(f, "The configuration has {many} problems.")?,
        }
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}
