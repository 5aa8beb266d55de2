//! Issues templates anew without a new capture: fresh transform, fresh data key, fresh proof (ISO/IEC 24745, renewability).
//! What was stolen before compares with nothing that is kept afterwards. Whoever can write the database could still put the
//! old rows back; `docs/threat-model.md` says what stands against that.

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

/// What became of one template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// It was issued anew.
    Anew,
    /// There is none in force.
    Nothing,
    /// Its row bears no proof, so it was left alone for somebody to look at.
    Unproven,
    /// It does not open, so it was left alone as well.
    Damaged,
}

/// How many came out how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Issued anew.
    pub renewed: usize,
    /// Left alone because their rows bear no proof.
    pub unproven: usize,
    /// Left alone because they do not open.
    pub damaged: Vec<EnrolmentId>,
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
    pub async fn renew_all(&self, mut told: impl FnMut(&Tally)) -> Result<Tally, Fault> {
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
                match self.renew(&user).await? {
                    Renewed::Anew => tally.renewed += 1,
                    Renewed::Unproven => tally.unproven += 1,
                    Renewed::Damaged => tally.damaged.push(id),
                    Renewed::Nothing => {}
                }
            }
            told(&tally);
        }
    }

    /// Renews the template of the account with this name; `None` where there is no such account.
    pub async fn renew_named(&self, name: &Username) -> Result<Option<Renewed>, Fault> {
        let name = name.clone();
        match self.store.read(move |db| db.find_user_by_name(&name)).await? {
            Some(user) => self.renew(&user.id).await.map(Some),
            None => Ok(None),
        }
    }

    /// Renews an account's template. A renewal, a revocation or a rotation at the same moment wins, and this looks again.
    pub async fn renew(&self, user: &UserId) -> Result<Renewed, Fault> {
        let mut tries = 1;
        loop {
            match self.try_to_renew(user).await {
                Err(Fault::Conflict(_)) if tries < TRIES => tries += 1,
                outcome => return outcome,
            }
        }
    }

    async fn try_to_renew(&self, user: &UserId) -> Result<Renewed, Fault> {
        let (id, key) = (user.clone(), self.proof_key.clone());
        let kept = match self.store.read(move |db| KeptReference::find_of(db, &id, &key)).await {
            Ok(Some(Ok(kept))) => kept,
            Ok(Some(Err(_))) => return Ok(Renewed::Unproven),
            Ok(None) => return Ok(Renewed::Nothing),
            Err(Fault::Damaged(_)) => return Ok(Renewed::Damaged),
            Err(fault) => return Err(fault),
        };
        let SealedReference { sealed, keys } = match self.references.reissue(&kept).await {
            Err(Fault::Damaged(_)) => return Ok(Renewed::Damaged),
            reissued => reissued?,
        };
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
