//! The words that need more than being known: response types with grant types, ways to authenticate, scopes.

use super::{members::Members, refusal};
use crate::domain::keys::SigningAlgorithm;
use crate::domain::oidc::{
    client::{ClientAuthentication, metadata::GrantType},
    error::ProtocolError,
};

/// The response types that are spoken, each as its words in alphabetical order (OAuth 2.0 Multiple Response Type Encoding
/// Practices 1.0 §3, §5).
pub const RESPONSE_TYPES: [&str; 6] =
    ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];

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
        (Some(given), _) => given.iter().map(|text| response_type(text)).collect::<Result<_, _>>()?,
        (None, Some(grants)) if grants.contains(&GrantType::AuthorizationCode) => vec!["code".to_owned()],
        (None, Some(grants)) if grants.contains(&GrantType::Implicit) => vec!["id_token".to_owned()],
        (None, Some(_)) => Vec::new(),
        (None, None) => vec!["code".to_owned()],
    };
    let mut needed = Vec::new();
    if types.iter().any(|text| has_word(text, "code")) {
        needed.push(GrantType::AuthorizationCode);
    }
    if types.iter().any(|text| has_word(text, "id_token") || has_word(text, "token")) {
        needed.push(GrantType::Implicit);
    }
    match grants {
        None => Ok((types, needed)),
        Some(grants) if needed.iter().all(|grant| grants.contains(grant)) => Ok((types, grants)),
        Some(_) => Err(refusal("grant_types", "lacks a grant that one of the response_types needs")),
    }
}

/// A response type with its words in order; they may come in any (OAuth 2.0 Multiple Response Type Encoding Practices
/// 1.0 §3).
fn response_type(text: &str) -> Result<String, ProtocolError> {
    let mut words: Vec<&str> = text.split(' ').collect();
    words.sort_unstable();
    let ordered = words.join(" ");
    if RESPONSE_TYPES.contains(&ordered.as_str()) {
        Ok(ordered)
    } else {
        Err(refusal("response_types", "has a response type that is not spoken here"))
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(' ').any(|part| part == word)
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
