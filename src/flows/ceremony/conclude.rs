//! The verdict's consequences, all in one transaction: run, enrolment, budget, ledger, session, device and audit.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    Ceremonies, FacePolicy, FaceRefusal, Scribe, Served, named_interaction,
    open::unknown,
    shown,
    upload::{Examined, Judged, Outcome, Spent, enrolment_of, run_of},
};
use crate::{
    domain::{
        admin::check::CheckSource,
        audit::{AuditEvent, AuditKind},
        authn::ledger::{AssuranceEntry, Evidence, Method, Showing},
        device::KeyBinding,
        face::{
            attempts::{AttemptBudget, DeviceScope},
            ceremony::Ceremony,
            renewal::FaceReference,
            verification::{Passed, Rejection, Verdict},
        },
        id::{DeviceId, EnrolmentId, IdentityCheckId},
        oidc::interaction::Interaction,
        secret::SecretToken,
        session::Session,
        workflow::{
            enrolment::{Enrolment, ProofKey},
            run::{RunKind, WorkflowRun},
        },
    },
    flows::{
        Unserved,
        browser::Browser,
        devices::{self, PassedCapture},
        references::SealedReference,
    },
    ports::{fault::Fault, store::Db},
};

/// What a transaction concludes, prepared outside it so that it can be run again.
struct Conclusion {
    spent: Arc<Spent>,
    browser: Browser,
    examined: Arc<Examined>,
    /// What is kept of its pictures, sealed.
    shown: Option<Vec<u8>>,
    /// What a passed parent run enrols.
    reference: Option<(EnrolmentId, SealedReference)>,
    renewed: SecretToken,
    device: SecretToken,
    policy: FacePolicy,
    proof_key: Arc<ProofKey>,
}

impl Ceremonies {
    /// Records the verdict on a spent attempt and everything that follows from it.
    pub(super) async fn conclude(
        &self,
        spent: Spent,
        browser: &Browser,
        examined: Examined,
    ) -> Served<Judged> {
        let shown = self.room.seal_shown(&spent.ceremony.id, &examined.keepsake)?;
        let (spent, examined) = (Arc::new(spent), Arc::new(examined));
        let mut is_second = false;
        let judged = loop {
            let conclusion = Arc::new(Conclusion {
                reference: self.seal_live_reference(&spent.run, &examined.verdict).await?,
                spent: spent.clone(),
                browser: browser.clone(),
                examined: examined.clone(),
                shown: shown.clone(),
                renewed: self.room.entropy.token(),
                device: self.room.entropy.token(),
                policy: self.room.policy,
                proof_key: self.room.proof_key.clone(),
            });
            match self.room.change(move |db, scribe| conclusion.apply(db, scribe)).await {
                // The key that the reference's keys were wrapped by may have been given up in between: wrapped again by
                // the one in use, the enrolment is not lost.
                Err(Unserved::Fault(Fault::Conflict(_))) if !is_second => is_second = true,
                judged => break judged?,
            }
        };
        Ok(judged)
    }

    /// Seals the reference that a passed parent run enrols.
    async fn seal_live_reference(
        &self,
        run: &WorkflowRun,
        verdict: &Verdict,
    ) -> Result<Option<(EnrolmentId, SealedReference)>, Fault> {
        let (RunKind::Parent, Verdict::Passed(passed)) = (&run.kind, verdict) else { return Ok(None) };
        let id = EnrolmentId::from_random(self.room.entropy.bytes());
        let face =
            FaceReference { template: passed.live_template().clone(), map: passed.live_map().cloned() };
        let sealed = self.room.references.seal_new(&id, &face).await?;
        Ok(Some((id, sealed)))
    }
}

impl Conclusion {
    fn apply(&self, db: &mut dyn Db, scribe: &Scribe) -> Served<Judged> {
        let mut ceremony = db.find_ceremony(&self.spent.ceremony.id)?.ok_or_else(unknown)?;
        let passed = matches!(self.examined.verdict, Verdict::Passed(_));
        if !ceremony.conclude(passed) {
            return Err(FaceRefusal::WrongStep.into());
        }
        db.save_ceremony(&ceremony)?;
        if let Some(sealed) = &self.shown {
            shown::keep(db, scribe, (&ceremony.id, &ceremony.user), passed, sealed.clone())?;
        }
        let interaction = named_interaction(db, &ceremony.interaction)?;
        let budget = &self.spent.budget;
        let kept = db.find_budget(&budget.user, &budget.scope)?;
        let budget = kept.ok_or_else(|| Fault::Damaged("a spent budget is gone".into()))?;
        match &self.examined.verdict {
            Verdict::Passed(passed) => self.pass(db, scribe, &ceremony, interaction, budget, passed),
            Verdict::Rejected(rejection) => {
                self.reject(db, scribe, &ceremony, interaction, budget, rejection)
            }
        }
    }

