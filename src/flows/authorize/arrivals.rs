//! How an interaction comes to its browser: begun there, or kept until the browser comes back for it.

use super::{Advanced, Arrival, Authorize, BeginRefusal, Begun, moment::Here, settle::Settled};
use crate::{
    domain::{
        id::{ClientId, InteractionId},
        oidc::{
            client::Client,
            interaction::Interaction,
            pushed::{PushedRequest, UNKNOWN},
            reply::AuthorizationReply,
            request::{AuthorizationRequest, Conveyance, ReceivedParameters, RequestRefusal},
        },
        secret::TokenHash,
    },
    flows::{Lost, Unserved, browser::Visitor, request_objects::RequestObjects},
    ports::{fault::Fault, store::Db},
};

/// A request as it is brought before a transaction, with whatever it brought along opened and verified.
#[derive(Clone)]
pub(super) enum Asked {
    /// Its parameters, and how they came.
    Parameters(ReceivedParameters, Conveyance),
    /// The reference to one that was pushed. What else came along does not count (RFC 9126 §4).
    Pushed(Option<ClientId>, TokenHash),
}

impl Authorize {
    /// Opens what a request brings along; or the refusal of it, for the client's address or for a page.
    pub(super) async fn open(
        &self,
        received: ReceivedParameters,
    ) -> Result<Result<Asked, AuthorizationReply>, Unserved<BeginRefusal>> {
        if !RequestObjects::concerns(&received) {
            return Ok(Ok(Asked::Parameters(received, Conveyance::default())));
        }
        if let Some(reference) = pushed_reference(&received) {
            return Ok(Ok(Asked::Pushed(named(&received), reference)));
        }
        let asking = received.clone();
        let client = self.store.read(move |db| named_client(db, named(&asking))).await?;
        let client = client.ok_or(Unserved::Refused(BeginRefusal::UnknownClient))?;
        let error = match self.objects.open(&client, received.clone()).await {
            Ok((received, conveyance)) => return Ok(Ok(Asked::Parameters(received, conveyance))),
            Err(Unserved::Fault(fault)) => return Err(fault.into()),
            Err(Unserved::Refused(error)) => error,
        };
        match AuthorizationRequest::refusal(&client, &received, error) {
            RequestRefusal::Answerable(reply) => Ok(Err(*reply)),
            RequestRefusal::Unaddressable(_) => Err(Unserved::Refused(BeginRefusal::Unreadable(error))),
        }
    }
}

/// The reference to a pushed request, where that is what came.
fn pushed_reference(received: &ReceivedParameters) -> Option<TokenHash> {
    let is_alone = received.repeated.is_empty() && received.parameters.value("request").is_none();
    received.parameters.value("request_uri").filter(|_| is_alone).and_then(PushedRequest::hash_in)
}

fn named(received: &ReceivedParameters) -> Option<ClientId> {
    let named = received.parameters.value("client_id").filter(|_| !received.repeated.contains("client_id"));
    named.and_then(ClientId::parse)
}

fn named_client(db: &mut dyn Db, named: Option<ClientId>) -> Result<Option<Client>, Fault> {
    named.map_or(Ok(None), |id| db.find_client(&id))
}

/// What a transaction finds of a request.
struct Brought {
    client: Client,
    received: ReceivedParameters,
    conveyance: Conveyance,
    /// The reference that it was pushed under, if it was.
    reference: Option<TokenHash>,
    /// What was opened with it before.
    opened_as: Option<InteractionId>,
}

fn find(db: &mut dyn Db, here: &Here, asked: Asked) -> Result<Result<Brought, BeginRefusal>, Fault> {
    let named = match &asked {
        Asked::Parameters(received, _) => named(received),
        Asked::Pushed(named, _) => named.clone(),
    };
    let Some(client) = named_client(db, named)? else { return Ok(Err(BeginRefusal::UnknownClient)) };
    let (reference, pushed) = match asked {
        Asked::Parameters(received, conveyance) => {
            return Ok(Ok(Brought { client, received, conveyance, reference: None, opened_as: None }));
        }
        Asked::Pushed(_, reference) => {
            let found = db.find_pushed_request(&reference)?;
            (reference, found.filter(|pushed| pushed.client == client.id))
        }
    };
    let found = pushed.filter(|pushed| pushed.opened_as.is_some() || pushed.may_open(here.now));
    let Some(pushed) = found else { return Ok(Err(BeginRefusal::Unreadable(UNKNOWN))) };
    Ok(Ok(Brought {
        client,
        received: ReceivedParameters { parameters: pushed.parameters, ..ReceivedParameters::default() },
        conveyance: Conveyance { pushed: true, signed: pushed.signed },
        reference: Some(reference),
        opened_as: pushed.opened_as,
    }))
}

