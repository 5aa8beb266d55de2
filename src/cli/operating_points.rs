//! The thresholds that the configuration chooses, if enough stands behind them.

use super::Failure;
use crate::{
    config::Config,
    domain::face::operating_point::{OperatingPoints, TargetFmr},
    inference::manifest::{BUILT_WITH, Manifest},
};

/// The points of the configured target.
pub fn chosen(config: &Config) -> Result<OperatingPoints, Failure> {
    let target = config.face.target_fmr;
    let manifest = Manifest::parse(BUILT_WITH)?;
    manifest.thresholds.at(target).available().map_err(|lacking| {
        let mend = match target {
            TargetFmr::High => {
                "Write \"standard\", or measure on more people (`facestep evaluate templates`)."
            }
            TargetFmr::Standard => "Measure on more people (`facestep evaluate templates`).",
        };
        Failure::of(format!("face.target_fmr: \"{}\" is unavailable: {lacking}\n    {mend}", lacking.target))
    })
}
