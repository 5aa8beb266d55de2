//! What an access token lets its bearer do by the admin API: read with a role, or as a client of the operator's own; change
//! with a higher role and a face that was just shown.

use jiff::Timestamp;

use super::role::Role;
use crate::domain::{
    authn::acr::{Acr, Assurance},
    id::{ClientId, UserId},
    oidc::{
        access_token::AccessToken,
        scope::{ADMIN_READ, ADMIN_WRITE},
    },
};

/// Where the admin API is; with the issuer before it, the resource that its tokens are for (RFC 8707 §2).
pub const ADMIN_API: &str = "/admin/api/v1";

/// What a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To see something.
    Read,
    /// To change something that this role may change.
    Change(Role),
}

/// Who presents a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// A person by whose grant it was issued, with their role if they have one.
    Person(UserId, Option<Role>),
    /// A client that got it for itself (RFC 6749 §4.4).
    Client(ClientId),
}

/// Who was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// An administrator, with their role.
    Administrator(UserId, Role),
    /// A client, which only reads.
    Client(ClientId),
}

/// Why a token does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiRefusal {
    /// It is for something else, or has lapsed (RFC 6750 §3.1, `invalid_token`).
    Invalid,
    /// It was issued without this scope (RFC 6750 §3.1, `insufficient_scope`).
    Scope(&'static str),
    /// Its person has no role, or one that may not do it; a client changes nothing at all.
    Role(Role),
    /// Its person has not shown their face for it, or not just now (RFC 9470 §3).
    StepUp,
}

/// What is known of a token beside its claims.
pub struct Facts<'a> {
    /// What its audience must be.
    pub resource: &'a str,
    /// Who presents it.
    pub bearer: Bearer,
    /// Whether a context asks for all that the face context asks for.
    pub is_face: &'a dyn Fn(&Acr) -> bool,
    /// Now.
    pub now: Timestamp,
}

/// Lets its bearer in, or says why not. The face is asked for last: nobody shows it for what they may not do anyway.
pub fn judge(token: &AccessToken, need: Need, facts: Facts<'_>) -> Result<Caller, ApiRefusal> {
    if !token.is_for(facts.resource) || facts.now >= token.expires_at {
        return Err(ApiRefusal::Invalid);
    }
    let is_scoped = token.has_scope(ADMIN_WRITE) || (need == Need::Read && token.has_scope(ADMIN_READ));
    if !is_scoped {
        return Err(ApiRefusal::Scope(if need == Need::Read { ADMIN_READ } else { ADMIN_WRITE }));
    }
    let needed = match need {
        Need::Read => Role::Viewer,
        Need::Change(role) => role,
    };
    match facts.bearer {
        Bearer::Client(client) if need == Need::Read => Ok(Caller::Client(client)),
        Bearer::Person(user, Some(role)) if role.may(needed) => {
            let is_shown = |assurance: &Assurance| {
                let is_fresh = assurance.expires_at.is_none_or(|end| facts.now < end);
                is_fresh && (facts.is_face)(&assurance.acr)
            };
            let does = need == Need::Read || token.assurance.as_ref().is_some_and(is_shown);
            if does { Ok(Caller::Administrator(user, role)) } else { Err(ApiRefusal::StepUp) }
        }
        Bearer::Person(..) | Bearer::Client(_) => Err(ApiRefusal::Role(needed)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::domain::{
        authn::amr::Amr,
        id::{GrantId, Subject},
    };

    const RESOURCE: &str = "https://id.example/admin/api/v1";

    fn now() -> Timestamp {
        Timestamp::from_second(1000).unwrap()
    }

    fn token(scope: &str) -> AccessToken {
        AccessToken {
            jti: "g.1".into(),
            grant: GrantId::parse("g").unwrap(),
            client: ClientId::parse("tool").unwrap(),
            subject: Subject::parse("ada").unwrap(),
            scope: scope.into(),
            audience: vec![RESOURCE.into()],
            assurance: Some(Assurance {
                acr: Acr::face(),
                amr: vec![Amr::Face, Amr::Mfa, Amr::Pwd],
                auth_time: now(),
                face_auth_time: Some(now()),
                expires_at: Some(now() + SignedDuration::from_secs(10)),
            }),
            issued_at: now(),
            expires_at: now() + SignedDuration::from_secs(300),
        }
    }

    fn asked(token: &AccessToken, need: Need, bearer: Bearer, seconds: i64) -> Result<Caller, ApiRefusal> {
        let now = now() + SignedDuration::from_secs(seconds);
        judge(token, need, Facts { resource: RESOURCE, bearer, is_face: &|acr| *acr == Acr::face(), now })
    }

    fn ada(role: Option<Role>) -> Bearer {
        Bearer::Person(UserId::parse("ada").unwrap(), role)
    }

    #[test]
    fn a_token_reads_by_role_and_changes_by_a_higher_one_and_a_fresh_face() {
        // RFC 6750 §3.1, RFC 9470 §3
        let write = token(ADMIN_WRITE);
        let change = Need::Change(Role::Operator);
        let caller = Caller::Administrator(UserId::parse("ada").unwrap(), Role::Operator);
        assert_eq!(asked(&write, change, ada(Some(Role::Operator)), 9), Ok(caller.clone()));
        assert_eq!(asked(&write, change, ada(Some(Role::Operator)), 10), Err(ApiRefusal::StepUp));
        assert_eq!(asked(&write, Need::Read, ada(Some(Role::Operator)), 10), Ok(caller));
        assert_eq!(asked(&write, change, ada(Some(Role::Viewer)), 10), Err(ApiRefusal::Role(Role::Operator)));
        assert_eq!(asked(&write, Need::Read, ada(None), 0), Err(ApiRefusal::Role(Role::Viewer)));
        let mut password = write.clone();
        password.assurance = password.assurance.map(|assurance| Assurance { acr: Acr::pwd(), ..assurance });
        assert_eq!(asked(&password, change, ada(Some(Role::Owner)), 0), Err(ApiRefusal::StepUp));
        assert_eq!(
            asked(&token(ADMIN_READ), change, ada(Some(Role::Owner)), 0),
            Err(ApiRefusal::Scope(ADMIN_WRITE))
        );
        assert_eq!(
            asked(&token("openid"), Need::Read, ada(Some(Role::Owner)), 0),
            Err(ApiRefusal::Scope(ADMIN_READ))
        );
    }

    #[test]
    fn a_token_for_something_else_or_past_its_time_does_nothing() {
        // RFC 9068 §4
        let elsewhere = AccessToken { audience: vec!["https://id.example".into()], ..token(ADMIN_READ) };
        assert_eq!(asked(&elsewhere, Need::Read, ada(Some(Role::Owner)), 0), Err(ApiRefusal::Invalid));
        assert_eq!(
            asked(&token(ADMIN_READ), Need::Read, ada(Some(Role::Owner)), 300),
            Err(ApiRefusal::Invalid)
        );
    }

    #[test]
    fn a_client_of_its_own_reads_and_never_changes() {
        // RFC 6749 §4.4
        let own = AccessToken { assurance: None, ..token(ADMIN_WRITE) };
        let tool = ClientId::parse("tool").unwrap();
        let bearer = || Bearer::Client(tool.clone());
        assert_eq!(asked(&own, Need::Read, bearer(), 0), Ok(Caller::Client(tool.clone())));
        assert_eq!(asked(&own, Need::Change(Role::Viewer), bearer(), 0), Err(ApiRefusal::Role(Role::Viewer)));
    }
}
