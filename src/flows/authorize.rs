//! Decide, act, decide again: opens interactions, and at every return from a step says what comes next. On success the
//! code is issued here and nowhere else; an interaction answers its client once.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{
    Lost, Unserved,
    browser::{Browser, Held, Visitor, find_own},
    judgement::Judge,
    request_objects::RequestObjects,
    settled,
    token::Mint,
};
use crate::{
    domain::{
        id::InteractionId,
        oidc::{
            client::{Client, RedirectRefusal},
            error::ProtocolError,
            interaction::Interaction,
            reply::AuthorizationReply,
            request::{AuthorizationRequest, ReceivedParameters, RequestPolicy},
        },
        session::{Session, SessionLifetimes},
        user::Username,
    },
    ports::{clock::Clock, entropy::Entropy, fault::Fault, store::Db, store::Store},
};

mod access;
mod accounts;
mod arrivals;
mod moment;
mod settle;

use arrivals::{begin, resume};
use moment::Here;

/// What the flow goes by.
pub struct AuthorizePolicy {
    /// What requests are held to.
    pub requests: RequestPolicy,
    /// What they are judged by.
    pub judge: Arc<Judge>,
    /// How long sessions live.
    pub sessions: SessionLifetimes,
    /// How long an interaction waits for the person.
    pub interaction: SignedDuration,
    /// How long a code waits for the client (RFC 6749 §4.1.2).
    pub code: SignedDuration,
}

/// What comes next for the browser; at its end an answer for the client.
#[derive(Clone, Debug)]
pub enum Next<A = AuthorizationReply> {
    /// The sign-in page.
    SignIn,
    /// The page that makes an account.
    Create,
    /// The page that asks with which of the browser's accounts.
    SelectAccount,
    /// The parent workflow.
    Enrol,
    /// The child workflow.
    StepUp,
    /// The page that asks whether the client may have what it asks.
    Allow,
    /// Back to the client.
    Answer(A),
}

/// How a request arrived.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// By a form, which from another site brings no cookie: it is kept, and its browser comes back with a GET.
    Posted,
    /// By an address, with its cookies.
    Visited(Visitor),
}

/// What became of a new request.
#[derive(Clone, Debug)]
pub enum Begun<A = AuthorizationReply> {
    /// It is refused at the client's address.
    Refused(AuthorizationReply),
    /// It is kept until the browser comes back for it.
    Kept(InteractionId),
    /// It is open in this browser.
    Opened(Advanced<A>),
}

/// An interaction that went on in a browser.
#[derive(Clone, Debug)]
pub struct Advanced<A = AuthorizationReply> {
    /// Which.
    pub interaction: InteractionId,
    /// What comes next.
    pub next: Next<A>,
    /// What the browser holds from now on, where a session was opened for it or another one turned to.
    pub held: Option<Held>,
}

/// Why a request has no address that may be answered (RFC 6749 §4.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeginRefusal {
    /// No such client.
    UnknownClient,
    /// Not an address of the client's.
    Address(RedirectRefusal),
    /// What the request brings along, or stands for, cannot be read; with it, the address is not known either.
    Unreadable(ProtocolError),
}

/// An open interaction with all that a page shows of it.
#[derive(Clone, Debug)]
pub struct OpenInteraction {
    /// The interaction.
    pub interaction: Interaction,
    /// Who asks.
    pub client: Client,
    /// What is asked.
    pub request: AuthorizationRequest,
    /// In which session.
    pub session: Session,
    /// By which name someone signed in to it, if anyone did.
    pub username: Option<Username>,
}

/// The dispatcher that every step returns to.
pub struct Authorize {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    mint: Arc<Mint>,
    objects: Arc<RequestObjects>,
    policy: Arc<AuthorizePolicy>,
}

