//! The upload: an attempt is spent and saved before anything is opened, then the frames are opened, observed and judged, and
//! at the beat, not before, the verdict is recorded.

use std::sync::Arc;

use tokio::time::Instant;

use super::{
    Ceremonies, FaceRefusal, FaceRoom, Served, named_interaction,
    open::{find_budget_of, unknown},
    sealed::unseal_template,
};
use crate::{
    domain::{
        audit::AuditKind,
        device::DeviceKey,
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
        workflow::{
            enrolment::ProofKey,
            run::{RunKind, RunStage, WorkflowRun},
        },
    },
    flows::{Unserved, browser::Browser, references::KeptReference},
    ports::{
        envelope::{CaptureRefusal, SealedKind},
        face::AnalyzerFault,
        fault::Fault,
        store::Db,
    },
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
    /// The enrolment that a child run compares with.
    enrolled: Option<KeptReference>,
    pub(super) budget: AttemptBudget,
    pub(super) window: i64,
}

/// What was found in an upload.
pub(super) struct Examined {
    pub(super) verdict: Verdict,
    /// The device key that signed it, where one did.
    pub(super) signed_by: Option<DeviceKey>,
    pub(super) signals: Signals,
    pub(super) keepsake: Keepsake,
}

impl Examined {
    /// A capture in which nothing was looked at.
    fn refused(cause: Cause) -> Self {
        let (signals, keepsake) = (Signals::default(), Keepsake::default());
        Self { verdict: not_verified(cause), signed_by: None, signals, keepsake }
    }
}

