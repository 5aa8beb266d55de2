//! One decision in one transaction: the facts are read, the policy decides, and what it decided is kept with its audit
//! event or not at all.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AuthorizePolicy, Next, access::Permission, settle::Settled};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        authn::{
            acr::Moment,
            circumstances::Circumstances,
            explanation::Explanation,
            policy::{Decision, FaceFacts, Facts, SignedIn, StepUpPolicy},
        },
        face::attempts::DeviceScope,
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
        policy_book::InForce,
        standing::{find_scope, find_standing},
        token::Mint,
    },
    ports::{entropy::Entropy, fault::Fault, store::Db},
};

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
        let (face, unproven) = match user {
            Some(user) => {
                let AuthorizePolicy { proof_key, model, attempts, .. } = self.policy.as_ref();
                let asked_at = scene.interaction.opened_at;
                find_standing(db, user, whence.device.as_ref(), proof_key, model, attempts, asked_at)?
            }
            None => (FaceFacts::unknown(), Value::Null),
        };
        let in_force = self.policy.book.in_force(db)?;
        let circumstances = self.circumstances(db, scene, user, whence)?;
        let requirement = &scene.request.requirement;
        let subject = user.map(|user| self.policy.pairwise_key.subject(&scene.client, &user.id));
        let signed_in = subject.as_ref().map(|subject| SignedIn { subject, ledger: &scene.session.ledger });
        let explanation = StepUpPolicy::explain(Facts {
            requirement,
            set: &in_force.set,
            dialect: scene.client.metadata.acr_dialect.as_deref(),
            circumstances: &circumstances,
            signed_in,
            face: &face,
            missed: scene.interaction.missed,
            moment: Moment {
                now: self.now,
                max_age: requirement.max_age,
                since: scene.interaction.opened_at,
            },
        });
        let mut event = self.decided(scene, &in_force, &circumstances, &explanation);
        event = event.with("face", json!(face.standing));
        if !unproven.is_null() {
            event = event.with("enrolment_refused", unproven);
        }
        event.user = user.map(|user| user.id.clone());
        db.append_event(&event)?;
        Ok(explanation.decision)
    }

    /// What is known about the request and its session, for the policies.
    fn circumstances(
        &self,
        db: &mut dyn Db,
        scene: &Scene<'_>,
        user: Option<&User>,
        whence: &Whence,
    ) -> Result<Circumstances, Fault> {
        let scope = match user {
            Some(user) => find_scope(db, &user.id, whence.device.as_ref())?,
            None => DeviceScope::Unknown,
        };
        let terms = &scene.request.terms;
        Ok(Circumstances {
            client: scene.client.id.clone(),
            scopes: terms.scope.split(' ').map(str::to_owned).collect(),
            resources: terms.resource.clone(),
            groups: user.map(|user| user.groups.clone()).unwrap_or_default(),
            address: whence.address,
            is_new_device: scope == DeviceScope::Unknown,
            session_opened_at: scene.session.opened_at,
            session_seen_at: scene.session.seen_at,
            now: self.now,
        })
    }

    /// The event from which an administrator reads later why somebody was challenged: what was asked, what was proven then,
    /// and each rule with its verdict.
    fn decided(
        &self,
        scene: &Scene<'_>,
        in_force: &InForce,
        circumstances: &Circumstances,
        explanation: &Explanation,
    ) -> AuditEvent {
        let requirement = &scene.request.requirement;
        self.event_in(AuditKind::Decided, scene)
            .with("decision", json!(explanation.decision))
            .with("asked", json!(explanation.asked))
            .with("max_age", json!(requirement.max_age.map(|most| most.as_secs())))
            .with("prompt", json!(requirement.prompt))
            .with("scopes", json!(circumstances.scopes))
            .with("resources", json!(circumstances.resources))
            .with("new_device", circumstances.is_new_device)
            .with("minima", json!(explanation.minima))
            .with("policies", json!(explanation.policies))
            .with("contexts", json!(explanation.contexts))
            .with("ledger", json!(scene.session.ledger))
            .with("policy_version", in_force.number)
            .with("missed", json!(scene.interaction.missed))
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
