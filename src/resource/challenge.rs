//! A challenge: what a client is told that its token is not enough, and of what would be (RFC 6750 §3, RFC 9470 §3).
//!
//! A resource server writes it into `WWW-Authenticate`; a client reads it from there and asks the provider for what it names.

mod reading;

use std::{borrow::Cow, fmt::Write};

use super::words::Words;

/// Why a request is refused (RFC 6750 §3.1, RFC 9470 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeCode {
    /// The token is presented in no way that is understood.
    InvalidRequest,
    /// The token is no good here, or not any more.
    InvalidToken,
    /// The token does not reach so far.
    InsufficientScope,
    /// The sign-in behind the token is too weak or too long ago.
    InsufficientUserAuthentication,
}

impl ChallengeCode {
    const ALL: [Self; 4] = [
        Self::InvalidRequest,
        Self::InvalidToken,
        Self::InsufficientScope,
        Self::InsufficientUserAuthentication,
    ];

    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InsufficientUserAuthentication => "insufficient_user_authentication",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }
}

/// A challenge of the scheme `Bearer`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    pub(super) realm: Option<String>,
    pub(super) code: Option<ChallengeCode>,
    pub(super) description: Option<Cow<'static, str>>,
    pub(super) scope: Words,
    pub(super) acr_values: Words,
    pub(super) max_age: Option<u32>,
}

impl Challenge {
    /// For a request without a token: where it would be good, and no error (RFC 6750 §3.1).
    pub(super) fn bare(realm: &str) -> Self {
        Self { realm: Some(realm.to_owned()), ..Self::default() }
    }

    /// For a request that is refused.
    pub(super) fn of(code: ChallengeCode, description: &'static str) -> Self {
        Self { code: Some(code), description: Some(description.into()), ..Self::default() }
    }

    /// Why the request was refused; none where it had no token.
    pub fn code(&self) -> Option<ChallengeCode> {
        self.code
    }

    /// Words for a developer.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The scopes that would do.
    pub fn scope(&self) -> &Words {
        &self.scope
    }

    /// The contexts of which one would do, the preferred one first; none where any does.
    pub fn acr_values(&self) -> &Words {
        &self.acr_values
    }

    /// How old the sign-in may be, in seconds.
    pub fn max_age(&self) -> Option<u32> {
        self.max_age
    }

    /// The parameters that are there, in the order in which they are written.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let words = |words: &Words| (!words.is_empty()).then(|| words.to_string().into());
        [
            ("realm", self.realm.as_deref().map(Cow::from)),
            ("error", self.code.map(|code| code.name().into())),
            ("error_description", self.description.as_deref().map(Cow::from)),
            ("scope", words(&self.scope)),
            ("acr_values", words(&self.acr_values)),
            ("max_age", self.max_age.map(|seconds| seconds.to_string().into())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    /// The value of `WWW-Authenticate`, each parameter quoted (RFC 9110 §11.6.1, §5.6.4).
    pub fn header(&self) -> String {
        let mut header = String::from("Bearer");
        let mut before = ' ';
        for (name, value) in self.parameters() {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
            let _ = write!(header, "{before}{}{name}=\"{escaped}\"", if before == ',' { " " } else { "" });
            before = ',';
        }
        header
    }

    /// Reads the first challenge of the scheme `Bearer` in a value of `WWW-Authenticate`, which may hold others beside it
    /// (RFC 9110 §11.6.1). `None` where there is none, or none that can be acted upon: a code that is not known, or a
    /// parameter twice.
    pub fn read(header: &str) -> Option<Self> {
        reading::read(header)
    }
}

#[cfg(test)]
mod tests;
