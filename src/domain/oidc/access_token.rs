//! An access token as a value. What a signed one says and what is kept of an opaque one are the same claims (RFC 9068
//! §2.2), so that every endpoint judges both alike.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{client::Client, grant::Grant, issuer::Issuer, share::Share, tokens::Claims};
use crate::domain::{
    authn::acr::{Acr, Assurance},
    id::{ClientId, GrantId, Subject},
    secret::{TokenHash, base64url},
};

/// Who may do what, where, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// Its own name: the grant's, a full stop, and what sets it apart from the grant's other tokens.
    pub jti: String,
    /// What yielded it; it is worth nothing once that is revoked.
    pub grant: GrantId,
    /// For which client it was issued.
    pub client: ClientId,
    /// By which the client knows the person; the client itself where no person is (RFC 9068 §2.2).
    pub subject: Subject,
    /// The scopes, space-separated; may be empty.
    pub scope: String,
    /// The resources that it is for (RFC 8707 §2), or ourselves alone.
    pub audience: Vec<String>,
    /// How the person signed in; none where no person is.
    pub assurance: Option<Assurance>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// An opaque access token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAccessToken {
    /// Hash of its text.
    pub hash: TokenHash,
    /// What yielded it.
    pub source: TokenSource,
    /// What a signed one would say.
    pub claims: Claims,
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// What an access token rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// A person's grant.
    Grant(GrantId),
    /// What a client got for itself.
    ClientGrant(GrantId),
}

/// What no two tokens of one grant share.
pub type TokenNonce = [u8; 16];

impl AccessToken {
    /// One that a person's grant yields; `acr`, `amr` and `auth_time` are the grant's.
    pub fn of_grant(
        issuer: &Issuer,
        grant: &Grant,
        share: Share,
        nonce: TokenNonce,
        now: Timestamp,
        lifetime: SignedDuration,
    ) -> Self {
        Self {
            jti: jti(&grant.id, nonce),
            grant: grant.id.clone(),
            client: grant.client.clone(),
            subject: grant.subject.clone(),
            scope: share.scope,
            audience: audience(issuer, share.resource),
            assurance: Some(grant.assurance.clone()),
            issued_at: now,
            expires_at: now.saturating_add(lifetime).unwrap_or(now),
        }
    }

    /// One that a client gets for itself (RFC 6749 §4.4).
    pub fn of_client(
        issuer: &Issuer,
        client: &Client,
        grant: GrantId,
        share: Share,
        nonce: TokenNonce,
        now: Timestamp,
        lifetime: SignedDuration,
    ) -> Self {
        Self {
            jti: jti(&grant, nonce),
            grant,
            client: client.id.clone(),
            subject: Subject::of_client(&client.id),
            scope: share.scope,
            audience: audience(issuer, share.resource),
            assurance: None,
            issued_at: now,
            expires_at: now.saturating_add(lifetime).unwrap_or(now),
        }
    }

    /// What it rests on.
    pub fn source(&self) -> TokenSource {
        match self.assurance {
            Some(_) => TokenSource::Grant(self.grant.clone()),
            None => TokenSource::ClientGrant(self.grant.clone()),
        }
    }

    /// Whether it has a scope.
    pub fn has_scope(&self, name: &str) -> bool {
        self.scope.split(' ').any(|scope| scope == name)
    }

    /// Whether it is for this audience.
    pub fn is_for(&self, audience: &str) -> bool {
        self.audience.iter().any(|one| one == audience)
    }

    /// Its claims (RFC 9068 §2.2, §2.2.1).
    pub fn claims(&self, issuer: &Issuer) -> Claims {
        let mut claims = Claims::new();
        claims.insert("iss".into(), issuer.as_str().into());
        claims.insert("sub".into(), self.subject.as_str().into());
        let audience = match self.audience.as_slice() {
            [one] => json!(one),
            several => json!(several),
        };
        claims.insert("aud".into(), audience);
        claims.insert("client_id".into(), self.client.as_str().into());
        claims.insert("jti".into(), self.jti.as_str().into());
        claims.insert("iat".into(), self.issued_at.as_second().into());
        claims.insert("exp".into(), self.expires_at.as_second().into());
        if !self.scope.is_empty() {
            claims.insert("scope".into(), self.scope.as_str().into());
        }
        if let Some(assurance) = &self.assurance {
            tell(assurance, &mut claims);
        }
        claims
    }

