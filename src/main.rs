//! The Facestep command line.

use std::process::ExitCode;

use clap::Parser;
use facestep::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("facestep: {}", failure.message());
            ExitCode::FAILURE
        }
    }
}
