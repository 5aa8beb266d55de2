//! What kind of answer is asked for.

use crate::domain::oidc::{
    client::Client,
    error::{ErrorCode, ProtocolError},
    interaction::AuthorizationParameters,
    request::{
        RequestPolicy,
        response::{ResponseMode, ResponseType},
    },
};

const MISSING: ProtocolError =
    ProtocolError::invalid_request("response_type_missing", "response_type is missing");
const UNSUPPORTED: ProtocolError = ProtocolError::new(
    ErrorCode::UnsupportedResponseType,
    "response_type",
    "this response_type is not spoken here",
);
const UNREGISTERED: ProtocolError = ProtocolError::new(
    ErrorCode::UnauthorizedClient,
    "response_type",
    "the client is not registered for this response_type",
);

/// One that the operator offers and the client is registered for (RFC 6749 §4.1.2.1), in a way that it may travel: no
/// token ever stands in a query (OAuth 2.0 Multiple Response Type Encoding Practices 1.0 §3, §5).
pub fn check(
    client: &Client,
    parameters: &AuthorizationParameters,
    policy: RequestPolicy,
) -> Result<ResponseType, ProtocolError> {
    let text = parameters.value("response_type").ok_or(MISSING)?;
    let asked = ResponseType::parse(text).filter(|asked| policy.response_types.contains(*asked));
    let asked = asked.ok_or(UNSUPPORTED)?;
    if !client.metadata.response_types.iter().any(|registered| registered == asked.name()) {
        return Err(UNREGISTERED);
    }
    let refused = |text| Err(ProtocolError::invalid_request("response_mode", text));
    match parameters.value("response_mode").map(ResponseMode::parse) {
        Some(None) => refused("this response_mode is not spoken here"),
        Some(Some(ResponseMode::Query)) if asked.usual_mode() != ResponseMode::Query => {
            refused("a token may not stand in a query")
        }
        _ => Ok(asked),
    }
}

/// By which way the answer travels, and an error as well, whatever is wrong with the request: as it says, but never in the
/// query where tokens were asked for, however else the response type is misspelt (RFC 6749 §4.2.2.1).
pub fn mode(parameters: &AuthorizationParameters) -> ResponseMode {
    let mut words = parameters.value("response_type").unwrap_or_default().split(' ');
    let asks_for_token = words.any(|word| matches!(word, "token" | "id_token"));
    let usual = if asks_for_token { ResponseMode::Fragment } else { ResponseMode::Query };
    match parameters.value("response_mode").and_then(ResponseMode::parse) {
        None | Some(ResponseMode::Query) => usual,
        Some(other) => other,
    }
}
