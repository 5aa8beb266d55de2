//! Opens captures: a challenge, a nonce and keys for one run, as often as the rules allow.

use jiff::Timestamp;

use super::{Ceremonies, FaceRefusal, Served, Visit};
use crate::{
    domain::{
        audit::AuditKind,
        authn::ledger::AssuranceLedger,
        face::{
            attempts::AttemptBudget,
            capture::CaptureNonce,
            ceremony::{Ceremony, CeremonyParts, CeremonyStage},
            challenge::LivenessChallenge,
            way::{Way, Ways},
        },
        id::{CeremonyId, InteractionId, UserId},
        secret::TokenHash,
    },
    flows::{Unserved, browser::Browser, standing::find_scope},
    ports::{fault::Fault, store::Db},
};

/// The longest wait that is told, in seconds: whoever comes back after an hour is told anew.
const LONGEST_WAIT: i64 = 3_600;

impl Ceremonies {
    /// Opens a capture for the interaction's run in the way that was chosen, if the way is open to the session, and the
    /// account's tries, everybody's and the interaction's own limit allow it. The upload asks for everybody's again;
    /// asked here, nobody turns their head for nothing.
    pub async fn open(&self, interaction: &InteractionId, browser: &Browser, way: Way) -> Served<CeremonyId> {
        let id = CeremonyId::from_random(self.room.entropy.bytes());
        let keys = self.room.opener.new_keys(&id)?;
        let nonce = CaptureNonce::from_random(self.room.entropy.bytes());
        let challenge = LivenessChallenge::derive(&self.room.challenge_key, &nonce, &id, way)
            .ok_or_else(|| Fault::Internal("a challenge could not be derived".into()))?;
        let (interaction, browser, policy) = (interaction.clone(), browser.clone(), self.room.policy);
        let book = self.room.book.clone();
        self.room
            .change(move |db, scribe| {
                let mut visit = Visit::find(db, &interaction, &browser, scribe.now)?;
                let parts = CeremonyParts {
                    id: id.clone(),
                    session: visit.session.id.clone(),
                    challenge: challenge.clone(),
                    nonce: nonce.clone(),
                    keys: keys.clone(),
                };
                let run = visit.run_in_progress().ok_or(FaceRefusal::WrongStep)?;
                let ceremony = Ceremony::open(run, parts, policy.capture.lifetime, scribe.now)
                    .ok_or(FaceRefusal::WrongStep)?;
                let set = book.in_force(db)?.set;
                let workflow = set.workflow(&run.workflow).ok_or(FaceRefusal::WrongStep)?;
                if !workflow.admits(way) || !policy.ways.open_to(&visit.session.ledger).contains(way) {
                    return Err(FaceRefusal::OtherWay.into());
                }
                budget_of(db, &visit, &browser)?.admit(scribe.now, &policy.attempts)?;
                let window = policy.attempts.window(scribe.now);
                if !db.has_population_room(window, policy.attempts.population_most)? {
                    return Err(FaceRefusal::Crowded { until: policy.attempts.window_end(scribe.now) }.into());
                }
                if visit.interaction.ceremonies_opened >= policy.most_ceremonies {
                    return Err(FaceRefusal::NoMoreCaptures.into());
                }
                visit.interaction.ceremonies_opened += 1;
                db.insert_ceremony(&ceremony)?;
                let event = scribe.ceremony_event(AuditKind::CeremonyOpened, &visit.interaction, &ceremony);
                db.append_event(&event)?;
                db.save_interaction(&visit.interaction)?;
                Ok(ceremony.id)
            })
            .await
    }

    /// The ways that a session may choose from now, in the workflow that was decided upon for its interaction.
    pub async fn ways_open_to(
        &self,
        interaction: &InteractionId,
        ledger: &AssuranceLedger,
    ) -> Result<Ways, Fault> {
        let (interaction, book) = (interaction.clone(), self.room.book.clone());
        let open = self.room.policy.ways.open_to(ledger);
        self.room
            .store
            .read(move |db| {
                let decided = db.find_interaction(&interaction)?.and_then(|interaction| interaction.workflow);
                let set = book.in_force(db)?.set;
                let workflow = decided.and_then(|name| set.workflow(&name).cloned());
                Ok(open.iter().filter(|way| workflow.as_ref().is_none_or(|it| it.admits(*way))).collect())
            })
            .await
    }

    /// Seconds from now to a moment, the last begun one counted whole; an hour at most and one at least.
    pub fn seconds_until(&self, moment: Timestamp) -> u32 {
        let wait = moment.duration_since(self.room.clock.now());
        let begun = i64::from(wait.subsec_nanos() > 0);
        let seconds = wait.as_secs().saturating_add(begun).clamp(1, LONGEST_WAIT);
        u32::try_from(seconds).unwrap_or(u32::MAX)
    }

    /// A capture that waits for its page in this browser; one that was begun or is over is refused.
    pub async fn find(&self, ceremony: &CeremonyId, browser: &Browser) -> Served<Ceremony> {
        let found = self.find_own(ceremony, browser).await?;
        match found.stage {
            CeremonyStage::Opened => Ok(found),
            _ => Err(FaceRefusal::WrongStep.into()),
        }
    }

    /// Whether an upload is due from this browser: asked before its body is read.
    pub async fn is_due(&self, ceremony: &CeremonyId, browser: &Browser) -> Served<()> {
        let mut found = self.find_own(ceremony, browser).await?;
        found.spend_attempt(&browser.session.id, self.room.clock.now())?;
        Ok(())
    }

    /// A capture of this browser, whatever became of it.
    pub async fn recall(&self, ceremony: &CeremonyId, browser: &Browser) -> Served<Ceremony> {
        let (id, session) = (ceremony.clone(), browser.session.id.clone());
        let found = self.room.store.read(move |db| db.find_ceremony(&id)).await?;
        found.filter(|ceremony| ceremony.session == session).ok_or_else(unknown)
    }

    async fn find_own(&self, ceremony: &CeremonyId, browser: &Browser) -> Served<Ceremony> {
        let id = ceremony.clone();
        let found = self.room.store.read(move |db| db.find_ceremony(&id)).await?.ok_or_else(unknown)?;
        found.is_for(&browser.session.id, self.room.clock.now())?;
        Ok(found)
    }
}

/// The refusal of a name that nothing has: the same as of another browser's capture, so that names cannot be tried out.
pub(super) fn unknown() -> Unserved<FaceRefusal> {
    crate::domain::face::ceremony::CeremonyRefusal::OtherBrowser.into()
}

/// The budget of this account in this browser, fresh where nothing was spent yet.
pub(in crate::flows) fn budget_of(
    db: &mut dyn Db,
    visit: &Visit,
    browser: &Browser,
) -> Result<AttemptBudget, Fault> {
    find_budget_of(db, &visit.user.id, browser.device.as_ref())
}

/// The budget of an account in a browser with this device cookie, fresh where nothing was spent yet.
pub(super) fn find_budget_of(
    db: &mut dyn Db,
    user: &UserId,
    device: Option<&TokenHash>,
) -> Result<AttemptBudget, Fault> {
    let scope = find_scope(db, user, device)?;
    let kept = db.find_budget(user, &scope)?;
    Ok(kept.unwrap_or_else(|| AttemptBudget::fresh(user.clone(), scope)))
}
