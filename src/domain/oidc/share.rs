//! The part of what was granted that one access token is for: the whole, or less where the client asks for less.

use super::{
    error::{ErrorCode, ProtocolError},
    grant::GrantTerms,
    request::ReceivedParameters,
};

/// Scopes and resources of one access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The scopes, space-separated.
    pub scope: String,
    /// The resources; none for ourselves.
    pub resource: Vec<String>,
}

impl Share {
    /// What is asked of a grant, all of it where nothing is named; nothing that was not granted (RFC 6749 §6, RFC 8707 §2.2).
    pub fn of(terms: &GrantTerms, scope: Option<&str>, resource: &[String]) -> Result<Self, ProtocolError> {
        let scope = match scope {
            None => terms.scope.clone(),
            Some(asked) => within(asked, &terms.scope.split(' ').collect::<Vec<_>>())?,
        };
        if resource.iter().any(|asked| !terms.resource.contains(asked)) {
            return Err(NOT_GRANTED);
        }
        let resource = match resource {
            [] => terms.resource.clone(),
            _ => terms.resource.iter().filter(|granted| resource.contains(granted)).cloned().collect(),
        };
        Ok(Self { scope, resource })
    }
}

/// The scopes asked for, each once, if each is one of these.
pub fn within(asked: &str, granted: &[&str]) -> Result<String, ProtocolError> {
    let mut kept: Vec<&str> = Vec::new();
    for name in asked.split(' ').filter(|name| !name.is_empty()) {
        if !granted.contains(&name) {
            return Err(ProtocolError::new(
                ErrorCode::InvalidScope,
                "scope_not_granted",
                "this scope was not granted",
            ));
        }
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    Ok(kept.join(" "))
}

/// The resources that a body names; none may be in it twice to any effect.
pub fn resources(received: &ReceivedParameters) -> Vec<String> {
    let joined = received.parameters.value("resource").unwrap_or_default();
    joined.split(' ').filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// What is told where a resource is named that may not be had (RFC 8707 §2).
pub const NOT_GRANTED: ProtocolError =
    ProtocolError::new(ErrorCode::InvalidTarget, "resource", "this resource was not granted");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::oidc::grant::AskedClaims;

    #[test]
    fn a_share_is_never_more_than_the_whole() {
        // RFC 6749 §6, RFC 8707 §2.2
        let (a, b) = ("https://a.example/".to_owned(), "https://b.example/".to_owned());
        let terms = GrantTerms {
            redirect_uri: String::new(),
            scope: "openid profile transfer".into(),
            nonce: None,
            code_challenge: None,
            resource: vec![a.clone(), b.clone()],
            claims: AskedClaims::default(),
        };
        let share = |scope, resource: &[String]| Share::of(&terms, scope, resource);
        let whole = share(None, &[]).unwrap();
        assert_eq!((whole.scope.as_str(), whole.resource.len()), ("openid profile transfer", 2));
        let less = share(Some("transfer  openid transfer"), std::slice::from_ref(&b)).unwrap();
        assert_eq!((less.scope.as_str(), less.resource), ("transfer openid", vec![b]));
        assert_eq!(share(Some("openid email"), &[]).unwrap_err().code, ErrorCode::InvalidScope);
        assert_eq!(share(None, &[a, "https://c.example/".into()]).unwrap_err(), NOT_GRANTED);
    }
}
