//! A checked authorization request. The address is proven first, since every later refusal is sent to it.

use std::collections::BTreeSet;

use super::{
    checks,
    client::{Client, RedirectRefusal, ReturnAddress},
    error::ProtocolError,
    grant::GrantTerms,
    interaction::AuthorizationParameters,
    reply::AuthorizationReply,
    scope::Scope,
};
use crate::domain::authn::{acr::AcrCatalogue, requirement::Requirement};

/// The only parameter that may come more than once (RFC 8707 §2).
const REPEATABLE: &str = "resource";

/// Parameters as they arrived, with the names that arrived more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceivedParameters {
    /// The first value of each, but for `resource`, whose values are joined by spaces (no URI holds one).
    pub parameters: AuthorizationParameters,
    /// What must not come twice and did (RFC 6749 §3.1).
    pub repeated: BTreeSet<String>,
}

impl ReceivedParameters {
    /// Collects decoded name and value pairs.
    pub fn collect(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut received = Self::default();
        for (name, value) in pairs {
            match received.parameters.0.get_mut(&name) {
                None => {
                    received.parameters.0.insert(name, value);
                }
                Some(kept) if name == REPEATABLE => {
                    kept.push(' ');
                    kept.push_str(&value);
                }
                Some(_) => {
                    received.repeated.insert(name);
                }
            }
        }
        received
    }
}

/// The pages that a request asks for by `prompt`, beside the sign-in page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AskedPages {
    /// What the client asks is shown, whatever was allowed before (OpenID Connect Core 1.0 §3.1.2.1).
    pub consent: bool,
    /// The browser's accounts are shown (OpenID Connect Core 1.0 §3.1.2.1).
    pub select_account: bool,
    /// A new account is offered (Initiating User Registration via OpenID Connect 1.0 §4).
    pub create: bool,
}

/// A checked authorization request.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// Where the answer goes.
    pub return_to: ReturnAddress,
    /// The `state`, verbatim.
    pub state: Option<String>,
    /// Who the client thinks will sign in.
    pub login_hint: Option<String>,
    /// Which pages are to be shown whatever is remembered.
    pub pages: AskedPages,
    /// What must be true of the authentication.
    pub requirement: Requirement,
    /// What the token endpoint will need.
    pub terms: GrantTerms,
}

/// Why a request is refused.
#[derive(Clone, Debug)]
pub enum RequestRefusal {
    /// On a page: there is no address that may be answered (RFC 6749 §4.1.2.1).
    Unaddressable(RedirectRefusal),
    /// At the client's proven address.
    Answerable(Box<AuthorizationReply>),
}

impl AuthorizationRequest {
    /// Checks parameters as they arrived: none may be repeated (RFC 6749 §3.1), and then all that
    /// [`Self::parse`] asks.
    pub fn receive(
        client: &Client,
        received: &ReceivedParameters,
        catalogue: &AcrCatalogue,
    ) -> Result<Self, RequestRefusal> {
        if received.repeated.contains("redirect_uri") {
            return Err(RequestRefusal::Unaddressable(RedirectRefusal::Repeated));
        }
        if received.repeated.is_empty() {
            return Self::parse(client, &received.parameters, catalogue);
        }
        let return_to = bind(client, &received.parameters)?;
        let state = received.parameters.value("state").filter(|_| !received.repeated.contains("state"));
        let error = ProtocolError::invalid_request("repeated_parameter", "a parameter came more than once");
        Err(answerable(return_to, state.map(str::to_owned), error))
    }

    /// Checks a request's parameters, in order. Unknown parameters are ignored (OpenID Connect Core 1.0 §3.1.2.1).
    pub fn parse(
        client: &Client,
        parameters: &AuthorizationParameters,
        catalogue: &AcrCatalogue,
    ) -> Result<Self, RequestRefusal> {
        let return_to = bind(client, parameters)?;
        let state = parameters.value("state").map(str::to_owned);
        match checked(client, parameters, catalogue) {
            Ok((requirement, terms)) => {
                let login_hint = parameters.value("login_hint").map(str::to_owned);
                let pages = checks::prompt::pages(parameters);
                Ok(Self { return_to, state, login_hint, pages, requirement, terms })
            }
            Err(error) => Err(answerable(return_to, state, error)),
        }
    }
}

fn answerable(to: ReturnAddress, state: Option<String>, error: ProtocolError) -> RequestRefusal {
    RequestRefusal::Answerable(Box::new(AuthorizationReply::error(to, state, error)))
}

fn bind(client: &Client, parameters: &AuthorizationParameters) -> Result<ReturnAddress, RequestRefusal> {
    client.bind_redirect(parameters.value("redirect_uri")).map_err(RequestRefusal::Unaddressable)
}

/// The checks, in order. Each stands in a file of its own.
fn checked(
    client: &Client,
    parameters: &AuthorizationParameters,
    catalogue: &AcrCatalogue,
) -> Result<(Requirement, GrantTerms), ProtocolError> {
    checks::unsupported::check(parameters)?;
    checks::response::check(parameters)?;
    let scope: Scope = checks::scope::check(client, parameters)?;
    let code_challenge = checks::pkce::check(client, parameters)?;
    let prompt = checks::prompt::check(parameters)?;
    let max_age = checks::max_age::check(parameters)?;
    let resource = checks::resource::check(parameters)?;
    let claims = checks::claims::check(parameters)?;
    let subject = checks::subject::check(parameters, claims.subject)?;
    let wanted = checks::acr::Wanted { claims: claims.acr, scope: &scope, resource: &resource };
    let (acr, minimum) = checks::acr::combine(client, parameters, catalogue, wanted);
    let terms = GrantTerms {
        redirect_uri: parameters.value("redirect_uri").unwrap_or_default().to_owned(),
        scope: scope.to_string(),
        nonce: parameters.value("nonce").map(str::to_owned),
        code_challenge,
        resource,
    };
    Ok((Requirement { acr, minimum, max_age, prompt, subject }, terms))
}

#[cfg(test)]
mod tests;
