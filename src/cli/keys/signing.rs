//! `facestep keys signing`: the keys that sign tokens, and how one takes over from another (`docs/operations.md`, "Signing keys").

use clap::Subcommand;

use crate::{
    cli::{Failure, client::by_hand, commons::Parts},
    domain::{id::KeyId, keys::SigningAlgorithm},
    flows::signing_keys::{SigningKeys, Withdrawal},
};

/// The keys that sign tokens: which there are, the next one before its time, one out at once.
#[derive(Subcommand)]
pub enum Command {
    /// Print the keys, where each is in its life, and since when.
    List,
    /// Publish a new key of each algorithm, which signs when clients have had the time to read it.
    Rotate {
        /// The key of this algorithm alone.
        #[arg(long, value_name = "ALG")]
        algorithm: Option<String>,
        /// As soon as no client may go by a key set from before, in place of the time that a planned key waits.
        #[arg(long)]
        soon: bool,
    },
    /// Take a key out of the key set at once, as when its private half leaked: what it signed verifies no more.
    Retire {
        /// The key's name, its `kid`.
        id: String,
    },
}

impl Command {
    /// Runs the command.
    pub async fn run(self, parts: &Parts) -> Result<(), Failure> {
        let keys = parts.signing_keys()?;
        match self {
            Self::List => list(&keys).await,
            Self::Rotate { algorithm, soon } => {
                let algorithm = algorithm.as_deref().map(|name| parse(name, &keys)).transpose()?;
                for one in keys.algorithms().iter().filter(|one| algorithm.is_none_or(|named| named == *one))
                {
                    rotate(&keys, one, soon).await?;
                }
                Ok(())
            }
            Self::Retire { id } => retire(&keys, &id).await,
        }
    }
}

fn parse(name: &str, keys: &SigningKeys) -> Result<SigningAlgorithm, Failure> {
    let found = SigningAlgorithm::parse(name).filter(|algorithm| keys.algorithms().contains(*algorithm));
    found.ok_or_else(|| Failure::of(format!("{name:?} is none of signing_keys.algorithms")))
}

async fn list(keys: &SigningKeys) -> Result<(), Failure> {
    for key in keys.standings().await? {
        println!(
            "{:<5}  {:<9}  made {}  signs from {}  {}",
            key.algorithm.name(),
            key.state.name(),
            key.created_at,
            key.signs_from,
            key.id
        );
    }
    Ok(())
}

async fn rotate(keys: &SigningKeys, algorithm: SigningAlgorithm, soon: bool) -> Result<(), Failure> {
    let next = keys.rotate(algorithm, soon, by_hand()).await?;
    let how = if next.was_waiting { "waits already and" } else { "is published and" };
    println!("{}: {} {how} signs from {}", algorithm.name(), next.id, next.signs_from);
    Ok(())
}

async fn retire(keys: &SigningKeys, id: &str) -> Result<(), Failure> {
    let unknown = || Failure::of(format!("there is no signing key {id:?}; see `facestep keys signing list`"));
    let key = KeyId::parse(id).ok_or_else(unknown)?;
    match keys.withdraw(&key, by_hand()).await? {
        Withdrawal::Unknown => Err(unknown()),
        Withdrawal::Before => {
            println!("{id} was out of the key set before");
            Ok(())
        }
        Withdrawal::Done(signs) => {
            let next =
                signs.map_or("nothing signs for its algorithm".to_owned(), |next| format!("{next} signs"));
            println!("{id} is out of the key set; {next}");
            Ok(())
        }
    }
}