    /// Reads the claims of one of ours, whose signature was verified or which were kept; `None` for any other.
    pub fn read(issuer: &Issuer, claims: &Claims) -> Option<Self> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let time = |name: &str| Timestamp::from_second(claims.get(name)?.as_i64()?).ok();
        if text("iss") != Some(issuer.as_str()) {
            return None;
        }
        let audience = match claims.get("aud")? {
            Value::String(one) => vec![one.clone()],
            several => serde_json::from_value(several.clone()).ok()?,
        };
        let assurance = match text("acr") {
            None => None,
            Some(acr) => Some(Assurance {
                acr: Acr(acr.to_owned()),
                amr: serde_json::from_value(claims.get("amr")?.clone()).ok()?,
                auth_time: time("auth_time")?,
                face_auth_time: time("face_auth_time"),
                expires_at: time("acr_expires_at"),
            }),
        };
        let (grant, _) = text("jti")?.split_once('.')?;
        Some(Self {
            jti: text("jti")?.to_owned(),
            grant: GrantId::parse(grant)?,
            client: ClientId::parse(text("client_id")?)?,
            subject: Subject::parse(text("sub")?)?,
            scope: text("scope").unwrap_or_default().to_owned(),
            audience,
            assurance,
            issued_at: time("iat")?,
            expires_at: time("exp")?,
        })
    }
}

/// How the person signed in, as every token tells it (RFC 9068 §2.2.1, OpenID Connect Core 1.0 §2): where a face took part
/// also when it was seen, and when the context decays by itself.
pub fn tell(assurance: &Assurance, claims: &mut Claims) {
    claims.insert("auth_time".into(), assurance.auth_time.as_second().into());
    claims.insert("acr".into(), assurance.acr.0.as_str().into());
    claims.insert("amr".into(), json!(assurance.amr));
    if let Some(at) = assurance.face_auth_time {
        claims.insert("face_auth_time".into(), at.as_second().into());
        claims.extend(assurance.expires_at.map(|at| ("acr_expires_at".into(), at.as_second().into())));
    }
}

fn jti(grant: &GrantId, nonce: TokenNonce) -> String {
    format!("{}.{}", grant.as_str(), base64url(&nonce))
}

fn audience(issuer: &Issuer, resource: Vec<String>) -> Vec<String> {
    if resource.is_empty() { vec![issuer.as_str().to_owned()] } else { resource }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::authn::amr::Amr;

    fn token() -> AccessToken {
        AccessToken {
            jti: "g1.AAAAAAAAAAAAAAAAAAAAAA".into(),
            grant: GrantId::parse("g1").unwrap(),
            client: ClientId::parse("bank").unwrap(),
            subject: Subject::parse("ada").unwrap(),
            scope: "openid transfer".into(),
            audience: vec!["https://a.example/".into(), "https://b.example/".into()],
            assurance: Some(Assurance {
                acr: Acr::face(),
                amr: vec![Amr::Face, Amr::Mfa, Amr::Pwd],
                auth_time: Timestamp::from_second(5).unwrap(),
                face_auth_time: Timestamp::from_second(5).ok(),
                expires_at: Timestamp::from_second(305).ok(),
            }),
            issued_at: Timestamp::from_second(7).unwrap(),
            expires_at: Timestamp::from_second(307).unwrap(),
        }
    }

    #[test]
    fn a_token_reads_back_from_its_claims() {
        // RFC 9068 §2.2
        let issuer = Issuer::parse("https://id.example").unwrap();
        let ours = || vec![issuer.as_str().to_owned()];
        let itself = AccessToken { assurance: None, scope: String::new(), audience: ours(), ..token() };
        for token in [token(), itself] {
            let claims = token.claims(&issuer);
            assert_eq!(AccessToken::read(&issuer, &claims), Some(token));
            let other = Issuer::parse("https://other.example").unwrap();
            assert_eq!(AccessToken::read(&other, &claims), None);
            for name in ["iss", "sub", "aud", "client_id", "jti", "iat", "exp"] {
                let mut without = claims.clone();
                without.remove(name);
                assert_eq!(AccessToken::read(&issuer, &without), None, "{name}");
            }
        }
    }
}
