//! Where a face check stands in an interaction, and what the person may do next. Parent and child runs are opened here:
//! a child run only with a proven enrolment, a parent run only for an account with attributes verified before. Which of them
//! is what was decided last: also where there is an enrolment, and it is too old.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    browser::Browser,
    ceremony::{FaceRefusal, FaceRoom, Scribe, Served, Visit, budget_of},
    standing::find_usable_enrolment,
};
use crate::{
    domain::{
        audit::AuditKind,
        authn::policy::MissReason,
        face::attempts::AttemptRefusal,
        id::{InteractionId, RunId},
        oidc::interaction::Interaction,
        workflow::{
            definition::WorkflowDefinition,
            enrolment::{ProvenEnrolment, Unproven},
            run::{RunKind, RunStage, WorkflowRun},
        },
    },
    ports::{fault::Fault, store::Db},
};

/// Where the person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Station {
    /// They are asked for their consent.
    Consent,
    /// Their document is to be checked.
    Identity,
    /// The face is to be captured against the document's portrait.
    Portrait,
    /// The face is to be captured against the enrolment.
    Template {
        /// Whether the enrolment was made in this very interaction.
        just_enrolled: bool,
    },
    /// No face check goes on here: what comes next is to be decided again.
    Elsewhere,
}

/// What the person is told after a check without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// Another try is possible, after so long.
    Retry {
        /// How long.
        wait: SignedDuration,
    },
    /// Face checks are suspended for the account in this browser.
    Suspended,
    /// The document did not carry an enrolment.
    IdentityRefused,
    /// There is nothing to tell: what comes next is to be decided again.
    Elsewhere,
}

/// Why a person gave up, as far as the page knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// They chose to.
    Declined,
    /// There was no usable camera.
    NoCamera,
    /// The government source did not answer.
    SourceDown,
    /// The interaction has opened as many captures as it may.
    NoMoreCaptures,
}

/// Face checks of an interaction.
pub struct StepUp {
    room: Arc<FaceRoom>,
}

impl StepUp {
    /// In a face room.
    pub fn new(room: Arc<FaceRoom>) -> Self {
        Self { room }
    }

    /// Where the person stands; opens the run that is called for where none is in progress.
    pub async fn station(&self, interaction: &InteractionId, browser: &Browser) -> Served<Station> {
        let (id, browser, key) = (interaction.clone(), browser.clone(), self.room.proof_key.clone());
        let (model, book) = (self.room.analyzer.model(), self.room.book.clone());
        self.room
            .change(move |db, scribe| {
                let visit = Visit::find(db, &id, &browser, scribe.now)?;
                if visit.interaction.missed.is_some() {
                    return Ok(Station::Elsewhere);
                }
                // What was decided upon since the last run was completed, as far as it is still configured.
                let set = book.in_force(db)?.set;
                let decided = visit.interaction.workflow.as_ref().and_then(|name| set.workflow(name));
                let Some(workflow) = decided else { return Ok(Station::Elsewhere) };
                if let Some(run) = visit.run_in_progress() {
                    if run.workflow == workflow.name {
                        return Ok(station_of(run, false));
                    }
                    supersede(db, scribe, &visit.interaction, run.clone())?;
                }
                let just_enrolled = visit.run.as_ref().is_some_and(|run| {
                    run.kind == RunKind::Parent && matches!(run.stage, RunStage::Completed { .. })
                });
                let enrolment = find_usable_enrolment(db, &visit.user.id, &key, &model)?;
                let id = RunId::from_random(scribe.entropy.bytes());
                let Some(run) = open_run(id, workflow, enrolment, &visit, scribe.now) else {
                    return Ok(Station::Elsewhere);
                };
                db.insert_run(&run)?;
                let kind = if run.kind == RunKind::Parent { "parent" } else { "child" };
                let event = scribe.run_event(AuditKind::RunOpened, &visit.interaction, &run);
                let event = event.with("workflow", kind).with("name", run.workflow.as_str());
                db.append_event(&event.with("anew", run.replaces.is_some()))?;
                Ok(station_of(&run, just_enrolled))
            })
            .await
    }

    /// What the person is told after a check without success, and when they may try again.
    pub async fn setback(&self, interaction: &InteractionId, browser: &Browser) -> Served<Setback> {
        let (id, browser, policy) = (interaction.clone(), browser.clone(), self.room.policy.attempts);
        self.room
            .change(move |db, scribe| {
                let visit = Visit::find(db, &id, &browser, scribe.now)?;
                if visit.interaction.missed == Some(MissReason::FaceNotEnrolled) {
                    return Ok(Setback::IdentityRefused);
                }
                let admitted = budget_of(db, &visit, &browser)?.admit(scribe.now, &policy);
                Ok(match (visit.run_in_progress(), admitted) {
                    (_, Err(AttemptRefusal::Suspended)) => Setback::Suspended,
                    (Some(run), admitted) if run.awaits_capture() => match admitted {
                        Ok(()) => Setback::Retry { wait: SignedDuration::ZERO },
                        Err(AttemptRefusal::Wait { until }) => {
                            Setback::Retry { wait: until.duration_since(scribe.now) }
                        }
                        Err(AttemptRefusal::Suspended) => Setback::Suspended,
                    },
                    _ => Setback::Elsewhere,
                })
            })
            .await
    }

