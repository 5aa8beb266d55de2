//! What a client is told of its registration (RFC 7591 §3.2.1): all that holds, under the registered names.

use serde_json::{Map, Value};

use crate::domain::oidc::client::Client;

/// Members that are an operator's to know.
const OPERATORS: [&str; 7] = [
    "first_party",
    "resources",
    "audiences",
    "sector",
    "access_token_format",
    "acr_dialect",
    "require_protected_step_up",
];

/// The metadata that holds for a client, without secrets.
pub fn described(client: &Client) -> Map<String, Value> {
    let mut members = match serde_json::to_value(&client.metadata) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    members.retain(|name, value| !OPERATORS.contains(&name.as_str()) && says_something(name, value));
    if !client.metadata.scope.is_empty() {
        members.insert("scope".into(), client.metadata.scope.join(" ").into());
    }
    members.insert("client_id".into(), client.id.as_str().into());
    members.insert("client_id_issued_at".into(), client.created_at.as_second().into());
    members.insert("client_name".into(), client.name.as_str().into());
    members.insert("redirect_uris".into(), client.redirect_uris.clone().into());
    members.insert("id_token_signed_response_alg".into(), client.id_token_algorithm.name().into());
    if let Ok(method) = serde_json::to_value(client.authentication) {
        members.insert("token_endpoint_auth_method".into(), method);
    }
    members
}

/// Lists that decide which flows there are stand there even when they are empty.
fn says_something(name: &str, value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(list) => !list.is_empty() || matches!(name, "response_types" | "grant_types"),
        _ => true,
    }
}
