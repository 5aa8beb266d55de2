//! One decision as it is made: which contexts to try in which order, whether each is earned, and if not by which step it can
//! be reached.

use jiff::SignedDuration;

use super::{Decision, FaceStanding, Facts, MissReason, Refusal, SignInReason, SignedIn};
use crate::domain::{
    authn::{
        acr::{Acr, AcrRule, Assurance, Combination, Moment, Proof},
        age::Age,
        dialect::Vocabulary,
        explanation::PolicyVerdict,
        ledger::{AssuranceLedger, Method},
        requirement::{AcrRequest, Demander, Minimum, Prompt},
    },
    workflow::definition::WorkflowDefinition,
};

/// The facts with what follows from them.
pub(super) struct Case<'a> {
    facts: Facts<'a>,
    vocabulary: Vocabulary<'a>,
    /// By which the contexts that are asked for are judged.
    pub(super) moment: Moment,
    /// The client's and those of the policies that apply.
    pub(super) minima: Vec<Minimum>,
    /// What each policy says.
    pub(super) verdicts: Vec<PolicyVerdict>,
}

impl<'a> Case<'a> {
    pub(super) fn of(facts: Facts<'a>) -> Self {
        let verdicts = facts.set.verdicts(facts.circumstances);
        let demanded = verdicts.iter().filter(|verdict| verdict.unmatched.is_none()).filter_map(|verdict| {
            let by = Demander::Policy(verdict.name.clone());
            Some(Minimum { acr: verdict.demand.acr.clone()?, max_age: verdict.demand.max_age, by })
        });
        let minima = facts.requirement.minima.iter().cloned().chain(demanded).collect();
        let vocabulary = facts.set.vocabulary(facts.dialect);
        Self { vocabulary, moment: asked_moment(facts), minima, verdicts, facts }
    }

    pub(super) fn decide(&self) -> Decision {
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
        let (mut not_shown, mut closed) = (None, None);
        for target in self.targets(ledger) {
            match self.route(ledger, &target) {
                Route::Earned(assurance) => return Decision::Proceed(assurance),
                Route::Open(step) if facts.requirement.prompt != Prompt::None => return step,
                // Any of the listed contexts will do (OpenID Connect Core 1.0 §5.5.1.1): a later one may be earned.
                Route::Open(step) => not_shown = not_shown.or(Some(refusal_instead_of(&step))),
                Route::Closed(reason) => closed = telling(closed, reason),
            }
        }
        if is_condition {
            let unmet = Refusal::Unmet(closed.unwrap_or(MissReason::Policy));
            return Decision::Refuse(not_shown.unwrap_or(unmet));
        }
        sign_in(facts, SignInReason::TooOld)
    }

    /// The contexts to try, in order. Whatever is wished for, the session's own is as good as it is, and under minima a wish for
    /// less becomes what they demand. A condition keeps its words, since one of them must be told (OpenID Connect Core 1.0
    /// §5.5.1.1): those that meet the minima go first, and [`Self::route`] adds the minima to the others.
    fn targets(&self, ledger: &AssuranceLedger) -> Vec<Acr> {
        match &self.facts.requirement.acr {
            AcrRequest::Required(listed) => {
                let (enough, less): (Vec<&Acr>, Vec<&Acr>) =
                    listed.iter().partition(|acr| self.implies_minima(acr));
                enough.into_iter().chain(less).cloned().collect()
            }
            AcrRequest::Preferred(listed) => {
                let enough = |acr: &&Acr| self.implies_minima(acr);
                listed.iter().filter(enough).cloned().chain(self.own(ledger)).chain(self.least()).collect()
            }
            AcrRequest::Any => self.own(ledger).into_iter().chain(self.least()).collect(),
        }
    }

    /// The session's own context: the first that it earns and that is no less than the minima.
    fn own(&self, ledger: &AssuranceLedger) -> Option<Acr> {
        let is_earned = |rule: &&AcrRule| rule.judge(ledger, self.moment).is_some();
        let rules = self.facts.set.catalogue().rules().iter();
        let own = rules.filter(is_earned).find(|rule| self.implies_minima(&rule.acr));
        own.map(|rule| self.vocabulary.told(&rule.acr))
    }

