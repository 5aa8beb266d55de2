//! The command line: what an operator can do. Each command parses, calls one flow and prints; nothing is decided here.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

mod admin;
mod audit;
mod client;
mod commons;
mod config;
mod conformance;
mod demo;
mod evaluate;
mod explain;
mod keys;
mod models;
mod operating_points;
mod policy;
mod serve;
mod user;

/// An OpenID Connect provider that adds face-based step-up authentication as an `acr` level.
#[derive(Parser)]
#[command(name = "facestep", version, about)]
pub struct Cli {
    /// The configuration file; `FACESTEP_…` environment variables override its keys.
    #[arg(long, global = true, env = "FACESTEP_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the provider.
    Serve {
        /// Start no face engine, and offer no face context: for `make bench-oidc` alone.
        #[arg(long, hide = true)]
        no_face: bool,
    },
    /// Look at the configuration.
    #[command(subcommand)]
    Config(config::Command),
    /// Look at the models.
    #[command(subcommand)]
    Models(models::Command),
    /// Measure verification and presentation attack detection on your own data.
    #[command(subcommand)]
    Evaluate(evaluate::Command),
    /// Try how a provider, this one or any other, answers where a context is asked for.
    #[command(subcommand)]
    Conformance(conformance::Command),
    /// Add and erase local accounts.
    #[command(subcommand)]
    User(user::Command),
    /// Say who may use the console.
    #[command(subcommand)]
    Admin(admin::Command),
    /// Register relying parties.
    #[command(subcommand)]
    Client(client::Command),
    /// Look at the policies, and change them: contexts, who needs them, workflows, dialects and clients by one file.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Tell why somebody was challenged, or what would happen.
    Explain(Box<explain::Explain>),
    /// Rotate the keys that enrolments are kept under and those that sign tokens, and issue templates anew.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Verify and anchor the audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Prepare the demonstration.
    #[command(subcommand)]
    Demo(demo::Command),
}

/// Why a command failed, in words for the operator.
#[derive(Debug)]
pub struct Failure(String);

impl<E: std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl Failure {
    /// The words.
    pub fn message(&self) -> &str {
        &self.0
    }

    /// Makes a failure of words.
    pub fn of(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl Cli {
    /// Runs the command.
    pub async fn run(self) -> Result<(), Failure> {
        let config = commons::ConfigFile(self.config);
        match self.command {
            Command::Serve { no_face } => serve::run(&config, no_face).await,
            Command::Config(command) => command.run(&config),
            Command::Models(command) => command.run(&config),
            Command::Evaluate(command) => command.run(&config),
            Command::Conformance(command) => command.run().await,
            Command::User(command) => command.run(&config).await,
            Command::Admin(command) => command.run(&config).await,
            Command::Client(command) => command.run(&config).await,
            Command::Policy(command) => command.run(&config).await,
            Command::Explain(explain) => explain.run(&config).await,
            Command::Keys(command) => command.run(&config).await,
            Command::Audit(command) => command.run(&config).await,
            Command::Demo(command) => command.run(&config).await,
        }
    }
}
