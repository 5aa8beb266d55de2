//! One face capture from being opened to its verdict: the page's keys and challenge, the socket that leads through it, and
//! the upload that is judged.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Lost, Unserved, browser::Browser, browser::find_own, policy_book::PolicyBook, references::References,
    settled,
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        authn::ways::WayPolicy,
        face::{
            attempts::{AttemptPolicy, AttemptRefusal},
            ceremony::{Ceremony, CeremonyRefusal},
            challenge::ChallengeKey,
            injection::InjectionPolicy,
            policy::{CapturePolicy, VerificationPolicy},
        },
        id::{AuditId, InteractionId},
        oidc::interaction::Interaction,
        session::Session,
        user::User,
        workflow::{
            enrolment::ProofKey,
            run::{WorkflowRun, WrongStep},
        },
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        envelope::{CaptureOpener, Vault},
        face::FaceAnalyzer,
        fault::Fault,
        store::{Db, Store},
    },
};

mod answer;
mod conclude;
pub mod live;
mod open;
mod sealed;
mod shown;
mod upload;

pub use answer::AnswerBeat;
pub(super) use open::budget_of;
pub(super) use sealed::seal_template;
pub use upload::{Judged, Outcome};

/// What face checks go by.
#[derive(Clone, Copy, Debug)]
pub struct FacePolicy {
    /// How a capture is led.
    pub capture: CapturePolicy,
    /// How it is judged.
    pub verification: VerificationPolicy,
    /// How many tries there are.
    pub attempts: AttemptPolicy,
    /// Which ways may be chosen, and which count.
    pub ways: WayPolicy,
    /// What signs of injected pictures lead to.
    pub injection: InjectionPolicy,
    /// When an upload is answered.
    pub answers: AnswerBeat,
    /// How many captures one interaction may open, so that nobody can shop for an easy challenge.
    pub most_ceremonies: i32,
    /// How many documents one run may look up, so that nobody can search a register.
    pub most_lookups: u32,
    /// Whether a parent run's own ceremony counts as the step-up that it interrupted.
    pub parent_ceremony_counts: bool,
}

impl Default for FacePolicy {
    fn default() -> Self {
        Self {
            capture: CapturePolicy::default(),
            verification: VerificationPolicy::default(),
            attempts: AttemptPolicy::default(),
            ways: WayPolicy::default(),
            injection: InjectionPolicy::default(),
            answers: AnswerBeat::default(),
            most_ceremonies: 12,
            most_lookups: 5,
            parent_ceremony_counts: false,
        }
    }
}

/// The ports and rules that every face flow shares.
pub struct FaceRoom {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What seals portraits' templates during a run.
    pub vault: Arc<dyn Vault>,
    /// What seals enrolled references, and opens them.
    pub references: Arc<References>,
    /// What makes ceremony keys and opens captures.
    pub opener: Arc<dyn CaptureOpener>,
    /// The models.
    pub analyzer: Arc<dyn FaceAnalyzer>,
    /// Which workflows there are.
    pub book: Arc<PolicyBook>,
    /// What enrolments are proven with.
    pub proof_key: Arc<ProofKey>,
    /// What challenges are derived from.
    pub challenge_key: ChallengeKey,
    /// What they go by.
    pub policy: FacePolicy,
}

/// Why a face flow refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaceRefusal {
    /// The interaction cannot be gone on with.
    #[error(transparent)]
    Lost(Lost),
    /// The run is at another step, or none is needed: what comes next is to be decided again.
    #[error("wrong_step")]
    WrongStep,
    /// The capture does not allow it.
    #[error(transparent)]
    Ceremony(CeremonyRefusal),
    /// The account's tries do not allow it.
    #[error(transparent)]
    Attempt(AttemptRefusal),
    /// All accounts together had too many failures in this window.
    #[error("crowded")]
    Crowded {
        /// When the next window begins.
        until: Timestamp,
    },
    /// The way that was chosen is not open to the session.
    #[error("other_way")]
    OtherWay,
    /// The interaction has opened as many captures as it may.
    #[error("no_more_captures")]
    NoMoreCaptures,
    /// The analysis has no room; the same request may be repeated.
    #[error("busy")]
    Busy,
}

/// What a face flow answers.
pub type Served<T> = Result<T, Unserved<FaceRefusal>>;

