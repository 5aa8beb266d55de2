//! Who someone is, as claims (OpenID Connect Core 1.0 §5.1): what is held of a person, and which part of it a client is
//! told. It asks by scopes (§5.4) or by names (§5.5); what is not held is left out and never an error (§5.5.1).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    client::Client,
    grant::AskedClaims,
    scope::{claims_of, scope_of},
};
use crate::domain::user::User;

/// What is held of a person. What was verified goes before what an operator says.
pub fn held(user: &User) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("preferred_username".into(), user.username.as_str().into());
    claims.extend(user.profile.claims().clone());
    claims.insert("updated_at".into(), user.updated_at.as_second().into());
    if let Some(verified) = &user.verified {
        let name = format!("{} {}", verified.given_name, verified.family_name);
        claims.insert("name".into(), name.into());
        claims.insert("given_name".into(), verified.given_name.as_str().into());
        claims.insert("family_name".into(), verified.family_name.as_str().into());
        claims.insert("birthdate".into(), verified.birth_date.to_string().into());
    }
    claims
}

/// What is told of a person: the claims of these scopes, and those asked for by name.
pub fn told(user: &User, scope: &str, asked: &BTreeSet<String>) -> Map<String, Value> {
    let by_scope = |name: &str| scope.split(' ').any(|scope| claims_of(scope).contains(&name));
    let mut claims = held(user);
    claims.retain(|name, _| asked.contains(name) || by_scope(name));
    claims
}

/// What a client may ask for by name: nothing whose scope it could not ask for (RFC 7591 §2, `scope`).
pub fn permitted(client: &Client, mut asked: AskedClaims) -> AskedClaims {
    let registered = &client.metadata.scope;
    let may = |claim: &String| {
        let is_listed = |scope| registered.iter().any(|one| one == scope);
        registered.is_empty() || scope_of(claim).is_some_and(is_listed)
    };
    asked.id_token.retain(may);
    asked.userinfo.retain(may);
    asked
}
