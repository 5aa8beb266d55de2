//! `facestep evaluate`: every number of `docs/biometrics.md`, repeated on an operator's own data.

mod output;
mod protected;
mod tables;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Failure, commons::ConfigFile};
use crate::{
    evaluation::{bootstrap::Resampling, protection, setting::Setting, templates, verification},
    inference::verify::verify_models,
};
use output::write;

/// Measure verification and presentation attack detection on your own data.
///
/// Pictures are JPEG files in one folder per person. Of several faces in a picture the most central one is taken. Without
/// --out, the report is printed as JSON on the last line.
#[derive(Subcommand)]
pub enum Command {
    /// One picture against one picture: EER, and FNMR at FMR 1e-2 to 1e-5.
    Verification(Verification),
    /// Means of pictures against means of pictures, which is what the product compares.
    Templates(Templates),
    /// The renewable transform: decisions with and without it, and whether two enrolments of a person can be linked.
    Protection(Protection),
}

/// The renewable transform.
#[derive(Args)]
pub struct Protection {
    #[command(flatten)]
    pictures: Pictures,
    /// How many pictures make a template.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    enrol: u16,
    /// With how many drawn others each template is compared.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    others: u16,
}

/// One picture against one picture.
#[derive(Args)]
pub struct Verification {
    #[command(flatten)]
    pictures: Pictures,
    /// A list of pairs: CSV with the columns left,right,same, paths relative to the pictures' folder.
    #[arg(long, value_name = "FILE", required_unless_present = "all_pairs")]
    pairs: Option<PathBuf>,
    /// Compare every picture with every other, the folder's name being the identity. With --pairs as well, the operating
    /// points come from all pairs and the accuracy from the list.
    #[arg(long)]
    all_pairs: bool,
}

/// Means of pictures against means of pictures.
#[derive(Args)]
pub struct Templates {
    #[command(flatten)]
    pictures: Pictures,
    /// How many pictures make an enrolled template; 1 is a portrait.
    #[arg(long, value_name = "K", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    enrol: u16,
    /// How many pictures make what is compared with it.
    #[arg(long, value_name = "K", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    probe: u16,
}

/// Where pictures come from and what becomes of them.
#[derive(Args)]
struct Pictures {
    /// The folder of pictures: one folder per person.
    #[arg(long, value_name = "DIR")]
    images: PathBuf,
    #[command(flatten)]
    common: Common,
}

/// What every measurement takes.
#[derive(Args)]
struct Common {
    /// Where the report is written: report.json, report.md and det.svg.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where embeddings are kept, so that a measurement that was cut off goes on where it was. The folder holds biometric
    /// templates in the clear: delete it when you are done. [default: facestep/evaluation in the user's cache folder]
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Delete the kept embeddings when the measurement is done.
    #[arg(long)]
    forget: bool,
    /// The folder of built models; the configuration's, or models/built, where it is not given.
    #[arg(long, value_name = "DIR", env = "FACESTEP_MODELS_DIR")]
    models: Option<PathBuf>,
    /// How often identities are drawn anew for the intervals.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(40..=100_000))]
    resamples: u32,
    /// The seed of that drawing.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

impl Command {
    /// Runs the command.
    pub fn run(self, file: &ConfigFile) -> Result<(), Failure> {
        match self {
            Self::Verification(asked) => {
                let request = verification::Request {
                    images: asked.pictures.images,
                    pairs: asked.pairs,
                    all_pairs: asked.all_pairs,
                };
                let report = asked
                    .pictures
                    .common
                    .with_setting(file, |setting| Ok(verification::measure(setting, &request)?))?;
                write(&report, asked.pictures.common.out.as_deref())
            }
            Self::Templates(asked) => {
                let request = templates::Request {
                    images: asked.pictures.images,
                    enrol: asked.enrol.into(),
                    probe: asked.probe.into(),
                };
                let report = asked
                    .pictures
                    .common
                    .with_setting(file, |setting| Ok(templates::measure(setting, &request)?))?;
                write(&report, asked.pictures.common.out.as_deref())
            }
            Self::Protection(asked) => {
                let request = protection::Request {
                    images: asked.pictures.images,
                    enrol: asked.enrol.into(),
                    others: asked.others.into(),
                };
                let report = asked
                    .pictures
                    .common
                    .with_setting(file, |setting| Ok(protection::measure(setting, &request)?))?;
                write(&report, asked.pictures.common.out.as_deref())
            }
        }
    }
}

impl Common {
    fn with_setting<T>(
        &self,
        file: &ConfigFile,
        measure: impl FnOnce(&Setting<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let models = verify_models(&self.models_folder(file)?)?;
        measure(&Setting {
            models: &models,
            cache: self.cache.clone().map_or_else(usual_cache, Ok)?,
            forget: self.forget,
            resampling: Resampling { rounds: self.resamples, seed: self.seed },
        })
    }

    /// A measurement needs no provider, so it runs without a configuration.
    fn models_folder(&self, file: &ConfigFile) -> Result<PathBuf, Failure> {
        match (&self.models, file.path()) {
            (Some(folder), _) => Ok(folder.clone()),
            (None, Some(_)) => Ok(file.load()?.models_dir),
            (None, None) => Ok(PathBuf::from("models/built")),
        }
    }
}

/// The user's own cache folder (XDG Base Directory Specification): neither with the pictures nor with the report, since
/// both are passed on.
fn usual_cache() -> Result<PathBuf, Failure> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("XDG_CACHE_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .map(|folder| folder.join("facestep/evaluation"))
        .ok_or_else(|| {
            Failure::of("there is no home folder to keep embeddings in: name a folder with --cache")
        })
}
