//! A checked authorization request. The address is proven first, since every later refusal is sent to it.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use self::response::{ResponseMode, ResponseType, ResponseTypes};
use super::{
    checks,
    claims::permitted,
    client::{Client, RedirectRefusal, ReturnAddress},
    error::ProtocolError,
    grant::GrantTerms,
    interaction::AuthorizationParameters,
    reply::{AuthorizationReply, ReturnPath},
};
use crate::domain::authn::requirement::Requirement;

pub mod object;
pub mod response;

/// The only parameter that may come more than once (RFC 8707 §2).
const REPEATABLE: &str = "resource";

const REPEATED: ProtocolError =
    ProtocolError::invalid_request("repeated_parameter", "a parameter came more than once");

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
    /// A new account is offered in place of a sign-in (Initiating User Registration via OpenID Connect 1.0 §4).
    pub create: bool,
}

/// What an operator says of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestPolicy {
    /// What may come back, for clients that registered it.
    pub response_types: ResponseTypes,
    /// Whether a client without a list of resources may name any (RFC 8707 §2).
    pub any_resource: bool,
    /// Whether every request must be pushed (RFC 9126 §5).
    pub must_be_pushed: bool,
    /// Whether people may make accounts for themselves.
    pub self_registration: bool,
    /// How long a pushed request waits for its browser (RFC 9126 §2.2).
    pub pushed_lifetime: SignedDuration,
}

impl Default for RequestPolicy {
    fn default() -> Self {
        Self {
            response_types: ResponseTypes::default(),
            any_resource: false,
            must_be_pushed: false,
            self_registration: false,
            pushed_lifetime: SignedDuration::from_secs(60),
        }
    }
}

/// How a request's parameters came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conveyance {
    /// In an object that the client signed (RFC 9101).
    pub signed: bool,
    /// Pushed by the client itself (RFC 9126).
    pub pushed: bool,
}

/// A checked authorization request.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// Where and how the answer goes.
    pub path: ReturnPath,
    /// What is asked to come back.
    pub response_type: ResponseType,
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
    /// Checks parameters as they arrived: none may be repeated (RFC 6749 §3.1), they must have come as they must come
    /// from this client (RFC 9126 §6, RFC 9101 §10.5), and then all that [`Self::parse`] asks.
    pub fn receive(
        client: &Client,
        received: &ReceivedParameters,
        conveyance: Conveyance,
        policy: RequestPolicy,
    ) -> Result<Self, RequestRefusal> {
        let repeated = (!received.repeated.is_empty()).then_some(REPEATED);
        match repeated.or(checks::conveyance::check(client, &received.parameters, conveyance, policy).err()) {
            Some(error) => Err(Self::refusal(client, received, error)),
            None => Self::parse(client, &received.parameters, policy),
        }
    }

    /// The refusal of parameters that cannot be read to their end: at the client's address where they name a proven one.
    pub fn refusal(client: &Client, received: &ReceivedParameters, error: ProtocolError) -> RequestRefusal {
        if received.repeated.contains("redirect_uri") {
            return RequestRefusal::Unaddressable(RedirectRefusal::Repeated);
        }
        match path(client, &received.parameters) {
            Err(refusal) => refusal,
            Ok(mut path) => {
                path.state = path.state.filter(|_| !received.repeated.contains("state"));
                RequestRefusal::Answerable(Box::new(AuthorizationReply::error(path, error)))
            }
        }
    }

    /// Checks a request's parameters, in order. Unknown parameters are ignored (OpenID Connect Core 1.0 §3.1.2.1).
    pub fn parse(
        client: &Client,
        parameters: &AuthorizationParameters,
        policy: RequestPolicy,
    ) -> Result<Self, RequestRefusal> {
        let path = path(client, parameters)?;
        match checked(client, parameters, policy) {
            Ok((response_type, requirement, terms)) => {
                let login_hint = parameters.value("login_hint").map(str::to_owned);
                let pages = checks::prompt::pages(parameters);
                Ok(Self { path, response_type, login_hint, pages, requirement, terms })
            }
            Err(error) => Err(RequestRefusal::Answerable(Box::new(AuthorizationReply::error(path, error)))),
        }
    }
}

/// Where and how the answer goes, an error as well: known before anything else is checked.
fn path(client: &Client, parameters: &AuthorizationParameters) -> Result<ReturnPath, RequestRefusal> {
    let to: ReturnAddress =
        client.bind_redirect(parameters.value("redirect_uri")).map_err(RequestRefusal::Unaddressable)?;
    let mode: ResponseMode = checks::response::mode(parameters);
    Ok(ReturnPath { to, mode, state: parameters.value("state").map(str::to_owned) })
}

/// The checks, in order. Each stands in a file of its own.
fn checked(
    client: &Client,
    parameters: &AuthorizationParameters,
    policy: RequestPolicy,
) -> Result<(ResponseType, Requirement, GrantTerms), ProtocolError> {
    checks::unsupported::check(parameters)?;
    let response_type = checks::response::check(client, parameters, policy)?;
    let nonce = checks::nonce::check(parameters, response_type)?;
    let scope = checks::scope::check(client, parameters, response_type)?;
    let code_challenge = checks::pkce::check(client, parameters, response_type)?;
    let prompt = checks::prompt::check(parameters, policy)?;
    let max_age = checks::max_age::check(client, parameters)?;
    let resource = checks::resource::check(client, parameters, policy)?;
    let claims = checks::claims::check(parameters)?;
    let subject = checks::subject::check(parameters, claims.subject)?;
    let wanted = checks::acr::Wanted { claims: claims.acr, scope: &scope, resource: &resource };
    let (acr, minima) = checks::acr::combine(client, parameters, wanted);
    let terms = GrantTerms {
        redirect_uri: parameters.value("redirect_uri").unwrap_or_default().to_owned(),
        scope: scope.to_string(),
        nonce,
        code_challenge,
        resource,
        claims: permitted(client, claims.asked),
    };
    Ok((response_type, Requirement { acr, minima, max_age, prompt, subject }, terms))
}

#[cfg(test)]
mod tests;