/// Opens an interaction for a request that passes every check, and decides at once where its browser is here.
pub(super) fn begin(
    db: &mut dyn Db,
    here: &Here,
    asked: Asked,
    arrival: Arrival,
) -> Result<Result<Begun<Settled>, BeginRefusal>, Fault> {
    let Brought { client, received, conveyance, reference, opened_as } = match find(db, here, asked)? {
        Ok(brought) => brought,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(interaction) = opened_as {
        return come_again(db, here, &interaction, arrival);
    }
    let request = match AuthorizationRequest::receive(&client, &received, conveyance, here.policy.requests) {
        Ok(request) => request,
        Err(RequestRefusal::Unaddressable(refusal)) => return Ok(Err(BeginRefusal::Address(refusal))),
        Err(RequestRefusal::Answerable(reply)) => return Ok(Ok(Begun::Refused(*reply))),
    };
    match arrival {
        Arrival::Posted => {
            let interaction = here.open(db, &client, received, None)?;
            spend(db, reference.as_ref(), &interaction)?;
            Ok(Ok(Begun::Kept(interaction.id)))
        }
        Arrival::Visited(visitor) => {
            let seat = here.seat_of(db, &client, &request, &visitor)?;
            let interaction = here.open(db, &client, received, Some(&seat.session))?;
            spend(db, reference.as_ref(), &interaction)?;
            let advanced = here.advance_seated(db, interaction, seat, &visitor)?;
            // A client that vanished within the transaction is as unknown as one that never was.
            Ok(advanced.map(Begun::Opened).map_err(|_| BeginRefusal::UnknownClient))
        }
    }
}

/// Uses up the reference to a pushed request; of two that come at once, one finds what the other opened.
fn spend(db: &mut dyn Db, reference: Option<&TokenHash>, interaction: &Interaction) -> Result<(), Fault> {
    match reference {
        Some(reference) if !db.open_pushed_request(reference, interaction)? => {
            Err(Fault::Conflict("pushed request"))
        }
        _ => Ok(()),
    }
}

/// A pushed request opens one interaction. The browser that has it may come again, as by loading the page anew (RFC 9126
/// §7.3); for any other the reference is used up.
fn come_again(
    db: &mut dyn Db,
    here: &Here,
    interaction: &InteractionId,
    arrival: Arrival,
) -> Result<Result<Begun<Settled>, BeginRefusal>, Fault> {
    match arrival {
        Arrival::Posted => Ok(Ok(Begun::Kept(interaction.clone()))),
        Arrival::Visited(visitor) => {
            let resumed = resume(db, here, interaction, &visitor)?;
            Ok(resumed.map(Begun::Opened).map_err(|_| BeginRefusal::Unreadable(UNKNOWN)))
        }
    }
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
    let seat = match &interaction.session {
        None => here.seat_of_kept(db, &interaction, visitor)?,
        Some(owner) => match here.seat_of_owner(db, owner, visitor)? {
            Some(seat) => seat,
            None => return Ok(Err(Lost::OtherBrowser)),
        },
    };
    if interaction.session.is_none() {
        interaction.session = Some(seat.session.id.clone());
        // The request begins for this browser now: a sign-in from while it was kept does not answer `prompt=login`.
        interaction.opened_at = here.now;
        db.save_interaction(&interaction)?;
        let Some(saved) = db.find_interaction(&interaction.id)? else { return Ok(Err(Lost::Unknown)) };
        interaction = saved;
    }
    here.advance_seated(db, interaction, seat, visitor)
}
