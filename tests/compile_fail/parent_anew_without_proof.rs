use facestep::domain::{
    id::{InteractionId, RunId},
    workflow::{definition::WorkflowName, enrolment::Enrolment, run::WorkflowRun},
};

fn open(row: &Enrolment, interaction: InteractionId) -> WorkflowRun {
    let (id, now) = (RunId::from_random([0; 16]), jiff::Timestamp::UNIX_EPOCH);
    WorkflowRun::open_parent_anew(id, WorkflowName::parent(), row, interaction, now)
}

fn main() {}
