//! `facestep models`.

use clap::Subcommand;

use super::{Failure, commons::ConfigFile};
use crate::inference::verify::verify_models;

/// Look at the models.
#[derive(Subcommand)]
pub enum Command {
    /// Check every file's hash, shapes and one golden input; the server does the same at start.
    Verify,
}

impl Command {
    /// Runs the command.
    pub fn run(self, file: &ConfigFile) -> Result<(), Failure> {
        let folder = file.load()?.models_dir;
        let models = verify_models(&folder)?;
        println!("{}: every file is what models/manifest.toml pins.", folder.display());
        for (name, sha256, licence) in models.report().files {
            println!("  {name:<22} {sha256}  {licence}");
        }
        Ok(())
    }
}