    fn pass(
        &self,
        db: &mut dyn Db,
        scribe: &Scribe,
        ceremony: &Ceremony,
        mut interaction: Interaction,
        mut budget: AttemptBudget,
        passed: &Passed,
    ) -> Served<Judged> {
        budget.pass();
        db.save_budget(&budget)?;
        db.refund_population(self.spent.window)?;
        db.append_event(&self.concluded(scribe, &interaction, ceremony).with("passed", true))?;
        let mut run = run_of(db, ceremony)?;
        let evidence = match run.kind {
            RunKind::Parent => {
                self.enrol(db, scribe, &interaction, &mut run, passed)?;
                let showing = showing_of(&run, ceremony, Some(scribe.now));
                self.policy.parent_ceremony_counts.then_some(Evidence::ParentRun(showing))
            }
            RunKind::Child { .. } => {
                // Consent may have been withdrawn while the verdict waited for its beat.
                let kept = enrolment_of(db, &run, &self.proof_key)?;
                let proofed_at = kept.map(|kept| kept.proven.enrolment().completed_at);
                let showing = showing_of(&run, ceremony, proofed_at);
                run.complete_child(passed, scribe.now)?;
                Some(Evidence::ChildRun(showing))
            }
        };
        db.save_run(&run)?;
        // What the run was decided upon for is done: the next one is to be decided upon anew.
        interaction.workflow = None;
        db.save_interaction(&interaction)?;
        let event = scribe.run_event(AuditKind::RunEnded, &interaction, &run);
        db.append_event(&event.with("completed", true))?;
        let mut session = self.own_session(db)?;
        if evidence.is_some() && session.is_none() {
            return Err(FaceRefusal::WrongStep.into());
        }
        let (known, device) = self.known_browser(db, scribe, &budget)?;
        // Whoever signed in as someone else meanwhile binds nothing to the account of before.
        let renewed = match &mut session {
            Some(session) => {
                let signed_by = self.examined.signed_by.as_ref();
                let capture = PassedCapture { user: &run.user, run: &run.id, device: &known, key: signed_by };
                let binding =
                    devices::bind(db, scribe, &capture, |kind| scribe.run_event(kind, &interaction, &run))?;
                let device_key = binding.as_ref().map(KeyBinding::in_ledger);
                let entry = |evidence| AssuranceEntry {
                    device_key,
                    ..AssuranceEntry::own(Method::Face, scribe.now, evidence)
                };
                evidence.map(entry).map(|entry| self.record(db, session, entry)).transpose()?
            }
            None => None,
        };
        Ok(Judged {
            interaction: interaction.id,
            way: ceremony.challenge.way(),
            outcome: Outcome::Done,
            renewed,
            device,
        })
    }

    /// The event of the verdict, with the signs of injection by name and level.
    fn concluded(&self, scribe: &Scribe, interaction: &Interaction, ceremony: &Ceremony) -> AuditEvent {
        let event = scribe.ceremony_event(AuditKind::CeremonyConcluded, interaction, ceremony);
        let signs: Map<String, Value> =
            self.examined.signals.named().map(|(name, level)| (name.to_owned(), level.into())).collect();
        if signs.is_empty() { event } else { event.with("injection", signs) }
    }

    /// The browser, known to this account from now on, and its secret where that is new: only where the browser has none. One
    /// that it has may be what it is known to other accounts by, and no other site can have planted it (`__Host-`,
    /// RFC 6265bis §4.1.3.2).
    fn known_browser(
        &self,
        db: &mut dyn Db,
        scribe: &Scribe,
        budget: &AttemptBudget,
    ) -> Result<(DeviceId, Option<SecretToken>), Fault> {
        if let DeviceScope::Known(known) = &budget.scope {
            return Ok((known.clone(), None));
        }
        let (hash, minted) = match &self.browser.device {
            Some(presented) => (presented.clone(), None),
            None => (self.device.hash(), Some(self.device.clone())),
        };
        Ok((devices::remember(db, scribe, &budget.user, hash)?, minted))
    }

