//! Which sessions a browser's cookies open: the current one is found, kept alive by use, and opened anew where there is
//! none; those of further accounts lie beside it, to be turned to.

use std::{net::IpAddr, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{
        id::{InteractionId, SessionId},
        oidc::interaction::Interaction,
        secret::{SecretToken, TokenHash},
        session::{Session, SessionLifetimes},
        user::Username,
    },
    flows::Lost,
    ports::{clock::Clock, entropy::Entropy, fault::Fault, store::Db, store::Store},
};

/// A use is recorded at most this often: one write for many requests.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// How many sessions a browser keeps beside the current one.
pub const MOST_OTHERS: usize = 5;

/// The secrets in a visiting browser's cookies, as they came.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The session cookie's.
    pub session: Option<SecretToken>,
    /// Those of further accounts' sessions, the latest first.
    pub others: Vec<SecretToken>,
    /// The device cookie's.
    pub device: Option<SecretToken>,
    /// The address that it comes from.
    pub address: Option<IpAddr>,
}

/// A browser whose session is live.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Its current session, as it was when the request came.
    pub session: Session,
    /// The secret that opens it.
    pub secret: SecretToken,
    /// The secrets of further accounts' sessions, the latest first; whether they are live is seen when they are used.
    pub others: Vec<SecretToken>,
    /// Hash of the device cookie's secret, if it has one.
    pub device: Option<TokenHash>,
    /// The address that it comes from.
    pub address: Option<IpAddr>,
}

/// On which device, and from where, a browser asks.
#[derive(Clone, Debug, Default)]
pub struct Whence {
    /// Hash of the device cookie's secret, if it has one.
    pub device: Option<TokenHash>,
    /// The address that it comes from.
    pub address: Option<IpAddr>,
}

impl Visitor {
    /// On which device, and from where, it asks.
    pub fn whence(&self) -> Whence {
        Whence { device: self.device.as_ref().map(SecretToken::hash), address: self.address }
    }
}

/// The secrets that a browser is to hold from now on.
#[derive(Clone, Debug)]
pub struct Held {
    /// That of the current session; none where it ended.
    pub session: Option<SecretToken>,
    /// Those of further accounts' sessions, where they changed.
    pub others: Option<Vec<SecretToken>>,
}

impl Held {
    /// Another secret for the current session.
    pub fn current(secret: SecretToken) -> Self {
        Self { session: Some(secret), others: None }
    }
}

/// An account that is signed in to in a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserAccount {
    /// By which session.
    pub session: SessionId,
    /// Its sign-in name.
    pub username: Username,
    /// Whether it is the current one.
    pub is_current: bool,
}

impl Browser {
    /// On which device, and from where, it asks.
    pub fn whence(&self) -> Whence {
        Whence { device: self.device.clone(), address: self.address }
    }

    /// Whether a form of this session sent back the session's anti-forgery token.
    pub fn sent(&self, csrf: &str) -> bool {
        self.session.csrf.matches(csrf)
    }

    /// What it holds once another session is the current one. The one of before is kept beside it where somebody is
    /// signed in to it; `was` is what opened the other before, and is dropped.
    pub fn turned_to(&self, secret: SecretToken, was: Option<&TokenHash>) -> Held {
        let left = self.session.user.as_ref().map(|_| &self.secret);
        turned_to(secret, was, left, &self.others)
    }

    /// What it holds once one of its sessions has ended.
    pub fn without(&self, ended: &TokenHash) -> Held {
        let session = Some(self.secret.clone()).filter(|secret| secret.hash() != *ended);
        let others = self.others.iter().filter(|secret| secret.hash() != *ended).cloned().collect();
        Held { session, others: (!self.others.is_empty()).then_some(others) }
    }

    /// The same browser with another session as the current one.
    pub fn holding(mut self, session: Session, held: &Held) -> Self {
        self.session = session;
        if let Some(secret) = &held.session {
            self.secret = secret.clone();
        }
        if let Some(others) = &held.others {
            self.others.clone_from(others);
        }
        self
    }

