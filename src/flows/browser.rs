//! Which session a browser's cookie opens: found, kept alive by use, and opened anew where there is none.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::{
    domain::{
        id::{InteractionId, SessionId},
        oidc::interaction::Interaction,
        secret::{SecretToken, TokenHash},
        session::{Session, SessionLifetimes},
    },
    flows::Lost,
    ports::{clock::Clock, entropy::Entropy, fault::Fault, store::Db, store::Store},
};

/// A use is recorded at most this often: one write for many requests.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// The secrets in a visiting browser's cookies, as they came.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The session cookie's.
    pub session: Option<SecretToken>,
    /// The device cookie's.
    pub device: Option<SecretToken>,
}

/// A browser whose session is live.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Its session, as it was when the request came.
    pub session: Session,
    /// Hash of the device cookie's secret, if it has one.
    pub device: Option<TokenHash>,
}

impl Browser {
    /// Whether a form of this session sent back the session's anti-forgery token.
    pub fn sent(&self, csrf: &str) -> bool {
        self.session.csrf.matches(csrf)
    }
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
        let (Some(secret), device) = (visitor.session, visitor.device) else { return Ok(None) };
        let (hash, now, lifetimes) = (secret.hash(), self.clock.now(), self.lifetimes);
        let found = self.store.read(move |db| db.find_session(&hash)).await?;
        let live = found.filter(|session| session.is_live(now, lifetimes));
        Ok(live.map(|session| Browser { session, device: device.map(|secret| secret.hash()) }))
    }
}

/// Finds the visitor's session, or opens an anonymous one with a new cookie secret.
pub(super) fn find_or_open(
    db: &mut dyn Db,
    visitor: &Visitor,
    now: jiff::Timestamp,
    lifetimes: SessionLifetimes,
    entropy: &dyn Entropy,
) -> Result<(Session, Option<SecretToken>), Fault> {
    let found = match &visitor.session {
        Some(secret) => db.find_session(&secret.hash())?,
        None => None,
    };
    if let Some(mut session) = found.filter(|session| session.is_live(now, lifetimes)) {
        if now.duration_since(session.seen_at) >= TOUCH_EVERY {
            session.seen_at = now;
            db.save_session(&session)?;
        }
        return Ok((session, None));
    }
    let secret = entropy.token();
    let session = Session::open(SessionId::from_random(entropy.bytes()), &secret, entropy.token(), now);
    db.insert_session(&session)?;
    Ok((session, Some(secret)))
}

/// The open interaction of this browser's session, and the session as it is now. A session whose cookie was renewed
/// since the request came is another's.
pub fn find_own(
    db: &mut dyn Db,
    interaction: &InteractionId,
    browser: &Browser,
    now: jiff::Timestamp,
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
