//! The `claims` parameter: of all that it can ask, only `acr` changes what happens here.

use serde_json::{Map, Value};

use crate::domain::{
    authn::acr::Acr,
    oidc::{error::ProtocolError, interaction::AuthorizationParameters},
};

/// What the `claims` parameter says about `acr` (OpenID Connect Core 1.0 §5.5.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcrClaim {
    /// Whether one of the values must be met.
    pub essential: bool,
    /// The contexts, in order of preference; without any, essential or not, it sets no condition on which.
    pub values: Vec<Acr>,
}

const MALFORMED: ProtocolError = ProtocolError::invalid_request("claims", "claims is malformed");

/// Reads the parameter (OpenID Connect Core 1.0 §5.5). Members that are not understood are ignored; what is understood
/// must have its right shape. `acr` counts wherever it stands, and is essential if it is so in one place.
pub fn check(parameters: &AuthorizationParameters) -> Result<AcrClaim, ProtocolError> {
    let Some(text) = parameters.value("claims") else { return Ok(AcrClaim::default()) };
    let members: Map<String, Value> = serde_json::from_str(text).map_err(|_| MALFORMED)?;
    let places = [in_place(&members, "id_token")?, in_place(&members, "userinfo")?];
    let mut essential = places.iter().filter(|claim| claim.essential && !claim.values.is_empty());
    match essential.next() {
        Some(claim) => Ok(claim.clone()),
        None => Ok(places.into_iter().find(|claim| !claim.values.is_empty()).unwrap_or_default()),
    }
}

fn in_place(members: &Map<String, Value>, place: &str) -> Result<AcrClaim, ProtocolError> {
    let requested = match members.get(place) {
        None | Some(Value::Null) => return Ok(AcrClaim::default()),
        Some(Value::Object(requested)) => requested,
        Some(_) => return Err(MALFORMED),
    };
    match requested.get("acr") {
        None | Some(Value::Null) => Ok(AcrClaim::default()),
        Some(Value::Object(acr)) => read(acr),
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
