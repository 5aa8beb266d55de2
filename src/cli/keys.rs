//! `facestep keys`: the keys that wrap the keys of enrolments, templates issued anew, and the keys that sign tokens.

mod signing;

use clap::{Subcommand, ValueEnum};

use super::{
    Failure,
    commons::{ConfigFile, Parts},
};
use crate::{
    domain::{
        id::{EnrolmentId, KekId},
        key_encryption::KeyPurpose,
        user::Username,
    },
    flows::{
        key_rotation::{KeyRotation, Rotation},
        template_renewal::{Renewed, Tally},
    },
};

/// Rotate the keys that enrolments are kept under and those that sign tokens, and issue templates anew.
#[derive(Subcommand)]
pub enum Command {
    /// Print the key-encryption keys, which are in use, and how much each wraps.
    List,
    /// Wrap everything by a new key-encryption key, or go on with a rotation that broke off. No template is touched.
    Rotate {
        /// Keys of this purpose alone; of both where nothing is said.
        #[arg(long, value_enum)]
        purpose: Option<Purpose>,
        /// A key that is at hand already, made by `keys make` or given by the environment.
        #[arg(long, value_name = "ID", requires = "purpose")]
        to: Option<String>,
    },
    /// Make a key-encryption key that is not in use yet, to be brought to every server before `keys rotate --to`.
    Make {
        /// What it is to wrap.
        purpose: Purpose,
    },
    /// Give up a key-encryption key by which nothing is wrapped any more, and destroy its file.
    Retire {
        /// The key's name.
        id: String,
        /// Leave the file, as for backups from before the rotation, which cannot be used without it.
        #[arg(long)]
        keep_file: bool,
    },
    /// Issue templates anew under fresh keys, without a new capture.
    RenewTemplates {
        /// The template of one account, by the name that the person signs in with.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
    /// The keys that sign tokens: which there are, the next one before its time, one out at once.
    #[command(subcommand)]
    Signing(signing::Command),
}

/// What a key-encryption key wraps.
#[derive(Clone, Copy, ValueEnum)]
pub enum Purpose {
    /// The data keys that references are sealed with.
    Template,
    /// The keys of their transforms.
    Transform,
}

impl From<Purpose> for KeyPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Template => Self::Template,
            Purpose::Transform => Self::Transform,
        }
    }
}

impl Command {
    /// Runs the command.
    pub async fn run(self, file: &ConfigFile) -> Result<(), Failure> {
        let parts = file.open()?;
        if let Self::Signing(command) = self {
            return command.run(&parts).await;
        }
        let keys = parts.key_rotation();
        keys.ensure().await?;
        match self {
            Self::Signing(_) => Ok(()),
            Self::List => list(&keys).await,
            Self::Rotate { purpose, to } => {
                let to = to.as_deref().map(parse).transpose()?;
                let purposes = purpose.map_or(KeyPurpose::ALL.to_vec(), |one| vec![one.into()]);
                for purpose in purposes {
                    rotate(&keys, purpose, to.as_ref()).await?;
                }
                Ok(())
            }
            Self::Make { purpose } => {
                println!("made {}", keys.make(purpose.into()).await?);
                Ok(())
            }
            Self::Retire { id, keep_file } => {
                let id = parse(&id)?;
                let is_destroyed = keys.retire(&id, !keep_file).await?;
                let file =
                    if is_destroyed { "its file is destroyed" } else { "the key itself is where it was" };
                println!("retired {id}; {file}");
                Ok(())
            }
            Self::RenewTemplates { user } => match user {
                Some(user) => renew_one(&parts, &user).await,
                None => renew_all(&parts).await,
            },
        }
    }
}

fn parse(id: &str) -> Result<KekId, Failure> {
    KekId::parse(id).ok_or_else(|| Failure::of(format!("{id:?} is not the name of a key")))
}

async fn list(keys: &KeyRotation) -> Result<(), Failure> {
    for state in keys.states().await? {
        let (key, wraps) = (state.key, state.wraps);
        let use_of_it = if key.in_use { "in use" } else { "old" };
        println!(
            "{:<9}  {:<6}  wraps {wraps:<6}  since {}  {}",
            key.purpose.name(),
            use_of_it,
            key.used_since,
            key.id
        );
    }
    Ok(())
}

async fn rotate(keys: &KeyRotation, purpose: KeyPurpose, to: Option<&KekId>) -> Result<(), Failure> {
    let told = |rotation: &Rotation| {
        eprintln!(
            "{}: wrapped {} of {} anew",
            purpose.name(),
            rotation.done,
            rotation.total.max(rotation.done)
        );
    };
    let rotation = keys.rotate(purpose, to, told).await?;
    println!("{}: {} is in use; {} keys were wrapped anew", purpose.name(), rotation.to, rotation.done);
    if rotation.damaged.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = rotation.damaged.iter().map(|id| id.as_str()).collect();
    Err(Failure::of(format!(
        "the {} keys of these enrolments do not unwrap; forget those faces, or restore their rows: {}",
        purpose.name(),
        names.join(", ")
    )))
}

async fn renew_one(parts: &Parts, user: &str) -> Result<(), Failure> {
    let name = Username::parse(user).ok_or_else(|| Failure::of(format!("{user:?} is not a username")))?;
    match parts.template_renewal().renew_named(&name).await? {
        Some(Renewed::Anew) => println!("the template of {user} was issued anew"),
        Some(Renewed::Nothing) => println!("there is nothing to renew for {user}"),
        Some(Renewed::Unproven) => return Err(unproven(1)),
        Some(Renewed::Damaged) => return Err(Failure::of(format!("the template of {user} does not open"))),
        None => return Err(Failure::of("there is no account with this username")),
    }
    Ok(())
}

async fn renew_all(parts: &Parts) -> Result<(), Failure> {
    let told = |tally: &Tally| eprintln!("{} templates issued anew", tally.renewed);
    let tally = parts.template_renewal().renew_all(told).await?;
    println!("{} templates were issued anew", tally.renewed);
    if !tally.damaged.is_empty() {
        let names: Vec<&str> = tally.damaged.iter().map(EnrolmentId::as_str).collect();
        return Err(Failure::of(format!(
            "these enrolments do not open; forget those faces, or restore their rows: {}",
            names.join(", ")
        )));
    }
    if tally.unproven > 0 { Err(unproven(tally.unproven)) } else { Ok(()) }
}

fn unproven(count: usize) -> Failure {
    Failure::of(format!("{count} enrolments bear no proof and were left alone; see the audit log"))
}
