//! What comes next for a request: sign in, enrol, step up, proceed or refuse. One pure function of facts.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{
    acr::{Acr, AcrCatalogue, AcrRule, Assurance, Moment},
    ledger::{AssuranceLedger, Method},
    requirement::{AcrRequest, Prompt, Requirement},
};
use crate::domain::id::Subject;

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

/// Everything that the decision depends on.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What is asked.
    pub requirement: &'a Requirement,
    /// Which contexts there are.
    pub catalogue: &'a AcrCatalogue,
    /// The signed-in user; `None` when nobody is.
    pub signed_in: Option<SignedIn<'a>>,
    /// Whether a face can be asked of the account.
    pub face: FaceStanding,
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
    /// Begin or go on with the parent workflow.
    Enrol,
    /// Begin the child workflow.
    StepUp,
    /// Answer the client with this.
    Proceed(Assurance),
    /// Answer the client with an error.
    Refuse(Refusal),
}

/// How one context can be reached from here.
enum Route {
    Earned(Assurance),
    Open(Decision),
    Closed(MissReason),
}

/// The rule of step-up.
pub struct StepUpPolicy;

impl StepUpPolicy {
    /// Decides what comes next. A condition that is missed is never a success, and a wish that is missed never an error
    /// (OpenID Connect Core 1.0 §5.5.1.1).
    pub fn decide(facts: Facts<'_>) -> Decision {
        let Some(SignedIn { subject, ledger }) = facts.signed_in else {
            return sign_in(facts, SignInReason::NoSession);
        };
        if facts.requirement.subject.as_ref().is_some_and(|asked| asked != subject) {
            return sign_in(facts, SignInReason::OtherUser);
        }
        let facts = Facts { moment: asked_moment(facts), ..facts };
        let signed_in_since =
            ledger.latest(Method::Pwd).is_some_and(|entry| entry.achieved_at >= facts.moment.since);
        if facts.requirement.prompt == Prompt::Login && !signed_in_since {
            return sign_in(facts, SignInReason::PromptLogin);
        }
        let is_condition =
            facts.requirement.minimum.is_some() || matches!(facts.requirement.acr, AcrRequest::Required(_));
        let mut not_shown = None;
        let mut closed = MissReason::Policy;
        for target in targets(facts) {
            match route(facts, ledger, &target) {
                Route::Earned(assurance) => return Decision::Proceed(assurance),
                Route::Open(step) if facts.requirement.prompt != Prompt::None => return step,
                // Any of the listed contexts will do (OpenID Connect Core 1.0 §5.5.1.1): a later one may be earned.
                Route::Open(step) => not_shown = not_shown.or(Some(refusal_instead_of(&step))),
                Route::Closed(reason) => closed = reason,
            }
        }
        if is_condition {
            return Decision::Refuse(not_shown.unwrap_or(Refusal::Unmet(closed)));
        }
        match facts.catalogue.strongest(ledger, facts.moment) {
            Some(assurance) => Decision::Proceed(assurance),
            None => sign_in(facts, SignInReason::TooOld),
        }
    }
}

/// The contexts to try, in order. Under a minimum, a wish for less becomes the minimum; a condition keeps its words and
/// [`route`] adds the minimum to it.
fn targets(facts: Facts<'_>) -> Vec<Acr> {
    let minimum = facts.requirement.minimum.as_ref();
    match (&facts.requirement.acr, minimum) {
        (AcrRequest::Required(listed), _) => listed.clone(),
        (AcrRequest::Preferred(listed), None) => listed.clone(),
        (AcrRequest::Any, None) => Vec::new(),
        (AcrRequest::Any, Some(minimum)) => vec![minimum.clone()],
        (AcrRequest::Preferred(listed), Some(minimum)) => {
            let enough = |acr: &&Acr| implies(facts.catalogue, acr, minimum);
            let mut targets: Vec<Acr> = listed.iter().filter(enough).cloned().collect();
            targets.push(minimum.clone());
            targets
        }
    }
}

fn implies(catalogue: &AcrCatalogue, acr: &Acr, minimum: &Acr) -> bool {
    matches!((catalogue.rule(acr), catalogue.rule(minimum)), (Some(a), Some(b)) if a.implies(b))
}

/// How `target`, and with it the client's minimum, can be reached.
fn route(facts: Facts<'_>, ledger: &AssuranceLedger, target: &Acr) -> Route {
    let Some(rule) = facts.catalogue.rule(target) else { return Route::Closed(MissReason::Policy) };
    let minimum = match &facts.requirement.minimum {
        None => None,
        Some(acr) => match facts.catalogue.rule(acr) {
            Some(rule) => Some(rule),
            None => return Route::Closed(MissReason::Policy),
        },
    };
    for rule in minimum.into_iter().chain([rule]) {
        if rule.judge(ledger, facts.moment).is_none() {
            return way_to(facts, ledger, rule);
        }
    }
    match rule.judge(ledger, facts.moment) {
        Some(assurance) => Route::Earned(assurance),
        None => Route::Closed(MissReason::Policy),
    }
}

/// The next step towards a context that is not earned yet: the password first, then the face.
fn way_to(facts: Facts<'_>, ledger: &AssuranceLedger, rule: &AcrRule) -> Route {
    if rule.methods.contains(&Method::Pwd) && ledger.latest(Method::Pwd).is_none() {
        return Route::Open(Decision::SignIn(SignInReason::NoSession));
    }
    if rule.ages_by == Method::Pwd {
        return Route::Open(Decision::SignIn(SignInReason::TooOld));
    }
    if let Some(reason) = facts.missed {
        return Route::Closed(reason);
    }
    match facts.face {
        FaceStanding::Enrolled => Route::Open(Decision::StepUp),
        FaceStanding::Enrollable => Route::Open(Decision::Enrol),
        FaceStanding::NotEnrollable => Route::Closed(MissReason::FaceNotEnrolled),
        FaceStanding::Suspended => Route::Closed(MissReason::AttemptsExhausted),
    }
}

/// The moment to judge by. Whoever asks for a sign-in asks for the whole authentication anew, so under `prompt=login` no
/// context rests on a proof from before the request (OpenID Connect Core 1.0 §3.1.2.1).
fn asked_moment(facts: Facts<'_>) -> Moment {
    match facts.requirement.prompt {
        Prompt::Login => Moment { max_age: Some(SignedDuration::ZERO), ..facts.moment },
        Prompt::AsNeeded | Prompt::None => facts.moment,
    }
}

/// What the client is told of a step that may not be shown (OpenID Connect Core 1.0 §3.1.2.6).
fn refusal_instead_of(step: &Decision) -> Refusal {
    match step {
        Decision::SignIn(_) => Refusal::LoginRequired,
        _ => Refusal::InteractionRequired,
    }
}

/// A sign-in where it may be shown (OpenID Connect Core 1.0 §3.1.2.6, `login_required`).
fn sign_in(facts: Facts<'_>, reason: SignInReason) -> Decision {
    match facts.requirement.prompt {
        Prompt::None => Decision::Refuse(Refusal::LoginRequired),
        Prompt::AsNeeded | Prompt::Login => Decision::SignIn(reason),
    }
}

#[cfg(test)]
mod tests;
