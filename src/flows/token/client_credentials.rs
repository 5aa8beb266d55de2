//! A client gets a token for itself (RFC 6749 §4.4): no person, so no ID token and no `acr`; no refresh token either (§4.4.3).

use jiff::Timestamp;

use super::{TokenReply, Tokens};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::GrantId,
        oidc::{
            access_token::AccessToken,
            client::Client,
            client_grant::{ClientGrant, ClientTokenRequest},
            error::ProtocolError,
        },
    },
    flows::Unserved,
};

impl Tokens {
    pub(super) async fn serve_itself(
        &self,
        client: Client,
        request: ClientTokenRequest,
        now: Timestamp,
    ) -> Result<TokenReply, Unserved<ProtocolError>> {
        let share = request.share(&client).map_err(Unserved::Refused)?;
        let id = GrantId::from_random(self.entropy.bytes());
        let lifetime = self.mint.lifetimes.access_token;
        let nonce = self.entropy.bytes();
        let token =
            AccessToken::of_client(&self.mint.issuer, &client, id.clone(), share, nonce, now, lifetime);
        let draft = self.mint.drafted(&client, token);
        let grant = ClientGrant {
            id,
            client: client.id.clone(),
            issued_at: now,
            expires_at: draft.token.expires_at,
            revoked_at: None,
        };
        let mut event = AuditEvent::new(self.audit_id(), now, AuditKind::ClientTokenIssued)
            .with("client_grant", grant.id.as_str())
            .with("scope", draft.token.scope.as_str());
        event.client = Some(client.id);
        let (mint, kept) = (self.mint.clone(), draft.clone());
        self.store
            .transact(move |db| {
                db.insert_client_grant(&grant)?;
                mint.keep(db, &kept)?;
                db.append_event(&event)
            })
            .await?;
        Ok(TokenReply {
            access_token: self.mint.access_token(&draft).await?,
            id_token: None,
            refresh_token: None,
            expires_in: lifetime.as_secs(),
            scope: draft.token.scope,
        })
    }
}
