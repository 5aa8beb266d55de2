//! Bodies: JSON, of a bounded size, and nothing in them that no database keeps.

use actix_web::{HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::{Kind, Problem};
use crate::web::{limits::read_body, state::App};

/// Reads a body as what it must be.
pub async fn read<T: DeserializeOwned>(
    app: &App,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<T, Problem> {
    if request.content_type() != "application/json" {
        return Err(Problem::new(Kind::MediaType));
    }
    let mut payload = payload.into_inner();
    let body = read_body(request.headers(), &mut payload, app.limits.body, app.limits.within).await?;
    let value: Value = serde_json::from_slice(&body)
        .map_err(|_| Problem::new(Kind::Malformed).saying("the body is no JSON"))?;
    if holds_nul(&value) {
        return Err(Problem::invalid("no text may hold a NUL"));
    }
    serde_json::from_value(value).map_err(|error| Problem::invalid(error.to_string()))
}

/// PostgreSQL keeps no text with U+0000 in it.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
