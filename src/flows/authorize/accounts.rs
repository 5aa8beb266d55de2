//! With which of a browser's accounts a request goes on: the one that the client names where it is signed in to, the one
//! that the person chooses, or the current one.

use super::{
    Advanced, Authorize, Next,
    moment::{Here, Scene},
    settle::Settled,
};
use crate::{
    domain::{
        audit::AuditKind,
        authn::requirement::Prompt,
        id::{InteractionId, SessionId},
        oidc::{
            client::Client, error::ACCOUNT_SELECTION_REQUIRED, interaction::Interaction,
            request::AuthorizationRequest,
        },
        secret::SecretToken,
        session::Session,
        user::Username,
    },
    flows::{
        Lost, Unserved,
        browser::{Browser, Held, Visitor, find_or_open, find_own, live, touch, turned_to},
        settled,
    },
    ports::{fault::Fault, store::Db},
};

/// The session in which a request goes on in a visiting browser.
pub(super) struct Seat {
    pub(super) session: Session,
    held: Option<Held>,
    /// Whether it is another one than the browser's current one.
    is_turned: bool,
    /// Whether the browser has none that is current, but accounts to choose from.
    is_open_choice: bool,
}

impl Authorize {
    /// Goes on with the account of this session, which is one of the browser's.
    pub async fn choose(
        &self,
        interaction: &InteractionId,
        browser: &Browser,
        chosen: &SessionId,
    ) -> Result<Advanced, Unserved<Lost>> {
        let advanced = settled(|| {
            let (here, id, browser) = (self.here(), interaction.clone(), browser.clone());
            let chosen = chosen.clone();
            self.store.transact(move |db| match find_own(db, &id, &browser, here.now)? {
                Err(lost) => Ok(Err(lost)),
                Ok((interaction, current)) => here.choose(db, interaction, current, &browser, &chosen),
            })
        })
        .await?;
        Ok(self.advanced(advanced).await?)
    }
}

impl Scene<'_> {
    /// Whether the person is to choose an account before anything else is decided (OpenID Connect Core 1.0 §3.1.2.1,
    /// `select_account`); whoever signs in for the request has chosen by that.
    pub(super) fn awaits_choice(&self) -> bool {
        self.request.pages.select_account
            && self.interaction.account_chosen_at.is_none()
            && self.session.user.is_some()
    }
}

impl Here {
    /// The session in which a new request goes on: the current one, unless the client names a person whose session
    /// lies beside it (OpenID Connect Core 1.0 §3.1.2.1, `id_token_hint`, `login_hint`).
    pub(super) fn seat_of(
        &self,
        db: &mut dyn Db,
        client: &Client,
        request: &AuthorizationRequest,
        visitor: &Visitor,
    ) -> Result<Seat, Fault> {
        let others = live(db, &visitor.others, self.now, self.policy.sessions)?;
        let current = self.current(db, visitor)?;
        if !others.is_empty() && !self.is_named(db, client, request, current.as_ref())? {
            for (session, secret) in &others {
                if self.is_named(db, client, request, Some(session))? {
                    return self.turn(db, visitor, current.as_ref(), session.clone(), secret.clone());
                }
            }
        }
        let (session, opened) =
            find_or_open(db, visitor, self.now, self.policy.sessions, self.entropy.as_ref())?;
        let names_nobody = self.is_named(db, client, request, None)?;
        let is_open_choice = session.user.is_none() && !others.is_empty() && names_nobody;
        Ok(Seat { session, held: opened.map(Held::current), is_turned: false, is_open_choice })
    }

    /// The same for a request that was kept until its browser came back for it.
    pub(super) fn seat_of_kept(
        &self,
        db: &mut dyn Db,
        interaction: &Interaction,
        visitor: &Visitor,
    ) -> Result<Seat, Fault> {
        if let Some(client) = db.find_client(&interaction.client)?
            && let Ok(request) =
                AuthorizationRequest::parse(&client, &interaction.parameters, self.policy.requests)
        {
            return self.seat_of(db, &client, &request, visitor);
        }
        let (session, opened) =
            find_or_open(db, visitor, self.now, self.policy.sessions, self.entropy.as_ref())?;
        let held = opened.map(Held::current);
        Ok(Seat { session, held, is_turned: false, is_open_choice: false })
    }

    /// The visitor's session that an interaction belongs to already, current or beside it.
    pub(super) fn seat_of_owner(
        &self,
        db: &mut dyn Db,
        owner: &SessionId,
        visitor: &Visitor,
    ) -> Result<Option<Seat>, Fault> {
        let current = self.current(db, visitor)?;
        if let Some(session) = current.clone().filter(|session| session.id == *owner) {
            return Ok(Some(Seat { session, held: None, is_turned: false, is_open_choice: false }));
        }
        let others = live(db, &visitor.others, self.now, self.policy.sessions)?;
        let owned = others.into_iter().find(|(session, _)| session.id == *owner);
        owned.map(|(session, secret)| self.turn(db, visitor, current.as_ref(), session, secret)).transpose()
    }

