//! What comes next for a request: sign in, enrol, step up, proceed or refuse. One pure function of facts.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    acr::{Acr, AcrRule, Assurance, Combination, Moment, Proof},
    circumstances::Circumstances,
    dialect::Vocabulary,
    explanation::{self, Explanation, PolicyVerdict},
    ledger::{AssuranceLedger, Method},
    policy_set::PolicySet,
    requirement::{AcrRequest, Demander, Minimum, Prompt, Requirement},
};
use crate::domain::{
    id::Subject,
    workflow::definition::{WorkflowDefinition, WorkflowName},
};

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

/// The facts with what follows from them.
struct Case<'a> {
    facts: Facts<'a>,
    vocabulary: Vocabulary<'a>,
    moment: Moment,
    /// The client's and those of the policies that apply.
    minima: Vec<Minimum>,
    verdicts: Vec<PolicyVerdict>,
}

impl<'a> Case<'a> {
    fn of(facts: Facts<'a>) -> Self {
        let verdicts = facts.set.verdicts(facts.circumstances);
        let demanded = verdicts.iter().filter(|verdict| verdict.unmatched.is_none()).filter_map(|verdict| {
            let by = Demander::Policy(verdict.name.clone());
            Some(Minimum { acr: verdict.demand.acr.clone()?, max_age: verdict.demand.max_age, by })
        });
        let minima = facts.requirement.minima.iter().cloned().chain(demanded).collect();
        let vocabulary = facts.set.vocabulary(facts.dialect);
        Self { vocabulary, moment: asked_moment(facts), minima, verdicts, facts }
    }

