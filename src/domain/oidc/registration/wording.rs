//! The words that need more than being known: response types with grant types, ways to authenticate, scopes.

use super::{members::Members, refusal};
use crate::domain::{
    keys::SigningAlgorithm,
    oidc::{
        client::{ClientAuthentication, metadata::GrantType},
        error::ProtocolError,
        request::response::ResponseType,
    },
};

/// What a client would be sent in a form that is not spoken here: refused, since ignoring it would send it in the clear.
const ENCRYPTION: [&str; 5] = [
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "introspection_encrypted_response_alg",
];

/// The response types and the grants that they need (OpenID Connect Dynamic Client Registration 1.0 §2). What one of the
/// two leaves open follows from the other; where both are given, they must agree (RFC 7591 §2.1).
pub fn flows(m: &mut Members<'_>) -> Result<(Vec<String>, Vec<GrantType>), ProtocolError> {
    let grants: Option<Vec<GrantType>> = m.choice("grant_types")?;
    let types = match (m.texts_if_any("response_types")?, &grants) {
        (Some(given), _) => response_types(&given)?,
        (None, Some(grants)) if grants.contains(&GrantType::AuthorizationCode) => vec![ResponseType::Code],
        (None, Some(grants)) if grants.contains(&GrantType::Implicit) => vec![ResponseType::IdToken],
        (None, Some(_)) => Vec::new(),
        (None, None) => vec![ResponseType::Code],
    };
    let mut needed = Vec::new();
    if types.iter().any(|one| one.gives_code()) {
        needed.push(GrantType::AuthorizationCode);
    }
    if types.iter().any(|one| one.gives_id_token() || one.gives_access_token()) {
        needed.push(GrantType::Implicit);
    }
    let types = types.into_iter().map(|one| one.name().to_owned()).collect();
    match grants {
        None => Ok((types, needed)),
        Some(grants) if needed.iter().all(|grant| grants.contains(grant)) => Ok((types, grants)),
        Some(_) => Err(refusal("grant_types", "lacks a grant that one of the response_types needs")),
    }
}

fn response_types(given: &[String]) -> Result<Vec<ResponseType>, ProtocolError> {
    let types: Option<_> = given.iter().map(|text| ResponseType::parse(text)).collect();
    types.ok_or(refusal("response_types", "has a response type that is not spoken here"))
}

/// How the client authenticates: by Basic where it does not say.
pub fn authentication(m: &mut Members<'_>) -> Result<ClientAuthentication, ProtocolError> {
    Ok(m.choice("token_endpoint_auth_method")?.unwrap_or(ClientAuthentication::ClientSecretBasic))
}

/// What it signs its assertions with. A MAC under its secret may be any of the three that there are, so that none is
/// kept; what does not fit the way to authenticate is refused.
pub fn assertion_algorithm(
    m: &mut Members<'_>,
    authentication: ClientAuthentication,
) -> Result<Option<SigningAlgorithm>, ProtocolError> {
    const MEMBER: &str = "token_endpoint_auth_signing_alg";
    let Some(value) = m.value(MEMBER) else { return Ok(None) };
    let named = value.as_str();
    match authentication {
        ClientAuthentication::ClientSecretJwt if matches!(named, Some("HS256" | "HS384" | "HS512")) => {
            Ok(None)
        }
        ClientAuthentication::ClientSecretJwt => Err(refusal(MEMBER, "must be one of HS256, HS384, HS512")),
        _ => m.algorithm(MEMBER),
    }
}

/// The scopes that it may ask for (RFC 7591 §2): one text with spaces between them.
pub fn scope(m: &mut Members<'_>) -> Result<Vec<String>, ProtocolError> {
    let Some(text) = m.text("scope")? else { return Ok(Vec::new()) };
    let allowed = |c: u8| c == 0x21 || (0x23..=0x5b).contains(&c) || (0x5d..=0x7e).contains(&c);
    let names: Vec<String> = text.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if names.iter().all(|name| name.bytes().all(allowed)) {
        Ok(names)
    } else {
        Err(refusal("scope", "has a character that no scope may have"))
    }
}

/// Refuses what would have to be encrypted.
pub fn refuse_encryption(m: &mut Members<'_>) -> Result<(), ProtocolError> {
    for name in ENCRYPTION {
        if m.value(name).is_some() {
            return Err(refusal(name, "encryption is not spoken here"));
        }
    }
    Ok(())
}
