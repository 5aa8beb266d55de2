//! The stored biometric reference. A child run needs a [`ProvenEnrolment`], and only a completed parent run makes one:
//! when rows are read back they are proven again with a key that is not in the database. A proven one can be renewed: its
//! template is issued anew under fresh keys, and the row bears a new proof. There is no third way to a proof.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{
    definition::WorkflowName,
    evidence::MatchedEvidence,
    run::{RunKind, RunStage, WorkflowRun, WrongStep},
};
use crate::domain::{
    face::{coverage::Coverage, face_map::FaceMap, template::ModelId, verification::Passed},
    id::{EnrolmentId, RunId, UserId},
    secret::sha256,
};

/// What a completed parent run left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// Its name.
    pub id: EnrolmentId,
    /// Whose face.
    pub user: UserId,
    /// The parent run that made it.
    pub run: RunId,
    /// The model that made the template; templates of different models do not compare.
    pub model: ModelId,
    /// The reference, transformed and sealed under the enrolment's own keys.
    pub sealed_template: Vec<u8>,
    /// How often the template was issued anew.
    pub renewal: u32,
    /// In which poses the face was seen, where a face map is kept. It is told to the person and decides nothing, so the
    /// proof does not cover it.
    pub coverage: Option<Coverage>,
    /// What the government source attested.
    pub evidence: MatchedEvidence,
    /// When the parent run completed.
    pub completed_at: Timestamp,
    /// Keyed proof that a completed parent run made this row as it is.
    pub proof: Vec<u8>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The key of enrolment proofs; it is never in the database.
pub struct ProofKey(Zeroizing<[u8; 32]>);

impl ProofKey {
    /// Takes the key.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// Why an enrolment that was read back does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// It was revoked.
    #[error("the enrolment was revoked")]
    Revoked,
    /// Its parent run did not complete, or is not its.
    #[error("no completed parent run stands behind the enrolment")]
    NoCompletedParent,
    /// A row was changed behind the program's back.
    #[error("the enrolment's row does not bear its proof")]
    Altered,
}

impl Enrolment {
    /// Completes a parent run and makes its enrolment: the only way to a row that bears a proof.
    pub fn complete(
        run: &mut WorkflowRun,
        passed: &Passed,
        id: EnrolmentId,
        model: ModelId,
        sealed_template: Vec<u8>,
        key: &ProofKey,
        now: Timestamp,
    ) -> Result<Self, WrongStep> {
        let evidence = run.complete_parent(passed, now)?;
        let (user, run) = (run.user.clone(), run.id.clone());
        let mut enrolment = Self {
            id,
            user,
            run,
            model,
            sealed_template,
            renewal: 0,
            coverage: passed.live_map().map(FaceMap::coverage),
            evidence,
            completed_at: now,
            proof: Vec::new(),
            revoked_at: None,
        };
        enrolment.bear_proof(key);
        Ok(enrolment)
    }

    fn bear_proof(&mut self, key: &ProofKey) {
        self.proof = self.mac(key).map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default();
    }

    /// HMAC-SHA-256 over every field that must not change, each behind its length. The wrapped keys are not among them,
    /// since they are wrapped anew when a key-encryption key is rotated; they and the sealed template are bound to the
    /// enrolment's name and to the count of renewals, which is.
    fn mac(&self, key: &ProofKey) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.0.as_ref()).ok()?;
        let evidence = serde_json::to_vec(&self.evidence).ok()?;
        let template = sha256(&self.sealed_template);
        let at = self.completed_at.as_millisecond().to_be_bytes();
        let fields: [&[u8]; 8] = [
            self.id.as_str().as_bytes(),
            self.user.as_str().as_bytes(),
            self.run.as_str().as_bytes(),
            self.model.as_str().as_bytes(),
            &template,
            &evidence,
            &at,
            &self.renewal.to_be_bytes(),
        ];
        for field in fields {
            mac.update(&(field.len() as u64).to_be_bytes());
            mac.update(field);
        }
        Some(mac)
    }
}

/// An enrolment that a completed parent run is known to stand behind. A child run can be opened with nothing else.
#[derive(Clone, Debug)]
pub struct ProvenEnrolment {
    enrolment: Enrolment,
    workflow: WorkflowName,
}

impl ProvenEnrolment {
    /// Proves an enrolment that was read back, with its parent run.
    pub fn prove(enrolment: Enrolment, parent: &WorkflowRun, key: &ProofKey) -> Result<Self, Unproven> {
        if enrolment.revoked_at.is_some() {
            return Err(Unproven::Revoked);
        }
        let completed = matches!(parent.stage, RunStage::Completed { .. });
        let is_its_parent = parent.kind == RunKind::Parent
            && completed
            && parent.id == enrolment.run
            && parent.user == enrolment.user;
        if !is_its_parent {
            return Err(Unproven::NoCompletedParent);
        }
        let mac = enrolment.mac(key).ok_or(Unproven::Altered)?;
        mac.verify_slice(&enrolment.proof).map_err(|_| Unproven::Altered)?;
        Ok(Self { enrolment, workflow: parent.workflow.clone() })
    }

    /// Its name.
    pub fn id(&self) -> &EnrolmentId {
        &self.enrolment.id
    }

    /// The parent workflow that made it.
    pub fn workflow(&self) -> &WorkflowName {
        &self.workflow
    }

    /// Whose face.
    pub fn user(&self) -> &UserId {
        &self.enrolment.user
    }

    /// The row.
    pub fn enrolment(&self) -> &Enrolment {
        &self.enrolment
    }

    /// Which renewal the next one is; what is sealed for [`Self::renew`] is bound to it.
    pub fn next_renewal(&self) -> u32 {
        self.enrolment.renewal.saturating_add(1)
    }

    /// The row with its template issued anew. Run, evidence and time stay what the parent run made them.
    pub fn renew(&self, sealed_template: Vec<u8>, key: &ProofKey) -> Enrolment {
        let renewal = self.next_renewal();
        let mut renewed = Enrolment { sealed_template, renewal, ..self.enrolment.clone() };
        renewed.bear_proof(key);
        renewed
    }
}

#[cfg(test)]
mod tests;