impl From<FaceRefusal> for Unserved<FaceRefusal> {
    fn from(refusal: FaceRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<CeremonyRefusal> for Unserved<FaceRefusal> {
    fn from(refusal: CeremonyRefusal) -> Self {
        Self::Refused(FaceRefusal::Ceremony(refusal))
    }
}

impl From<AttemptRefusal> for Unserved<FaceRefusal> {
    fn from(refusal: AttemptRefusal) -> Self {
        Self::Refused(FaceRefusal::Attempt(refusal))
    }
}

impl From<WrongStep> for Unserved<FaceRefusal> {
    fn from(_: WrongStep) -> Self {
        Self::Refused(FaceRefusal::WrongStep)
    }
}

/// Now, and names for audit events, ready to be moved into a transaction.
pub(super) struct Scribe {
    pub(super) now: Timestamp,
    pub(super) entropy: Arc<dyn Entropy>,
}

impl Scribe {
    /// An event about an interaction and its session.
    pub(super) fn event(&self, kind: AuditKind, interaction: &Interaction) -> AuditEvent {
        let mut event = AuditEvent::new(AuditId::from_random(self.entropy.bytes()), self.now, kind);
        event.client = Some(interaction.client.clone());
        event.session = interaction.session.clone();
        event.interaction = Some(interaction.id.clone());
        event
    }

    /// An event about a run.
    pub(super) fn run_event(
        &self,
        kind: AuditKind,
        interaction: &Interaction,
        run: &WorkflowRun,
    ) -> AuditEvent {
        let mut event = self.event(kind, interaction);
        event.user = Some(run.user.clone());
        event.run = Some(run.id.clone());
        event
    }

    /// An event about a capture.
    pub(super) fn ceremony_event(
        &self,
        kind: AuditKind,
        interaction: &Interaction,
        ceremony: &Ceremony,
    ) -> AuditEvent {
        let mut event = self.event(kind, interaction);
        event.user = Some(ceremony.user.clone());
        event.run = Some(ceremony.run.clone());
        event.ceremony = Some(ceremony.id.clone());
        event.with("way", ceremony.challenge.way().name())
    }
}

/// A signed-in person's open interaction, with its latest run.
pub(super) struct Visit {
    pub(super) interaction: Interaction,
    pub(super) session: Session,
    pub(super) user: User,
    pub(super) run: Option<WorkflowRun>,
}

impl Visit {
    /// Finds it, for this browser.
    pub(super) fn find(
        db: &mut dyn Db,
        interaction: &InteractionId,
        browser: &Browser,
        now: Timestamp,
    ) -> Served<Self> {
        let (interaction, session) = find_own(db, interaction, browser, now)?.map_err(FaceRefusal::Lost)?;
        let user = session.user.clone().ok_or(FaceRefusal::WrongStep)?;
        let user = db.find_user(&user)?.ok_or(FaceRefusal::WrongStep)?;
        // Whoever signed in before in this interaction took their run along.
        let run = db.find_latest_run(&interaction.id)?.filter(|run| run.user == user.id);
        Ok(Self { interaction, session, user, run })
    }

    /// The run, where it still goes on.
    pub(super) fn run_in_progress(&self) -> Option<&WorkflowRun> {
        self.run.as_ref().filter(|run| run.is_in_progress() && self.interaction.missed.is_none())
    }
}

impl FaceRoom {
    /// Runs a change in one transaction, and again when a concurrent one won.
    pub(super) async fn change<T, W>(&self, work: W) -> Served<T>
    where
        T: Send + 'static,
        W: Fn(&mut dyn Db, &Scribe) -> Served<T> + Clone + Send + 'static,
    {
        settled(|| {
            let (work, scribe) = (work.clone(), self.scribe());
            self.store.transact(move |db| match work(db, &scribe) {
                Ok(value) => Ok(Ok(value)),
                Err(Unserved::Refused(refusal)) => Ok(Err(refusal)),
                Err(Unserved::Fault(fault)) => Err(fault),
            })
        })
        .await
    }

    fn scribe(&self) -> Scribe {
        Scribe { now: self.clock.now(), entropy: self.entropy.clone() }
    }
}

/// Captures.
pub struct Ceremonies {
    room: Arc<FaceRoom>,
}

impl Ceremonies {
    /// In a face room.
    pub fn new(room: Arc<FaceRoom>) -> Self {
        Self { room }
    }
}

/// Reads an interaction that a kept row names; its absence is our fault and nobody's refusal.
fn named_interaction(db: &mut dyn Db, id: &InteractionId) -> Result<Interaction, Fault> {
    db.find_interaction(id)?.ok_or_else(|| Fault::Damaged("a ceremony's interaction is gone".into()))
}
