//! Sign-in with a local account's password: a ledger entry, and a session under a new cookie secret. It is asked for within
//! an interaction, or by someone who wants to see their own account.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Lost, Unserved,
    browser::{Browser, Held, find_own},
    settled,
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        authn::ledger::{AssuranceEntry, Evidence, Method},
        id::{AuditId, InteractionId, SessionId, UserId},
        oidc::interaction::Interaction,
        session::{Session, SessionLifetimes},
        user::{User, Username},
    },
    ports::{clock::Clock, entropy::Entropy, fault::Fault, passwords::Passwords, store::Db, store::Store},
};

/// What became of a try.
#[derive(Clone, Debug)]
pub enum SignInOutcome {
    /// Right. The browser's cookie gets this secret, and [`SignedIn::browser`] is who it is from now on.
    SignedIn(Box<SignedIn>),
    /// No account has this name and password; which of the two is wrong is not said.
    Mismatch,
}

/// A browser that just signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The browser under the session that it signed in to.
    pub browser: Browser,
    /// The secrets for its cookies.
    pub held: Held,
}

/// Signs people in.
pub struct SignIn {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    passwords: Arc<dyn Passwords>,
    sessions: SessionLifetimes,
}

impl SignIn {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        passwords: Arc<dyn Passwords>,
        sessions: SessionLifetimes,
    ) -> Self {
        Self { store, clock, entropy, passwords, sessions }
    }

    /// Tries a name and a password, in an interaction where there is one. A name that does not exist takes as long as one
    /// that does.
    pub async fn attempt(
        &self,
        interaction: Option<&InteractionId>,
        browser: &Browser,
        name: &str,
        password: &str,
    ) -> Result<SignInOutcome, Unserved<Lost>> {
        let (own, who, now) = (interaction.cloned(), browser.clone(), self.clock.now());
        let name = Username::parse(name);
        let found = self.store.read(move |db| find_account(db, own.as_ref(), &who, name, now)).await?;
        let user = found.map_err(Unserved::Refused)?;
        let user = user.filter(|user| user.password.is_set());
        let hash = user.as_ref().map(|user| user.password.clone());
        let matches = self.passwords.matches(password, hash).await?;
        match user.filter(|_| matches) {
            Some(user) => {
                let signed_in = self.accept(interaction, browser, user).await?;
                Ok(SignInOutcome::SignedIn(Box::new(signed_in)))
            }
            None => self.reject(interaction, browser).await.map(|()| SignInOutcome::Mismatch),
        }
    }

    async fn accept(
        &self,
        interaction: Option<&InteractionId>,
        browser: &Browser,
        user: User,
    ) -> Result<SignedIn, Unserved<Lost>> {
        let (now, sessions) = (self.clock.now(), self.sessions);
        settled(|| {
            let (interaction, browser, user) = (interaction.cloned(), browser.clone(), user.id.clone());
            let entropy = self.entropy.clone();
            let event = self.event(AuditKind::SignedIn, interaction.as_ref(), &browser, Some(&user));
            self.store.transact(move |db| {
                let (interaction, current) = match find_place(db, interaction.as_ref(), &browser, now)? {
                    Ok(own) => own,
                    Err(lost) => return Ok(Err(lost)),
                };
                let place = Place::of(db, &browser, current.clone(), &user, now, sessions, entropy.as_ref())?;
                let signed_in = place.sign_in(db, browser, user, now, entropy.as_ref())?;
                if let Some(interaction) = interaction {
                    hand_over(db, interaction, &current, &signed_in.browser.session, now)?;
                }
                let session = Some(signed_in.browser.session.id.clone());
                db.append_event(&AuditEvent { session, ..event })?;
                Ok(Ok(signed_in))
            })
        })
        .await
    }

    async fn reject(
        &self,
        interaction: Option<&InteractionId>,
        browser: &Browser,
    ) -> Result<(), Unserved<Lost>> {
        let event = self.event(AuditKind::SignInFailed, interaction, browser, None);
        Ok(self.store.transact(move |db| db.append_event(&event)).await?)
    }

    fn event(
        &self,
        kind: AuditKind,
        interaction: Option<&InteractionId>,
        browser: &Browser,
        user: Option<&UserId>,
    ) -> AuditEvent {
        let mut event = AuditEvent::new(AuditId::from_random(self.entropy.bytes()), self.clock.now(), kind);
        event.interaction = interaction.cloned();
        event.session = Some(browser.session.id.clone());
        event.user = user.cloned();
        event
    }
}

