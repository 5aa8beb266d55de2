//! What goes back to the client's address at the end of an interaction.

use url::Url;

use super::{client::ReturnAddress, error::ProtocolError, issuer::Issuer};
use crate::domain::secret::SecretToken;

/// A code or an error for a client. It goes to a [`ReturnAddress`] and nowhere else.
#[derive(Clone, Debug)]
pub struct AuthorizationReply {
    to: ReturnAddress,
    state: Option<String>,
    outcome: Outcome,
}

#[derive(Clone, Debug)]
enum Outcome {
    Code(SecretToken),
    Error(ProtocolError),
}

impl AuthorizationReply {
    /// Success (RFC 6749 §4.1.2).
    pub fn code(to: ReturnAddress, state: Option<String>, code: SecretToken) -> Self {
        Self { to, state, outcome: Outcome::Code(code) }
    }

    /// Refusal (RFC 6749 §4.1.2.1).
    pub fn error(to: ReturnAddress, state: Option<String>, error: ProtocolError) -> Self {
        Self { to, state, outcome: Outcome::Error(error) }
    }

    /// The error it carries, if it does.
    pub fn refusal(&self) -> Option<&ProtocolError> {
        match &self.outcome {
            Outcome::Code(_) => None,
            Outcome::Error(error) => Some(error),
        }
    }

    /// The address to send the browser to: `state` verbatim, and `iss` in success and error alike (RFC 9207 §2).
    pub fn address(&self, issuer: &Issuer) -> Url {
        let description;
        let mut parameters: Vec<(&str, &str)> = Vec::new();
        match &self.outcome {
            Outcome::Code(code) => parameters.push(("code", code.expose())),
            Outcome::Error(error) => {
                description = error.description();
                parameters.push(("error", error.code.name()));
                parameters.push(("error_description", &description));
            }
        }
        if let Some(state) = &self.state {
            parameters.push(("state", state));
        }
        parameters.push(("iss", issuer.as_str()));
        self.to.with_query(parameters)
    }
}
