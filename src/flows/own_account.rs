//! What a signed-in person sees of their own account, and the withdrawal of their consent to face checks.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    browser::{Browser, Visitor, find_or_open, welcomed},
    settled,
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        face::coverage::Coverage,
        id::{AuditId, UserId},
        secret::SecretToken,
        session::SessionLifetimes,
        user::Username,
        workflow::enrolment::Enrolment,
    },
    flows::Unserved,
    ports::{clock::Clock, entropy::Entropy, fault::Fault, store::Store},
};

/// What a person is told of their own account.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The name they sign in with.
    pub username: Username,
    /// Their face check, where one is set up.
    pub face: Option<FaceCheck>,
}

/// A face check that is set up.
#[derive(Clone, Debug)]
pub struct FaceCheck {
    /// Since when.
    pub since: Timestamp,
    /// Which source confirmed the document.
    pub source: String,
    /// In which poses the face was seen; none, where that was not recorded.
    pub coverage: Coverage,
}

/// People's own accounts.
pub struct OwnAccounts {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    sessions: SessionLifetimes,
}

impl OwnAccounts {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        sessions: SessionLifetimes,
    ) -> Self {
        Self { store, clock, entropy, sessions }
    }

    /// The visitor's browser; its session is opened where it has none, with the secret for its cookie.
    pub async fn welcome(&self, visitor: Visitor) -> Result<(Browser, Option<SecretToken>), Fault> {
        let (now, sessions, entropy) = (self.clock.now(), self.sessions, self.entropy.clone());
        let who = visitor.clone();
        let opening = self.store.transact(move |db| find_or_open(db, &who, now, sessions, entropy.as_ref()));
        let (session, opened) = opening.await?;
        welcomed(visitor, session, opened)
    }

    /// What the signed-in person is told; `None` where nobody is signed in.
    pub async fn overview(&self, browser: &Browser) -> Result<Option<Overview>, Fault> {
        let Some(user) = browser.session.user.clone() else { return Ok(None) };
        self.store
            .read(move |db| {
                let Some(account) = db.find_user(&user)? else { return Ok(None) };
                let face = db.find_enrolment_of(&user)?.map(FaceCheck::of);
                Ok(Some(Overview { username: account.username, face }))
            })
            .await
    }

    /// Withdraws the signed-in person's consent (GDPR Article 7(3)): the enrolment is revoked and what was kept of the face
    /// is wiped. `false` where nobody is signed in.
    pub async fn withdraw(&self, browser: &Browser) -> Result<bool, Fault> {
        let now = self.clock.now();
        let withdrawn = settled(|| {
            let (id, session) = (AuditId::from_random(self.entropy.bytes()), browser.session.clone());
            self.store.transact(move |db| {
                let current = db.find_session(&session.token_hash)?.and_then(|session| session.user);
                let Some(user) = current else { return Ok(Ok::<_, NeverRefused>(false)) };
                if let Some(enrolment) = db.find_enrolment_of(&user)? {
                    db.revoke_enrolment(&enrolment.id, now)?;
                    db.append_event(&forgotten(id, now, user, &session.id))?;
                }
                Ok(Ok(true))
            })
        });
        match withdrawn.await {
            Ok(is_done) => Ok(is_done),
            Err(Unserved::Fault(fault)) => Err(fault),
            Err(Unserved::Refused(never)) => match never {},
        }
    }
}

/// A withdrawal is never refused.
enum NeverRefused {}

impl FaceCheck {
    fn of(enrolment: Enrolment) -> Self {
        Self {
            since: enrolment.completed_at,
            source: enrolment.evidence.evidence().source.clone(),
            coverage: enrolment.coverage.unwrap_or_default(),
        }
    }
}

fn forgotten(
    id: AuditId,
    now: Timestamp,
    user: UserId,
    session: &crate::domain::id::SessionId,
) -> AuditEvent {
    let mut event = AuditEvent::new(id, now, AuditKind::FaceForgotten).with("by", "person");
    event.user = Some(user);
    event.session = Some(session.clone());
    event
}
