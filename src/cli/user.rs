//! `facestep user`.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{Failure, commons::ConfigFile};
use crate::domain::{
    oidc::claims,
    user::{VerifiedAttributes, profile::Profile},
};

/// Add and erase local accounts.
#[derive(Subcommand)]
pub enum Command {
    /// Add an account; the password is read from standard input.
    Add(Add),
    /// Erase an account with its sessions, enrolment and everything else but its audit events.
    Erase {
        /// The name that the person signs in with.
        username: String,
    },
    /// Look at and set what is said of a person: the standard claims of OpenID Connect Core 1.0 §5.1.
    #[command(subcommand)]
    Claims(Claims),
    /// Forget an account's face, as when consent is withdrawn; the next step-up begins with a new enrolment.
    ForgetFace {
        /// The name that the person signs in with.
        username: String,
    },
    /// Restore face step-up for an account whose attempts were exhausted.
    RestoreFace {
        /// The name that the person signs in with.
        username: String,
    },
}

/// What is said of a person.
#[derive(Subcommand)]
pub enum Claims {
    /// Say what a file says, in place of what was said before; what you verified of the person goes before it.
    Set {
        /// The name that the person signs in with.
        username: String,
        /// A JSON object of claims.
        file: PathBuf,
    },
    /// Print the claims as JSON.
    Show {
        /// The name that the person signs in with.
        username: String,
    },
}

/// What is known of the person. Without name and birth date no face can be enrolled.
#[derive(Args)]
pub struct Add {
    /// The name that the person signs in with.
    username: String,
    /// Given name, as you verified it.
    #[arg(long, requires_all = ["family_name", "birth_date"])]
    given_name: Option<String>,
    /// Family name, as you verified it.
    #[arg(long, requires_all = ["given_name", "birth_date"])]
    family_name: Option<String>,
    /// Birth date, as you verified it: YYYY-MM-DD.
    #[arg(long, requires_all = ["given_name", "family_name"])]
    birth_date: Option<Date>,
    /// What else is said of the person: a JSON object of standard claims (OpenID Connect Core 1.0 §5.1).
    #[arg(long, value_name = "FILE")]
    claims: Option<PathBuf>,
}

impl Command {
    /// Runs the command.
    pub async fn run(self, file: &ConfigFile) -> Result<(), Failure> {
        let accounts = file.open()?.accounts();
        match self {
            Self::Add(add) => {
                let password = line_of_input()?;
                let profile = add.claims.as_deref().map(profile_in).transpose()?.unwrap_or_default();
                let user = accounts.add(&add.username, &password, add.verified(), profile).await?;
                println!("added {} as {}", user.username.as_str(), user.id);
            }
            Self::Erase { username } => {
                accounts.erase(&username).await?;
                println!("erased {username}");
            }
            Self::Claims(Claims::Set { username, file }) => {
                accounts.set_profile(&username, profile_in(&file)?).await?;
                println!("set the claims of {username}");
            }
            Self::Claims(Claims::Show { username }) => {
                let user = accounts.find(&username).await?;
                println!("{}", serde_json::to_string_pretty(&claims::held(&user))?);
            }
            Self::ForgetFace { username } => {
                accounts.forget_face(&username).await?;
                println!("forgot the face of {username}");
            }
            Self::RestoreFace { username } => {
                accounts.restore_face(&username).await?;
                println!("restored face step-up for {username}");
            }
        }
        Ok(())
    }
}

impl Add {
    fn verified(&self) -> Option<VerifiedAttributes> {
        Some(VerifiedAttributes {
            given_name: self.given_name.clone()?,
            family_name: self.family_name.clone()?,
            birth_date: self.birth_date?,
        })
    }
}

/// The claims that a file holds. No message repeats what it says of the person.
fn profile_in(file: &Path) -> Result<Profile, Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| Failure::of(format!("{shown}: {error}")))?;
    let claims = serde_json::from_str(&text);
    let claims = claims.map_err(|error| Failure::of(format!("{shown}: is no JSON object: {error}")))?;
    Profile::parse(claims).map_err(|refusal| Failure::of(format!("{shown}: {refusal}")))
}

/// Standard input without its last line break. A secret on a command line could be read by others on the machine.
pub fn line_of_input() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().read_to_string(&mut text)?;
    Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
