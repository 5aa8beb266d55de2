//! `facestep client`.

use clap::{Args, Subcommand, ValueEnum};

use super::{Failure, commons::ConfigFile, user::line_of_input};
use crate::{
    domain::{keys::SigningAlgorithm, oidc::client::ClientAuthentication, secret::SecretToken},
    flows::clients::Registration,
};

/// Register relying parties.
#[derive(Subcommand)]
pub enum Command {
    /// Register a client; a secret is made and shown once, unless one is given.
    Add(Add),
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
    /// What its ID tokens are signed with: RS256 or ES256.
    #[arg(long, default_value = "RS256", value_parser = algorithm)]
    id_token_alg: SigningAlgorithm,
    /// The authentication context that every sign-in at this client must reach, whatever the request says.
    #[arg(long)]
    minimum_acr: Option<String>,
    /// Treat acr_values as a condition for this client and not as a wish.
    #[arg(long)]
    acr_required: bool,
    /// A scope whose tokens need the face context; may be given several times.
    #[arg(long = "protected-scope")]
    protected_scopes: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Authentication {
    /// client_secret_basic.
    Basic,
    /// client_secret_post.
    Post,
    /// A public client, with PKCE.
    None,
}

fn algorithm(name: &str) -> Result<SigningAlgorithm, String> {
    SigningAlgorithm::parse(name).ok_or_else(|| "RS256 or ES256".to_owned())
}

impl Command {
    /// Runs the command.
    pub async fn run(self, file: &ConfigFile) -> Result<(), Failure> {
        let Self::Add(add) = self;
        let given = add.secret_stdin.then(line_of_input).transpose()?;
        let is_given = given.is_some();
        let secret = given.map(|secret| SecretToken::from_outside(&secret));
        let (client, secret) = file.open()?.clients().register(add.registration(secret)).await?;
        println!("client_id      {}", client.id);
        match secret {
            Some(secret) if !is_given => println!("client_secret  {}   (shown once)", secret.expose()),
            Some(_) => println!("client_secret  as given"),
            None => println!("client_secret  none: a public client, PKCE is required"),
        }
        Ok(())
    }
}

impl Add {
    fn registration(self, secret: Option<SecretToken>) -> Registration {
        let authentication = match self.auth {
            _ if self.public => ClientAuthentication::None,
            Authentication::Basic => ClientAuthentication::ClientSecretBasic,
            Authentication::Post => ClientAuthentication::ClientSecretPost,
            Authentication::None => ClientAuthentication::None,
        };
        Registration {
            id: self.id,
            name: self.name,
            authentication,
            secret,
            redirect_uris: self.redirect_uris,
            id_token_algorithm: self.id_token_alg,
            minimum_acr: self.minimum_acr,
            acr_values_are_necessary: self.acr_required,
            protected_scopes: self.protected_scopes,
        }
    }
}
