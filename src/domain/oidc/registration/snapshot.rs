//! A registration as an operator reads it, keeps it as a version, and gives it back: everything that holds, under the
//! registered names, and never a secret or what is derived from one.

use serde_json::{Map, Value};

use super::described;
use crate::domain::{
    oidc::client::Client,
    secret::{base64url, sha256},
};

/// What follows from the registration and is not said in it.
const DERIVED: [&str; 2] = ["sector", "client_id_issued_at"];

/// The members that [`Registration::read`](super::Registration::read) makes the same client of.
pub fn snapshot(client: &Client) -> Map<String, Value> {
    let mut members = described(client);
    if let Ok(Value::Object(all)) = serde_json::to_value(&client.metadata) {
        let is_said =
            |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
        members.extend(all.into_iter().filter(|(name, value)| name != "scope" && is_said(value)));
    }
    members.insert("acr_values_are_necessary".into(), client.acr_values_are_necessary.into());
    if let Some(minimum) = &client.minimum_acr {
        members.insert("minimum_acr".into(), minimum.0.as_str().into());
    }
    if !client.protected_scopes.is_empty() {
        members.insert("protected_scopes".into(), client.protected_scopes.clone().into());
    }
    for name in DERIVED {
        members.remove(name);
    }
    members
}

/// What tells one registration from another: the same for the same members, whenever they were registered. It is made of
/// what every reader sees, so that nothing can be tried out on it.
pub fn revision(client: &Client) -> String {
    let members = Value::Object(snapshot(client));
    let digest = sha256(members.to_string().as_bytes());
    base64url(digest.split_at(16).0)
}
