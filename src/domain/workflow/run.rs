//! One user's passage through a workflow: which step it is at and which steps it may take.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{definition::WorkflowName, enrolment::ProvenEnrolment, evidence::MatchedEvidence};
use crate::domain::{
    face::verification::Passed,
    id::{EnrolmentId, InteractionId, RunId, UserId},
};

/// Which workflow a run passes through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// Consent, digital-ID check, liveness against its portrait, enrolment.
    Parent,
    /// Liveness against the enrolment that a parent run made.
    Child {
        /// The enrolment it re-authenticates against.
        enrolment: EnrolmentId,
    },
}

/// The consent that a person gave to face processing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Version of the text that was shown.
    pub text_version: String,
    /// When it was given.
    pub given_at: Timestamp,
}

/// The step a run is at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum RunStage {
    /// Parent: the person has not agreed yet.
    Consent,
    /// Parent: a document is to be checked.
    Identity {
        /// The consent given.
        consent: Consent,
        /// How many documents were looked up; bounded, so that nobody can search a register.
        #[serde(default)]
        lookups: u32,
    },
    /// Parent: the live face is to be judged against the portrait.
    Portrait {
        /// The consent given.
        consent: Consent,
        /// What the source attested.
        evidence: MatchedEvidence,
        /// The portrait's template, sealed for this run.
        #[serde(with = "super::super::secret::base64_bytes")]
        sealed_portrait: Vec<u8>,
    },
    /// Child: the live face is to be judged against the template.
    Template,
    /// It ended well.
    Completed {
        /// When.
        at: Timestamp,
    },
    /// It ended without success.
    Ended {
        /// When.
        at: Timestamp,
        /// Why; for the audit log.
        reason: String,
    },
}

/// One user's passage through a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowRun {
    /// Its name.
    pub id: RunId,
    /// Parent or child.
    pub kind: RunKind,
    /// Through which workflow, as configured.
    pub workflow: WorkflowName,
    /// Whose.
    pub user: UserId,
    /// The enrolment that a parent run is to put its own in place of: one that has grown too old for what is asked.
    pub replaces: Option<EnrolmentId>,
    /// For which request.
    pub interaction: InteractionId,
    /// Where it stands.
    pub stage: RunStage,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Guards concurrent writers; storage raises it.
    pub version: i64,
}

/// A step was tried that the run is not at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the workflow run is not at this step")]
pub struct WrongStep;

impl WorkflowRun {
    /// Opens a parent run.
    pub fn open_parent(
        id: RunId,
        workflow: WorkflowName,
        user: UserId,
        interaction: InteractionId,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            kind: RunKind::Parent,
            workflow,
            user,
            replaces: None,
            interaction,
            stage: RunStage::Consent,
            opened_at: now,
            version: 0,
        }
    }

    /// Opens a parent run although there is an enrolment, which stays in force until this run completes. It takes every
    /// step of a first one.
    pub fn open_parent_anew(
        id: RunId,
        workflow: WorkflowName,
        enrolment: &ProvenEnrolment,
        interaction: InteractionId,
        now: Timestamp,
    ) -> Self {
        let parent = Self::open_parent(id, workflow, enrolment.user().clone(), interaction, now);
        Self { replaces: Some(enrolment.id().clone()), ..parent }
    }

    /// Opens a child run; only a proven enrolment can.
    pub fn open_child(
        id: RunId,
        workflow: WorkflowName,
        enrolment: &ProvenEnrolment,
        interaction: InteractionId,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            kind: RunKind::Child { enrolment: enrolment.id().clone() },
            workflow,
            user: enrolment.user().clone(),
            replaces: None,
            interaction,
            stage: RunStage::Template,
            opened_at: now,
            version: 0,
        }
    }

    /// Records the consent.
    pub fn consent(&mut self, text_version: &str, now: Timestamp) -> Result<(), WrongStep> {
        if self.stage != RunStage::Consent {
            return Err(WrongStep);
        }
        let consent = Consent { text_version: text_version.to_owned(), given_at: now };
        self.stage = RunStage::Identity { consent, lookups: 0 };
        Ok(())
    }

    /// Counts a document's look-up, before the source is asked; `false` when this run has had its most.
    pub fn look_up(&mut self, most: u32) -> Result<bool, WrongStep> {
        let RunStage::Identity { lookups, .. } = &mut self.stage else { return Err(WrongStep) };
        let is_admitted = *lookups < most;
        *lookups = lookups.saturating_add(u32::from(is_admitted));
        Ok(is_admitted)
    }

    /// Records evidence about the right person and the sealed template of its portrait.
    pub fn identify(&mut self, evidence: MatchedEvidence, sealed_portrait: Vec<u8>) -> Result<(), WrongStep> {
        let RunStage::Identity { consent, .. } = &self.stage else { return Err(WrongStep) };
        self.stage = RunStage::Portrait { consent: consent.clone(), evidence, sealed_portrait };
        Ok(())
    }

    /// Ends a child run well; only a passed ceremony of this very run can.
    pub fn complete_child(&mut self, passed: &Passed, now: Timestamp) -> Result<(), WrongStep> {
        if self.stage != RunStage::Template || passed.run() != &self.id {
            return Err(WrongStep);
        }
        self.stage = RunStage::Completed { at: now };
        Ok(())
    }

    /// Ends a parent run well and yields what an enrolment is made from; only a passed ceremony of this very run can.
    pub fn complete_parent(&mut self, passed: &Passed, now: Timestamp) -> Result<MatchedEvidence, WrongStep> {
        let RunStage::Portrait { evidence, .. } = &self.stage else { return Err(WrongStep) };
        if passed.run() != &self.id {
            return Err(WrongStep);
        }
        let evidence = evidence.clone();
        self.stage = RunStage::Completed { at: now };
        Ok(evidence)
    }

    /// Ends the run without success, wherever it stands.
    pub fn end(&mut self, reason: &str, now: Timestamp) {
        if self.is_in_progress() {
            self.stage = RunStage::Ended { at: now, reason: reason.to_owned() };
        }
    }

    /// Whether a face is to be captured next.
    pub fn awaits_capture(&self) -> bool {
        matches!(self.stage, RunStage::Portrait { .. } | RunStage::Template)
    }

    /// Whether it still goes on.
    pub fn is_in_progress(&self) -> bool {
        !matches!(self.stage, RunStage::Completed { .. } | RunStage::Ended { .. })
    }
}
