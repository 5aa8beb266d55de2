//! `facestep user`.

use std::io::Read;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{Failure, commons::ConfigFile};
use crate::domain::user::VerifiedAttributes;

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
}

impl Command {
    /// Runs the command.
    pub async fn run(self, file: &ConfigFile) -> Result<(), Failure> {
        let accounts = file.open()?.accounts();
        match self {
            Self::Add(add) => {
                let password = line_of_input()?;
                let user = accounts.add(&add.username, &password, add.verified()).await?;
                println!("added {} as {}", user.username.as_str(), user.id);
            }
            Self::Erase { username } => {
                accounts.erase(&username).await?;
                println!("erased {username}");
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

/// Standard input without its last line break. A secret on a command line could be read by others on the machine.
pub fn line_of_input() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().read_to_string(&mut text)?;
    Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
