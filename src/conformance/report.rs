//! How the cases went, for people as a table and for programs as JSON.

use serde::Serialize;

use super::Obstacle;

/// How one case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "why", rename_all = "lowercase")]
pub enum Verdict {
    /// As the specification says.
    Passed,
    /// Not as it recommends.
    Warned(String),
    /// Not as it demands.
    Failed(String),
    /// It could not be told.
    Undecided(String),
    /// The provider does not offer what it is about.
    Skipped(String),
}

impl Verdict {
    fn mark(&self) -> (&'static str, &str) {
        match self {
            Self::Passed => ("passed", ""),
            Self::Warned(why) => ("warned", why),
            Self::Failed(why) => ("FAILED", why),
            Self::Undecided(why) => ("undecided", why),
            Self::Skipped(why) => ("skipped", why),
        }
    }
}

impl From<Result<Verdict, Obstacle>> for Verdict {
    fn from(result: Result<Verdict, Obstacle>) -> Self {
        match result {
            Ok(verdict) => verdict,
            Err(obstacle @ Obstacle::Page(_)) => Self::Undecided(obstacle.to_string()),
            Err(obstacle) => Self::Failed(obstacle.to_string()),
        }
    }
}

/// One case and how it ended.
#[derive(Clone, Debug, Serialize)]
pub struct CaseResult {
    /// What the provider must do, as a name.
    pub name: &'static str,
    /// Which section says so.
    pub holds: &'static str,
    /// How it ended.
    #[serde(flatten)]
    pub verdict: Verdict,
}

impl std::fmt::Display for CaseResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (mark, why) = self.verdict.mark();
        write!(f, "{mark:<10} {:<62} {}", self.name, self.holds)?;
        if why.is_empty() { Ok(()) } else { write!(f, "\n           {why}") }
    }
}

/// All cases against one provider.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Which provider.
    pub issuer: String,
    /// How each case ended.
    pub results: Vec<CaseResult>,
}

impl Report {
    /// How many cases ended so.
    pub fn count(&self, is: impl Fn(&Verdict) -> bool) -> usize {
        self.results.iter().filter(|result| is(&result.verdict)).count()
    }

    /// Whether nothing is against the specifications.
    pub fn is_clean(&self) -> bool {
        self.count(|verdict| matches!(verdict, Verdict::Failed(_))) == 0
    }

    /// One line of counts.
    pub fn summary(&self) -> String {
        format!(
            "{} passed, {} warned, {} failed, {} undecided, {} skipped",
            self.count(|verdict| *verdict == Verdict::Passed),
            self.count(|verdict| matches!(verdict, Verdict::Warned(_))),
            self.count(|verdict| matches!(verdict, Verdict::Failed(_))),
            self.count(|verdict| matches!(verdict, Verdict::Undecided(_))),
            self.count(|verdict| matches!(verdict, Verdict::Skipped(_))),
        )
    }
}
