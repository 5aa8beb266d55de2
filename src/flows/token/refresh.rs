//! A refresh token becomes an access token and the next refresh token, once. A second use revokes its grant, and with it all
//! that the grant yielded (RFC 6749 §6, RFC 9700 §4.14.2).

use jiff::Timestamp;

use super::{Tokens, Won, event_of, permitted, person_in};
use crate::{
    domain::{
        audit::AuditKind,
        id::AuditId,
        oidc::{
            client::{Client, metadata::GrantType},
            error::ProtocolError,
            refresh::{PresentedRefresh, RefreshRefusal, RefreshRequest},
            share::Share,
        },
        secret::SecretToken,
    },
    flows::{Unserved, settled, token::Mint},
    ports::{fault::Fault, store::Db},
};

/// One use of a refresh token.
#[derive(Clone)]
struct Use {
    presented: PresentedRefresh,
    request: RefreshRequest,
    /// The secret of the token that takes its place.
    next: SecretToken,
    audit: AuditId,
    now: Timestamp,
}

impl Tokens {
    pub(super) async fn refresh(
        &self,
        client: Client,
        request: RefreshRequest,
        now: Timestamp,
    ) -> Result<Won, Unserved<ProtocolError>> {
        permitted(client.may_use(GrantType::RefreshToken))?;
        let presented = PresentedRefresh::parse(request.token.expose())
            .ok_or(Unserved::Refused(ProtocolError::from(RefreshRefusal::Unknown)))?;
        let once = Use { presented, request, next: self.entropy.token(), audit: self.audit_id(), now };
        settled(|| {
            let (mint, client, once) = (self.mint.clone(), client.clone(), once.clone());
            self.store.transact(move |db| rotate(db, &mint, client, once))
        })
        .await
    }
}

/// Everything up to the one conditional update that makes this call the winner.
fn rotate(
    db: &mut dyn Db,
    mint: &Mint,
    client: Client,
    once: Use,
) -> Result<Result<Won, ProtocolError>, Fault> {
    let Use { presented, request, next, audit, now } = once;
    let Some(kept) = db.find_refresh_token(&presented.id)? else {
        return Ok(Err(RefreshRefusal::Unknown.into()));
    };
    let Some(grant) = db.find_grant(&kept.grant)? else { return Ok(Err(RefreshRefusal::Unknown.into())) };
    let mut judged = kept.judge(&grant, &client, &presented, now);
    if judged.is_ok() {
        // Nothing that is refused for what it asks spends the token.
        let share = match Share::of(&grant.terms, request.scope.as_deref(), &request.resource) {
            Ok(share) => share,
            Err(error) => return Ok(Err(error)),
        };
        if db.rotate_refresh_token(&kept.secret_hash, &kept.next(&next, now, mint.lifetimes.refresh))? {
            let draft = mint.draft(&client, &grant, share, now);
            mint.keep(db, &draft)?;
            db.append_event(&event_of(AuditKind::TokenRefreshed, &grant, audit, now))?;
            let refresh = Some(PresentedRefresh { id: presented.id, secret: next });
            let person = person_in(db, &grant)?;
            return Ok(Ok(Won { client, grant, draft, refresh, person }));
        }
        judged = Err(RefreshRefusal::Reused);
    }
    let refusal = judged.err().unwrap_or(RefreshRefusal::Reused);
    if refusal == RefreshRefusal::Reused {
        db.revoke_grant(&grant.id, now)?;
        db.append_event(&event_of(AuditKind::RefreshReused, &grant, audit, now))?;
    }
    Ok(Err(refusal.into()))
}
