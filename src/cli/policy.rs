//! `facestep policy`: one file declares contexts, policies, workflows, dialects and clients (docs/policy.md).

use std::{path::PathBuf, sync::Arc};

use clap::Subcommand;

use super::{
    Failure,
    client::{secret_line, tell_remarks},
    commons::{ConfigFile, Parts},
};
use crate::{
    domain::{
        authn::{
            lint::{Finding, Severity},
            written::export,
        },
        change::{Author, Change},
    },
    flows::{
        Unserved,
        admin::{
            declarations::DeclarationDesk,
            policies::{Applied, PolicyDesk, PolicyRefusal, Premises},
        },
        clients::{Outcome, Registered},
    },
};

mod file;

use file::Read;

/// Look at the policies, and change them.
#[derive(Subcommand)]
pub enum Command {
    /// Put in force what a file declares, all of it or nothing: policies as a new version, clients new or changed.
    Apply {
        /// TOML with [[contexts]], [[policies]], [[workflows]], [[dialects]] and [[clients]].
        file: PathBuf,
        /// Why; it is kept with the version.
        #[arg(long)]
        reason: Option<String>,
        /// Tell what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Change nothing unless this version is in force.
        #[arg(long, value_name = "NUMBER")]
        expect: Option<i64>,
    },
    /// Tell what a file would change.
    Diff {
        /// The file.
        file: PathBuf,
    },
    /// Print what is in force as a file; to apply it changes nothing.
    Export,
    /// List the versions, the newest first.
    History {
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1_000))]
        most: u16,
    },
    /// Put an earlier version in force again, as a new one; 0 is what ships.
    Back {
        /// Its number.
        number: i64,
        /// Why; it is kept with the version.
        #[arg(long)]
        reason: Option<String>,
        /// Tell what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Tell what is no good in the policies in force, or in a file; fails where people are refused who need not be.
    Lint {
        /// The file.
        file: Option<PathBuf>,
    },
}

impl Command {
    /// Runs the command.
    pub async fn run(self, config: &ConfigFile) -> Result<(), Failure> {
        let parts = config.open()?;
        let policies = Arc::new(parts.policies());
        let desk = DeclarationDesk::new(policies.clone(), parts.clients());
        match self {
            Self::Apply { file, reason, dry_run: false, expect } => {
                apply(&desk, &file::read(&file)?, reason, expect).await
            }
            Self::Apply { file, dry_run: true, .. } | Self::Diff { file } => {
                foresee(&desk, &file::read(&file)?).await
            }
            Self::Export => {
                let declared = desk.declared().await?;
                print!("{}", export(&declared.document.unwrap_or_default(), &declared.clients));
                Ok(())
            }
            Self::History { most } => history(&policies, most.into()).await,
            Self::Back { number, reason, dry_run } => back(&policies, number, reason, dry_run).await,
            Self::Lint { file } => lint(&policies, &desk, file).await,
        }
    }
}

impl Parts {
    /// The policies.
    pub(super) fn policies(&self) -> PolicyDesk {
        let premises = Premises {
            sessions: super::serve::settings::sessions(&self.config),
            any_resource: self.config.authorization.any_resource,
        };
        PolicyDesk::new(self.store.clone(), self.clock.clone(), self.entropy.clone(), self.book(), premises)
    }
}

fn by_hand(reason: Option<String>) -> Change {
    Change { by: Author::Installer, reason }
}

async fn apply(
    desk: &DeclarationDesk,
    read: &Read,
    reason: Option<String>,
    expect: Option<i64>,
) -> Result<(), Failure> {
    let done = desk.apply(&read.declared, expect, &by_hand(reason)).await;
    let done = done.map_err(|refusal| read.refused(refusal))?;
    if let Some(applied) = &done.policies {
        tell_policies(applied, "in force");
    }
    done.clients.iter().for_each(tell_client);
    // What is no good is told of what is in force now.
    if let Ok(foreseen) = desk.rehearse(&read.declared).await {
        foreseen.findings.iter().for_each(|finding| eprintln!("{}", read.told(finding)));
    }
    Ok(())
}

async fn foresee(desk: &DeclarationDesk, read: &Read) -> Result<(), Failure> {
    let foreseen = desk.rehearse(&read.declared).await.map_err(|refusal| read.refused(refusal))?;
    if let Some(applied) = &foreseen.policies {
        tell_policies(applied, "next");
    }
    for (client, outcome) in &foreseen.clients {
        println!("{:<9}  {client}", outcome_word(*outcome));
    }
    foreseen.findings.iter().for_each(|finding| eprintln!("{}", read.told(finding)));
    Ok(())
}

async fn history(policies: &PolicyDesk, most: usize) -> Result<(), Failure> {
    let page = policies.versions(None, most).await?;
    for version in &page.items {
        let reason = if version.reason.is_empty() { "-" } else { &version.reason };
        println!("{:>5}  {:.0}  {}  {reason}", version.number, version.at, version.author);
    }
    if page.next.is_none() {
        println!("    0  what ships");
    }
    Ok(())
}

async fn back(
    policies: &PolicyDesk,
    number: i64,
    reason: Option<String>,
    dry_run: bool,
) -> Result<(), Failure> {
    let applied = match dry_run {
        true => {
            let document = policies.version(number).await.map_err(refused)?.document;
            policies.rehearse(&document).await
        }
        false => policies.go_back(number, None, &by_hand(reason)).await,
    };
    tell_policies(&applied.map_err(refused)?, if dry_run { "next" } else { "in force" });
    Ok(())
}

async fn lint(policies: &PolicyDesk, desk: &DeclarationDesk, file: Option<PathBuf>) -> Result<(), Failure> {
    let (findings, lines): (Vec<Finding>, Vec<String>) = match file {
        Some(file) => {
            let read = file::read(&file)?;
            let foreseen = desk.rehearse(&read.declared).await.map_err(|refusal| read.refused(refusal))?;
            let lines = foreseen.findings.iter().map(|finding| read.told(finding)).collect();
            (foreseen.findings, lines)
        }
        None => {
            let findings = policies.lint(None).await.map_err(refused)?;
            let lines = findings.iter().map(|finding| file::severe(finding, &finding.to_string())).collect();
            (findings, lines)
        }
    };
    lines.iter().for_each(|line| println!("{line}"));
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    match (findings.len(), errors) {
        (0, _) => println!("nothing to mend"),
        (_, 0) => {}
        (_, errors) => return Err(Failure::of(format!("{errors} to mend before anything else"))),
    }
    Ok(())
}

fn tell_policies(applied: &Applied, word: &str) {
    if applied.differences.is_empty() {
        println!("unchanged  policies (version {})", applied.number);
        return;
    }
    println!("version {} ({word}), after version {}", applied.number, applied.before);
    applied.differences.lines().iter().for_each(|line| println!("  {line}"));
}

fn tell_client(registered: &Registered) {
    println!("{:<9}  {}", outcome_word(registered.outcome), registered.client.id);
    if registered.secret.is_some() {
        println!("           client_secret  {}", secret_line(registered));
    }
    tell_remarks(registered);
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Added => "added",
        Outcome::Changed => "changed",
        Outcome::Unchanged => "unchanged",
    }
}

fn refused(refusal: Unserved<PolicyRefusal>) -> Failure {
    match refusal {
        Unserved::Refused(refusal) => Failure::of(refusal.to_string()),
        Unserved::Fault(fault) => fault.into(),
    }
}