    /// Its live sessions of further accounts, as they are now, each with its secret.
    pub(super) fn live_others(
        &self,
        db: &mut dyn Db,
        now: Timestamp,
        lifetimes: SessionLifetimes,
    ) -> Result<Vec<(Session, SecretToken)>, Fault> {
        live(db, &self.others, now, lifetimes)
    }
}

/// What a browser holds once another session is the current one: the one that it leaves lies beside it.
pub(super) fn turned_to(
    secret: SecretToken,
    was: Option<&TokenHash>,
    left: Option<&SecretToken>,
    others: &[SecretToken],
) -> Held {
    let kept = others.iter().filter(|other| Some(&other.hash()) != was);
    let beside: Vec<SecretToken> = left.into_iter().chain(kept).take(MOST_OTHERS).cloned().collect();
    Held { session: Some(secret), others: (!beside.is_empty() || !others.is_empty()).then_some(beside) }
}

/// The live sessions of these secrets that somebody is signed in to.
pub(super) fn live(
    db: &mut dyn Db,
    secrets: &[SecretToken],
    now: Timestamp,
    lifetimes: SessionLifetimes,
) -> Result<Vec<(Session, SecretToken)>, Fault> {
    let mut found = Vec::new();
    for secret in secrets.iter().take(MOST_OTHERS) {
        let session = db.find_session(&secret.hash())?;
        let live = session.filter(|session| session.user.is_some() && session.is_live(now, lifetimes));
        found.extend(live.map(|session| (session, secret.clone())));
    }
    Ok(found)
}

/// Knows browsers by their session cookies.
pub struct Browsers {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    lifetimes: SessionLifetimes,
}

impl Browsers {
    /// Over a store.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, lifetimes: SessionLifetimes) -> Self {
        Self { store, clock, lifetimes }
    }

    /// The browser behind a visitor's cookies; `None` without a live session.
    pub async fn find(&self, visitor: Visitor) -> Result<Option<Browser>, Fault> {
        let Visitor { session: Some(secret), others, device, address } = visitor else { return Ok(None) };
        let (hash, now, lifetimes) = (secret.hash(), self.clock.now(), self.lifetimes);
        let found = self.store.read(move |db| db.find_session(&hash)).await?;
        let live = found.filter(|session| session.is_live(now, lifetimes));
        let device = device.map(|secret| secret.hash());
        Ok(live.map(|session| Browser { session, secret, others, device, address }))
    }

    /// The visitor's browser where somebody is signed in: should the current session be over, one that lies beside it is the
    /// current one from now on, and the browser's secrets change.
    pub async fn find_signed_in(&self, visitor: Visitor) -> Result<Option<(Browser, Option<Held>)>, Fault> {
        let (now, lifetimes) = (self.clock.now(), self.lifetimes);
        self.store
            .read(move |db| {
                let Whence { device, address } = visitor.whence();
                let current: Vec<SecretToken> = visitor.session.into_iter().collect();
                if let Some((session, secret)) = live(db, &current, now, lifetimes)?.pop() {
                    return Ok(Some((
                        Browser { session, secret, others: visitor.others, device, address },
                        None,
                    )));
                }
                let mut others = live(db, &visitor.others, now, lifetimes)?.into_iter();
                let Some((session, secret)) = others.next() else { return Ok(None) };
                let others: Vec<SecretToken> = others.map(|(_, secret)| secret).collect();
                let held = Held { session: Some(secret.clone()), others: Some(others.clone()) };
                Ok(Some((Browser { session, secret, others, device, address }, Some(held))))
            })
            .await
    }

    /// A browser's sessions that somebody is signed in to, as they are now, the current one first.
    pub(super) async fn sessions_of(&self, browser: &Browser) -> Result<Vec<Session>, Fault> {
        let (browser, now, lifetimes) = (browser.clone(), self.clock.now(), self.lifetimes);
        self.store
            .read(move |db| {
                let others = browser.live_others(db, now, lifetimes)?;
                let current = db.find_session(&browser.session.token_hash)?;
                let current = current.filter(|session| session.user.is_some());
                Ok(current.into_iter().chain(others.into_iter().map(|(session, _)| session)).collect())
            })
            .await
    }

    /// The accounts that are signed in to in a browser, the current one first.
    pub async fn accounts(&self, browser: &Browser) -> Result<Vec<BrowserAccount>, Fault> {
        let (browser, now, lifetimes) = (browser.clone(), self.clock.now(), self.lifetimes);
        self.store
            .read(move |db| {
                let mut accounts = Vec::new();
                let others = browser.live_others(db, now, lifetimes)?;
                let current = (browser.session, true);
                let others = others.into_iter().map(|(session, _)| (session, false));
                for (session, is_current) in std::iter::once(current).chain(others) {
                    let user = session.user.as_ref().map(|user| db.find_user(user)).transpose()?.flatten();
                    let name = user.map(|user| user.username);
                    let account =
                        |username| BrowserAccount { session: session.id.clone(), username, is_current };
                    accounts.extend(name.map(account));
                }
                Ok(accounts)
            })
            .await
    }

    /// Turns to another of a browser's sessions; `None` where it has no such live one.
    pub async fn turn_to(&self, browser: &Browser, session: &SessionId) -> Result<Option<Held>, Fault> {
        let (browser, session) = (browser.clone(), session.clone());
        let (now, lifetimes) = (self.clock.now(), self.lifetimes);
        self.store
            .read(move |db| {
                let others = browser.live_others(db, now, lifetimes)?;
                let chosen = others.into_iter().find(|(other, _)| other.id == session);
                Ok(chosen.map(|(_, secret)| browser.turned_to(secret.clone(), Some(&secret.hash()))))
            })
            .await
    }
}

