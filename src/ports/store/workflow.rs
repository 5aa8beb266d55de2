//! Workflow runs, enrolments, and the simulator's personas.

use jiff::{Timestamp, civil::Date};

use crate::{
    domain::{
        id::{EnrolmentId, InteractionId, RunId, UserId},
        key_encryption::EnrolmentKeys,
        workflow::{enrolment::Enrolment, run::WorkflowRun},
    },
    ports::fault::Fault,
};

/// Passages through workflows.
pub trait RunStore {
    /// The run of this name.
    fn find_run(&mut self, id: &RunId) -> Result<Option<WorkflowRun>, Fault>;
    /// The interaction's run that was opened last.
    fn find_latest_run(&mut self, interaction: &InteractionId) -> Result<Option<WorkflowRun>, Fault>;
    /// Adds one.
    fn insert_run(&mut self, run: &WorkflowRun) -> Result<(), Fault>;
    /// Saves one that was read before.
    fn save_run(&mut self, run: &WorkflowRun) -> Result<(), Fault>;
    /// Drops those opened before this moment that no enrolment rests on: one that broke off may hold a sealed portrait.
    /// Returns how many.
    fn purge_runs(&mut self, before: Timestamp) -> Result<usize, Fault>;
}

/// Stored biometric references.
pub trait EnrolmentStore {
    /// The user's enrolment that is not revoked.
    fn find_enrolment_of(&mut self, user: &UserId) -> Result<Option<Enrolment>, Fault>;
    /// All of the user's enrolments, revoked ones too, the latest first.
    fn enrolments_of(&mut self, user: &UserId) -> Result<Vec<Enrolment>, Fault>;
    /// The enrolment of this name.
    fn find_enrolment(&mut self, id: &EnrolmentId) -> Result<Option<Enrolment>, Fault>;
    /// Adds one. A user has at most one that is not revoked: [`Fault::Conflict`] otherwise.
    fn insert_enrolment(&mut self, enrolment: &Enrolment) -> Result<(), Fault>;
    /// The wrapped keys of an enrolment.
    fn find_enrolment_keys(&mut self, id: &EnrolmentId) -> Result<Option<EnrolmentKeys>, Fault>;
    /// Adds an enrolment's wrapped keys, or puts them in place of those before. [`Fault::Conflict`] when a key-encryption
    /// key that they are wrapped by was retired meanwhile.
    fn put_enrolment_keys(&mut self, id: &EnrolmentId, keys: &EnrolmentKeys) -> Result<(), Fault>;
    /// Saves a renewed enrolment over the row that bore this proof: [`Fault::Conflict`] when it does not any more.
    fn renew_enrolment(&mut self, renewed: &Enrolment, proof_before: &[u8]) -> Result<(), Fault>;
    /// Names of enrolments that are not revoked, in order, behind one.
    fn enrolments_in_force(
        &mut self,
        behind: Option<&EnrolmentId>,
        most: i64,
    ) -> Result<Vec<EnrolmentId>, Fault>;
    /// Revokes one and wipes its template and its keys: what is revoked cannot be compared with, nor stolen. What was kept to
    /// know earlier captures again goes with it.
    fn revoke_enrolment(&mut self, id: &EnrolmentId, at: Timestamp) -> Result<(), Fault>;
    /// The same for one that another is put in place of: the face check goes on, and earlier captures stay known.
    fn supersede_enrolment(&mut self, id: &EnrolmentId, at: Timestamp) -> Result<(), Fault>;
}

/// Someone whom the digital-ID simulator knows; there in `demo` alone.
#[derive(Clone, Debug)]
pub struct Persona {
    /// The document's number.
    pub document_number: String,
    /// What the simulator does when asked: `match`, `partial`, `none` or `down`.
    pub behaviour: String,
    /// Given name on record.
    pub given_name: String,
    /// Family name on record.
    pub family_name: String,
    /// Birth date on record.
    pub birth_date: Date,
    /// The portrait (JPEG), sealed by the vault under the document's number.
    pub sealed_portrait: Vec<u8>,
}

/// The simulator's personas.
pub trait PersonaStore {
    /// The persona with this document.
    fn find_persona(&mut self, document_number: &str) -> Result<Option<Persona>, Fault>;
    /// All of them, by document number.
    fn personas(&mut self) -> Result<Vec<Persona>, Fault>;
    /// Adds one or replaces the one with the same document.
    fn put_persona(&mut self, persona: &Persona) -> Result<(), Fault>;
}
