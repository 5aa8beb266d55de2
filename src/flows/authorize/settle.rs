//! How an interaction ends: a code is issued, or the client is refused, each once and with its audit event.

use serde_json::json;

use super::{
    Next,
    moment::{Here, Scene},
};
use crate::{
    domain::{
        audit::AuditKind,
        authn::acr::Assurance,
        id::{GrantId, UserId},
        oidc::{
            error::ProtocolError,
            grant::Grant,
            interaction::InteractionEnd,
            reply::{AuthorizationReply, ReturnPath},
        },
        secret::SecretToken,
    },
    ports::{fault::Fault, store::Db},
};

/// How an interaction ended in its transaction. What is to be signed is signed after it.
pub(super) enum Settled {
    /// With an error, or under a registration that was changed since.
    Refused(Box<AuthorizationReply>),
    /// With a grant.
    Granted(Box<Granted>),
}

/// A grant on its way to its client.
pub(super) struct Granted {
    /// Where and how it goes.
    pub(super) path: ReturnPath,
    /// The code, where one is asked for.
    pub(super) code: Option<SecretToken>,
}

impl Here {
    /// Issues the code, once: the interaction's version guards against a second tab.
    pub(super) fn grant(
        &self,
        db: &mut dyn Db,
        mut scene: Scene<'_>,
        user: UserId,
        assurance: Assurance,
    ) -> Result<Next<Settled>, Fault> {
        scene.interaction.end = Some(InteractionEnd::Answered);
        db.save_interaction(&scene.interaction)?;
        let code = self.entropy.token();
        let mut event = self
            .event_in(AuditKind::GrantIssued, &scene)
            .with("acr", json!(assurance.acr))
            .with("amr", json!(assurance.amr))
            .with("auth_time", assurance.auth_time.as_second());
        let grant = Grant::issue(
            GrantId::from_random(self.entropy.bytes()),
            &code,
            &scene.client,
            user.clone(),
            self.policy.pairwise_key.subject(&scene.client, &user),
            scene.session.id.clone(),
            scene.request.terms,
            assurance,
            self.now,
            self.policy.code,
        );
        db.insert_grant(&grant)?;
        event.user = Some(user);
        db.append_event(&event.with("grant", grant.id.as_str()))?;
        let granted = Granted { path: scene.request.path, code: Some(code) };
        Ok(Next::Answer(Settled::Granted(Box::new(granted))))
    }

    pub(super) fn refuse(
        &self,
        db: &mut dyn Db,
        mut scene: Scene<'_>,
        error: ProtocolError,
    ) -> Result<Next<Settled>, Fault> {
        scene.interaction.end = Some(InteractionEnd::Refused);
        db.save_interaction(&scene.interaction)?;
        let mut event = self
            .event_in(AuditKind::InteractionRefused, &scene)
            .with("error", error.code.name())
            .with("reason", error.reason);
        event.user = scene.session.user.clone();
        db.append_event(&event)?;
        let reply = AuthorizationReply::error(scene.request.path, error);
        Ok(Next::Answer(Settled::Refused(Box::new(reply))))
    }
}
