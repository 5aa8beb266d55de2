//! A file of clients: TOML or JSON, the same names in both.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::cli::Failure;

/// What stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    clients: Vec<Map<String, Value>>,
}

/// Reads the clients that a file lists. No message repeats a line, which may hold a secret.
pub fn read(path: &Path) -> Result<Vec<Map<String, Value>>, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::of(format!("{shown}: {error}")))?;
    let listed: Result<Listed, String> = if path.extension().is_some_and(|extension| extension == "json") {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        toml::from_str(&text).map_err(|error| error.message().to_owned())
    };
    let listed = listed.map_err(|error| Failure::of(format!("{shown}: is no list of clients: {error}")))?;
    Ok(listed.clients)
}
