//! Cases that no plan of the official suite has: what a provider does where an authentication context is asked for. They
//! run against any provider, over HTTP alone, as a relying party and a browser would.
//!
//! A case tells what it holds and passes, warns, fails, or stays undecided where the provider shows a page that a program
//! cannot answer. What a provider is measured by stands in [`cases`]; how it is spoken to, in the files beside it.

mod browser;
mod cases;
mod page;
mod provider;
mod relying_party;
mod report;

use std::sync::Arc;

use crate::{
    domain::secret::SecretToken,
    ports::{clock::Clock, entropy::Entropy, tokens::ClientJwtVerifier},
};

pub use report::{CaseResult, Report, Verdict};

use browser::Browser;
use provider::Provider;
use relying_party::RelyingParty;

/// What the cases need to know of the provider, of a client and of an account there.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The issuer identifier.
    pub issuer: String,
    /// The `client_id` of a client that may use the code flow.
    pub client: String,
    /// Its secret, for `client_secret_basic`; none for a public client.
    pub secret: Option<SecretToken>,
    /// One of its redirect addresses. Nothing needs to listen there.
    pub redirect_uri: String,
    /// The scopes to ask for.
    pub scope: String,
    /// An account's sign-in name.
    pub username: String,
    /// Its password.
    pub password: SecretToken,
    /// A context that signing in with the password earns.
    pub met: String,
    /// A context that exists and that this account cannot earn.
    pub unmet: String,
    /// A resource whose tokens the client may ask for (RFC 8707).
    pub resource: Option<String>,
    /// A PEM file with further certificates to trust.
    pub extra_ca: Option<Vec<u8>>,
}

/// Why a case could not be carried to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// The provider shows something that a program cannot answer.
    #[error("the provider shows a page that this program cannot answer: {0}")]
    Page(String),
    /// The provider asks for the same thing again and again.
    #[error("the provider never came to an end: {0} pages")]
    Endless(usize),
    /// The provider does not answer, or not in its protocol.
    #[error("{0}")]
    Broken(String),
}

/// What the cases are run with.
pub struct Tools {
    /// Checks the provider's signatures.
    pub verifier: Arc<dyn ClientJwtVerifier>,
    /// Makes `state`, `nonce` and verifiers.
    pub entropy: Arc<dyn Entropy>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Runs every case of the step-up pack, one after the other; `told` hears each result as it comes.
///
/// # Errors
/// [`Obstacle`] where the provider cannot be discovered.
pub async fn step_up(
    subject: Subject,
    tools: Tools,
    mut told: impl FnMut(&CaseResult),
) -> Result<Report, Obstacle> {
    let http = browser::client(subject.extra_ca.as_deref(), false)?;
    let provider = Provider::discover(&http, &subject.issuer).await?;
    let party = RelyingParty { http, provider, subject, tools };
    let mut results = Vec::new();
    for case in cases::all() {
        let verdict = (case.check)(&party).await;
        let result = CaseResult { name: case.name, holds: case.holds, verdict: verdict.into() };
        told(&result);
        results.push(result);
    }
    Ok(Report { issuer: party.subject.issuer.clone(), results })
}