impl Authorize {
    /// Over its ports.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        mint: Arc<Mint>,
        objects: Arc<RequestObjects>,
        policy: Arc<AuthorizePolicy>,
    ) -> Self {
        Self { store, clock, entropy, mint, objects, policy }
    }

    /// Opens an interaction for a request that passes every check.
    pub async fn begin(
        &self,
        received: ReceivedParameters,
        arrival: Arrival,
    ) -> Result<Begun, Unserved<BeginRefusal>> {
        let asked = match self.open(received).await? {
            Ok(asked) => asked,
            Err(reply) => return Ok(Begun::Refused(reply)),
        };
        let begun = settled(|| {
            let (here, asked, arrival) = (self.here(), asked.clone(), arrival.clone());
            self.store.transact(move |db| begin(db, &here, asked, arrival))
        })
        .await?;
        Ok(match begun {
            Begun::Refused(reply) => Begun::Refused(reply),
            Begun::Kept(interaction) => Begun::Kept(interaction),
            Begun::Opened(advanced) => Begun::Opened(self.advanced(advanced).await?),
        })
    }

    /// Goes on with an interaction in a visiting browser: one that was kept becomes this browser's.
    pub async fn resume(
        &self,
        interaction: &InteractionId,
        visitor: Visitor,
    ) -> Result<Advanced, Unserved<Lost>> {
        let advanced = settled(|| {
            let (here, interaction, visitor) = (self.here(), interaction.clone(), visitor.clone());
            self.store.transact(move |db| resume(db, &here, &interaction, &visitor))
        })
        .await?;
        Ok(self.advanced(advanced).await?)
    }

    /// Decides what comes next for an interaction of this browser, and does what the decision says.
    pub async fn advance(
        &self,
        interaction: &InteractionId,
        browser: &Browser,
    ) -> Result<Next, Unserved<Lost>> {
        let next = settled(|| {
            let (here, interaction, browser) = (self.here(), interaction.clone(), browser.clone());
            self.store.transact(move |db| match find_own(db, &interaction, &browser, here.now)? {
                Err(lost) => Ok(Err(lost)),
                Ok((interaction, session)) => here.advance(db, interaction, &session, &browser.whence()),
            })
        })
        .await?;
        Ok(self.answered(next).await?)
    }

    /// Ends an interaction of this browser whose person chose not to sign in.
    pub async fn decline(
        &self,
        interaction: &InteractionId,
        browser: &Browser,
    ) -> Result<Next, Unserved<Lost>> {
        let next = settled(|| {
            let (here, interaction, browser) = (self.here(), interaction.clone(), browser.clone());
            self.store.transact(move |db| match find_own(db, &interaction, &browser, here.now)? {
                Err(lost) => Ok(Err(lost)),
                Ok((interaction, session)) => here.decline(db, interaction, &session),
            })
        })
        .await?;
        Ok(self.answered(next).await?)
    }

    /// An open interaction of this browser, to show a page of it.
    pub async fn find(
        &self,
        interaction: &InteractionId,
        browser: &Browser,
    ) -> Result<OpenInteraction, Unserved<Lost>> {
        let (here, interaction, browser) = (self.here(), interaction.clone(), browser.clone());
        let found = self.store.read(move |db| find(db, &here, &interaction, &browser)).await?;
        found.map_err(Unserved::Refused)
    }

    fn here(&self) -> Here {
        Here {
            now: self.clock.now(),
            entropy: self.entropy.clone(),
            mint: self.mint.clone(),
            policy: self.policy.clone(),
        }
    }
}

fn find(
    db: &mut dyn Db,
    here: &Here,
    interaction: &InteractionId,
    browser: &Browser,
) -> Result<Result<OpenInteraction, Lost>, Fault> {
    let (interaction, session) = match find_own(db, interaction, browser, here.now)? {
        Ok(own) => own,
        Err(lost) => return Ok(Err(lost)),
    };
    let Some(client) = db.find_client(&interaction.client)? else { return Ok(Err(Lost::Unknown)) };
    Ok(match AuthorizationRequest::parse(&client, &interaction.parameters, here.policy.requests) {
        Err(_) => Err(Lost::Over),
        Ok(request) => {
            let user = session.user.as_ref().map(|user| db.find_user(user)).transpose()?.flatten();
            let username = user.map(|user| user.username);
            Ok(OpenInteraction { interaction, client, request, session, username })
        }
    })
}
