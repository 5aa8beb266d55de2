//! Sign-in with a local account's password: a ledger entry, and a session under a new cookie secret. It is asked for within
//! an interaction, or by someone who wants to see their own account.

use std::sync::Arc;

use super::{
    Lost, Unserved,
    browser::{Browser, find_own},
    settled,
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        authn::ledger::{AssuranceEntry, Evidence, Method},
        id::{AuditId, InteractionId, UserId},
        oidc::interaction::Interaction,
        secret::SecretToken,
        session::Session,
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
    /// The browser under its renewed session.
    pub browser: Browser,
    /// The secret for its cookie.
    pub renewed: SecretToken,
}

/// Signs people in.
pub struct SignIn {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    passwords: Arc<dyn Passwords>,
}

impl SignIn {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        passwords: Arc<dyn Passwords>,
    ) -> Self {
        Self { store, clock, entropy, passwords }
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
        let now = self.clock.now();
        settled(|| {
            let (interaction, mut browser, user) = (interaction.cloned(), browser.clone(), user.id.clone());
            let (renewed, csrf) = (self.entropy.token(), self.entropy.token());
            let event = self.event(AuditKind::SignedIn, interaction.as_ref(), &browser, Some(&user));
            self.store.transact(move |db| {
                let (interaction, mut session) = match find_place(db, interaction.as_ref(), &browser, now)? {
                    Ok(own) => own,
                    Err(lost) => return Ok(Err(lost)),
                };
                let entry =
                    AssuranceEntry { method: Method::Pwd, achieved_at: now, evidence: Evidence::Password };
                if let Some(mut interaction) = interaction
                    && session.user.as_ref() != Some(&user)
                    && interaction.missed.take().is_some()
                {
                    // What one person could not or would not do says nothing about the next.
                    db.save_interaction(&interaction)?;
                }
                session.sign_in(user, entry, &renewed, csrf);
                db.save_session(&session)?;
                db.append_event(&event)?;
                browser.session = session;
                Ok(Ok(SignedIn { browser, renewed }))
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

/// The interaction, where there is one, and the session as it is now.
fn find_place(
    db: &mut dyn Db,
    interaction: Option<&InteractionId>,
    browser: &Browser,
    now: jiff::Timestamp,
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
    now: jiff::Timestamp,
) -> Result<Result<Option<User>, Lost>, Fault> {
    if let Err(lost) = find_place(db, interaction, browser, now)? {
        return Ok(Err(lost));
    }
    match name {
        Some(name) => Ok(Ok(db.find_user_by_name(&name)?)),
        None => Ok(Ok(None)),
    }
}