    /// Ends the face check without success; what it means for the client is decided next.
    pub async fn give_up(&self, interaction: &InteractionId, browser: &Browser, why: GivenUp) -> Served<()> {
        let (id, browser, policy) = (interaction.clone(), browser.clone(), self.room.policy.attempts);
        self.room
            .change(move |db, scribe| {
                let mut visit = Visit::find(db, &id, &browser, scribe.now)?;
                if visit.interaction.missed.is_some() {
                    return Ok(());
                }
                let budget = budget_of(db, &visit, &browser)?;
                let failed_here = budget.failures_in_a_row > 0
                    && budget.last_spent_at.is_some_and(|at| at >= visit.interaction.opened_at);
                let at_consent = visit.run.as_ref().is_some_and(|run| run.stage == RunStage::Consent);
                let missed = match why {
                    _ if budget.is_suspended(&policy) => MissReason::AttemptsExhausted,
                    _ if failed_here => MissReason::FaceNotVerified,
                    GivenUp::NoMoreCaptures => MissReason::FaceNotVerified,
                    GivenUp::NoCamera => MissReason::CameraUnavailable,
                    GivenUp::SourceDown => MissReason::RegistryUnavailable,
                    GivenUp::Declined if at_consent => MissReason::ConsentRequired,
                    GivenUp::Declined => MissReason::UserDeclined,
                };
                let run = visit.run.take().filter(WorkflowRun::is_in_progress);
                miss(db, scribe, &mut visit.interaction, run, missed)?;
                Ok(())
            })
            .await
    }
}

/// The run of a workflow. A child's needs a proven enrolment of one of its parents; a parent's, attributes that were verified
/// before, and where there is an enrolment it is to be replaced. One that bears no proof closes both ways: somebody changed
/// rows, and an operator must look.
fn open_run(
    id: RunId,
    workflow: &WorkflowDefinition,
    enrolment: Option<Result<ProvenEnrolment, Unproven>>,
    visit: &Visit,
    now: Timestamp,
) -> Option<WorkflowRun> {
    let (name, interaction) = (workflow.name.clone(), visit.interaction.id.clone());
    let can_enrol = visit.user.verified.is_some();
    match enrolment.transpose().ok()? {
        Some(proven) if workflow.is_parent() => {
            can_enrol.then(|| WorkflowRun::open_parent_anew(id, name, &proven, interaction, now))
        }
        Some(proven) => {
            let is_taken = workflow.parents.contains(proven.workflow());
            is_taken.then(|| WorkflowRun::open_child(id, name, &proven, interaction, now))
        }
        None => {
            let may = workflow.is_parent() && can_enrol;
            may.then(|| WorkflowRun::open_parent(id, name, visit.user.id.clone(), interaction, now))
        }
    }
}

/// Ends a run in the middle of which another workflow was decided upon.
fn supersede(
    db: &mut dyn Db,
    scribe: &Scribe,
    interaction: &Interaction,
    mut run: WorkflowRun,
) -> Result<(), Fault> {
    run.end("superseded", scribe.now);
    db.save_run(&run)?;
    let ended = scribe.run_event(AuditKind::RunEnded, interaction, &run);
    db.append_event(&ended.with("completed", false).with("reason", "superseded"))
}

/// Records that the face context is out of reach in this interaction, and ends the run.
pub(super) fn miss(
    db: &mut dyn Db,
    scribe: &Scribe,
    interaction: &mut Interaction,
    run: Option<WorkflowRun>,
    missed: MissReason,
) -> Result<(), Fault> {
    interaction.missed = Some(missed);
    db.save_interaction(interaction)?;
    let Some(mut run) = run else {
        return db
            .append_event(&scribe.event(AuditKind::Declined, interaction).with("reason", missed.name()));
    };
    run.end(missed.name(), scribe.now);
    db.save_run(&run)?;
    let declined = scribe.run_event(AuditKind::Declined, interaction, &run);
    db.append_event(&declined.with("reason", missed.name()))?;
    let ended = scribe.run_event(AuditKind::RunEnded, interaction, &run);
    db.append_event(&ended.with("completed", false).with("reason", missed.name()))
}

fn station_of(run: &WorkflowRun, just_enrolled: bool) -> Station {
    match run.stage {
        RunStage::Consent => Station::Consent,
        RunStage::Identity { .. } => Station::Identity,
        RunStage::Portrait { .. } => Station::Portrait,
        RunStage::Template => Station::Template { just_enrolled },
        RunStage::Completed { .. } | RunStage::Ended { .. } => Station::Elsewhere,
    }
}

/// Finds the run that is at a step, for the flows that take one.
pub(super) fn run_at_step(visit: &Visit) -> Served<WorkflowRun> {
    visit.run_in_progress().cloned().ok_or_else(|| FaceRefusal::WrongStep.into())
}
