//! `facestep admin`: who may use the console. What is done here rests on the installer's word and is recorded so.

use std::{path::PathBuf, sync::Arc};

use clap::{Args, Subcommand};
use jiff::{SignedDuration, civil::Date};
use tokio::sync::Notify;

use super::{
    Failure,
    commons::{ConfigFile, Parts},
    serve,
};
use crate::{
    domain::{
        admin::{check::CheckSource, role::Role},
        change::{Author, Change},
        face::capture::EncodedFrame,
        oidc::issuer::Issuer,
        user::VerifiedAttributes,
    },
    flows::{
        admin::{
            AdminRoom,
            administrators::{Administrators, Guest, Invited},
            officer::{Attestation, OfficerDesk},
            users::UserDesk,
        },
        policy_book::PolicyBook,
    },
    inference::absent::AbsentAnalyzer,
    ports::face::FaceAnalyzer,
};

/// Say who may use the console.
#[derive(Subcommand)]
pub enum Command {
    /// Make a one-time link that lets an administrator in; the first owner comes this way.
    Invite {
        /// The role that the link gives.
        #[arg(long, default_value = "owner")]
        role: Role,
        #[command(flatten)]
        guest: Person,
    },
    /// Break an owner's way in open, existing or new: password, enrolment and sessions of before count no more.
    Recover {
        #[command(flatten)]
        guest: Person,
    },
    /// List administrators and the links that are still to be used.
    List,
    /// Take an administrator's role, and every link of theirs.
    Revoke {
        /// The name that they sign in with.
        username: String,
    },
}

/// Who the link is for. You vouch for the picture and for what is said with it.
#[derive(Args)]
pub struct Person {
    /// The name to sign in with; an account is made where none has it.
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
    /// The number of the document that you saw; the person types it when they enrol.
    #[arg(long, requires_all = ["portrait", "given_name"], value_name = "NUMBER")]
    document_number: Option<String>,
    /// Which kind of document it is.
    #[arg(long, default_value = "passport", value_name = "KIND")]
    document: String,
    /// Its portrait, a JPEG with exactly one face.
    #[arg(long, requires_all = ["document_number"], value_name = "FILE")]
    portrait: Option<PathBuf>,
    /// By which name you answer for it.
    #[arg(long, default_value = "the installer", value_name = "NAME")]
    answered_for_by: String,
    /// For how many hours the link is good.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(i64).range(1..=168))]
    hours: i64,
}

impl Command {
    /// Runs the command.
    pub async fn run(self, file: &ConfigFile) -> Result<(), Failure> {
        let change = Change::by(Author::Installer);
        match self {
            Self::Invite { role, guest } => {
                let room = room(file.open()?, guest.portrait.is_some())?;
                let administrators = Administrators::new(room.clone());
                let invited = administrators.invite(&guest.guest(Some(role)), &change).await?;
                guest.attest(room, &invited, &change).await?;
                tell(&administrators, &invited);
            }
            Self::Recover { guest } => {
                eprintln!(
                    "WARNING: recovering {}: their password, enrolment, browsers' keys and sessions count no more from now \
                     on, whoever holds the link becomes an owner, and the audit log says so.",
                    guest.username
                );
                tracing::warn!("an owner's way in is broken open from the command line");
                let room = room(file.open()?, guest.portrait.is_some())?;
                let administrators = Administrators::new(room.clone());
                let invited = administrators.recover(&guest.guest(None), &change).await?;
                guest.attest(room, &invited, &change).await?;
                tell(&administrators, &invited);
            }
            Self::List => list(&Administrators::new(room(file.open()?, false)?)).await?,
            Self::Revoke { username } => revoke(file.open()?, &username, &change).await?,
        }
        Ok(())
    }
}

impl Person {
    fn guest(&self, role: Option<Role>) -> Guest {
        Guest {
            username: self.username.clone(),
            role,
            verified: self.verified(),
            lifetime: SignedDuration::from_hours(self.hours),
        }
    }

