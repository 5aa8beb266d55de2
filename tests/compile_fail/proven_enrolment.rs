use facestep::domain::workflow::enrolment::{Enrolment, ProvenEnrolment};

fn forge(row: Enrolment) -> ProvenEnrolment {
    ProvenEnrolment(row)
}

fn main() {}
