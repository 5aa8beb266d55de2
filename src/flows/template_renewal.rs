//! Issues templates anew without a new capture: fresh transform, fresh data key, fresh proof. What was stolen before is of
//! no use afterwards (ISO/IEC 24745, renewability).

use std::sync::Arc;

use super::{
    TRIES,
    references::{KeptReference, References, SealedReference},
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::{AuditId, EnrolmentId, UserId},
        user::Username,
        workflow::enrolment::ProofKey,
    },
    ports::{clock::Clock, entropy::Entropy, fault::Fault, store::Store},
};

/// How many names are read at once.
const PAGE: i64 = 100;

/// Which templates are issued anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All that are in force.
    All,
    /// Those from before enrolments had keys of their own.
    FromBefore,
}

/// What became of one template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// It was issued anew.
    Anew,
    /// There is nothing to renew: none in force, or not one of those that were asked for.
    Nothing,
    /// Its row bears no proof, so it was left alone for somebody to look at.
    Unproven,
}

/// How many came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Issued anew.
    pub renewed: usize,
    /// Left alone because their rows bear no proof.
    pub unproven: usize,
}

/// Issues templates anew.
pub struct TemplateRenewal {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    references: Arc<References>,
    proof_key: Arc<ProofKey>,
}

impl TemplateRenewal {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        references: Arc<References>,
        proof_key: Arc<ProofKey>,
    ) -> Self {
        Self { store, clock, entropy, references, proof_key }
    }

    /// Renews one account's template after another; `told` hears of each page. Broken off, it may be run again.
    pub async fn renew_all(&self, which: &Which, mut told: impl FnMut(&Tally)) -> Result<Tally, Fault> {
        let mut tally = Tally::default();
        let mut behind: Option<EnrolmentId> = None;
        loop {
            let from = behind.clone();
            let page = self.store.read(move |db| db.enrolments_in_force(from.as_ref(), PAGE)).await?;
            let Some(last) = page.last() else { return Ok(tally) };
            behind = Some(last.clone());
            for id in page {
                let named = id.clone();
                let user = self.store.read(move |db| Ok(db.find_enrolment(&named)?.map(|row| row.user)));
                let Some(user) = user.await? else { continue };
                match self.renew(&user, which).await? {
                    Renewed::Anew => tally.renewed += 1,
                    Renewed::Unproven => tally.unproven += 1,
                    Renewed::Nothing => {}
                }
            }
            told(&tally);
        }
    }

    /// Renews the template of the account with this name; `None` where there is no such account.
    pub async fn renew_named(&self, name: &Username, which: &Which) -> Result<Option<Renewed>, Fault> {
        let name = name.clone();
        match self.store.read(move |db| db.find_user_by_name(&name)).await? {
            Some(user) => self.renew(&user.id, which).await.map(Some),
            None => Ok(None),
        }
    }

    /// Renews an account's template. A renewal, a revocation or a rotation at the same moment wins, and this looks again.
    pub async fn renew(&self, user: &UserId, which: &Which) -> Result<Renewed, Fault> {
        let mut tries = 1;
        loop {
            match self.try_to_renew(user, which).await {
                Err(Fault::Conflict(_)) if tries < TRIES => tries += 1,
                outcome => return outcome,
            }
        }
    }

    async fn try_to_renew(&self, user: &UserId, which: &Which) -> Result<Renewed, Fault> {
        let (id, key) = (user.clone(), self.proof_key.clone());
        let kept = match self.store.read(move |db| KeptReference::find_of(db, &id, &key)).await? {
            Some(Ok(kept)) if *which == Which::All || kept.is_from_before() => kept,
            Some(Err(_)) => return Ok(Renewed::Unproven),
            Some(Ok(_)) | None => return Ok(Renewed::Nothing),
        };
        let SealedReference { sealed, keys } = self.references.reissue(&kept).await?;
        let renewed = kept.proven.renew(sealed, &self.proof_key);
        let id = AuditId::from_random(self.entropy.bytes());
        let event = AuditEvent::new(id, self.clock.now(), AuditKind::TemplateRenewed)
            .with("enrolment", renewed.id.as_str())
            .with("renewal", renewed.renewal);
        let event = AuditEvent { user: Some(user.clone()), ..event };
        let saved = self.store.transact(move |db| {
            db.renew_enrolment(&renewed, &kept.proven.enrolment().proof)?;
            db.put_enrolment_keys(&renewed.id, &keys)?;
            db.append_event(&event)
        });
        saved.await.map(|()| Renewed::Anew)
    }
}
