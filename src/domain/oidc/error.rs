//! What a client is told when it cannot have what it asked: the specification's code, and a stable reason of ours.

use super::grant::GrantRefusal;
use crate::domain::authn::policy::{MissReason, Refusal};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// An error code of a specification.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
        }

        impl ErrorCode {
            /// The registered name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

codes! {
    /// A parameter is missing, repeated or malformed (RFC 6749 §4.1.2.1, §5.2).
    InvalidRequest = "invalid_request",
    /// The client did not authenticate (RFC 6749 §5.2).
    InvalidClient = "invalid_client",
    /// The code is not valid for this client, address or verifier (RFC 6749 §5.2).
    InvalidGrant = "invalid_grant",
    /// The scope is unknown or malformed (RFC 6749 §4.1.2.1).
    InvalidScope = "invalid_scope",
    /// The resource is malformed or unknown (RFC 8707 §2).
    InvalidTarget = "invalid_target",
    /// The access token is malformed, expired or revoked (RFC 6750 §3.1).
    InvalidToken = "invalid_token",
    /// The access token does not reach so far (RFC 6750 §3.1).
    InsufficientScope = "insufficient_scope",
    /// The grant type is not spoken here (RFC 6749 §5.2).
    UnsupportedGrantType = "unsupported_grant_type",
    /// The response type is not spoken here (RFC 6749 §4.1.2.1).
    UnsupportedResponseType = "unsupported_response_type",
    /// The person chose not to sign in (RFC 6749 §4.1.2.1).
    AccessDenied = "access_denied",
    /// A sign-in is needed and may not be shown (OpenID Connect Core 1.0 §3.1.2.6).
    LoginRequired = "login_required",
    /// Some other page is needed and may not be shown (OpenID Connect Core 1.0 §3.1.2.6).
    InteractionRequired = "interaction_required",
    /// The person must choose an account, and may not be asked (OpenID Connect Core 1.0 §3.1.2.6).
    AccountSelectionRequired = "account_selection_required",
    /// The person must consent, and may not be asked (OpenID Connect Core 1.0 §3.1.2.6).
    ConsentRequired = "consent_required",
    /// The request object is malformed, unsigned where it must not be, or not the client's (RFC 9101 §6).
    InvalidRequestObject = "invalid_request_object",
    /// The address of a request object is not known, lapsed, or yields none (RFC 9101 §6, RFC 9126 §2.2).
    InvalidRequestUri = "invalid_request_uri",
    /// The client may not use this grant or response type (RFC 6749 §4.1.2.1, §5.2).
    UnauthorizedClient = "unauthorized_client",
    /// Tokens of this type cannot be revoked (RFC 7009 §2.2.1).
    UnsupportedTokenType = "unsupported_token_type",
    /// A redirect address may not be registered (RFC 7591 §3.2.2).
    InvalidRedirectUri = "invalid_redirect_uri",
    /// Something else may not be registered (RFC 7591 §3.2.2).
    InvalidClientMetadata = "invalid_client_metadata",
    /// Something failed here (RFC 6749 §4.1.2.1).
    ServerError = "server_error",
    /// There is no room now (RFC 6749 §4.1.2.1).
    TemporarilyUnavailable = "temporarily_unavailable",
    /// Registration inside a request is not spoken here (OpenID Connect Core 1.0 §3.1.2.6).
    RegistrationNotSupported = "registration_not_supported",
    /// The context that must be met cannot be met (OpenID Connect Core Error Code unmet_authentication_requirements 1.0).
    UnmetAuthenticationRequirements = "unmet_authentication_requirements",
}

/// A refusal in the specification's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", code.name())]
pub struct ProtocolError {
    /// The specification's code.
    pub code: ErrorCode,
    /// Our stable, machine-readable reason.
    pub reason: &'static str,
    /// The same for a developer who reads it.
    pub text: &'static str,
}

impl ProtocolError {
    /// Puts one together.
    pub const fn new(code: ErrorCode, reason: &'static str, text: &'static str) -> Self {
        Self { code, reason, text }
    }

    /// An `invalid_request`.
    pub const fn invalid_request(reason: &'static str, text: &'static str) -> Self {
        Self::new(ErrorCode::InvalidRequest, reason, text)
    }

    /// The `error_description`: the reason first, so that a program can split it off at the colon.
    pub fn description(&self) -> String {
        format!("{}: {}", self.reason, self.text)
    }
}

/// What a client is told whose person gave up where a sign-in was needed.
pub const DECLINED: ProtocolError =
    ProtocolError::new(ErrorCode::AccessDenied, "user_declined", "the person chose not to sign in");

/// What a client is told whose person did not allow what it asked (RFC 6749 §4.1.2.1).
pub const NOT_ALLOWED: ProtocolError =
    ProtocolError::new(ErrorCode::AccessDenied, "user_declined", "the person did not allow what was asked");

/// What a client is told that asks for more than was allowed, and lets nothing be shown (OpenID Connect Core 1.0 §3.1.2.6).
pub const CONSENT_REQUIRED: ProtocolError = ProtocolError::new(
    ErrorCode::ConsentRequired,
    "consent_required",
    "the person has not allowed this yet, and prompt=none forbids to ask",
);

/// What a client is told whose person has several accounts here and chose none (OpenID Connect Core 1.0 §3.1.2.6).
pub const ACCOUNT_SELECTION_REQUIRED: ProtocolError = ProtocolError::new(
    ErrorCode::AccountSelectionRequired,
    "account_selection_required",
    "the person must choose an account, which prompt=none forbids",
);

impl From<Refusal> for ProtocolError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::LoginRequired => Self::new(
                ErrorCode::LoginRequired,
                "login_required",
                "a sign-in is needed, which prompt=none forbids",
            ),
            Refusal::InteractionRequired => Self::new(
                ErrorCode::InteractionRequired,
                "step_up_required",
                "a step-up is needed, which prompt=none forbids",
            ),
            Refusal::Unmet(miss) => {
                Self::new(ErrorCode::UnmetAuthenticationRequirements, miss.name(), text_of(miss))
            }
        }
    }
}