    /// Completes the parent run with its enrolment.
    fn enrol(
        &self,
        db: &mut dyn Db,
        scribe: &Scribe,
        interaction: &Interaction,
        run: &mut WorkflowRun,
        passed: &Passed,
    ) -> Served<()> {
        let reference = self.reference.clone();
        let (id, SealedReference { sealed, keys }) =
            reference.ok_or_else(|| Fault::Internal("nothing was sealed to enrol".into()))?;
        let model = passed.live_template().model().clone();
        let enrolment = Enrolment::complete(run, passed, id, model, sealed, &self.proof_key, scribe.now)?;
        if let Some(former) = db.find_enrolment_of(&enrolment.user)? {
            if run.replaces.as_ref() == Some(&former.id) {
                db.supersede_enrolment(&former.id, scribe.now)?;
                let event = scribe.run_event(AuditKind::EnrolmentReplaced, interaction, run);
                db.append_event(&event.with("enrolment", former.id.as_str()))?;
            } else if former.model == enrolment.model {
                // It was made meanwhile, in another window: this run was to replace another one, or none.
                return Err(FaceRefusal::WrongStep.into());
            } else {
                db.revoke_enrolment(&former.id, scribe.now)?;
                let event = scribe.run_event(AuditKind::FaceForgotten, interaction, run);
                db.append_event(&event.with("enrolment", former.id.as_str()).with("by", "other_model"))?;
            }
        }
        db.insert_enrolment(&enrolment)?;
        spend_check(db, &enrolment, scribe.now)?;
        db.put_enrolment_keys(&enrolment.id, &keys)?;
        let event = scribe.run_event(AuditKind::Enrolled, interaction, run);
        let event = event
            .with("enrolment", enrolment.id.as_str())
            .with("model", enrolment.model.as_str())
            .with("source", enrolment.evidence.evidence().source.clone())
            .with("transaction", enrolment.evidence.evidence().transaction.clone());
        Ok(db.append_event(&event)?)
    }

    /// The browser's session as it is now, while it is that of the person whose face this is.
    fn own_session(&self, db: &mut dyn Db) -> Result<Option<Session>, Fault> {
        let session = db.find_session_by_id(&self.browser.session.id)?;
        Ok(session.filter(|session| session.user.as_ref() == Some(&self.spent.ceremony.user)))
    }

    /// Records the face in the ledger, under a new cookie secret.
    fn record(&self, db: &mut dyn Db, session: &mut Session, entry: AssuranceEntry) -> Served<SecretToken> {
        session.record(entry, &self.renewed);
        db.save_session(session)?;
        Ok(self.renewed.clone())
    }

    fn reject(
        &self,
        db: &mut dyn Db,
        scribe: &Scribe,
        ceremony: &Ceremony,
        interaction: Interaction,
        mut budget: AttemptBudget,
        rejection: &Rejection,
    ) -> Served<Judged> {
        let event = self.concluded(scribe, &interaction, ceremony).with("passed", false);
        let (event, outcome) = match rejection {
            Rejection::Quality(advice) => {
                budget.poor_picture();
                db.refund_population(self.spent.window)?;
                let names: Vec<&str> = advice.iter().map(|advice| advice.code()).collect();
                (event.with("quality", names), Outcome::Again { advice: advice.clone(), next: None })
            }
            Rejection::Unclear(advice) => {
                (event.with("cause", "unclear"), Outcome::Again { advice: advice.clone(), next: None })
            }
            Rejection::NotVerified(cause) => (event.with("cause", cause.name()), Outcome::Refused),
        };
        let is_failure = !matches!(rejection, Rejection::Quality(_));
        if is_failure && budget.fail(scribe.now, &self.policy.attempts) {
            let event = scribe.ceremony_event(AuditKind::FaceSuspended, &interaction, ceremony);
            db.append_event(&event.with("known_device", budget.scope != DeviceScope::Unknown))?;
        }
        db.save_budget(&budget)?;
        db.append_event(&event)?;
        Ok(Judged {
            interaction: interaction.id,
            way: ceremony.challenge.way(),
            outcome,
            renewed: None,
            device: None,
        })
    }
}

/// The face as it was shown, for the ledger.
fn showing_of(run: &WorkflowRun, ceremony: &Ceremony, proofed_at: Option<Timestamp>) -> Showing {
    let workflow = Some(run.workflow.clone());
    Showing { workflow, proofed_at, ..Showing::new(run.id.clone(), ceremony.challenge.way()) }
}

/// What an officer attested carries one enrolment, and none once it was taken back, as while the person was on their way.
fn spend_check(db: &mut dyn Db, enrolment: &Enrolment, now: Timestamp) -> Served<()> {
    let evidence = enrolment.evidence.evidence();
    if CheckSource::parse(&evidence.source).is_none() {
        return Ok(());
    }
    let check = IdentityCheckId::parse(&evidence.transaction);
    let is_spent = check.map(|check| db.spend_identity_check(&check, now)).transpose()?;
    if is_spent == Some(true) { Ok(()) } else { Err(FaceRefusal::WrongStep.into()) }
}
