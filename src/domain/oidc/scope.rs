//! Scopes: what was asked, reduced to what exists here.

use super::client::Client;

/// Asks for an ID token; every request of ours must have it (OpenID Connect Core 1.0 §3.1.2.1).
pub const OPENID: &str = "openid";
/// Asks for name and birth date at the UserInfo endpoint (OpenID Connect Core 1.0 §5.4).
pub const PROFILE: &str = "profile";
/// Asks for a refresh token that outlives the session (OpenID Connect Core 1.0 §11).
pub const OFFLINE_ACCESS: &str = "offline_access";
/// The scopes that every client may ask for.
pub const STANDARD: [&str; 3] = [OPENID, PROFILE, OFFLINE_ACCESS];

/// The granted scopes, in the order of the request, each once. What does not exist here is left out (RFC 6749 §3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(Vec<String>);

impl Scope {
    /// Reduces the asked scopes to the standard ones and those registered for the client.
    pub fn grant(client: &Client, asked: &str) -> Self {
        let mut granted: Vec<String> = Vec::new();
        for name in asked.split(' ') {
            let exists =
                STANDARD.contains(&name) || client.protected_scopes.iter().any(|scope| scope == name);
            if exists && !granted.iter().any(|kept| kept == name) {
                granted.push(name.to_owned());
            }
        }
        Self(granted)
    }

    /// Whether a scope was granted.
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|scope| scope == name)
    }

    /// Whether one of the granted scopes is protected for the client (RFC 9470 §5).
    pub fn is_protected_for(&self, client: &Client) -> bool {
        client.protected_scopes.iter().any(|name| self.contains(name))
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}
