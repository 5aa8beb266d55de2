//! A request that the client signed (RFC 9101, OpenID Connect Core 1.0 §6): what its claims must say, and which parameters
//! count beside them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{ReceivedParameters, response::ResponseType};
use crate::domain::oidc::{
    client::Client,
    error::{ErrorCode, ProtocolError},
    interaction::AuthorizationParameters,
    issuer::Issuer,
    scope::OPENID,
};

/// The longest object that is read, in bytes.
pub const LONGEST: usize = 32 * 1024;

/// How far a client's clock may run before ours.
const SKEW: SignedDuration = SignedDuration::from_secs(10);

/// The claims of a JWT that are no parameters of a request (RFC 9101 §4).
const OF_THE_JWT: [&str; 7] = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"];

/// What is refused that is signed by nobody, or not by this client.
pub const UNVERIFIED: ProtocolError = refused("request_signature", "request is not signed by the client");

const TYPE: ProtocolError = refused("request_typ", "typ of request must be oauth-authz-req+jwt");
const OTHER_CLIENT: ProtocolError = refused("request_client", "request is not about this client");
const OTHER_AUDIENCE: ProtocolError = refused("request_audience", "aud of request is not this provider");
const LAPSED: ProtocolError = refused("request_expired", "request is not valid now");
const NESTED: ProtocolError = refused("request_nested", "request holds another request");
const SHAPE: ProtocolError = refused("request_parameter", "a parameter in request has no right shape");
const DIFFERENT: ProtocolError =
    ProtocolError::invalid_request("request_differs", "response_type differs from the one in request");

const fn refused(reason: &'static str, text: &'static str) -> ProtocolError {
    ProtocolError::new(ErrorCode::InvalidRequestObject, reason, text)
}

/// The parameters in an object whose signature was verified.
pub fn parameters(
    header: &Map<String, Value>,
    claims: &Map<String, Value>,
    client: &Client,
    issuer: &Issuer,
    now: Timestamp,
) -> Result<AuthorizationParameters, ProtocolError> {
    check_type(header)?;
    check_parties(claims, client, issuer)?;
    check_times(claims, now)?;
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(NESTED);
    }
    let mut parameters = AuthorizationParameters::default();
    for (name, value) in claims.iter().filter(|(name, _)| !OF_THE_JWT.contains(&name.as_str())) {
        if let Some(text) = parameter(value)? {
            parameters.0.insert(name.clone(), text);
        }
    }
    Ok(parameters)
}

/// A type of its own keeps other JWTs of the client from being taken for requests (RFC 9101 §10.8); many clients send
/// `JWT` or none.
fn check_type(header: &Map<String, Value>) -> Result<(), ProtocolError> {
    let Some(typ) = header.get("typ") else { return Ok(()) };
    let typ = typ.as_str().unwrap_or_default().to_ascii_lowercase();
    match typ.strip_prefix("application/").unwrap_or(&typ) {
        "oauth-authz-req+jwt" | "jwt" => Ok(()),
        _ => Err(TYPE),
    }
}

/// From this client, for us (RFC 9101 §4, §6.3; OpenID Connect Core 1.0 §6.1). One of `client_id` and `iss` must name the
/// client, and neither another one. An assertion by which clients prove themselves has the client as its `sub`, and is no
/// request (RFC 9101 §10.8).
fn check_parties(claims: &Map<String, Value>, client: &Client, issuer: &Issuer) -> Result<(), ProtocolError> {
    let id = client.id.as_str();
    let named: Vec<&Value> = ["client_id", "iss"].iter().filter_map(|name| claims.get(*name)).collect();
    if named.is_empty() || named.iter().any(|name| name.as_str() != Some(id)) {
        return Err(OTHER_CLIENT);
    }
    if claims.get("sub").is_some_and(|sub| sub.as_str() == Some(id)) {
        return Err(OTHER_CLIENT);
    }
    let is_ours = |audience: &Value| audience.as_str() == Some(issuer.as_str());
    match claims.get("aud") {
        None => Ok(()),
        Some(Value::Array(several)) if several.iter().any(is_ours) => Ok(()),
        Some(one) if is_ours(one) => Ok(()),
        Some(_) => Err(OTHER_AUDIENCE),
    }
}

/// Within its times, where it names them (RFC 7519 §4.1.4, §4.1.5).
fn check_times(claims: &Map<String, Value>, now: Timestamp) -> Result<(), ProtocolError> {
    let time = |name| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or(LAPSED),
    };
    let now = now.as_second() as f64;
    let skew = SKEW.as_secs() as f64;
    match (time("exp")?, time("nbf")?) {
        (Some(expires), _) if now >= expires => Err(LAPSED),
        (_, Some(begins)) if now + skew < begins => Err(LAPSED),
        _ => Ok(()),
    }
}

/// A parameter as it would stand in a query: `claims` is an object, `resource` may be several, and numbers are numbers
/// (RFC 9101 §4). `null` says nothing.
fn parameter(value: &Value) -> Result<Option<String>, ProtocolError> {
    Ok(Some(match value {
        Value::Null => return Ok(None),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Object(_) => value.to_string(),
        Value::Bool(_) => return Err(SHAPE),
        Value::Array(several) => {
            let texts: Option<Vec<&str>> = several.iter().map(Value::as_str).collect();
            texts.ok_or(SHAPE)?.join(" ")
        }
    }))
}

/// Puts the parameters of an object in place of those beside it.
///
/// Only what is signed counts (RFC 9101 §5), unless the request is one of OpenID Connect, which names `response_type` and
/// the scope `openid` beside the object as well: there, what the object does not say is taken from beside it (OpenID
/// Connect Core 1.0 §6.1). A client whose requests must be signed is held to the former.
pub fn take_place(
    client: &Client,
    beside: ReceivedParameters,
    object: AuthorizationParameters,
) -> Result<ReceivedParameters, ProtocolError> {
    let outer = &beside.parameters;
    let has_openid = outer.value("scope").unwrap_or_default().split(' ').any(|scope| scope == OPENID);
    let merges = has_openid
        && outer.value("response_type").is_some()
        && !client.metadata.require_signed_request_object;
    let mut taken = AuthorizationParameters::default();
    if merges {
        let asked = |parameters: &AuthorizationParameters| {
            parameters.value("response_type").map(|text| ResponseType::parse(text).ok_or(text.to_owned()))
        };
        if asked(&object).is_some_and(|within| Some(within) != asked(outer)) {
            return Err(DIFFERENT);
        }
        taken.0.clone_from(&outer.0);
    }
    taken.0.extend(object.0);
    taken.0.insert("client_id".into(), client.id.as_str().into());
    taken.0.remove("request");
    taken.0.remove("request_uri");
    Ok(ReceivedParameters { parameters: taken, repeated: Default::default() })
}

#[cfg(test)]
mod tests;