impl From<GrantRefusal> for ProtocolError {
    fn from(refusal: GrantRefusal) -> Self {
        let (reason, text) = match refusal {
            GrantRefusal::Unknown => ("code_unknown", "the code is not known"),
            GrantRefusal::OtherClient => ("code_unknown", "the code is not known"),
            GrantRefusal::Expired => ("code_expired", "the code has expired"),
            GrantRefusal::Replayed => ("code_used", "the code was used before"),
            GrantRefusal::OtherAddress => {
                ("redirect_uri", "redirect_uri differs from the authorization request")
            }
            GrantRefusal::WrongVerifier | GrantRefusal::VerifierMismatch => {
                ("code_verifier", "code_verifier does not fit the code_challenge")
            }
        };
        Self::new(ErrorCode::InvalidGrant, reason, text)
    }
}

fn text_of(miss: MissReason) -> &'static str {
    match miss {
        MissReason::FaceNotVerified => "the face check was not passed",
        MissReason::FaceNotEnrolled => "no face is enrolled for the account and none can be",
        MissReason::CameraUnavailable => "no camera could be used",
        MissReason::AttemptsExhausted => "there were too many failed face checks",
        MissReason::UserDeclined => "the person chose not to go on",
        MissReason::ConsentRequired => "the person did not agree to face processing",
        MissReason::RegistryUnavailable => "the identity source did not answer; try again later",
        MissReason::Policy => "no way to the requested context exists here",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_holds_only_the_characters_that_an_error_description_may() {
        // RFC 6749 §4.1.2.1: %x20-21 / %x23-5B / %x5D-7E
        let error = ProtocolError::from(Refusal::Unmet(MissReason::FaceNotVerified));
        assert_eq!(error.description(), "face_not_verified: the face check was not passed");
        assert!(error.description().bytes().all(|c| (0x20..0x7f).contains(&c) && c != b'"' && c != b'\\'));
    }
}
