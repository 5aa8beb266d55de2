//! `facestep audit`.

use clap::Subcommand;

use super::{Failure, commons::ConfigFile};
use crate::flows::{
    admin::audit::exported,
    audit_seal::{Anchor, AuditSealer, AuditVerdict, AuditVerifier},
};

/// Verify and anchor the audit log.
#[derive(Subcommand)]
pub enum Command {
    /// Seal what waits, then check the whole chain; fails at the first event that was altered, removed or moved.
    Verify {
        /// A place in the chain that was noted elsewhere before (`position:link`), which must still be in it.
        #[arg(long)]
        anchor: Option<Anchor>,
    },
    /// Print the end of the chain as `position:link`, to be noted where the database's owner cannot write.
    Head,
    /// Print all sealed events as JSON lines, with their positions and links.
    Export,
}

/// How many events are read at once.
const PAGE: i64 = 500;

impl Command {
    /// Runs the command.
    pub async fn run(self, file: &ConfigFile) -> Result<(), Failure> {
        let parts = file.open()?;
        AuditSealer::new(parts.store.clone(), parts.audit_key.clone()).seal_pending().await?;
        match self {
            Self::Verify { anchor } => {
                let verifier = AuditVerifier::new(parts.store, parts.audit_key);
                match verifier.verify(anchor).await? {
                    AuditVerdict::Whole(Some(head)) => println!("the audit log is whole; its head is {head}"),
                    AuditVerdict::Whole(None) => println!("the audit log is empty"),
                    AuditVerdict::Broken { position, flaw } => {
                        return Err(Failure::of(format!(
                            "the audit log is broken at event {position}: {flaw}"
                        )));
                    }
                }
            }
            Self::Head => {
                if let Some((position, link)) = parts.store.read(|db| db.audit_head()).await? {
                    println!("{}", Anchor { position, link });
                }
            }
            Self::Export => {
                let mut from = 1;
                loop {
                    let events = parts.store.read(move |db| db.sealed_events(from, PAGE)).await?;
                    let Some(last) = events.last() else { break };
                    from = last.position + 1;
                    for event in &events {
                        println!("{}", exported(event));
                    }
                }
            }
        }
        Ok(())
    }
}