    /// The least that meets the minima: the one of them that implies the others, else any context that implies them all,
    /// else each of the topmost, beside the others.
    fn least(&self) -> Vec<Acr> {
        let named = || self.minima.iter().map(|minimum| &minimum.acr);
        let enough = |acr: &&Acr| self.implies_minima(acr);
        let least = named().find(enough).or_else(|| match self.minima.is_empty() {
            true => None,
            false => self.facts.set.catalogue().names().find(enough),
        });
        let is_below = |acr: &Acr, other: &Acr| self.implies(other, acr) && !self.implies(acr, other);
        let is_topmost = |acr: &&Acr| !named().any(|other| is_below(acr, other));
        match least {
            Some(least) => vec![self.vocabulary.told(least)],
            None => named().filter(is_topmost).map(|acr| self.vocabulary.told(acr)).collect(),
        }
    }

    fn implies_minima(&self, acr: &Acr) -> bool {
        self.minima.iter().all(|minimum| self.implies(acr, &minimum.acr))
    }

    fn implies(&self, acr: &Acr, other: &Acr) -> bool {
        let pair = (self.vocabulary.rule(acr), self.vocabulary.rule(other));
        matches!(pair, (Some(one), Some(other)) if one.implies(other))
    }

    /// How `target`, and with it every minimum, can be reached. Where one of them cannot, nobody is asked for the others in
    /// vain.
    fn route(&self, ledger: &AssuranceLedger, target: &Acr) -> Route {
        let Some(rule) = self.vocabulary.rule(target) else { return Route::Closed(MissReason::Policy) };
        let mut open = None;
        for minimum in &self.minima {
            let Some(least) = self.vocabulary.rule(&minimum.acr) else {
                return Route::Closed(MissReason::Policy);
            };
            let moment = self.moment_of(minimum);
            if least.judge(ledger, moment).is_none() {
                match self.way_to(ledger, least, moment) {
                    Ok(step) => open = Some(first_of(open, step)),
                    Err(reason) => return Route::Closed(reason),
                }
            }
        }
        match rule.judge(ledger, self.moment) {
            Some(assurance) => match open {
                Some(step) => Route::Open(step),
                None => Route::Earned(Assurance { acr: target.clone(), ..assurance }),
            },
            None => match self.way_to(ledger, rule, self.moment) {
                Ok(step) => Route::Open(first_of(open, step)),
                Err(reason) => Route::Closed(reason),
            },
        }
    }

    /// The moment by which a minimum is judged: its own age counts, and not the request's, which is that of the context that is
    /// told.
    fn moment_of(&self, minimum: &Minimum) -> Moment {
        let anew = self.facts.requirement.prompt == Prompt::Login;
        let whole = Moment { max_age: anew.then_some(SignedDuration::ZERO), ..self.moment };
        whole.bounded(minimum.max_age.map(Age::length))
    }

    /// The next step towards a context that is not earned yet: by the first of its combinations to which there is a way.
    fn way_to(
        &self,
        ledger: &AssuranceLedger,
        rule: &AcrRule,
        moment: Moment,
    ) -> Result<Decision, MissReason> {
        let mut closed = None;
        for combination in &rule.any_of {
            match self.step_to(ledger, rule, combination, moment) {
                Ok(step) => return Ok(step),
                Err(reason) => closed = telling(closed, reason),
            }
        }
        Err(closed.unwrap_or(MissReason::Policy))
    }

    /// The first proof of a combination that is still to be given: the password before the face.
    fn step_to(
        &self,
        ledger: &AssuranceLedger,
        rule: &AcrRule,
        combination: &Combination,
        moment: Moment,
    ) -> Result<Decision, MissReason> {
        let deciding = combination.deciding();
        let lacks = |proof: &&Proof| match rule.entry_for(proof, ledger, moment) {
            Ok(entry) => deciding == Some(*proof) && !moment.admits(entry.achieved_at),
            Err(_) => true,
        };
        let lacking: Vec<&Proof> = combination.proofs.iter().filter(lacks).collect();
        // Nobody here can bring another provider's word about, or a proof that is stale when it is given.
        if lacking.iter().any(|proof| proof.issuer.is_some() || proof.is_stale_at_once()) {
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

/// How one context can be reached from here.
enum Route {
    Earned(Assurance),
    Open(Decision),
    Closed(MissReason),
}

/// Of two steps the one to take first: the password before the face.
fn first_of(open: Option<Decision>, step: Decision) -> Decision {
    match open {
        Some(earlier) if !matches!(step, Decision::SignIn(_)) => earlier,
        Some(earlier @ Decision::SignIn(_)) => earlier,
        _ => step,
    }
}

/// The reason that a client is told where several contexts were missed: what happened goes before what does not exist here.
fn telling(told: Option<MissReason>, reason: MissReason) -> Option<MissReason> {
    told.or(Some(reason).filter(|reason| *reason != MissReason::Policy))
}
