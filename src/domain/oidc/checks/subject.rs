//! The one user whom the answer may be about.

use serde::Deserialize;

use crate::domain::{
    id::Subject,
    oidc::{error::ProtocolError, interaction::AuthorizationParameters},
    secret::from_base64url,
};

const MALFORMED: ProtocolError =
    ProtocolError::invalid_request("id_token_hint", "id_token_hint is not an ID token of ours");
const CONFLICT: ProtocolError =
    ProtocolError::invalid_request("subject_conflict", "id_token_hint and claims name different users");

/// What is read of an ID token.
#[derive(Deserialize)]
struct Hint {
    sub: String,
}

/// The user named by the `claims` parameter's `sub`, by `id_token_hint`, or by both alike (OpenID Connect Core 1.0
/// §3.1.2.2).
pub fn check(
    parameters: &AuthorizationParameters,
    claimed: Option<Subject>,
) -> Result<Option<Subject>, ProtocolError> {
    let hinted = parameters.value("id_token_hint").map(subject_of).transpose()?;
    match (hinted, claimed) {
        (Some(hinted), Some(claimed)) if hinted != claimed => Err(CONFLICT),
        (hinted, claimed) => Ok(hinted.or(claimed)),
    }
}

/// The `sub` in a hint's payload. Neither signature nor issuer is verified: a hint only narrows whom we answer for, and
/// that one must still sign in, so whoever forges one gains nothing that leaving it out would not give. Nor is `exp`
/// looked at: an ID token that has lapsed is still a good hint (OpenID Connect Core 1.0 §3.1.2.1).
fn subject_of(hint: &str) -> Result<Subject, ProtocolError> {
    let mut parts = hint.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(MALFORMED);
    };
    let payload = from_base64url(payload).ok_or(MALFORMED)?;
    let hint: Hint = serde_json::from_slice(&payload).map_err(|_| MALFORMED)?;
    Subject::parse(&hint.sub).ok_or(MALFORMED)
}
