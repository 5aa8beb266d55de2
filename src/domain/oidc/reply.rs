//! What goes back to the client's address at the end of an interaction, and by which way.

use url::Url;

use super::{
    client::ReturnAddress,
    error::{ErrorCode, ProtocolError},
    issuer::Issuer,
    request::response::ResponseMode,
};
use crate::domain::secret::SecretToken;

/// Says in one word why a context was not met, beside the `error_description` that begins with the same word.
const REASON: &str = "facestep_reason";

/// Where and how an answer goes, known before anything else of a request is checked.
#[derive(Clone, Debug)]
pub struct ReturnPath {
    /// The proven address.
    pub to: ReturnAddress,
    /// By which way.
    pub mode: ResponseMode,
    /// The `state`, verbatim.
    pub state: Option<String>,
}

/// What a successful answer holds; at least one of the three (OpenID Connect Core 1.0 §3.3.2.5).
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// A code.
    pub code: Option<SecretToken>,
    /// An ID token.
    pub id_token: Option<SecretToken>,
    /// An access token.
    pub access_token: Option<GivenToken>,
}

/// An access token that is given at the authorization endpoint, with what is said beside it (RFC 6749 §4.2.2).
#[derive(Clone, Debug)]
pub struct GivenToken {
    /// The token.
    pub token: SecretToken,
    /// Seconds that it lives.
    pub expires_in: i64,
    /// What was granted.
    pub scope: String,
}

/// An answer or an error for a client. It goes to a [`ReturnAddress`] and nowhere else.
#[derive(Clone, Debug)]
pub struct AuthorizationReply {
    path: ReturnPath,
    outcome: Outcome,
}

#[derive(Clone, Debug)]
enum Outcome {
    Success(Answers),
    Error(ProtocolError),
}

/// How a browser carries a reply to its client.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// It goes to this address.
    Redirect(Url),
    /// It posts a form (OAuth 2.0 Form Post Response Mode 1.0 §2).
    Form {
        /// To this address.
        action: Url,
        /// With these fields.
        fields: Vec<(&'static str, String)>,
    },
}

impl AuthorizationReply {
    /// Success (RFC 6749 §4.1.2, OpenID Connect Core 1.0 §3.2.2.5, §3.3.2.5).
    pub fn success(path: ReturnPath, answers: Answers) -> Self {
        Self { path, outcome: Outcome::Success(answers) }
    }

    /// Refusal (RFC 6749 §4.1.2.1).
    pub fn error(path: ReturnPath, error: ProtocolError) -> Self {
        Self { path, outcome: Outcome::Error(error) }
    }

    /// The error it carries, if it does.
    pub fn refusal(&self) -> Option<&ProtocolError> {
        match &self.outcome {
            Outcome::Success(_) => None,
            Outcome::Error(error) => Some(error),
        }
    }

    /// How it is carried.
    pub fn delivery(&self, issuer: &Issuer) -> Delivery {
        let parameters = self.parameters(issuer);
        let borrowed = parameters.iter().map(|(name, value)| (*name, value.as_str()));
        match self.path.mode {
            ResponseMode::Query => Delivery::Redirect(self.path.to.with_query(borrowed)),
            ResponseMode::Fragment => Delivery::Redirect(self.path.to.with_fragment(borrowed)),
            ResponseMode::FormPost => {
                Delivery::Form { action: self.path.to.with_query([]), fields: parameters }
            }
        }
    }

    /// What is told: `state` verbatim, and `iss` in success and error alike (RFC 9207 §2).
    fn parameters(&self, issuer: &Issuer) -> Vec<(&'static str, String)> {
        let mut told = match &self.outcome {
            Outcome::Success(answers) => answers.parameters(),
            Outcome::Error(error) => {
                let mut told =
                    vec![("error", error.code.name().to_owned()), ("error_description", error.description())];
                if error.code == ErrorCode::UnmetAuthenticationRequirements {
                    told.push((REASON, error.reason.to_owned()));
                }
                told
            }
        };
        if let Some(state) = &self.path.state {
            told.push(("state", state.clone()));
        }
        told.push(("iss", issuer.as_str().to_owned()));
        told
    }
}

impl Answers {
    fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut told = Vec::new();
        if let Some(code) = &self.code {
            told.push(("code", code.expose().to_owned()));
        }
        if let Some(given) = &self.access_token {
            told.push(("access_token", given.token.expose().to_owned()));
            told.push(("token_type", "Bearer".to_owned()));
            told.push(("expires_in", given.expires_in.to_string()));
            told.push(("scope", given.scope.clone()));
        }
        if let Some(id_token) = &self.id_token {
            told.push(("id_token", id_token.expose().to_owned()));
        }
        told
    }
}
