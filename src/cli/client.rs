//! `facestep client`: both ways, by options and by file, say what a client registers by the names of OpenID Connect
//! Dynamic Client Registration 1.0 §2.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::{Failure, commons::ConfigFile, user::line_of_input};
use crate::{
    domain::{
        change::{Author, Change},
        keys::SigningAlgorithm,
        oidc::registration::Admission,
    },
    flows::clients::{Outcome, Registered},
};

mod file;

/// Register relying parties.
#[derive(Subcommand)]
pub enum Command {
    /// Register a client; a secret is made and shown once, unless one is given.
    Add(Box<Add>),
    /// Register the clients that a file lists: new ones are added, others changed to what is listed.
    Apply {
        /// TOML with a table [[clients]] for each, or JSON with a list "clients" (docs/protocol.md, "Clients by file").
        file: PathBuf,
    },
    /// Make a token by which clients register themselves (registration.mode = "token").
    Invite {
        /// How many clients.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        uses: u32,
        /// For how many hours.
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=8_760))]
        hours: u32,
    },
    /// List the clients.
    List,
    /// Remove a client with its requests and all that it was granted.
    Remove {
        /// The client_id.
        id: String,
    },
}

/// What is known of the client.
#[derive(Args)]
pub struct Add {
    /// The client_id.
    #[arg(long)]
    id: String,
    /// What users are shown.
    #[arg(long)]
    name: String,
    /// Where it may be answered; may be given several times.
    #[arg(long = "redirect-uri", required = true)]
    redirect_uris: Vec<String>,
    /// How it authenticates at the token endpoint.
    #[arg(long, value_enum, default_value_t = Authentication::Basic)]
    auth: Authentication,
    /// Read the secret from standard input instead of making one.
    #[arg(long, conflicts_with = "public")]
    secret_stdin: bool,
    /// The same as `--auth none`.
    #[arg(long)]
    public: bool,
    /// What its ID tokens are signed with: RS256, PS256, ES256 or EdDSA.
    #[arg(long, default_value = "RS256", value_parser = algorithm)]
    id_token_alg: SigningAlgorithm,
    /// What it may present at the token endpoint; may be given several times.
    #[arg(long = "grant-type", default_values = ["authorization_code", "refresh_token"])]
    grant_types: Vec<String>,
    /// What it may ask for; may be given several times.
    #[arg(long = "response-type")]
    response_types: Vec<String>,
    /// Where its public keys are.
    #[arg(long)]
    jwks_uri: Option<String>,
    /// Where a browser may go after a logout; may be given several times.
    #[arg(long = "post-logout-redirect-uri")]
    post_logout_redirect_uris: Vec<String>,
    /// Where it hears of logouts.
    #[arg(long)]
    backchannel_logout_uri: Option<String>,
    /// Ask nobody for consent: the client is your own.
    #[arg(long)]
    first_party: bool,
    /// The authentication context that every sign-in at this client must reach, whatever the request says.
    #[arg(long)]
    minimum_acr: Option<String>,
    /// Treat acr_values as a condition for this client and not as a wish.
    #[arg(long)]
    acr_required: bool,
    /// A scope whose tokens need the face context; may be given several times.
    #[arg(long = "protected-scope")]
    protected_scopes: Vec<String>,
    /// A resource that its access tokens may be for (RFC 8707); may be given several times.
    #[arg(long = "resource")]
    resources: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Authentication {
    /// client_secret_basic.
    Basic,
    /// client_secret_post.
    Post,
    /// client_secret_jwt.
    SecretJwt,
    /// private_key_jwt, by the keys at --jwks-uri.
    PrivateKeyJwt,
    /// A public client, with PKCE.
    None,
}

fn algorithm(name: &str) -> Result<SigningAlgorithm, String> {
    SigningAlgorithm::parse(name).ok_or_else(|| "RS256, PS256, ES256 or EdDSA".to_owned())
}

impl Command {
    /// Runs the command.
    pub async fn run(self, config: &ConfigFile) -> Result<(), Failure> {
        let parts = config.open()?;
        let clients = parts.clients();
        match self {
            Self::Add(add) => {
                let secret = add.secret_stdin.then(line_of_input).transpose()?;
                let registered =
                    clients.add(&add.metadata(secret.as_ref().map(|text| text.as_str())), by_hand()).await?;
                println!("client_id      {}", registered.client.id);
                println!("client_secret  {}", secret_line(&registered));
                tell_remarks(&registered);
            }
            Self::Apply { file } => {
                for registered in clients.apply(&file::read(&file)?, by_hand()).await? {
                    let outcome = match registered.outcome {
                        Outcome::Added => "added",
                        Outcome::Changed => "changed",
                        Outcome::Unchanged => "unchanged",
                    };
                    println!("{outcome:<9}  {}", registered.client.id);
                    if registered.secret.is_some() {
                        println!("           client_secret  {}", secret_line(&registered));
                    }
                    tell_remarks(&registered);
                }
            }
            Self::Invite { uses, hours } => {
                let lifetime = SignedDuration::from_hours(i64::from(hours));
                let token = parts.registrations().invite(uses, lifetime).await?;
                println!("initial_access_token  {}   (shown once)", token.expose());
                if parts.config.registration.mode != Admission::Token {
                    eprintln!("no client needs it unless registration.mode is \"token\"");
                }
            }
            Self::List => {
                for client in clients.list().await? {
                    println!("{}  {}", client.id, client.name);
                }
            }
            Self::Remove { id } => {
                clients.remove(&id, by_hand()).await?;
                println!("removed {id}");
            }
        }
        Ok(())
    }
}

/// A change by whoever runs commands on the machine.
pub(super) fn by_hand() -> Change {
    Change::by(Author::Installer)
}

pub(super) fn secret_line(registered: &Registered) -> String {
    match (&registered.secret, registered.client.is_public()) {
        (Some(secret), _) => format!("{}   (shown once)", secret.expose()),
        (None, true) => "none: a public client, PKCE is required".into(),
        (None, false) if registered.client.secret_hash.is_none() => "none: it signs with its own key".into(),
        (None, false) => "as given".into(),
    }
}

pub(super) fn tell_remarks(registered: &Registered) {
    for remark in &registered.remarks {
        eprintln!("{}: {remark}", registered.client.id);
    }
}

impl Add {
    /// The registered names of what was said (OpenID Connect Dynamic Client Registration 1.0 §2).
    fn metadata(&self, secret: Option<&str>) -> Map<String, Value> {
        let method = match self.auth {
            _ if self.public => "none",
            Authentication::Basic => "client_secret_basic",
            Authentication::Post => "client_secret_post",
            Authentication::SecretJwt => "client_secret_jwt",
            Authentication::PrivateKeyJwt => "private_key_jwt",
            Authentication::None => "none",
        };
        let response_types = (!self.response_types.is_empty()).then(|| self.response_types.clone());
        let members: [(&str, Value); 16] = [
            ("client_id", self.id.clone().into()),
            ("client_secret", secret.into()),
            ("client_name", self.name.clone().into()),
            ("redirect_uris", self.redirect_uris.clone().into()),
            ("token_endpoint_auth_method", method.into()),
            ("id_token_signed_response_alg", self.id_token_alg.name().into()),
            ("grant_types", self.grant_types.clone().into()),
            ("response_types", response_types.into()),
            ("jwks_uri", self.jwks_uri.clone().into()),
            ("post_logout_redirect_uris", self.post_logout_redirect_uris.clone().into()),
            ("backchannel_logout_uri", self.backchannel_logout_uri.clone().into()),
            ("first_party", self.first_party.into()),
            ("minimum_acr", self.minimum_acr.clone().into()),
            ("acr_values_are_necessary", self.acr_required.into()),
            ("protected_scopes", self.protected_scopes.clone().into()),
            ("resources", self.resources.clone().into()),
        ];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
