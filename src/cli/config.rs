//! `facestep config`.

use clap::Subcommand;

use super::{Failure, commons::ConfigFile, operating_points};

/// Look at the configuration.
#[derive(Subcommand)]
pub enum Command {
    /// Check the file and the environment as a whole; every problem is told with its key and its mend.
    Check,
}

impl Command {
    /// Runs the command.
    pub fn run(self, file: &ConfigFile) -> Result<(), Failure> {
        let config = file.load()?;
        let points = operating_points::chosen(&config)?;
        let source =
            file.path().map_or("the environment and the defaults".into(), |path| path.display().to_string());
        println!("{source}: good.");
        println!("  issuer    {}", config.issuer);
        println!("  listen    {}", config.listen);
        println!("  database  {}", config.database_url);
        println!("  key file  {}", config.key_file.display());
        println!("  template keys   {}", config.template_keys_dir().display());
        println!("  transform keys  {}", config.transform_keys_dir().display());
        println!("  models    {}", config.models_dir.display());
        for (name, point) in [("template", points.template), ("portrait", points.portrait)] {
            println!(
                "  {name}  a match from {:.3} on: FMR {:.1e} ({} false matches, and of {} pairs of people, in {}), FNMR {:.2} %",
                point.threshold,
                point.fmr,
                point.false_matches,
                point.false_match_pairs,
                point.impostor,
                point.fnmr * 100.0
            );
        }
        println!("  demo      {}", if config.demo { "yes: simulated identities are accepted" } else { "no" });
        Ok(())
    }
}
