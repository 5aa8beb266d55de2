//! Why a request is not served. A refusal is the client's to mend and told to it; a fault is the issuer's or ours, logged
//! where it is found, and told to nobody but as a time to come back.

use super::challenge::{Challenge, ChallengeCode};

/// Seconds after which another try makes sense when the issuer cannot be reached.
pub(super) const RETRY_SECONDS: u32 = 5;

/// Why a request is not served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its token is missing, no good, or not enough.
    #[error("{}", .0.code().map_or("no token", ChallengeCode::name))]
    Challenged(Box<Challenge>),
    /// Whether its token is good cannot be told at the moment.
    #[error("temporarily_unavailable")]
    Unavailable {
        /// Seconds until another try makes sense.
        retry_seconds: u32,
    },
    /// A handler asks for a token on a route that demands none: the server is put together wrongly.
    #[error("server_error")]
    Unguarded,
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFlaw {
    /// Neither a signed token, nor one that may be asked about.
    Unreadable,
    /// No key of the issuer signed it; `none` and keyed hashes are no signatures (RFC 9068 §4).
    Signature,
    /// It is another kind of token, as an ID token (RFC 9068 §4).
    Type,
    /// Another issuer made it (RFC 9068 §4).
    Issuer,
    /// It is for another resource (RFC 9068 §4).
    Audience,
    /// It has lapsed (RFC 9068 §4).
    Expired,
    /// It is from the future.
    TooEarly,
    /// It does not say for whom, or for which client (RFC 9068 §2.2).
    Incomplete,
    /// It is bound to a key, so that whoever bears it has proven nothing (RFC 7800 §3.1, RFC 9449 §7.2).
    KeyBound,
    /// The issuer says that it is not active (RFC 7662 §2.2).
    Inactive,
}

impl TokenFlaw {
    /// Words for a developer; without quotes and backslashes (RFC 6750 §3).
    pub fn description(self) -> &'static str {
        match self {
            Self::Unreadable => "The token is not one of this issuer",
            Self::Signature => "The token is not signed by a key of the issuer",
            Self::Type => "The token is not an access token",
            Self::Issuer => "The token is from another issuer",
            Self::Audience => "The token is for another audience",
            Self::Expired => "The token expired",
            Self::TooEarly => "The token is not valid yet",
            Self::Incomplete => "The token is incomplete",
            Self::KeyBound => "The token is bound to a key and cannot be borne alone",
            Self::Inactive => "The token is not active",
        }
    }
}

impl From<TokenFlaw> for Refusal {
    fn from(flaw: TokenFlaw) -> Self {
        Challenge::of(ChallengeCode::InvalidToken, flaw.description()).into()
    }
}

impl From<Challenge> for Refusal {
    fn from(challenge: Challenge) -> Self {
        Self::Challenged(Box::new(challenge))
    }
}