    fn decide(&self) -> Decision {
        let facts = self.facts;
        let Some(SignedIn { subject, ledger }) = facts.signed_in else {
            return sign_in(facts, SignInReason::NoSession);
        };
        if facts.requirement.subject.as_ref().is_some_and(|asked| asked != subject) {
            return sign_in(facts, SignInReason::OtherUser);
        }
        let signed_in_since =
            ledger.latest(Method::Pwd).is_some_and(|entry| entry.achieved_at >= self.moment.since);
        if facts.requirement.prompt == Prompt::Login && !signed_in_since {
            return sign_in(facts, SignInReason::PromptLogin);
        }
        if self.verdicts.iter().any(|verdict| verdict.unmatched.is_none() && verdict.demand.refuse) {
            return Decision::Refuse(Refusal::Unmet(MissReason::Policy));
        }
        let is_condition =
            !self.minima.is_empty() || matches!(facts.requirement.acr, AcrRequest::Required(_));
        let mut not_shown = None;
        let mut closed = MissReason::Policy;
        for target in self.targets() {
            match self.route(ledger, &target) {
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
        match facts.set.catalogue().first_earned(ledger, self.moment) {
            Some(assurance) => {
                let acr = self.vocabulary.told(&assurance.acr);
                Decision::Proceed(Assurance { acr, ..assurance })
            }
            None => sign_in(facts, SignInReason::TooOld),
        }
    }

    /// The contexts to try, in order. Under minima, a wish for less becomes what they demand; a condition keeps its words
    /// and [`Self::route`] adds the minima to it.
    fn targets(&self) -> Vec<Acr> {
        match &self.facts.requirement.acr {
            AcrRequest::Required(listed) => listed.clone(),
            AcrRequest::Preferred(listed) => {
                let enough = |acr: &&Acr| self.implies_minima(acr);
                listed.iter().filter(enough).cloned().chain(self.least()).collect()
            }
            AcrRequest::Any => self.least(),
        }
    }

    /// The least that meets the minima: the one of them that implies the others, else any context that implies them all,
    /// else each of them beside the others.
    fn least(&self) -> Vec<Acr> {
        let named = || self.minima.iter().map(|minimum| &minimum.acr);
        let enough = |acr: &&Acr| self.implies_minima(acr);
        let least = named().find(enough).or_else(|| match self.minima.is_empty() {
            true => None,
            false => self.facts.set.catalogue().names().find(enough),
        });
        match least {
            Some(least) => vec![self.vocabulary.told(least)],
            None => named().map(|acr| self.vocabulary.told(acr)).collect(),
        }
    }

    fn implies_minima(&self, acr: &Acr) -> bool {
        let implies = |minimum: &Minimum| {
            let pair = (self.vocabulary.rule(acr), self.vocabulary.rule(&minimum.acr));
            matches!(pair, (Some(one), Some(least)) if one.implies(least))
        };
        self.minima.iter().all(implies)
    }

    /// How `target`, and with it every minimum, can be reached.
    fn route(&self, ledger: &AssuranceLedger, target: &Acr) -> Route {
        let Some(rule) = self.vocabulary.rule(target) else { return Route::Closed(MissReason::Policy) };
        for minimum in &self.minima {
            let Some(least) = self.vocabulary.rule(&minimum.acr) else {
                return Route::Closed(MissReason::Policy);
            };
            let moment = self.moment.bounded(minimum.max_age.map(|age| age.length()));
            if least.judge(ledger, moment).is_none() {
                return self.way_to(ledger, least, moment);
            }
        }
        match rule.judge(ledger, self.moment) {
            Some(assurance) => Route::Earned(Assurance { acr: target.clone(), ..assurance }),
            None => self.way_to(ledger, rule, self.moment),
        }
    }

    /// The next step towards a context that is not earned yet: by the first of its combinations to which there is a way.
    fn way_to(&self, ledger: &AssuranceLedger, rule: &AcrRule, moment: Moment) -> Route {
        let mut closed = None;
        for combination in &rule.any_of {
            match self.step_to(ledger, rule, combination, moment) {
                Ok(step) => return Route::Open(step),
                Err(reason) => closed = closed.or(Some(reason)),
            }
        }
        Route::Closed(closed.unwrap_or(MissReason::Policy))
    }

    /// The first proof of a combination that is still to be given: the password before the face.
    fn step_to(
        &self,
        ledger: &AssuranceLedger,
        rule: &AcrRule,
        combination: &Combination,
        moment: Moment,
    ) -> Result<Decision, MissReason> {
        let lacks = |proof: &&Proof| match rule.entry_for(proof, ledger, moment) {
            Ok(entry) => proof.method == combination.ages_by && !moment.admits(entry.achieved_at),
            Err(_) => true,
        };
        let lacking: Vec<&Proof> = combination.proofs.iter().filter(lacks).collect();
        if lacking.iter().any(|proof| proof.issuer.is_some()) {
            return Err(MissReason::Policy);
        }
        if lacking.iter().any(|proof| proof.method == Method::Pwd) {
            return Ok(Decision::SignIn(match ledger.latest(Method::Pwd) {
                None => SignInReason::NoSession,
                Some(_) => SignInReason::TooOld,
            }));
        }
        let face = lacking.into_iter().find(|proof| proof.method == Method::Face);
        face.ok_or(MissReason::Policy).and_then(|face| self.face_step(face))
    }

    /// How a face proof is given: by the child, or by its parent where there is no enrolment that it could go by.
    fn face_step(&self, proof: &Proof) -> Result<Decision, MissReason> {
        if let Some(reason) = self.facts.missed {
            return Err(reason);
        }
        let child = self.facts.set.child_for(proof).ok_or(MissReason::Policy)?;
        let enrol = || child.parents.first().cloned().map(Decision::Enrol).ok_or(MissReason::Policy);
        let face = self.facts.face;
        match face.standing {
            FaceStanding::Suspended => Err(MissReason::AttemptsExhausted),
            FaceStanding::NotEnrollable => Err(MissReason::FaceNotEnrolled),
            FaceStanding::Enrollable => enrol(),
            FaceStanding::Enrolled if self.is_enrolled_for(child, proof) => {
                // A key that this check would bind proves nothing in it, so nobody is asked for a face in vain.
                let key_will_do = !proof.device_key || face.has_device_key;
                key_will_do.then(|| Decision::StepUp(child.name.clone())).ok_or(MissReason::Policy)
            }
            FaceStanding::Enrolled if face.can_enrol => enrol(),
            FaceStanding::Enrolled => Err(MissReason::FaceNotEnrolled),
        }
    }

    /// Whether the enrolment is one that the child takes, and young enough.
    fn is_enrolled_for(&self, child: &WorkflowDefinition, proof: &Proof) -> bool {
        self.facts.face.enrolment.as_ref().is_some_and(|enrolment| {
            let age = self.moment.now.duration_since(enrolment.completed_at);
            child.parents.contains(&enrolment.workflow)
                && proof.proofed_within.is_none_or(|most| age <= most.length())
        })
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
