//! How an access token is presented (RFC 6750 §2).

use super::error::ProtocolError;
use crate::domain::secret::SecretToken;

/// The token in the `Authorization` header or in a form's `access_token`; one way only, and never in an address. `None`
/// where there is none, which is answered with a bare challenge (RFC 6750 §3.1).
pub fn presented(
    authorization: Option<&str>,
    in_form: Option<&str>,
) -> Result<Option<SecretToken>, ProtocolError> {
    let in_header = authorization.and_then(|header| {
        let (scheme, token) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    match (in_header, in_form) {
        (Some(_), Some(_)) => {
            Err(ProtocolError::invalid_request("two_access_tokens", "present the access token in one way"))
        }
        (token, None) | (None, token) => {
            Ok(token.filter(|token| !token.is_empty()).map(SecretToken::from_outside))
        }
    }
}
