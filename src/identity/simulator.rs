//! A government identity source that is none: it knows the personas in the database and answers as each is told to. It is
//! there in `demo` alone.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{
    domain::{
        face::capture::EncodedFrame,
        secret::{base64url, sha256},
        workflow::evidence::{IdentityEvidence, MatchClass},
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

/// The longest document number that is looked up.
const LONGEST_NUMBER: usize = 64;

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

/// The key that document numbers are hashed with, so that their hashes cannot be tried out.
pub struct DocumentKey(Zeroizing<[u8; 32]>);

impl DocumentKey {
    /// Takes the key.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    fn hash(&self, number: &str) -> Result<String, Fault> {
        let mac = Hmac::<Sha256>::new_from_slice(self.0.as_ref());
        let mut mac = mac.map_err(|_| Fault::Internal("a document key does not fit".into()))?;
        mac.update(number.as_bytes());
        Ok(base64url(&mac.finalize().into_bytes()))
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

    fn attest(&self, persona: Persona, class: MatchClass) -> Result<DigitalIdAnswer, Fault> {
        let number = &persona.document_number;
        let portrait = self.vault.unseal(SealedKind::Persona, number, &persona.sealed_portrait)?;
        let evidence = IdentityEvidence {
            source: "simulator".to_owned(),
            transaction: format!("sim-{}", base64url(&self.entropy.bytes::<12>())),
            document_hash: self.key.hash(number)?,
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

    fn look_up<'a>(&'a self, document_number: &'a str) -> BoxFuture<'a, Result<DigitalIdAnswer, Fault>> {
        Box::pin(async move {
            let number = document_number.trim().to_uppercase();
            if number.is_empty() || number.len() > LONGEST_NUMBER {
                return Ok(DigitalIdAnswer::NoRecord);
            }
            let Some(persona) = self.store.read(move |db| db.find_persona(&number)).await? else {
                return Ok(DigitalIdAnswer::NoRecord);
            };
            match Behaviour::parse(&persona.behaviour) {
                Some(Behaviour::Match) => self.attest(persona, MatchClass::Exact),
                Some(Behaviour::Partial) => self.attest(persona, MatchClass::Partial),
                Some(Behaviour::None) => Ok(DigitalIdAnswer::NoRecord),
                Some(Behaviour::Down) => Ok(DigitalIdAnswer::SourceDown),
                None => Err(Fault::Damaged("a persona has an unknown behaviour".into())),
            }
        })
    }
}
