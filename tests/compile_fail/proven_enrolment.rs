use facestep::domain::workflow::enrolment::{Enrolment, ProvenEnrolment};

fn forge(enrolment: Enrolment) -> ProvenEnrolment {
    ProvenEnrolment { enrolment }
}

fn main() {}
