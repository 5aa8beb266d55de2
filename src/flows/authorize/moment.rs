//! One decision in one transaction: the facts are read, the policy decides, and what it decided is kept with its audit
//! event or not at all.

use std::sync::Arc;

use super::{AuthorizePolicy, Next, access::Permission, settle::Settled};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        authn::policy::Decision,
        id::{AuditId, InteractionId},
        oidc::{
            client::Client,
            error::{CONSENT_REQUIRED, DECLINED, ProtocolError},
            interaction::Interaction,
            request::{AuthorizationRequest, ReceivedParameters, RequestRefusal},
        },
        session::Session,
        user::User,
        workflow::definition::WorkflowName,
    },
    flows::{
        Lost,
        browser::Whence,
        judgement::{Asked, KnownBrowser, Present},
        token::Mint,
    },
    ports::{entropy::Entropy, fault::Fault, store::Db},
};
use jiff::Timestamp;

/// Now, randomness, and what the flow goes by, ready to be moved into a transaction.
pub(super) struct Here {
    pub(super) now: Timestamp,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) mint: Arc<Mint>,
    pub(super) policy: Arc<AuthorizePolicy>,
}

/// What one decision is about.
pub(super) struct Scene<'a> {
    pub(super) interaction: Interaction,
    pub(super) session: &'a Session,
    pub(super) client: Client,
    pub(super) request: AuthorizationRequest,
}

impl Here {
    /// Opens an interaction, bound to a session where there is one.
    pub(super) fn open(
        &self,
        db: &mut dyn Db,
        client: &Client,
        received: ReceivedParameters,
        session: Option<&Session>,
    ) -> Result<Interaction, Fault> {
        let interaction = Interaction::open(
            InteractionId::from_random(self.entropy.bytes()),
            client.id.clone(),
            received.parameters,
            session.map(|session| session.id.clone()),
            self.now,
            self.policy.interaction,
        );
        db.insert_interaction(&interaction)?;
        let mut event = self.event(AuditKind::InteractionOpened);
        event.client = Some(client.id.clone());
        event.interaction = Some(interaction.id.clone());
        event.session = interaction.session.clone();
        db.append_event(&event)?;
        Ok(interaction)
    }

    /// Decides what comes next, and does it where it is done here.
    pub(super) fn advance(
        &self,
        db: &mut dyn Db,
        interaction: Interaction,
        session: &Session,
        whence: &Whence,
    ) -> Result<Result<Next<Settled>, Lost>, Fault> {
        let mut scene = match self.scene(db, interaction, session)? {
            Ok(scene) => scene,
            Err(elsewhere) => return Ok(elsewhere),
        };
        let user = match &session.user {
            Some(user) => db.find_user(user)?,
            None => None,
        };
        if scene.awaits_choice() {
            return Ok(Ok(Next::SelectAccount));
        }
        let decision = self.decide(db, &scene, user.as_ref(), whence)?;
        let next = match (decision, user) {
            (Decision::SignIn(_), _) | (Decision::Proceed(_), None) => match scene.request.pages.create {
                true => Next::Create,
                false => Next::SignIn,
            },
            (Decision::Enrol(workflow), _) => {
                self.turn_to(db, &mut scene, workflow)?;
                Next::Enrol
            }
            (Decision::StepUp(workflow), _) => {
                self.turn_to(db, &mut scene, workflow)?;
                Next::StepUp
            }
            (Decision::Proceed(assurance), Some(user)) => match self.permission(db, &scene, &user.id)? {
                Permission::Given => self.grant(db, scene, user, assurance)?,
                Permission::Asked => Next::Allow,
                Permission::Missing => self.refuse(db, scene, CONSENT_REQUIRED)?,
            },
            (Decision::Refuse(refusal), _) => self.refuse(db, scene, refusal.into())?,
        };
        Ok(Ok(next))
    }

    /// Ends an interaction whose person gave up where a sign-in was needed.
    pub(super) fn decline(
        &self,
        db: &mut dyn Db,
        interaction: Interaction,
        session: &Session,
    ) -> Result<Result<Next<Settled>, Lost>, Fault> {
        self.end(db, interaction, session, DECLINED)
    }

    /// Ends an interaction with an error for its client.
    pub(super) fn end(
        &self,
        db: &mut dyn Db,
        interaction: Interaction,
        session: &Session,
        error: ProtocolError,
    ) -> Result<Result<Next<Settled>, Lost>, Fault> {
        match self.scene(db, interaction, session)? {
            Ok(scene) => self.refuse(db, scene, error).map(Ok),
            Err(elsewhere) => Ok(elsewhere),
        }
    }

    /// Sets the scene, with the request proven again under the client's registration as it is now; or says what a
    /// registration that was changed since makes of it.
    pub(super) fn scene<'a>(
        &self,
        db: &mut dyn Db,
        interaction: Interaction,
        session: &'a Session,
    ) -> Result<Result<Scene<'a>, Result<Next<Settled>, Lost>>, Fault> {
        let Some(client) = db.find_client(&interaction.client)? else { return Ok(Err(Err(Lost::Unknown))) };
        let parsed = AuthorizationRequest::parse(&client, &interaction.parameters, self.policy.requests);
        Ok(match parsed {
            Ok(request) => Ok(Scene { interaction, session, client, request }),
            Err(RequestRefusal::Unaddressable(_)) => Err(Err(Lost::Over)),
            Err(RequestRefusal::Answerable(reply)) => Err(Ok(Next::Answer(Settled::Refused(reply)))),
        })
    }

    /// Notes which workflow the person goes through next.
    fn turn_to(&self, db: &mut dyn Db, scene: &mut Scene<'_>, workflow: WorkflowName) -> Result<(), Fault> {
        if scene.interaction.workflow.as_ref() == Some(&workflow) {
            return Ok(());
        }
        scene.interaction.workflow = Some(workflow);
        db.save_interaction(&scene.interaction)
    }

    fn decide(
        &self,
        db: &mut dyn Db,
        scene: &Scene<'_>,
        user: Option<&User>,
        whence: &Whence,
    ) -> Result<Decision, Fault> {
        let Scene { interaction, session, client, request } = scene;
        let (missed, since) = (interaction.missed, interaction.opened_at);
        let present = Present {
            user,
            ledger: &session.ledger,
            opened_at: session.opened_at,
            idle_since: session.idle_since(self.now),
            browser: KnownBrowser::ByCookie(whence.device.as_ref()),
            address: whence.address,
        };
        let asked = Asked { client, request, missed, since };
        let record = self.policy.judge.judge(db, asked, present, self.now)?;
        let mut event = self.event_in(AuditKind::Decided, scene);
        event.user = user.map(|user| user.id.clone());
        event.details = record.details();
        db.append_event(&event)?;
        Ok(record.explanation.decision)
    }

    pub(super) fn event_in(&self, kind: AuditKind, scene: &Scene<'_>) -> AuditEvent {
        let mut event = self.event(kind);
        event.client = Some(scene.client.id.clone());
        event.session = Some(scene.session.id.clone());
        event.interaction = Some(scene.interaction.id.clone());
        event
    }

    pub(super) fn event(&self, kind: AuditKind) -> AuditEvent {
        AuditEvent::new(AuditId::from_random(self.entropy.bytes()), self.now, kind)
    }
}
