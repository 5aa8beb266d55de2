//! A code becomes tokens, once. A second use takes back what the first one yielded (RFC 6749 §4.1.2).

use jiff::Timestamp;

use super::{Tokens, Won, event_of, permitted, person_in};
use crate::{
    domain::{
        audit::AuditKind,
        id::{AuditId, RefreshId},
        oidc::{
            client::{Client, metadata::GrantType},
            error::ProtocolError,
            grant::{Grant, GrantRefusal},
            redemption::CodeRedemption,
            refresh::{PresentedRefresh, RefreshToken},
            share::Share,
        },
    },
    flows::{Unserved, settled, token::Mint},
    ports::{fault::Fault, store::Db},
};

impl Tokens {
    pub(super) async fn redeem(
        &self,
        client: Client,
        redemption: CodeRedemption,
        now: Timestamp,
    ) -> Result<Won, Unserved<ProtocolError>> {
        permitted(client.may_use(GrantType::AuthorizationCode))?;
        settled(|| {
            let (mint, client, redemption) = (self.mint.clone(), client.clone(), redemption.clone());
            let audit = self.audit_id();
            self.store.transact(move |db| claim(db, &mint, client, &redemption, audit, now))
        })
        .await
    }
}

/// Everything up to the one conditional update that makes this call the winner.
fn claim(
    db: &mut dyn Db,
    mint: &Mint,
    client: Client,
    redemption: &CodeRedemption,
    audit: AuditId,
    now: Timestamp,
) -> Result<Result<Won, ProtocolError>, Fault> {
    let Some(grant) = db.find_grant_by_code(&redemption.code.hash())? else {
        return Ok(Err(ProtocolError::from(GrantRefusal::Unknown)));
    };
    let (address, verifier) = (redemption.redirect_uri.as_deref(), redemption.code_verifier.as_deref());
    if let Err(refusal) = grant.redeem(&client, address, verifier, now) {
        return refuse(db, &grant, refusal, audit, now);
    }
    let share = match Share::of(&grant.terms, None, &redemption.resource) {
        Ok(share) => share,
        Err(error) => return Ok(Err(error)),
    };
    if !db.claim_grant(&grant.id, now)? {
        return refuse(db, &grant, GrantRefusal::Replayed, audit, now);
    }
    let draft = mint.draft(&client, &grant, share, now);
    mint.keep(db, &draft)?;
    let refresh = match RefreshToken::is_due(&client) {
        true => Some(open_chain(db, mint, &grant, now)?),
        false => None,
    };
    db.append_event(&event_of(AuditKind::GrantRedeemed, &grant, audit, now))?;
    let person = person_in(db, &grant)?;
    Ok(Ok(Won { client, grant, draft, refresh, person }))
}

fn open_chain(
    db: &mut dyn Db,
    mint: &Mint,
    grant: &Grant,
    now: Timestamp,
) -> Result<PresentedRefresh, Fault> {
    let id = RefreshId::from_random(mint.entropy.bytes());
    let secret = mint.entropy.token();
    db.insert_refresh_token(&RefreshToken::open(id.clone(), grant, &secret, now, mint.lifetimes.refresh))?;
    Ok(PresentedRefresh { id, secret })
}

fn refuse(
    db: &mut dyn Db,
    grant: &Grant,
    refusal: GrantRefusal,
    audit: AuditId,
    now: Timestamp,
) -> Result<Result<Won, ProtocolError>, Fault> {
    if refusal == GrantRefusal::Replayed {
        db.revoke_grant(&grant.id, now)?;
        db.append_event(&event_of(AuditKind::GrantReplayed, grant, audit, now))?;
    }
    Ok(Err(refusal.into()))
}
