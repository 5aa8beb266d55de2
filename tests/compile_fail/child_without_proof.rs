use facestep::domain::{
    id::{InteractionId, RunId},
    workflow::{enrolment::Enrolment, run::WorkflowRun},
};

fn open(row: &Enrolment, interaction: InteractionId) -> WorkflowRun {
    WorkflowRun::open_child(RunId::from_random([0; 16]), row, interaction, jiff::Timestamp::UNIX_EPOCH)
}

fn main() {}
