//! What a client gets for itself, without any person (RFC 6749 §4.4).

use jiff::Timestamp;

use super::{
    client::{Client, metadata::GrantType},
    error::{ErrorCode, ProtocolError},
    request::ReceivedParameters,
    scope::{ADMIN_WRITE, STANDARD},
    share::{NOT_GRANTED, Share, resources, within},
};
use crate::domain::id::{ClientId, GrantId};

/// The life of one access token that a client got for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientGrant {
    /// Its name, the first part of the token's `jti`.
    pub id: GrantId,
    /// Who got it.
    pub client: ClientId,
    /// When.
    pub issued_at: Timestamp,
    /// When the token lapses.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A well-formed request for a token of the client's own (RFC 6749 §4.4.2).
#[derive(Clone, Debug)]
pub struct ClientTokenRequest {
    /// The scopes asked for; all that the client registered where it names none (RFC 6749 §3.3).
    pub scope: Option<String>,
    /// The resources that it shall be for (RFC 8707 §2.2).
    pub resource: Vec<String>,
}

impl ClientTokenRequest {
    /// Reads the body's parameters.
    pub fn parse(received: &ReceivedParameters) -> Self {
        Self { scope: received.parameters.value("scope").map(str::to_owned), resource: resources(received) }
    }

    /// What the client may have of it: of the scopes that it registered, none that is about a person, and none that needs a
    /// face, as every change by the admin API does; and the resources that it registered. A public client gets nothing (RFC 6749 §4.4).
    pub fn share(&self, client: &Client) -> Result<Share, ProtocolError> {
        if client.is_public() || !client.may_use(GrantType::ClientCredentials) {
            return Err(UNAUTHORIZED);
        }
        let needs_a_person = |name: &str| {
            STANDARD.contains(&name)
                || name == ADMIN_WRITE
                || client.protected_scopes.iter().any(|kept| kept == name)
        };
        let registered = client.metadata.scope.iter().map(String::as_str);
        let own: Vec<&str> = registered.filter(|name| !needs_a_person(name)).collect();
        let scope = match &self.scope {
            None => own.join(" "),
            Some(asked) => within(asked, &own)?,
        };
        if self.resource.iter().any(|asked| !client.metadata.resources.contains(asked)) {
            return Err(NOT_GRANTED);
        }
        Ok(Share { scope, resource: self.resource.clone() })
    }
}

/// What a client is told that may not use a grant type (RFC 6749 §5.2).
pub const UNAUTHORIZED: ProtocolError = ProtocolError::new(
    ErrorCode::UnauthorizedClient,
    "grant_type_not_registered",
    "the client is not registered for this grant_type",
);
