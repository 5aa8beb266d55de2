//! A source that needs no government: what the installer or an officer attested of a person, whose document they had in
//! their hands. It answers an account about itself alone.

use std::sync::Arc;

use crate::{
    domain::{
        face::capture::EncodedFrame,
        id::UserId,
        workflow::document::{DocumentKey, DocumentNumber},
    },
    ports::{
        BoxFuture,
        clock::Clock,
        digital_id::{DigitalIdAnswer, DigitalIdService},
        envelope::{SealedKind, Vault},
        fault::Fault,
        store::Store,
    },
};

/// The officers' records, and what is asked where they hold nothing.
pub struct Officer {
    store: Arc<dyn Store>,
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    key: DocumentKey,
    beyond: Option<Arc<dyn DigitalIdService>>,
}

impl Officer {
    /// Over the records of a store.
    pub fn new(
        store: Arc<dyn Store>,
        vault: Arc<dyn Vault>,
        clock: Arc<dyn Clock>,
        key: DocumentKey,
    ) -> Self {
        Self { store, vault, clock, key, beyond: None }
    }

    /// The same before another source, which is asked about what no officer checked; people know both by its name.
    pub fn before(self, source: Arc<dyn DigitalIdService>) -> Self {
        Self { beyond: Some(source), ..self }
    }
}

impl DigitalIdService for Officer {
    fn name(&self) -> &str {
        self.beyond.as_ref().map_or("the identity desk", |source| source.name())
    }

    fn look_up<'a>(
        &'a self,
        account: &'a UserId,
        document_number: &'a str,
    ) -> BoxFuture<'a, Result<DigitalIdAnswer, Fault>> {
        Box::pin(async move {
            let Some(number) = DocumentNumber::parse(document_number) else {
                return Ok(DigitalIdAnswer::NoRecord);
            };
            let (user, hash, now) = (account.clone(), self.key.hash(&number), self.clock.now());
            let found = self.store.read(move |db| db.find_open_check(&user, &hash, now)).await?;
            let Some(check) = found else {
                return match &self.beyond {
                    Some(source) => source.look_up(account, document_number).await,
                    None => Ok(DigitalIdAnswer::NoRecord),
                };
            };
            let sealed = &check.sealed_portrait;
            let portrait = self.vault.unseal(SealedKind::CheckedPortrait, check.id.as_str(), sealed)?;
            let portrait = EncodedFrame::new(portrait.to_vec());
            Ok(DigitalIdAnswer::Record { evidence: Box::new(check.evidence()), portrait })
        })
    }
}