    fn verified(&self) -> Option<VerifiedAttributes> {
        Some(VerifiedAttributes {
            given_name: self.given_name.clone()?,
            family_name: self.family_name.clone()?,
            birth_date: self.birth_date?,
        })
    }

    /// Records the document that the installer vouches for, where they gave one.
    async fn attest(&self, room: Arc<AdminRoom>, invited: &Invited, change: &Change) -> Result<(), Failure> {
        let (Some(number), Some(portrait), Some(verified)) =
            (&self.document_number, &self.portrait, self.verified())
        else {
            eprintln!(
                "no --portrait was given: {} cannot enrol a face, and so not enter the console, before an officer has \
                 checked their document or you run this again with one",
                self.username
            );
            return Ok(());
        };
        let bytes = std::fs::read(portrait)
            .map_err(|error| Failure::of(format!("{}: {error}", portrait.display())))?;
        let attestation = Attestation {
            user: invited.user.clone(),
            source: CheckSource::Installer,
            document: self.document.clone(),
            number: number.clone(),
            given_name: verified.given_name,
            family_name: verified.family_name,
            birth_date: verified.birth_date.to_string(),
            answered_for_by: self.answered_for_by.clone(),
            portrait: Some(EncodedFrame::new(bytes)),
        };
        let attested = OfficerDesk::new(room).attest(attestation, change).await;
        attested.map(drop).map_err(|unattested| {
            Failure::of(format!("the portrait was not taken: {unattested}; mend it and run this again"))
        })
    }
}

fn tell(administrators: &Administrators, invited: &Invited) {
    println!("{}", administrators.address(invited));
    eprintln!(
        "this link lets {} in once, until {}; it is not shown again",
        invited.username.as_str(),
        invited.expires_at
    );
}

async fn list(administrators: &Administrators) -> Result<(), Failure> {
    let (lines, links) = administrators.list().await?;
    for line in &lines {
        let face = if line.is_enrolled { "enrolled" } else { "not enrolled" };
        let (role, at) = (line.administrator.role, line.administrator.granted_at);
        println!("{}\t{role}\t{face}\tby {} at {at}", line.username.as_str(), line.granted_by);
    }
    for link in &links {
        let (role, until) = (link.invitation.role.map_or("account", Role::name), link.invitation.expires_at);
        println!("{}\t{role}\tlink\tby {} until {until}", link.username.as_str(), link.invited_by);
    }
    if lines.is_empty() && links.is_empty() {
        eprintln!("there are no administrators yet; see facestep admin invite --help");
    }
    Ok(())
}

async fn revoke(parts: Parts, username: &str, change: &Change) -> Result<(), Failure> {
    let user = parts.accounts().find(username).await?.id;
    let room = room(parts, false)?;
    let administrators = Administrators::new(room.clone());
    administrators.withdraw_links(&user, change).await?;
    administrators.set_role(&user, None, change).await?;
    UserDesk::new(room).sign_out(&user, change).await?;
    println!("{username} is no administrator any more");
    Ok(())
}

/// What administrators' flows stand on; the models are started where a portrait is to be looked at.
fn room(parts: Parts, looks_at_faces: bool) -> Result<Arc<AdminRoom>, Failure> {
    let analyzer: Arc<dyn FaceAnalyzer> = match looks_at_faces {
        true => serve::engine(&parts.config, false)?,
        false => Arc::new(AbsentAnalyzer),
    };
    let document_key = serve::document_key(&parts.master_key);
    Ok(Arc::new(AdminRoom {
        issuer: Issuer::parse(&parts.config.issuer)?,
        vault: Arc::new(parts.master_key.vault(parts.entropy.clone())),
        book: Arc::new(PolicyBook::new(parts.config.house())),
        ways: parts.config.ways(),
        sessions: serve::settings::sessions(&parts.config),
        store: parts.store,
        clock: parts.clock,
        entropy: parts.entropy,
        passwords: parts.passwords,
        analyzer,
        document_key,
        bell: Arc::new(Notify::new()),
    }))
}