    /// Goes on in a seat. A browser that is answered at once keeps its current session, whoever was answered for.
    pub(super) fn advance_seated(
        &self,
        db: &mut dyn Db,
        interaction: Interaction,
        seat: Seat,
        visitor: &Visitor,
    ) -> Result<Result<Advanced<Settled>, Lost>, Fault> {
        let Seat { session, held, is_turned, is_open_choice } = seat;
        let id = interaction.id.clone();
        let whence = visitor.whence();
        let next = if is_open_choice {
            self.advance_to_choose(db, interaction, &session)?
        } else {
            self.advance(db, interaction, &session, &whence)?
        };
        Ok(next.map(|next| {
            let is_over = matches!(next, Next::Answer(_));
            Advanced { interaction: id, held: held.filter(|_| !(is_turned && is_over)), next }
        }))
    }

    /// Nobody is signed in to the current session, but there are accounts to choose from: with `prompt=none` that is
    /// told to the client (OpenID Connect Core 1.0 §3.1.2.6), else the person chooses or signs in anew.
    fn advance_to_choose(
        &self,
        db: &mut dyn Db,
        interaction: Interaction,
        session: &Session,
    ) -> Result<Result<Next<Settled>, Lost>, Fault> {
        let scene = match self.scene(db, interaction, session)? {
            Ok(scene) => scene,
            Err(elsewhere) => return Ok(elsewhere),
        };
        match scene.request.requirement.prompt {
            Prompt::None => self.refuse(db, scene, ACCOUNT_SELECTION_REQUIRED).map(Ok),
            Prompt::AsNeeded | Prompt::Login => Ok(Ok(Next::SelectAccount)),
        }
    }

    fn choose(
        &self,
        db: &mut dyn Db,
        mut interaction: Interaction,
        current: Session,
        browser: &Browser,
        chosen: &SessionId,
    ) -> Result<Result<Advanced<Settled>, Lost>, Fault> {
        let others = browser.live_others(db, self.now, self.policy.sessions)?;
        let other = others.into_iter().find(|(session, _)| session.id == *chosen);
        let (mut session, held) = match other {
            Some((session, secret)) => {
                let held = browser.turned_to(secret.clone(), Some(&secret.hash()));
                (session, Some(held))
            }
            None if current.id == *chosen && current.user.is_some() => (current.clone(), None),
            None => return Ok(Err(Lost::OtherBrowser)),
        };
        touch(db, &mut session, self.now)?;
        if session.user != current.user {
            // What one person allowed, could not or would not do says nothing about the next.
            interaction.missed = None;
            interaction.allowed_at = None;
        }
        interaction.session = Some(session.id.clone());
        interaction.account_chosen_at = Some(self.now);
        db.save_interaction(&interaction)?;
        let mut event = self.event(AuditKind::AccountChosen);
        event.client = Some(interaction.client.clone());
        event.interaction = Some(interaction.id.clone());
        event.session = Some(session.id.clone());
        event.user = session.user.clone();
        db.append_event(&event)?;
        let Some(interaction) = db.find_interaction(&interaction.id)? else { return Ok(Err(Lost::Unknown)) };
        let id = interaction.id.clone();
        let next = self.advance(db, interaction, &session, &browser.whence())?;
        Ok(next.map(|next| Advanced { interaction: id, next, held }))
    }

    fn current(&self, db: &mut dyn Db, visitor: &Visitor) -> Result<Option<Session>, Fault> {
        let Some(secret) = &visitor.session else { return Ok(None) };
        let found = db.find_session(&secret.hash())?;
        Ok(found.filter(|session| session.is_live(self.now, self.policy.sessions)))
    }

    fn turn(
        &self,
        db: &mut dyn Db,
        visitor: &Visitor,
        current: Option<&Session>,
        mut session: Session,
        secret: SecretToken,
    ) -> Result<Seat, Fault> {
        let left = visitor.session.as_ref().filter(|_| current.is_some_and(|left| left.user.is_some()));
        let held = turned_to(secret.clone(), Some(&secret.hash()), left, &visitor.others);
        touch(db, &mut session, self.now)?;
        // The version was raised where the use was recorded.
        let session = db.find_session(&session.token_hash)?.unwrap_or(session);
        Ok(Seat { session, held: Some(held), is_turned: true, is_open_choice: false })
    }

    /// Whether the client names the one who is signed in to this session; it does where it names nobody.
    fn is_named(
        &self,
        db: &mut dyn Db,
        client: &Client,
        request: &AuthorizationRequest,
        session: Option<&Session>,
    ) -> Result<bool, Fault> {
        let hinted = request.login_hint.as_deref().and_then(Username::parse);
        if request.requirement.subject.is_none() && hinted.is_none() {
            return Ok(true);
        }
        let Some(user) = session.and_then(|session| session.user.as_ref()) else { return Ok(false) };
        if let Some(subject) = &request.requirement.subject {
            return Ok(self.policy.judge.pairwise_key.subject(client, user) == *subject);
        }
        Ok(db.find_user(user)?.is_some_and(|user| Some(user.username) == hinted))
    }
}