/// Finds the visitor's session, or opens an anonymous one with a new cookie secret.
pub(super) fn find_or_open(
    db: &mut dyn Db,
    visitor: &Visitor,
    now: Timestamp,
    lifetimes: SessionLifetimes,
    entropy: &dyn Entropy,
) -> Result<(Session, Option<SecretToken>), Fault> {
    let found = match &visitor.session {
        Some(secret) => db.find_session(&secret.hash())?,
        None => None,
    };
    if let Some(mut session) = found.filter(|session| session.is_live(now, lifetimes)) {
        touch(db, &mut session, now)?;
        return Ok((session, None));
    }
    let secret = entropy.token();
    let session = Session::open(SessionId::from_random(entropy.bytes()), &secret, entropy.token(), now);
    db.insert_session(&session)?;
    Ok((session, Some(secret)))
}

/// The browser of a visitor whose session was found or opened, and the secret of an opened one.
pub(super) fn welcomed(
    visitor: Visitor,
    session: Session,
    opened: Option<SecretToken>,
) -> Result<(Browser, Option<SecretToken>), Fault> {
    // A session is found by the cookie's secret or opened with one.
    let Whence { device, address } = visitor.whence();
    let secret = opened.clone().or(visitor.session);
    let secret = secret.ok_or_else(|| Fault::Internal("a session has no secret".into()))?;
    Ok((Browser { session, secret, others: visitor.others, device, address }, opened))
}

/// Records a use, where the last one was recorded a while ago.
pub(super) fn touch(db: &mut dyn Db, session: &mut Session, now: Timestamp) -> Result<(), Fault> {
    if now.duration_since(session.seen_at) >= TOUCH_EVERY {
        session.touch(now);
        db.save_session(session)?;
    }
    Ok(())
}

/// The open interaction of this browser's session, and the session as it is now. A session whose cookie was renewed
/// since the request came is another's.
pub fn find_own(
    db: &mut dyn Db,
    interaction: &InteractionId,
    browser: &Browser,
    now: Timestamp,
) -> Result<Result<(Interaction, Session), Lost>, Fault> {
    let Some(interaction) = db.find_interaction(interaction)? else { return Ok(Err(Lost::Unknown)) };
    let Some(session) = db.find_session(&browser.session.token_hash)? else {
        return Ok(Err(Lost::OtherBrowser));
    };
    if !interaction.belongs_to(&session.id) {
        return Ok(Err(Lost::OtherBrowser));
    }
    if !interaction.is_open(now) {
        return Ok(Err(Lost::Over));
    }
    Ok(Ok((interaction, session)))
}
