//! The `claims` parameter: `acr` and `sub` change what happens here, and what else it asks for by name is kept for those
//! who answer it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::domain::{
    authn::acr::Acr,
    id::Subject,
    oidc::{error::ProtocolError, grant::AskedClaims, interaction::AuthorizationParameters, scope},
};

/// What is read of the `claims` parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestedClaims {
    /// The contexts.
    pub acr: AcrClaim,
    /// The user whom the answer must be about (OpenID Connect Core 1.0 §3.1.2.2).
    pub subject: Option<Subject>,
    /// What else is asked for.
    pub asked: AskedClaims,
}

/// What the `claims` parameter says about `acr` (OpenID Connect Core 1.0 §5.5.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcrClaim {
    /// Whether one of the values must be met.
    pub essential: bool,
    /// The contexts, in order of preference; without any, essential or not, it sets no condition on which.
    pub values: Vec<Acr>,
}

const MALFORMED: ProtocolError = ProtocolError::invalid_request("claims", "claims is malformed");
const ACR_CONFLICT: ProtocolError =
    ProtocolError::invalid_request("acr_conflict", "no context meets acr in both id_token and userinfo");
const SUBJECT_CONFLICT: ProtocolError =
    ProtocolError::invalid_request("subject_conflict", "claims names different users");

/// Reads the parameter (OpenID Connect Core 1.0 §5.5). Members that are not understood are ignored; what is understood
/// must have its right shape.
pub fn check(parameters: &AuthorizationParameters) -> Result<RequestedClaims, ProtocolError> {
    let Some(text) = parameters.value("claims") else { return Ok(RequestedClaims::default()) };
    let members: Map<String, Value> = serde_json::from_str(text).map_err(|_| MALFORMED)?;
    let (id_token, userinfo) = (in_place(&members, "id_token")?, in_place(&members, "userinfo")?);
    let subject = match (id_token.subject, userinfo.subject) {
        (Some(a), Some(b)) if a != b => return Err(SUBJECT_CONFLICT),
        (a, b) => a.or(b),
    };
    let asked = AskedClaims { id_token: id_token.named, userinfo: userinfo.named };
    Ok(RequestedClaims { acr: both(id_token.acr, userinfo.acr)?, subject, asked })
}

/// One `acr` for the two places, since one authentication stands behind both. What is essential in both is what both
/// list; where they share nothing no sign-in could meet the request, so it is refused at once (OpenID Connect Core 1.0
/// §5.5.1.1). What is essential in one place goes before what is voluntary in the other.
fn both(id_token: AcrClaim, userinfo: AcrClaim) -> Result<AcrClaim, ProtocolError> {
    match (id_token.is_condition(), userinfo.is_condition()) {
        (true, true) => {
            let mut shared = id_token;
            shared.values.retain(|acr| userinfo.values.contains(acr));
            if shared.values.is_empty() { Err(ACR_CONFLICT) } else { Ok(shared) }
        }
        (true, false) => Ok(id_token),
        (false, true) => Ok(userinfo),
        (false, false) if id_token.values.is_empty() => Ok(userinfo),
        (false, false) => Ok(id_token),
    }
}

impl AcrClaim {
    /// Whether one of its values must be met (OpenID Connect Core 1.0 §5.5.1.1).
    pub fn is_condition(&self) -> bool {
        self.essential && !self.values.is_empty()
    }
}

/// What is asked for in one place.
#[derive(Default)]
struct Place {
    acr: AcrClaim,
    subject: Option<Subject>,
    named: BTreeSet<String>,
}

fn in_place(members: &Map<String, Value>, place: &str) -> Result<Place, ProtocolError> {
    let Some(requested) = object(members, place)? else { return Ok(Place::default()) };
    let acr = object(requested, "acr")?.map(read).transpose()?.unwrap_or_default();
    let subject = match object(requested, "sub")?.and_then(|sub| sub.get("value")) {
        None => None,
        Some(value) => Some(value.as_str().and_then(Subject::parse).ok_or(MALFORMED)?),
    };
    let named = requested.keys().filter(|name| scope::is_of_a_person(name)).cloned().collect();
    Ok(Place { acr, subject, named })
}

/// A member that is an object, or absent, or `null` for a claim asked for without more (OpenID Connect Core 1.0 §5.5.1).
fn object<'a>(
    members: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, ProtocolError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(found)) => Ok(Some(found)),
        Some(_) => Err(MALFORMED),
    }
}

fn read(acr: &Map<String, Value>) -> Result<AcrClaim, ProtocolError> {
    let essential = match acr.get("essential") {
        None => false,
        Some(Value::Bool(essential)) => *essential,
        Some(_) => return Err(MALFORMED),
    };
    let mut values = Vec::new();
    if let Some(value) = acr.get("value") {
        values.push(context(value)?);
    }
    match acr.get("values") {
        None => {}
        Some(Value::Array(listed)) if !listed.is_empty() => {
            for value in listed {
                values.push(context(value)?);
            }
        }
        Some(_) => return Err(MALFORMED),
    }
    Ok(AcrClaim { essential, values })
}

fn context(value: &Value) -> Result<Acr, ProtocolError> {
    match value {
        Value::String(name) if !name.is_empty() => Ok(Acr(name.clone())),
        _ => Err(MALFORMED),
    }
}
