//! Scopes: what was asked, reduced to what exists here.

use super::client::Client;

/// Asks for an ID token; every request of ours must have it (OpenID Connect Core 1.0 §3.1.2.1).
pub const OPENID: &str = "openid";
/// Asks for name, birth date and the like (OpenID Connect Core 1.0 §5.4).
pub const PROFILE: &str = "profile";
/// Asks for the e-mail address (OpenID Connect Core 1.0 §5.4).
pub const EMAIL: &str = "email";
/// Asks for the postal address (OpenID Connect Core 1.0 §5.4).
pub const ADDRESS: &str = "address";
/// Asks for the telephone number (OpenID Connect Core 1.0 §5.4).
pub const PHONE: &str = "phone";
/// Asks for a refresh token that outlives the session (OpenID Connect Core 1.0 §11).
pub const OFFLINE_ACCESS: &str = "offline_access";
/// Lets whoever presents the token read by the admin API what their role may see.
pub const ADMIN_READ: &str = "facestep:admin:read";
/// Lets the person whom the token is about change by the admin API what their role may change.
pub const ADMIN_WRITE: &str = "facestep:admin:write";
/// The scopes of the admin API: for clients whose registration by an operator names them, and no others.
pub const ADMIN: [&str; 2] = [ADMIN_READ, ADMIN_WRITE];
/// The scopes that a client may ask for unless its registration names fewer.
pub const STANDARD: [&str; 6] = [OPENID, PROFILE, EMAIL, ADDRESS, PHONE, OFFLINE_ACCESS];

/// The claims about a person that each scope asks for (OpenID Connect Core 1.0 §5.4).
const CLAIMS: [(&str, &[&str]); 4] = [
    (
        PROFILE,
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    (EMAIL, &["email", "email_verified"]),
    (ADDRESS, &["address"]),
    (PHONE, &["phone_number", "phone_number_verified"]),
];

/// The claims that a scope asks for; none for a scope that asks for something else.
pub fn claims_of(scope: &str) -> &'static [&'static str] {
    CLAIMS.iter().find(|(name, _)| *name == scope).map_or(&[], |(_, claims)| claims)
}

/// The scope that asks for a claim about a person.
pub fn scope_of(claim: &str) -> Option<&'static str> {
    CLAIMS.iter().find(|(_, claims)| claims.contains(&claim)).map(|(scope, _)| *scope)
}

/// Every claim about a person that there is.
pub fn claims() -> impl Iterator<Item = &'static str> {
    CLAIMS.iter().flat_map(|(_, claims)| claims.iter().copied())
}

/// Whether a claim is one about a person that can be asked for by its name (OpenID Connect Core 1.0 §5.1).
pub fn is_of_a_person(claim: &str) -> bool {
    CLAIMS.iter().any(|(_, claims)| claims.contains(&claim))
}

/// The granted scopes, in the order of the request, each once. What does not exist here is left out (RFC 6749 §3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(Vec<String>);

impl Scope {
    /// Reduces the asked scopes to the standard ones and those registered for the client. A client that registered a list
    /// of scopes (RFC 7591 §2) gets none beyond it, but for `openid`, without which nothing is spoken here. Those of the
    /// admin API exist for a client only where its list names them, which a client cannot do of itself.
    pub fn grant(client: &Client, asked: &str) -> Self {
        let mut granted: Vec<String> = Vec::new();
        for name in asked.split(' ') {
            let registered = &client.metadata.scope;
            let is_listed = registered.iter().any(|scope| scope == name);
            let exists = STANDARD.contains(&name)
                || client.protected_scopes.iter().any(|scope| scope == name)
                || (ADMIN.contains(&name) && is_listed);
            let may = name == OPENID || registered.is_empty() || is_listed;
            if exists && may && !granted.iter().any(|kept| kept == name) {
                granted.push(name.to_owned());
            }
        }
        Self(granted)
    }

    /// The same without one scope.
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|scope| scope != name);
        self
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
