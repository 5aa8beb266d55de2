//! `facestep demo`: the people, accounts and client of the demonstration. They exist with `demo = true` alone.

use clap::Subcommand;
use serde_json::json;

use super::{
    Failure,
    client::by_hand,
    commons::{ConfigFile, Parts},
};
use crate::{
    domain::{oidc::client::Client, user::profile::Profile},
    flows::accounts::AccountRefusal,
    identity::personas,
    ports::envelope::Vault,
};

/// Where the example bank is.
pub const BANK: &str = "http://127.0.0.1:8081/";

/// The password of every seeded account. It is on the demo's first page, so it is no secret.
const PASSWORD: &str = "demo-password";

/// Prepare the demonstration.
#[derive(Subcommand)]
pub enum Command {
    /// Add the simulator's personas, their accounts and the example bank, where they are not there yet.
    Seed,
}

/// The seeded accounts: user name and password.
pub fn accounts() -> Vec<(String, String)> {
    let names = personas::BUILT_IN.iter().filter_map(|person| person.username);
    names.map(|name| (name.to_owned(), PASSWORD.to_owned())).collect()
}

impl Command {
    /// Runs the command.
    pub async fn run(self, file: &ConfigFile) -> Result<(), Failure> {
        let Self::Seed = self;
        let parts = file.open()?;
        if !parts.config.demo {
            return Err(Failure::of(
                "demo: is false, so nothing was seeded; set demo = true on a machine of your own",
            ));
        }
        let vault = parts.master_key.vault(parts.entropy.clone());
        seed_people(&parts, &vault).await?;
        seed_bank(&parts).await?;
        println!("the demonstration's people and bank are in place");
        Ok(())
    }
}

async fn seed_people(parts: &Parts, vault: &dyn Vault) -> Result<(), Failure> {
    personas::seed(&parts.store, vault).await?;
    let accounts = parts.accounts();
    for person in personas::BUILT_IN {
        let Some(username) = person.username else { continue };
        match accounts.add(username, PASSWORD, Some(person.attributes()), Profile::default()).await {
            Ok(_) | Err(AccountRefusal::Taken) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Ok(())
}

/// Registers the bank with its payment API. One that was seeded before there was that API is registered again; one that has
/// it is left as its operator made it.
async fn seed_bank(parts: &Parts) -> Result<(), Failure> {
    let api = format!("{BANK}api");
    let bank = json!({
        "client_id": "harbour-bank",
        "client_name": "Harbour Bank",
        "client_secret": "harbour-bank-demo-secret",
        "redirect_uris": [format!("{BANK}callback")],
        "grant_types": ["authorization_code", "refresh_token"],
        "resources": [api],
        "first_party": true,
    });
    let clients = parts.clients();
    let is_complete =
        |client: &Client| client.id.as_str() == "harbour-bank" && client.metadata.resources.contains(&api);
    if !clients.list().await?.iter().any(is_complete) {
        clients.apply(&[bank.as_object().cloned().unwrap_or_default()], by_hand()).await?;
    }
    Ok(())
}
