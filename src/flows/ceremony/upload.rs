//! The upload: an attempt is spent and saved before anything is opened, then the frames are opened, observed and judged.

use std::sync::Arc;

use super::{
    Ceremonies, FaceRefusal, FaceRoom, Served, named_interaction,
    open::{find_budget_of, unknown},
    sealed::unseal_template,
};
use crate::{
    domain::{
        audit::AuditKind,
        face::{
            attempts::AttemptBudget,
            capture::{CaptureBundle, EncodedFrame, FrameHash},
            ceremony::{Ceremony, Transcript},
            conduct::{self, Case},
            examination::{Seen, frames_to_observe},
            injection::{Evidence, Signals, prints, replay::Keepsake},
            renewal::ProtectedReference,
            template::FaceTemplate,
            verification::{Advice, Cause, Identity, Reference, Rejection, Verdict, verify},
            way::Way,
        },
        id::{CeremonyId, InteractionId},
        secret::SecretToken,
        workflow::run::{RunKind, RunStage, WorkflowRun},
    },
    flows::{Unserved, browser::Browser, references::KeptReference},
    ports::{envelope::SealedKind, face::AnalyzerFault, fault::Fault, store::Db},
};

/// What became of an upload.
#[derive(Debug)]
pub struct Judged {
    /// The request it belongs to.
    pub interaction: InteractionId,
    /// The way in which the challenge was to be answered.
    pub way: Way,
    /// How it ended.
    pub outcome: Outcome,
    /// The session's new secret, where a proof was recorded.
    pub renewed: Option<SecretToken>,
    /// A device's new secret, where the account succeeded on it for the first time.
    pub device: Option<SecretToken>,
}

/// How a capture ended, as far as the person is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A live person, and the right one.
    Done,
    /// The picture was too poor to judge: how to do better, and the fresh capture that is open, if the rules allow one now.
    Again {
        /// How to do better.
        advice: Vec<Advice>,
        /// The fresh capture.
        next: Option<CeremonyId>,
    },
    /// Not verified.
    Refused,
}

/// What an attempt was spent on, taken out of the transaction that spent it.
#[derive(Clone)]
pub(super) struct Spent {
    pub(super) ceremony: Ceremony,
    pub(super) transcript: Transcript,
    pub(super) run: WorkflowRun,
    pub(super) budget: AttemptBudget,
    pub(super) window: i64,
}

/// What was found in an upload.
pub(super) struct Examined {
    pub(super) verdict: Verdict,
    pub(super) signals: Signals,
    pub(super) keepsake: Keepsake,
}

impl Examined {
    /// A capture in which nothing was looked at.
    fn refused(cause: Cause) -> Self {
        let (signals, keepsake) = (Signals::default(), Keepsake::default());
        Self { verdict: not_verified(cause), signals, keepsake }
    }
}

impl Ceremonies {
    /// Judges a sealed capture. The attempt stays spent whatever happens, but for a full queue, where nothing was judged.
    pub(super) async fn judge(
        &self,
        ceremony: &CeremonyId,
        browser: &Browser,
        jwe: String,
    ) -> Served<Judged> {
        let spent = self.spend(ceremony, browser).await?;
        let examined = match self.examine(&spent, jwe).await {
            Ok(examined) => examined,
            Err(AnalyzerFault::Busy) => {
                self.give_back(spent).await?;
                return Err(FaceRefusal::Busy.into());
            }
            Err(AnalyzerFault::BadPicture(_)) => Examined::refused(Cause::Unreadable),
            Err(AnalyzerFault::Fault(fault)) => return Err(fault.into()),
        };
        let interaction = spent.ceremony.interaction.clone();
        let mut judged = self.conclude(spent, browser, examined).await?;
        if let Outcome::Again { next, .. } = &mut judged.outcome {
            *next = match self.open(&interaction, browser, judged.way).await {
                Ok(fresh) => Some(fresh),
                // The rules allow no further capture now; the outcome's page says so.
                Err(Unserved::Refused(_)) => None,
                Err(fault) => return Err(fault),
            };
        }
        Ok(judged)
    }

    /// Spends the attempt: after this, a crash leaves a failure behind and never a second try.
    async fn spend(&self, ceremony: &CeremonyId, browser: &Browser) -> Served<Spent> {
        let (id, browser, policy) = (ceremony.clone(), browser.clone(), self.room.policy.attempts);
        self.room
            .change(move |db, scribe| {
                let mut ceremony = db.find_ceremony(&id)?.ok_or_else(unknown)?;
                let transcript = ceremony.spend_attempt(&browser.session.id, scribe.now)?;
                let run = run_of(db, &ceremony)?;
                let interaction = named_interaction(db, &ceremony.interaction)?;
                let is_needed = run.awaits_capture() && interaction.is_open(scribe.now);
                if !is_needed || browser.session.user.as_ref() != Some(&ceremony.user) {
                    return Err(FaceRefusal::WrongStep.into());
                }
                let mut budget = find_budget_of(db, &ceremony.user, browser.device.as_ref())?;
                budget.spend(scribe.now, &policy)?;
                let window = policy.window(scribe.now);
                if !db.spend_population(window, policy.population_most)? {
                    return Err(FaceRefusal::Crowded { until: policy.window_end(scribe.now) }.into());
                }
                db.save_ceremony(&ceremony)?;
                db.save_budget(&budget)?;
                db.append_event(&scribe.ceremony_event(AuditKind::AttemptSpent, &interaction, &ceremony))?;
                Ok(Spent { ceremony, transcript, run, budget, window })
            })
            .await
    }

