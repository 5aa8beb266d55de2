//! What a client asks that wants a person signed out (OpenID Connect RP-Initiated Logout 1.0 §2), and where their browser may
//! go afterwards.

pub mod notice;

use serde_json::Value;
use url::Url;

use super::{client::Client, request::ReceivedParameters, tokens::Claims};
use crate::domain::{
    id::{ClientId, SessionId, Subject},
    secret::SecretToken,
};

/// A logout request whose parameters were read; what they name is not proven yet.
#[derive(Clone, Debug, Default)]
pub struct LogoutRequest {
    /// The ID token that the client last got.
    pub id_token_hint: Option<SecretToken>,
    /// Who asks, where it says so.
    pub client: Option<ClientId>,
    /// Where the browser shall go afterwards.
    pub post_logout_redirect_uri: Option<String>,
    /// What the client gets back there, verbatim.
    pub state: Option<String>,
    /// Who the client thinks is signed in.
    pub logout_hint: Option<String>,
}

/// Why a logout request is refused; told on a page, and nothing is ended (OpenID Connect RP-Initiated Logout 1.0 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoutRefusal {
    /// A parameter came more than once (RFC 6749 §3.1).
    #[error("repeated_parameter")]
    Repeated,
    /// The hint is not an ID token that we signed.
    #[error("id_token_hint")]
    Hint,
    /// `client_id` names another client than the hint was issued to.
    #[error("client_mismatch")]
    OtherClient,
    /// There is no such client.
    #[error("unknown_client")]
    UnknownClient,
    /// An address, and nothing that says whose it is.
    #[error("client_missing")]
    NoClient,
    /// The address is none that the client registered for this.
    #[error("post_logout_redirect_uri")]
    Address,
}

impl LogoutRefusal {
    /// The stable reason.
    pub fn name(self) -> &'static str {
        match self {
            Self::Repeated => "repeated_parameter",
            Self::Hint => "id_token_hint",
            Self::OtherClient => "client_mismatch",
            Self::UnknownClient => "unknown_client",
            Self::NoClient => "client_missing",
            Self::Address => "post_logout_redirect_uri",
        }
    }
}

impl LogoutRequest {
    /// The names of its parameters; what else comes is ignored (OpenID Connect RP-Initiated Logout 1.0 §2).
    pub const PARAMETERS: [&str; 5] =
        ["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint"];

    /// Reads parameters as they arrived.
    pub fn receive(received: &ReceivedParameters) -> Result<Self, LogoutRefusal> {
        if Self::PARAMETERS.iter().any(|name| received.repeated.contains(*name)) {
            return Err(LogoutRefusal::Repeated);
        }
        let value = |name: &str| received.parameters.value(name).map(str::to_owned);
        let client = value("client_id").map(|id| ClientId::parse(&id).ok_or(LogoutRefusal::UnknownClient));
        Ok(Self {
            id_token_hint: value("id_token_hint").as_deref().map(SecretToken::from_outside),
            client: client.transpose()?,
            post_logout_redirect_uri: value("post_logout_redirect_uri"),
            state: value("state"),
            logout_hint: value("logout_hint"),
        })
    }

    /// The parameters again, for a form or an address that goes on with them.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let values = [
            self.id_token_hint.as_ref().map(|hint| hint.expose().to_owned()),
            self.client.as_ref().map(ToString::to_string),
            self.post_logout_redirect_uri.clone(),
            self.state.clone(),
            self.logout_hint.clone(),
        ];
        let named = Self::PARAMETERS.into_iter().zip(values);
        named.filter_map(|(name, value)| value.map(|value| (name, value))).collect()
    }
}

/// What an ID token that we signed says of whose session it was issued in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutHint {
    /// To whom it was issued.
    pub client: ClientId,
    /// Whose it is.
    pub subject: Subject,
    /// In which session.
    pub session: Option<SessionId>,
}

impl LogoutHint {
    /// Reads the claims of a verified ID token.
    pub fn of(claims: &Claims) -> Option<Self> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        Some(Self {
            client: text("aud").and_then(ClientId::parse)?,
            subject: text("sub").and_then(Subject::parse)?,
            session: text("sid").and_then(SessionId::parse),
        })
    }
}

/// An address that a client registered for browsers after a logout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostLogoutAddress(Url);

impl Client {
    /// Proves an address to be one of this client's for after a logout, as an exact string; the only maker of a
    /// [`PostLogoutAddress`] (OpenID Connect RP-Initiated Logout 1.0 §3).
    pub fn bind_post_logout(&self, asked: &str) -> Option<PostLogoutAddress> {
        let registered = self.metadata.post_logout_redirect_uris.iter().any(|uri| uri == asked);
        registered.then(|| Url::parse(asked).ok().map(PostLogoutAddress)).flatten()
    }
}

impl PostLogoutAddress {
    /// The address with the `state` that came, and nothing else (OpenID Connect RP-Initiated Logout 1.0 §3).
    pub fn with_state(&self, state: Option<&str>) -> Url {
        let mut address = self.0.clone();
        if let Some(state) = state {
            address.query_pairs_mut().append_pair("state", state);
        }
        address
    }
}
