//! Ends sessions: for a client that sends the browser here (OpenID Connect RP-Initiated Logout 1.0), or for the person. With a
//! session end the grants that were given in it, but for those that were to outlive it, and every client that got one
//! and wants to hear of it is put down to be told (OpenID Connect Back-Channel Logout 1.0).

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::Notify;
use url::Url;

use super::{
    Unserved,
    browser::{Browser, Browsers, Held, Visitor},
    settled,
    signing_keys::SigningKeys,
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::{AuditId, LogoutNoticeId, SessionId},
        oidc::{
            client::Client,
            logout::{LogoutHint, LogoutRefusal, LogoutRequest, notice::LogoutNotice},
            subject::PairwiseKey,
        },
        session::Session,
    },
    ports::{clock::Clock, entropy::Entropy, fault::Fault, store::Db, store::Store},
};

/// What becomes of a client's request.
#[derive(Clone, Debug)]
pub enum Heard {
    /// Nobody is signed in here any more.
    Over {
        /// Where the browser may go on, and whether the client proved that it asks.
        afterwards: Afterwards,
    },
    /// The person is asked first.
    Ask(Box<Question>),
    /// The session has ended.
    Ended {
        /// What the browser holds from now on.
        held: Held,
        /// Where it goes on.
        afterwards: Afterwards,
    },
}

/// Where a browser goes on after a logout.
#[derive(Clone, Debug, Default)]
pub struct Afterwards {
    /// The client's proven address with its state, where it named one.
    pub address: Option<Url>,
    /// The client's name, where one asks.
    pub client: Option<String>,
    /// Whether an ID token of the client's came with the request.
    pub is_hinted: bool,
}

/// What a person is asked before they are signed out.
#[derive(Clone, Debug)]
pub struct Question {
    /// In which browser; its forms' token proves the answer.
    pub browser: Browser,
    /// What it holds from now on, where that is to change.
    pub held: Option<Held>,
    /// Who would be signed out.
    pub username: String,
    /// What comes after.
    pub afterwards: Afterwards,
}

/// A request whose client and address are proven.
struct Proven {
    hint: Option<LogoutHint>,
    client: Option<Client>,
    afterwards: Afterwards,
}

/// Ends sessions.
pub struct Logout {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    keys: Arc<SigningKeys>,
    pairwise_key: PairwiseKey,
    browsers: Browsers,
    bell: Arc<Notify>,
}

