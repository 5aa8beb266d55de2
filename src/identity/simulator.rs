//! A government identity source that is none: it knows the personas in the database and answers as each is told to. It is
//! there in `demo` alone.

use std::sync::Arc;

use crate::{
    domain::{
        face::capture::EncodedFrame,
        id::UserId,
        secret::{base64url, sha256},
        workflow::{
            document::{DocumentKey, DocumentNumber},
            evidence::{IdentityEvidence, MatchClass},
        },
    },
    ports::{
        BoxFuture,
        clock::Clock,
        digital_id::{DigitalIdAnswer, DigitalIdService},
        entropy::Entropy,
        envelope::{SealedKind, Vault},
        fault::Fault,
        store::{Persona, Store},
    },
};

/// What the simulator does when asked about a persona.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Attests the record.
    Match,
    /// Attests it, but says that not every field matched.
    Partial,
    /// Knows no such record.
    None,
    /// Does not answer.
    Down,
}

impl Behaviour {
    /// The name it is kept under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Partial => "partial",
            Self::None => "none",
            Self::Down => "down",
        }
    }

    /// Reads a kept name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Match, Self::Partial, Self::None, Self::Down].into_iter().find(|known| known.name() == name)
    }
}

/// The simulator.
pub struct Simulator {
    store: Arc<dyn Store>,
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    key: DocumentKey,
}

impl Simulator {
    /// A simulator over the personas of a store.
    pub fn new(
        store: Arc<dyn Store>,
        vault: Arc<dyn Vault>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        key: DocumentKey,
    ) -> Self {
        Self { store, vault, clock, entropy, key }
    }

    fn attest(
        &self,
        number: &DocumentNumber,
        persona: Persona,
        class: MatchClass,
    ) -> Result<DigitalIdAnswer, Fault> {
        let sealed = &persona.sealed_portrait;
        let portrait = self.vault.unseal(SealedKind::Persona, &persona.document_number, sealed)?;
        let evidence = IdentityEvidence {
            source: "simulator".to_owned(),
            transaction: format!("sim-{}", base64url(&self.entropy.bytes::<12>())),
            document_hash: self.key.hash(number).as_str().to_owned(),
            class,
            given_name: persona.given_name,
            family_name: persona.family_name,
            birth_date: persona.birth_date,
            portrait_sha256: base64url(&sha256(&portrait)),
            checked_at: self.clock.now(),
        };
        let portrait = EncodedFrame::new(portrait.to_vec());
        Ok(DigitalIdAnswer::Record { evidence: Box::new(evidence), portrait })
    }
}

impl DigitalIdService for Simulator {
    fn name(&self) -> &str {
        "Demo identity register"
    }

    fn look_up<'a>(
        &'a self,
        _: &'a UserId,
        document_number: &'a str,
    ) -> BoxFuture<'a, Result<DigitalIdAnswer, Fault>> {
        Box::pin(async move {
            let Some(number) = DocumentNumber::parse(document_number) else {
                return Ok(DigitalIdAnswer::NoRecord);
            };
            let text = number.as_str().to_owned();
            let Some(persona) = self.store.read(move |db| db.find_persona(&text)).await? else {
                return Ok(DigitalIdAnswer::NoRecord);
            };
            match Behaviour::parse(&persona.behaviour) {
                Some(Behaviour::Match) => self.attest(&number, persona, MatchClass::Exact),
                Some(Behaviour::Partial) => self.attest(&number, persona, MatchClass::Partial),
                Some(Behaviour::None) => Ok(DigitalIdAnswer::NoRecord),
                Some(Behaviour::Down) => Ok(DigitalIdAnswer::SourceDown),
                None => Err(Fault::Damaged("a persona has an unknown behaviour".into())),
            }
        })
    }
}
