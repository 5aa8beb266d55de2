//! `facestep evaluate`: every number of `docs/biometrics.md`, repeated on an operator's own data.

mod attack_table;
mod geometry;
mod output;
mod protected;
mod tables;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::{civil::Date, tz::TimeZone};

use super::{Failure, commons::ConfigFile};
use crate::{
    domain::face::{operating_point::TargetFmr, policy::VerificationPolicy},
    evaluation::{
        attack, bootstrap::Resampling, geometry as faces, groups, protection, setting::Setting, templates,
        verification,
    },
    inference::{
        manifest::Comparison,
        verify::{Models, verify_models},
    },
    ports::clock::Clock,
    system::SystemClock,
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
    /// 3D face maps, parallax and perspective: what the geometry of faces is worth.
    Geometry(Geometry),
    /// The renewable transform: decisions with and without it, and whether two enrolments of a person can be linked.
    Protection(Protection),
    /// FMR and FNMR of each group of people at one threshold, the worst against all.
    Groups(Groups),
    /// Presentation attacks by species: APCER, BPCER, IAPAR and RIAPAR.
    Attack(Attack),
}

/// What the geometry of faces is worth.
#[derive(Args)]
pub struct Geometry {
    #[command(flatten)]
    pictures: Pictures,
    /// How many pictures make a face map.
    #[arg(long, value_name = "K", default_value_t = 3, value_parser = clap::value_parser!(u16).range(2..))]
    of: u16,
    /// How many portraits, of different people, are turned and brought nearer.
    #[arg(long, value_name = "N", default_value_t = 100)]
    portraits: u16,
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

/// FMR and FNMR of each group of people at one threshold.
#[derive(Args)]
pub struct Groups {
    #[command(flatten)]
    pictures: Pictures,
    /// Who is in which group: CSV with the columns identity,group (the identity is the folder's name) or image,group.
    #[arg(long, value_name = "FILE")]
    groups: PathBuf,
    /// The threshold: that of the product's target, or the one that keeps this FMR on all these pictures.
    #[arg(long, value_name = "standard|high|FMR", default_value = "standard", value_parser = target)]
    target_fmr: Target,
    /// How many pictures make an enrolled template; 1 is a portrait.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    enrol: u16,
    /// How many pictures make what is compared with it.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    probe: u16,
}

/// Presentation attacks by species: bona_fide/<name>, attack/<species>/<name> and, for a comparison, enrol/<name>, each a
/// folder of frames, a picture or a video file (which the ffmpeg command reads).
#[derive(Args)]
pub struct Attack {
    /// The folder of captures.
    #[arg(long, value_name = "DIR")]
    captures: PathBuf,
    /// Where the report is written: report.json and report.md.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The product's target, whose thresholds the comparison is held to.
    #[arg(long, value_name = "standard|high", default_value = "standard", value_parser = named)]
    target_fmr: TargetFmr,
    #[command(flatten)]
    models: ModelsFolder,
}

/// Where the models are.
#[derive(Args)]
struct ModelsFolder {
    /// The folder of built models; the configuration's, or models/built, where it is not given.
    #[arg(long, value_name = "DIR", env = "FACESTEP_MODELS_DIR")]
    models: Option<PathBuf>,
}

fn named(text: &str) -> Result<TargetFmr, String> {
    let found = TargetFmr::NAMED.into_iter().find(|(name, _)| *name == text);
    found.map(|(_, target)| target).ok_or_else(|| "write standard or high".to_owned())
}

/// A target FMR, as an operator names it.
#[derive(Clone, Copy, Debug)]
enum Target {
    /// One of the product's, whose threshold is in the manifest.
    Named(TargetFmr),
    /// A rate of one's own.
    Rate(f64),
}

fn target(text: &str) -> Result<Target, String> {
    let product = named(text).ok().map(Target::Named);
    let rate = || text.parse().ok().filter(|rate| (0.0..1.0).contains(rate)).map(Target::Rate);
    product.or_else(rate).ok_or_else(|| "write standard, high, or a rate as in 1e-3".to_owned())
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
    #[command(flatten)]
    models: ModelsFolder,
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
            Self::Geometry(asked) => {
                let request = faces::Request {
                    images: asked.pictures.images,
                    of: asked.of.into(),
                    portraits: asked.portraits.into(),
                };
                let report = asked
                    .pictures
                    .common
                    .with_setting(file, |setting| Ok(faces::measure(setting, &request)?))?;
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
            Self::Groups(asked) => {
                let report = asked.pictures.common.with_setting(file, |setting| {
                    let at = asked.at(setting.models)?;
                    let (images, groups) = (asked.pictures.images.clone(), asked.groups.clone());
                    let (enrol, probe) = (asked.enrol.into(), asked.probe.into());
                    Ok(groups::measure(setting, &groups::Request { images, groups, enrol, probe, at })?)
                })?;
                write(&report, asked.pictures.common.out.as_deref())
            }
            Self::Attack(asked) => {
                let models = asked.models.verify(file)?;
                let points = models.thresholds().at(asked.target_fmr);
                let policy = VerificationPolicy::default().held_to(&points);
                let report = attack::measure(
                    &models,
                    &attack::Request { captures: asked.captures, policy, date: today() },
                )?;
                write(&report, asked.out.as_deref())
            }
        }
    }
}

impl Groups {
    fn at(&self, models: &Models) -> Result<groups::At, Failure> {
        let target = match self.target_fmr {
            Target::Rate(rate) => return Ok(groups::At::Fmr(rate)),
            Target::Named(target) => target,
        };
        let thresholds = models.thresholds();
        let (name, comparison): (&str, &Comparison) = match (self.enrol, self.probe) {
            (1, 1) => ("match_picture", &thresholds.match_picture),
            (1, 3) => ("match_portrait", &thresholds.match_portrait),
            (3, 3) => ("match_template", &thresholds.match_template),
            (enrol, probe) => {
                return Err(Failure::of(format!(
                    "models/manifest.toml has no threshold for {enrol} against {probe} pictures; give --target-fmr a rate, \
                     as in 1e-3"
                )));
            }
        };
        let cosine = f64::from(comparison.at(target).threshold);
        Ok(groups::At::Cosine(cosine, format!("models/manifest.toml, {name}.{}", target.name())))
    }
}

impl Common {
    fn with_setting<T>(
        &self,
        file: &ConfigFile,
        measure: impl FnOnce(&Setting<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let models = self.models.verify(file)?;
        measure(&Setting {
            models: &models,
            cache: self.cache.clone().map_or_else(usual_cache, Ok)?,
            forget: self.forget,
            resampling: Resampling { rounds: self.resamples, seed: self.seed },
            date: today(),
        })
    }
}

/// The date in UTC.
fn today() -> Date {
    SystemClock.now().to_zoned(TimeZone::UTC).date()
}

impl ModelsFolder {
    /// Opens them. A measurement needs no provider, so it runs without a configuration.
    fn verify(&self, file: &ConfigFile) -> Result<Models, Failure> {
        let folder = match (&self.models, file.path()) {
            (Some(folder), _) => folder.clone(),
            (None, Some(_)) => file.load()?.models_dir,
            (None, None) => PathBuf::from("models/built"),
        };
        Ok(verify_models(&folder)?)
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
