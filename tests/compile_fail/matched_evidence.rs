use facestep::domain::workflow::evidence::{IdentityEvidence, MatchedEvidence};

fn forge(evidence: IdentityEvidence) -> MatchedEvidence {
    MatchedEvidence(evidence)
}

fn main() {}
