//! What comes next for a request: sign in, enrol, step up, proceed or refuse. One pure function of facts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    acr::{Assurance, Moment},
    circumstances::Circumstances,
    explanation::{self, Explanation},
    ledger::AssuranceLedger,
    policy_set::PolicySet,
    requirement::Requirement,
};
use crate::domain::{id::Subject, workflow::definition::WorkflowName};

mod case;

use case::Case;

/// Whether a face can be asked of this account at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaceStanding {
    /// There is a proven enrolment.
    Enrolled,
    /// There is none yet; a parent run can make one.
    Enrollable,
    /// There is none and no parent run can be begun (no attributes were verified on the account before).
    NotEnrollable,
    /// Too many failures; an operator must restore it.
    Suspended,
}

/// Why a face context was not reached; the stable reason that a client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissReason {
    /// The capture did not prove the enrolled person, whatever the cause.
    FaceNotVerified,
    /// There is no enrolment and none could be made.
    FaceNotEnrolled,
    /// The person had no usable camera.
    CameraUnavailable,
    /// Too many failures.
    AttemptsExhausted,
    /// The person chose not to.
    UserDeclined,
    /// The person did not consent to face processing.
    ConsentRequired,
    /// The government source did not answer.
    RegistryUnavailable,
    /// No way to this context exists here.
    Policy,
}

impl MissReason {
    /// The stable name, as it stands in `error_description` and in the audit log.
    pub fn name(self) -> &'static str {
        match self {
            Self::FaceNotVerified => "face_not_verified",
            Self::FaceNotEnrolled => "face_not_enrolled",
            Self::CameraUnavailable => "camera_unavailable",
            Self::AttemptsExhausted => "attempts_exhausted",
            Self::UserDeclined => "user_declined",
            Self::ConsentRequired => "consent_required",
            Self::RegistryUnavailable => "registry_unavailable",
            Self::Policy => "policy",
        }
    }
}

/// Who is signed in.
#[derive(Clone, Copy, Debug)]
pub struct SignedIn<'a> {
    /// By which the client knows them.
    pub subject: &'a Subject,
    /// What they have proven.
    pub ledger: &'a AssuranceLedger,
}

/// An enrolment that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolledBy {
    /// The parent workflow that made it.
    pub workflow: WorkflowName,
    /// When that was completed.
    pub completed_at: Timestamp,
}

/// What is known of the face behind an account, and of the browser.
#[derive(Clone, Debug)]
pub struct FaceFacts {
    /// Whether a face can be asked of the account.
    pub standing: FaceStanding,
    /// Its enrolment, where there is one.
    pub enrolment: Option<EnrolledBy>,
    /// Whether a parent run could be begun, be there an enrolment or not.
    pub can_enrol: bool,
    /// Whether this browser holds a device key that is bound to the account.
    pub has_device_key: bool,
}

impl FaceFacts {
    /// Those of nobody.
    pub fn unknown() -> Self {
        let standing = FaceStanding::NotEnrollable;
        Self { standing, enrolment: None, can_enrol: false, has_device_key: false }
    }
}

/// Everything that the decision depends on.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What is asked.
    pub requirement: &'a Requirement,
    /// What administrators decided.
    pub set: &'a PolicySet,
    /// The dialect of the client.
    pub dialect: Option<&'a str>,
    /// Who asks for what, from where and when.
    pub circumstances: &'a Circumstances,
    /// The signed-in user; `None` when nobody is.
    pub signed_in: Option<SignedIn<'a>>,
    /// What is known of their face.
    pub face: &'a FaceFacts,
    /// How an earlier try in this interaction ended without success.
    pub missed: Option<MissReason>,
    /// Now, `max_age`, and when the interaction began.
    pub moment: Moment,
}

/// Why someone must sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInReason {
    /// Nobody is signed in.
    NoSession,
    /// The client asked for a sign-in with `prompt=login`.
    PromptLogin,
    /// The sign-in is older than `max_age`.
    TooOld,
    /// Someone else is signed in than the one whom the client asked for.
    OtherUser,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// A sign-in is needed and may not be shown (OpenID Connect Core 1.0 §3.1.2.6).
    LoginRequired,
    /// A step-up is needed, possible, and may not be shown (OpenID Connect Core 1.0 §3.1.2.6).
    InteractionRequired,
    /// The context cannot be reached (OpenID Connect Core Error Code unmet_authentication_requirements 1.0).
    Unmet(MissReason),
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Show the sign-in page.
    SignIn(SignInReason),
    /// Begin or go on with this parent workflow, be there an enrolment or not.
    Enrol(WorkflowName),
    /// Begin this child workflow.
    StepUp(WorkflowName),
    /// Answer the client with this.
    Proceed(Assurance),
    /// Answer the client with an error.
    Refuse(Refusal),
}

/// The rule of step-up.
pub struct StepUpPolicy;

impl StepUpPolicy {
    /// Decides what comes next. A condition that is missed is never a success, and a wish that is missed never an error
    /// (OpenID Connect Core 1.0 §5.5.1.1).
    pub fn decide(facts: Facts<'_>) -> Decision {
        Case::of(facts).decide()
    }

    /// Decides, and says why.
    pub fn explain(facts: Facts<'_>) -> Explanation {
        let case = Case::of(facts);
        let contexts = facts
            .signed_in
            .map(|signed_in| explanation::contexts(facts.set.catalogue(), signed_in.ledger, case.moment));
        Explanation {
            decision: case.decide(),
            asked: facts.requirement.acr.clone(),
            minima: case.minima,
            policies: case.verdicts,
            contexts: contexts.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests;
