//! `facestep conformance`.

use std::{path::PathBuf, sync::Arc};

use clap::{Args, Subcommand};

use super::{Failure, user::line_of_input};
use crate::{
    conformance::{Subject, Tools, step_up},
    domain::{authn::acr::Acr, secret::SecretToken},
    jose::client_jwts::JoseClientJwts,
    system::{SystemClock, SystemEntropy},
};

/// Try how a provider, this one or any other, answers where an authentication context is asked for.
#[derive(Subcommand)]
pub enum Command {
    /// Run the cases of step-up that no plan of the official suite has.
    StepUp(StepUp),
}

/// Against whom, and as whom.
#[derive(Args)]
pub struct StepUp {
    /// The issuer identifier.
    #[arg(long)]
    issuer: String,
    /// The client_id of a client that may use the code flow.
    #[arg(long)]
    client: String,
    /// The file with its secret, for client_secret_basic; without one it is a public client.
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// One of its redirect URIs; nothing needs to listen there.
    #[arg(long)]
    redirect_uri: String,
    /// The scopes to ask for.
    #[arg(long, default_value = "openid")]
    scope: String,
    /// The sign-in name of an account; its password is the first line of standard input.
    #[arg(long)]
    username: String,
    /// A context that a sign-in with the password earns.
    #[arg(long, default_value = Acr::PWD)]
    met: String,
    /// A context that this account cannot earn.
    #[arg(long, default_value = Acr::FACE)]
    unmet: String,
    /// A resource whose tokens the client may ask for (RFC 8707).
    #[arg(long)]
    resource: Option<String>,
    /// A PEM file with further certificates to trust.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Write the results to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Command {
    /// Runs the command; a case that failed is a failure.
    pub async fn run(self) -> Result<(), Failure> {
        let Self::StepUp(asked) = self;
        let json = asked.json.clone();
        let tools = Tools {
            verifier: Arc::new(JoseClientJwts),
            entropy: Arc::new(SystemEntropy),
            clock: Arc::new(SystemClock),
        };
        let report = step_up(asked.subject()?, tools, |result| println!("{result}")).await?;
        println!("\n{}", report.summary());
        if let Some(file) = json {
            std::fs::write(&file, serde_json::to_vec_pretty(&report)?)
                .map_err(|error| Failure::of(format!("{}: {error}", file.display())))?;
        }
        if report.is_clean() { Ok(()) } else { Err(Failure::of("a case failed")) }
    }
}

impl StepUp {
    fn subject(self) -> Result<Subject, Failure> {
        let read = |file: PathBuf| {
            std::fs::read(&file).map_err(|error| Failure::of(format!("{}: {error}", file.display())))
        };
        let secret = self.client_secret_file.map(read).transpose()?;
        Ok(Subject {
            issuer: self.issuer,
            client: self.client,
            secret: secret.map(|secret| SecretToken::from_outside(String::from_utf8_lossy(&secret).trim())),
            redirect_uri: self.redirect_uri,
            scope: self.scope,
            username: self.username,
            password: SecretToken::from_outside(&line_of_input()?),
            met: self.met,
            unmet: self.unmet,
            resource: self.resource,
            extra_ca: self.ca_file.map(read).transpose()?,
        })
    }
}