/// The session that a sign-in goes to.
struct Place {
    session: Session,
    /// Whether it is another than the current one.
    is_another: bool,
    /// Whether it is not there yet.
    is_new: bool,
}

impl Place {
    /// The current session where it is the account's or nobody's yet; else the account's own in this browser, or a new one.
    fn of(
        db: &mut dyn Db,
        browser: &Browser,
        current: Session,
        user: &UserId,
        now: Timestamp,
        lifetimes: SessionLifetimes,
        entropy: &dyn Entropy,
    ) -> Result<Self, Fault> {
        if current.user.as_ref() != Some(user) {
            let others = browser.live_others(db, now, lifetimes)?;
            if let Some((session, _)) = others.into_iter().find(|(other, _)| other.may_hold(user)) {
                return Ok(Self { session, is_another: true, is_new: false });
            }
        }
        if current.may_hold(user) {
            return Ok(Self { session: current, is_another: false, is_new: false });
        }
        let id = SessionId::from_random(entropy.bytes());
        let session = Session::open(id, &entropy.token(), entropy.token(), now);
        Ok(Self { session, is_another: true, is_new: true })
    }

    fn sign_in(
        self,
        db: &mut dyn Db,
        browser: Browser,
        user: UserId,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<SignedIn, Fault> {
        let (renewed, was) = (entropy.token(), self.session.token_hash.clone());
        let held = if self.is_another {
            browser.turned_to(renewed.clone(), Some(&was))
        } else {
            Held::current(renewed.clone())
        };
        let mut session = self.session;
        let entry = AssuranceEntry::own(Method::Pwd, now, Evidence::Password);
        let signed_in = session.sign_in(user, entry, &renewed, entropy.token());
        signed_in.map_err(|other| Fault::Internal(other.to_string()))?;
        if self.is_new {
            db.insert_session(&session)?;
        } else {
            db.save_session(&session)?;
        }
        Ok(SignedIn { browser: browser.holding(session, &held), held })
    }
}

/// Hands an interaction over to the session that was signed in to, with all that waits in one that nobody held. What one
/// person allowed, could not or would not do says nothing about the next.
fn hand_over(
    db: &mut dyn Db,
    mut interaction: Interaction,
    left: &Session,
    session: &Session,
    now: Timestamp,
) -> Result<(), Fault> {
    if left.user != session.user {
        interaction.missed = None;
        interaction.allowed_at = None;
    }
    interaction.account_chosen_at = Some(now);
    interaction.session = Some(session.id.clone());
    db.save_interaction(&interaction)?;
    if left.user.is_none() && left.id != session.id {
        db.hand_over_interactions(&left.id, &session.id)?;
    }
    Ok(())
}

/// The interaction, where there is one, and the session as it is now.
fn find_place(
    db: &mut dyn Db,
    interaction: Option<&InteractionId>,
    browser: &Browser,
    now: Timestamp,
) -> Result<Result<(Option<Interaction>, Session), Lost>, Fault> {
    let Some(interaction) = interaction else {
        let session = db.find_session(&browser.session.token_hash)?;
        return Ok(session.map(|session| (None, session)).ok_or(Lost::OtherBrowser));
    };
    Ok(find_own(db, interaction, browser, now)?.map(|(interaction, session)| (Some(interaction), session)))
}

fn find_account(
    db: &mut dyn Db,
    interaction: Option<&InteractionId>,
    browser: &Browser,
    name: Option<Username>,
    now: Timestamp,
) -> Result<Result<Option<User>, Lost>, Fault> {
    if let Err(lost) = find_place(db, interaction, browser, now)? {
        return Ok(Err(lost));
    }
    match name {
        Some(name) => Ok(Ok(db.find_user_by_name(&name)?)),
        None => Ok(Ok(None)),
    }
}