/// Why an examination ended before its verdict.
enum Stopped {
    /// There was no room for it: nothing was judged.
    NoRoom,
    /// It counts as not verified.
    Refused(Cause),
    /// The outside failed.
    Fault(Fault),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<AnalyzerFault> for Stopped {
    fn from(fault: AnalyzerFault) -> Self {
        match fault {
            AnalyzerFault::Busy => Self::NoRoom,
            AnalyzerFault::BadPicture(_) => Self::Refused(Cause::Unreadable),
            AnalyzerFault::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl Ceremonies {
    /// Judges a sealed capture that was completely there at `received`. The attempt stays spent whatever happens, but for a
    /// full queue, where nothing was judged. Until the beat nothing is written down that depends on what was found, so that
    /// no other page of the person's can show it.
    pub(super) async fn judge(
        &self,
        ceremony: &CeremonyId,
        browser: &Browser,
        jwe: String,
        received: Instant,
    ) -> Served<Judged> {
        let spent = self.spend(ceremony, browser).await?;
        let mut first_look = None;
        let examined = match self.examine(&spent, jwe, &mut first_look).await {
            Err(Stopped::NoRoom) => {
                self.give_back(spent).await?;
                return Err(FaceRefusal::Busy.into());
            }
            Err(Stopped::Refused(cause)) => Ok(Examined::refused(cause)),
            Err(Stopped::Fault(fault)) => Err(fault),
            Ok(examined) => Ok(examined),
        };
        self.wait_for_beat(received, first_look).await;
        self.tell(spent, browser, examined?).await
    }

    /// Records the verdict, and opens a fresh capture where the picture was too poor.
    async fn tell(&self, spent: Spent, browser: &Browser, examined: Examined) -> Served<Judged> {
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
        let key = self.room.proof_key.clone();
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
                let enrolled = enrolment_of(db, &run, &key)?;
                let mut budget = find_budget_of(db, &ceremony.user, browser.device.as_ref())?;
                budget.spend(scribe.now, &policy)?;
                let window = policy.window(scribe.now);
                if !db.spend_population(window, policy.population_most)? {
                    return Err(FaceRefusal::Crowded { until: policy.window_end(scribe.now) }.into());
                }
                db.save_ceremony(&ceremony)?;
                db.save_budget(&budget)?;
                db.append_event(&scribe.ceremony_event(AuditKind::AttemptSpent, &interaction, &ceremony))?;
                Ok(Spent { ceremony, transcript, run, enrolled, budget, window })
            })
            .await
    }

    /// Opens, observes and judges what was sent. Everything that it is held against is fetched before the first look, so that
    /// nothing but models can fail after it; `first_look` is when that was over.
    async fn examine(
        &self,
        spent: &Spent,
        jwe: String,
        first_look: &mut Option<Instant>,
    ) -> Result<Examined, Stopped> {
        let CaptureBundle { frames, claims, signed_by, .. } = self.open_bundle(spent, jwe).await?;
        let hashes: Vec<FrameHash> = frames.iter().map(EncodedFrame::hash).collect();
        if !hashes.iter().eq(spent.transcript.committed.iter().map(|commitment| &commitment.hash)) {
            return Ok(Examined::refused(Cause::Frames));
        }
        let frames: Arc<[EncodedFrame]> = frames.into();
        let reference = self.room.reference(spent).await?;
        let earlier = self.room.shown_before(&spent.run.user).await?;
        let seen = self.room.analyzer.observe(frames.clone(), frames_to_observe(frames.len())).await;
        *first_look = Some(tokio::time::Instant::now());
        let seen = seen?;
        let evidence =
            Evidence { transcript: &spent.transcript, seen: &seen, claims: &claims, earlier: &earlier };
        let signals = Signals::read(evidence);
        let verdict = match signals.refusal(&self.room.policy.injection) {
            Some(cause) => not_verified(cause),
            None => match self.judge_face(spent, &reference, frames, &seen).await {
                Err(Stopped::Refused(cause)) => not_verified(cause),
                judged => judged?,
            },
        };
        Ok(Examined { verdict, signed_by, signals, keepsake: Keepsake::of(prints(&seen)) })
    }

    /// Judges who is there: poses first, then, where those do not refute the capture, whose face it is.
    async fn judge_face(
        &self,
        spent: &Spent,
        reference: &Kept,
        frames: Arc<[EncodedFrame]>,
        seen: &Seen,
    ) -> Result<Verdict, Stopped> {
        let (analyzer, policy) = (&self.room.analyzer, &self.room.policy.verification);
        let case = Case { challenge: &spent.ceremony.challenge, transcript: &spent.transcript, seen };
        let conduct = match conduct::judge(case, policy) {
            Ok(conduct) => conduct,
            Err(rejection) => return Ok(Verdict::Rejected(rejection)),
        };
        let looks =
            analyzer.look_closer(frames, conduct.worth_a_closer_look()).await.map_err(judged_in_part)?;
        let identity = Identity {
            run: &spent.run.id,
            looks,
            model: &analyzer.model(),
            reference: match reference {
                Kept::Portrait(portrait) => Reference::Portrait(portrait),
                Kept::Enrolled(reference) => Reference::Enrolled(reference),
            },
        };
        Ok(verify(&conduct, &identity, policy))
    }

    /// The bundle, if it was sealed for this ceremony, and signed as it says. Megabytes are decrypted, so off the async
    /// threads.
    async fn open_bundle(&self, spent: &Spent, jwe: String) -> Result<CaptureBundle, Stopped> {
        let (opener, ceremony) = (self.room.opener.clone(), spent.ceremony.clone());
        let opened = tokio::task::spawn_blocking(move || {
            opener.open_capture(&ceremony.id, &ceremony.nonce, &ceremony.keys, &jwe)
        });
        let opened = opened.await.map_err(|error| Fault::Internal(format!("opening broke off: {error}")))?;
        opened.map_err(|refusal| {
            Stopped::Refused(match refusal {
                CaptureRefusal::Forged => Cause::Tampered,
                _ => Cause::Unreadable,
            })
        })
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
    /// What a run's live face is compared with: the portrait sealed in it, or the template of the enrolment.
    async fn reference(&self, spent: &Spent) -> Result<Kept, Fault> {
        let run = &spent.run;
        match (&spent.enrolled, &run.stage) {
            (Some(kept), _) => self.references.open(kept).await.map(Kept::Enrolled),
            (None, RunStage::Portrait { sealed_portrait, .. }) => {
                let (vault, owner) = (self.vault.as_ref(), run.id.as_str());
                unseal_template(vault, SealedKind::Portrait, owner, sealed_portrait).map(Kept::Portrait)
            }
            (None, _) => Err(Fault::Internal("a capture was judged that its run did not wait for".into())),
        }
    }
}

/// What a run's live face is compared with.
enum Kept {
    Portrait(FaceTemplate),
    Enrolled(ProtectedReference),
}

/// The enrolment of a child run, proven again; none for a parent run. One that was withdrawn meanwhile, or replaced, has
/// nothing to be compared with: what comes next is to be decided again.
pub(super) fn enrolment_of(
    db: &mut dyn Db,
    run: &WorkflowRun,
    key: &ProofKey,
) -> Served<Option<KeptReference>> {
    let RunKind::Child { enrolment } = &run.kind else { return Ok(None) };
    match KeptReference::find_of(db, &run.user, key)? {
        Some(Ok(kept)) if kept.proven.id() == enrolment => Ok(Some(kept)),
        Some(Ok(_)) | None => Err(FaceRefusal::WrongStep.into()),
        Some(Err(unproven)) => Err(Fault::Damaged(format!("a child run's enrolment: {unproven}")).into()),
    }
}

pub(super) fn run_of(db: &mut dyn Db, ceremony: &Ceremony) -> Result<WorkflowRun, Fault> {
    let run = db.find_run(&ceremony.run)?;
    run.ok_or_else(|| Fault::Damaged("a ceremony's run is gone".into()))
}

/// A second stage that found no room in its time, or no model that works: the first one has passed by then, so the capture is
/// answered like every refusal, or a machine under load would tell how far a capture comes.
fn judged_in_part(fault: AnalyzerFault) -> Stopped {
    Stopped::Refused(match fault {
        AnalyzerFault::Busy => Cause::NotJudged,
        AnalyzerFault::BadPicture(_) => Cause::Unreadable,
        AnalyzerFault::Fault(fault) => {
            // The person is told of a refusal, so this is where the fault is logged.
            tracing::error!(%fault, "a capture could not be judged to its end");
            Cause::NotJudged
        }
    })
}

fn not_verified(cause: Cause) -> Verdict {
    Verdict::Rejected(Rejection::NotVerified(cause))
}
