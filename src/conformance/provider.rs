//! What the provider says of itself (OpenID Connect Discovery 1.0 §4).

use serde_json::Value;

use super::{Obstacle, browser::json_of};

/// A discovered provider.
pub struct Provider {
    /// Its metadata.
    metadata: Value,
    /// Its keys (RFC 7517 §5).
    pub jwks: Value,
}

impl Provider {
    /// Reads metadata and keys; the issuer in the metadata must be the one asked for (OpenID Connect Discovery 1.0 §4.3).
    pub async fn discover(http: &reqwest::Client, issuer: &str) -> Result<Self, Obstacle> {
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let metadata = json_of(http.get(address)).await?;
        if metadata.get("issuer").and_then(Value::as_str) != Some(issuer) {
            return Err(Obstacle::Broken(format!("the metadata is not that of the issuer {issuer}")));
        }
        let mut provider = Self { metadata, jwks: Value::Null };
        provider.jwks = json_of(http.get(provider.endpoint("jwks_uri")?)).await?;
        Ok(provider)
    }

    /// An endpoint that must be there.
    pub fn endpoint(&self, name: &str) -> Result<&str, Obstacle> {
        self.optional(name).ok_or_else(|| Obstacle::Broken(format!("the metadata has no {name}")))
    }

    /// A text that may be there.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.metadata.get(name).and_then(Value::as_str)
    }

    /// Whether a flag is set.
    pub fn flag(&self, name: &str) -> bool {
        self.metadata.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// Whether a list names a value; `None` without the list.
    pub fn lists(&self, name: &str, value: &str) -> Option<bool> {
        let list = self.metadata.get(name)?.as_array()?;
        Some(list.iter().any(|listed| listed.as_str() == Some(value)))
    }
}