    /// Opens, observes and judges what was sent.
    async fn examine(&self, spent: &Spent, jwe: String) -> Result<Examined, AnalyzerFault> {
        let Some(CaptureBundle { frames, claims, .. }) = self.open_bundle(spent, jwe).await? else {
            return Ok(Examined::refused(Cause::Unreadable));
        };
        let hashes: Vec<FrameHash> = frames.iter().map(EncodedFrame::hash).collect();
        if !hashes.iter().eq(spent.transcript.committed.iter().map(|commitment| &commitment.hash)) {
            return Ok(Examined::refused(Cause::Frames));
        }
        let frames: Arc<[EncodedFrame]> = frames.into();
        let seen = self.room.analyzer.observe(frames.clone(), frames_to_observe(frames.len())).await?;
        let earlier = self.room.shown_before(&spent.run.user).await?;
        let evidence =
            Evidence { transcript: &spent.transcript, seen: &seen, claims: &claims, earlier: &earlier };
        let signals = Signals::read(evidence);
        let verdict = match signals.refusal(&self.room.policy.injection) {
            Some(cause) => not_verified(cause),
            None => self.judge_face(spent, frames, &seen).await?,
        };
        Ok(Examined { verdict, signals, keepsake: Keepsake::of(prints(&seen)) })
    }

    /// Judges who is there: poses first, then, where those do not refute the capture, whose face it is.
    async fn judge_face(
        &self,
        spent: &Spent,
        frames: Arc<[EncodedFrame]>,
        seen: &Seen,
    ) -> Result<Verdict, AnalyzerFault> {
        let (analyzer, policy) = (&self.room.analyzer, &self.room.policy.verification);
        let case = Case { challenge: &spent.ceremony.challenge, transcript: &spent.transcript, seen };
        let conduct = match conduct::judge(case, policy) {
            Ok(conduct) => conduct,
            Err(rejection) => return Ok(Verdict::Rejected(rejection)),
        };
        let looks =
            analyzer.look_closer(frames, conduct.worth_a_closer_look()).await.map_err(judged_in_part)?;
        let reference = self.room.reference(&spent.run).await?;
        let identity = Identity {
            run: &spent.run.id,
            looks,
            model: &analyzer.model(),
            reference: match &reference {
                Kept::Portrait(portrait) => Reference::Portrait(portrait),
                Kept::Enrolled(reference) => Reference::Enrolled(reference),
            },
        };
        Ok(verify(&conduct, &identity, policy))
    }

    /// The bundle, if it was sealed for this ceremony. Megabytes are decrypted, so off the async threads.
    async fn open_bundle(&self, spent: &Spent, jwe: String) -> Result<Option<CaptureBundle>, Fault> {
        let (opener, ceremony) = (self.room.opener.clone(), spent.ceremony.clone());
        let opened = tokio::task::spawn_blocking(move || {
            opener.open_capture(&ceremony.id, &ceremony.nonce, &ceremony.keys, &jwe)
        });
        let opened = opened.await.map_err(|error| Fault::Internal(format!("opening broke off: {error}")))?;
        Ok(opened.ok())
    }

    /// Gives an attempt back that found no room: nothing of it was judged.
    async fn give_back(&self, spent: Spent) -> Served<()> {
        self.room
            .change(move |db, scribe| {
                let mut ceremony = db.find_ceremony(&spent.ceremony.id)?.ok_or_else(unknown)?;
                ceremony.give_back(spent.transcript.clone());
                db.save_ceremony(&ceremony)?;
                if let Some(mut budget) = db.find_budget(&spent.budget.user, &spent.budget.scope)? {
                    budget.give_back();
                    db.save_budget(&budget)?;
                }
                db.refund_population(spent.window)?;
                let interaction = named_interaction(db, &ceremony.interaction)?;
                let event = scribe.ceremony_event(AuditKind::AttemptReturned, &interaction, &ceremony);
                Ok(db.append_event(&event)?)
            })
            .await
    }
}

impl FaceRoom {
    /// What a run's live face is compared with: the portrait sealed in it, or the template of the enrolment, which is
    /// proven again.
    async fn reference(&self, run: &WorkflowRun) -> Result<Kept, Fault> {
        if let RunStage::Portrait { sealed_portrait, .. } = &run.stage {
            let owner = run.id.as_str();
            return unseal_template(self.vault.as_ref(), SealedKind::Portrait, owner, sealed_portrait)
                .map(Kept::Portrait);
        }
        let (user, key) = (run.user.clone(), self.proof_key.clone());
        let kept = self.store.read(move |db| KeptReference::find_of(db, &user, &key)).await?;
        match (kept, &run.kind) {
            (Some(Ok(kept)), RunKind::Child { enrolment }) if kept.proven.id() == enrolment => {
                self.references.open(&kept).await.map(Kept::Enrolled)
            }
            _ => Err(Fault::Damaged("a child run has no proven enrolment any more".into())),
        }
    }
}

/// What a run's live face is compared with.
enum Kept {
    Portrait(FaceTemplate),
    Enrolled(ProtectedReference),
}

pub(super) fn run_of(db: &mut dyn Db, ceremony: &Ceremony) -> Result<WorkflowRun, Fault> {
    let run = db.find_run(&ceremony.run)?;
    run.ok_or_else(|| Fault::Damaged("a ceremony's run is gone".into()))
}

/// A second stage that found no room in its time: the first one has passed by then, so the attempt is not given back, or a
/// machine under load could be asked again and again how far a capture comes.
fn judged_in_part(fault: AnalyzerFault) -> AnalyzerFault {
    match fault {
        AnalyzerFault::Busy => Fault::Unavailable("the second stage found no room".into()).into(),
        other => other,
    }
}

fn not_verified(cause: Cause) -> Verdict {
    Verdict::Rejected(Rejection::NotVerified(cause))
}
