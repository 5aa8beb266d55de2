//! How an interaction comes to its browser: begun there, or kept until the browser comes back for it.

use super::{Advanced, Arrival, BeginRefusal, Begun, moment::Here, settle::Settled};
use crate::{
    domain::{
        id::{ClientId, InteractionId},
        oidc::{
            client::Client,
            request::{AuthorizationRequest, Conveyance, ReceivedParameters, RequestRefusal},
        },
        secret::{SecretToken, TokenHash},
        session::Session,
    },
    flows::{
        Lost,
        browser::{Visitor, find_or_open},
    },
    ports::{fault::Fault, store::Db},
};

/// Opens an interaction for a request that passes every check, and decides at once where its browser is here.
pub(super) fn begin(
    db: &mut dyn Db,
    here: &Here,
    received: ReceivedParameters,
    arrival: Arrival,
) -> Result<Result<Begun<Settled>, BeginRefusal>, Fault> {
    let Some(client) = named_client(db, &received)? else { return Ok(Err(BeginRefusal::UnknownClient)) };
    match AuthorizationRequest::receive(&client, &received, Conveyance::default(), &here.policy.rules) {
        Ok(_) => {}
        Err(RequestRefusal::Unaddressable(refusal)) => return Ok(Err(BeginRefusal::Address(refusal))),
        Err(RequestRefusal::Answerable(reply)) => return Ok(Ok(Begun::Refused(*reply))),
    }
    match arrival {
        Arrival::Posted => {
            let interaction = here.open(db, &client, received, None)?;
            Ok(Ok(Begun::Kept(interaction.id)))
        }
        Arrival::Visited(visitor) => {
            let (session, opened) = here.session_of(db, &visitor)?;
            let interaction = here.open(db, &client, received, Some(&session))?;
            let id = interaction.id.clone();
            let device = visitor.device.map(|secret| secret.hash());
            let advanced = here.advance(db, interaction, &session, device.as_ref())?;
            // A client that vanished within the transaction is as unknown as one that never was.
            let advanced = advanced.map(|next| Begun::Opened(Advanced { interaction: id, next, opened }));
            Ok(advanced.map_err(|_| BeginRefusal::UnknownClient))
        }
    }
}

fn named_client(db: &mut dyn Db, received: &ReceivedParameters) -> Result<Option<Client>, Fault> {
    if received.repeated.contains("client_id") {
        return Ok(None);
    }
    let named = received.parameters.value("client_id").and_then(ClientId::parse);
    named.map_or(Ok(None), |id| db.find_client(&id))
}

/// Goes on in a visiting browser; the first to come back for a kept request becomes its owner.
pub(super) fn resume(
    db: &mut dyn Db,
    here: &Here,
    interaction: &InteractionId,
    visitor: &Visitor,
) -> Result<Result<Advanced<Settled>, Lost>, Fault> {
    let Some(mut interaction) = db.find_interaction(interaction)? else { return Ok(Err(Lost::Unknown)) };
    if !interaction.is_open(here.now) {
        return Ok(Err(Lost::Over));
    }
    let (session, opened) = match &interaction.session {
        None => here.session_of(db, visitor)?,
        Some(owner) => match here.own_session(db, visitor)?.filter(|session| session.id == *owner) {
            Some(session) => (session, None),
            None => return Ok(Err(Lost::OtherBrowser)),
        },
    };
    if interaction.session.is_none() {
        interaction.session = Some(session.id.clone());
        // The request begins for this browser now: a sign-in from while it was kept does not answer `prompt=login`.
        interaction.opened_at = here.now;
        db.save_interaction(&interaction)?;
        let Some(saved) = db.find_interaction(&interaction.id)? else { return Ok(Err(Lost::Unknown)) };
        interaction = saved;
    }
    let id = interaction.id.clone();
    let device: Option<TokenHash> = visitor.device.as_ref().map(SecretToken::hash);
    let next = here.advance(db, interaction, &session, device.as_ref())?;
    Ok(next.map(|next| Advanced { interaction: id, next, opened }))
}

impl Here {
    fn session_of(
        &self,
        db: &mut dyn Db,
        visitor: &Visitor,
    ) -> Result<(Session, Option<SecretToken>), Fault> {
        find_or_open(db, visitor, self.now, self.policy.sessions, self.entropy.as_ref())
    }

    fn own_session(&self, db: &mut dyn Db, visitor: &Visitor) -> Result<Option<Session>, Fault> {
        let Some(secret) = &visitor.session else { return Ok(None) };
        let found = db.find_session(&secret.hash())?;
        Ok(found.filter(|session| session.is_live(self.now, self.policy.sessions)))
    }
}