impl Logout {
    /// Over its ports; `bell` wakes whoever delivers notices.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        keys: Arc<SigningKeys>,
        pairwise_key: PairwiseKey,
        browsers: Browsers,
        bell: Arc<Notify>,
    ) -> Self {
        Self { store, clock, entropy, keys, pairwise_key, browsers, bell }
    }

    /// Hears a client's request. The person is asked unless an ID token names a session of this browser, or the account
    /// that is signed in to in one (OpenID Connect RP-Initiated Logout 1.0 §2).
    pub async fn hear(
        &self,
        request: &LogoutRequest,
        visitor: Visitor,
    ) -> Result<Heard, Unserved<LogoutRefusal>> {
        let proven = self.prove(request).await?;
        let afterwards = proven.afterwards.clone();
        let found = self.browsers.find_signed_in(visitor).await?;
        let Some((browser, held)) = found else { return Ok(Heard::Over { afterwards }) };
        let target = self.target(&browser, proven, request.logout_hint.clone()).await?;
        let Some((session, username, is_named)) = target else { return Ok(Heard::Over { afterwards }) };
        if !is_named {
            return Ok(Heard::Ask(Box::new(Question { browser, held, username, afterwards })));
        }
        self.end(&session, "client").await?;
        Ok(Heard::Ended { held: browser.without(&session.token_hash), afterwards })
    }

    /// Ends the session that the person was asked about, who answered from a page of ours.
    pub async fn confirm(
        &self,
        request: &LogoutRequest,
        browser: &Browser,
    ) -> Result<(Held, Afterwards), Unserved<LogoutRefusal>> {
        let proven = self.prove(request).await?;
        let afterwards = proven.afterwards.clone();
        let target = self.target(browser, proven, request.logout_hint.clone()).await?;
        let session = target.map_or_else(|| browser.session.clone(), |(session, ..)| session);
        self.end(&session, "person").await?;
        Ok((browser.without(&session.token_hash), afterwards))
    }

    /// Ends a session of this browser for its person; `None` where the browser has no such live one.
    pub async fn end_own(&self, browser: &Browser, session: &SessionId) -> Result<Option<Held>, Fault> {
        let all = self.browsers.sessions_of(browser).await?;
        let Some(session) = all.into_iter().find(|own| own.id == *session) else { return Ok(None) };
        match self.end(&session, "person").await {
            Ok(()) => Ok(Some(browser.without(&session.token_hash))),
            Err(Unserved::Fault(fault)) => Err(fault),
            Err(Unserved::Refused(never)) => match never {},
        }
    }

    async fn prove(&self, request: &LogoutRequest) -> Result<Proven, Unserved<LogoutRefusal>> {
        let refused = |refusal| Err(Unserved::Refused(refusal));
        let hint = match &request.id_token_hint {
            None => None,
            Some(token) => {
                let claims = self.keys.verify_hint(token.expose()).await?;
                match claims.as_ref().and_then(LogoutHint::of) {
                    Some(hint) => Some(hint),
                    None => return refused(LogoutRefusal::Hint),
                }
            }
        };
        if let (Some(named), Some(hint)) = (&request.client, &hint)
            && *named != hint.client
        {
            return refused(LogoutRefusal::OtherClient);
        }
        let asks = request.client.clone().or_else(|| hint.as_ref().map(|hint| hint.client.clone()));
        let client = match asks {
            None => None,
            Some(id) => self.store.read(move |db| db.find_client(&id)).await?,
        };
        if request.client.is_some() && client.is_none() {
            return refused(LogoutRefusal::UnknownClient);
        }
        let address = match (&request.post_logout_redirect_uri, &client) {
            (None, _) => None,
            (Some(_), None) => return refused(LogoutRefusal::NoClient),
            (Some(asked), Some(client)) => match client.bind_post_logout(asked) {
                Some(address) => Some(address.with_state(request.state.as_deref())),
                None => return refused(LogoutRefusal::Address),
            },
        };
        let name = client.as_ref().map(|client| client.name.clone());
        let afterwards = Afterwards { address, client: name, is_hinted: hint.is_some() };
        Ok(Proven { hint, client, afterwards })
    }

    /// Which session is meant, whose it is, and whether an ID token named it: the one of the token's `sid`, else one of its
    /// `sub`, else one of the hinted name, else the current one.
    async fn target(
        &self,
        browser: &Browser,
        proven: Proven,
        logout_hint: Option<String>,
    ) -> Result<Option<(Session, String, bool)>, Fault> {
        let (sessions, key) = (self.browsers.sessions_of(browser).await?, self.pairwise_key.clone());
        self.store
            .read(move |db| {
                let mut held: Vec<(Session, String)> = Vec::new();
                for session in sessions {
                    let user = session.user.as_ref().map(|user| db.find_user(user)).transpose()?.flatten();
                    held.extend(user.map(|user| (session, user.username.as_str().to_owned())));
                }
                let by_sid = |session: &Session| {
                    proven.hint.as_ref().is_some_and(|hint| hint.session.as_ref() == Some(&session.id))
                };
                let by_sub = |session: &Session| match (&proven.hint, &proven.client, &session.user) {
                    (Some(hint), Some(client), Some(user)) => key.subject(client, user) == hint.subject,
                    _ => false,
                };
                let named = held.iter().position(|(session, _)| by_sid(session));
                let named = named.or_else(|| held.iter().position(|(session, _)| by_sub(session)));
                let hinted = || {
                    let hint = logout_hint.as_deref()?;
                    held.iter().position(|(session, name)| session.id.as_str() == hint || name == hint)
                };
                let meant = named.or_else(hinted).unwrap_or(0);
                let target = (meant < held.len()).then(|| held.swap_remove(meant));
                Ok(target.map(|(session, name)| (session, name, named.is_some())))
            })
            .await
    }

    async fn end(&self, session: &Session, by: &'static str) -> Result<(), Unserved<NeverRefused>> {
        settled(|| {
            let (session, now, entropy) = (session.clone(), self.clock.now(), self.entropy.clone());
            self.store.transact(move |db| end(db, &session, by, now, entropy.as_ref()).map(Ok))
        })
        .await?;
        self.bell.notify_one();
        Ok(())
    }
}

/// To end a session is never refused.
#[derive(Debug)]
pub enum NeverRefused {}

impl From<Unserved<NeverRefused>> for Unserved<LogoutRefusal> {
    fn from(unserved: Unserved<NeverRefused>) -> Self {
        match unserved {
            Unserved::Fault(fault) => Self::Fault(fault),
            Unserved::Refused(never) => match never {},
        }
    }
}

/// Ends a session in a transaction; whoever delivers notices is to be woken after it.
pub(super) fn end(
    db: &mut dyn Db,
    session: &Session,
    by: &str,
    now: jiff::Timestamp,
    entropy: &dyn Entropy,
) -> Result<(), Fault> {
    if !db.remove_session(&session.id)? {
        return Ok(());
    }
    let mut told = BTreeMap::new();
    for grant in db.grants_in_session(&session.id)? {
        if !grant.is_offline() && grant.revoked_at.is_none() {
            db.revoke_grant(&grant.id, now)?;
        }
        told.insert(grant.client, grant.subject);
    }
    for (client, subject) in told {
        let found = db.find_client(&client)?;
        if found.is_some_and(|client| client.metadata.backchannel_logout_uri.is_some()) {
            let id = LogoutNoticeId::from_random(entropy.bytes());
            db.insert_logout_notice(&LogoutNotice::open(id, client, subject, session.id.clone(), now))?;
        }
    }
    let id = AuditId::from_random(entropy.bytes());
    let mut event = AuditEvent::new(id, now, AuditKind::SignedOut).with("by", by);
    event.user = session.user.clone();
    event.session = Some(session.id.clone());
    db.append_event(&event)
}
