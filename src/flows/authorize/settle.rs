//! How an interaction ends: with a grant, or with an error for the client, each once and with its audit event. What a
//! grant's answer needs signed is signed after the transaction.

use serde_json::json;

use super::{
    Advanced, Authorize, Next,
    moment::{Here, Scene},
};
use crate::{
    domain::{
        audit::AuditKind,
        authn::acr::Assurance,
        id::GrantId,
        oidc::{
            claims::told,
            client::Client,
            error::ProtocolError,
            grant::Grant,
            interaction::InteractionEnd,
            reply::{Answers, AuthorizationReply, GivenToken, ReturnPath},
            request::response::ResponseType,
            share::Share,
            tokens::{Bound, Claims},
        },
        secret::SecretToken,
        user::User,
    },
    flows::token::Draft,
    ports::{fault::Fault, store::Db},
};

/// How an interaction ended in its transaction.
pub(super) enum Settled {
    /// With an error, or under a registration that was changed since.
    Refused(Box<AuthorizationReply>),
    /// With a grant.
    Granted(Box<Granted>),
}

/// A grant on its way to its client.
pub(super) struct Granted {
    path: ReturnPath,
    response_type: ResponseType,
    client: Client,
    user: User,
    grant: Grant,
    code: Option<SecretToken>,
    draft: Option<Draft>,
}

impl Here {
    /// Grants what was asked, once: the interaction's version guards against a second tab.
    pub(super) fn grant(
        &self,
        db: &mut dyn Db,
        mut scene: Scene<'_>,
        user: User,
        assurance: Assurance,
    ) -> Result<Next<Settled>, Fault> {
        scene.interaction.end = Some(InteractionEnd::Answered);
        db.save_interaction(&scene.interaction)?;
        let mut event = self
            .event_in(AuditKind::GrantIssued, &scene)
            .with("response_type", scene.request.response_type.name())
            .with("acr", json!(assurance.acr))
            .with("amr", json!(assurance.amr))
            .with("auth_time", assurance.auth_time.as_second());
        let granted = self.granted(scene, user, assurance);
        db.insert_grant(&granted.grant)?;
        if let Some(draft) = &granted.draft {
            self.mint.keep(db, draft)?;
        }
        event.user = Some(granted.user.id.clone());
        db.append_event(&event.with("grant", granted.grant.id.as_str()))?;
        Ok(Next::Answer(Settled::Granted(Box::new(granted))))
    }

    fn granted(&self, scene: Scene<'_>, user: User, assurance: Assurance) -> Granted {
        let Scene { session, client, request, .. } = scene;
        let code = self.entropy.token();
        let mut grant = Grant::issue(
            GrantId::from_random(self.entropy.bytes()),
            &code,
            &client,
            user.id.clone(),
            self.policy.judge.pairwise_key.subject(&client, &user.id),
            session.id.clone(),
            request.terms,
            assurance,
            self.now,
            self.policy.code,
        );
        let response_type = request.response_type;
        let code = response_type.gives_code().then_some(code);
        if code.is_none() {
            // Nobody has the code. The grant is there, so that its tokens can be revoked and its client told of a logout.
            grant.redeemed_at = Some(self.now);
        }
        let share = Share { scope: grant.terms.scope.clone(), resource: grant.terms.resource.clone() };
        let gives_token = response_type.gives_access_token();
        let draft = gives_token.then(|| self.mint.draft(&client, &grant, share, self.now));
        Granted { path: request.path, response_type, client, user, grant, code, draft }
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

impl Authorize {
    /// What comes next, with its answer made.
    pub(super) async fn answered(&self, next: Next<Settled>) -> Result<Next, Fault> {
        Ok(match next {
            Next::SignIn => Next::SignIn,
            Next::Create => Next::Create,
            Next::SelectAccount => Next::SelectAccount,
            Next::Enrol => Next::Enrol,
            Next::StepUp => Next::StepUp,
            Next::Allow => Next::Allow,
            Next::Answer(Settled::Refused(reply)) => Next::Answer(*reply),
            Next::Answer(Settled::Granted(granted)) => Next::Answer(self.sign(*granted).await?),
        })
    }

    /// The same for an interaction that went on.
    pub(super) async fn advanced(&self, advanced: Advanced<Settled>) -> Result<Advanced, Fault> {
        let Advanced { interaction, next, held } = advanced;
        Ok(Advanced { interaction, next: self.answered(next).await?, held })
    }

    /// Makes the answer of a grant (OpenID Connect Core 1.0 §3.1.2.5, §3.2.2.5, §3.3.2.5).
    async fn sign(&self, granted: Granted) -> Result<AuthorizationReply, Fault> {
        let Granted { path, response_type, client, user, grant, code, draft } = granted;
        let access_token = match &draft {
            Some(draft) => Some(self.mint.access_token(draft).await?),
            None => None,
        };
        let bound = Bound {
            nonce: grant.terms.nonce.as_deref(),
            access_token: access_token.as_ref().map(SecretToken::expose),
            code: code.as_ref().map(SecretToken::expose),
        };
        let id_token = match response_type.gives_id_token() {
            true => {
                let person = claims_within(response_type, &user, &grant);
                Some(self.mint.id_token(&client, &grant, bound, person, grant.issued_at).await?)
            }
            false => None,
        };
        let access_token = access_token.map(|token| GivenToken {
            token,
            expires_in: self.mint.lifetimes.access_token.as_secs(),
            scope: grant.terms.scope.clone(),
        });
        Ok(AuthorizationReply::success(path, Answers { code, id_token, access_token }))
    }
}

/// The claims about the person in an ID token from here: those asked for in it by name (OpenID Connect Core 1.0 §5.5), and
/// those of the scope only where no access token can follow, by which they could be had at the UserInfo endpoint (§5.4).
fn claims_within(response_type: ResponseType, user: &User, grant: &Grant) -> Claims {
    let scope = match response_type {
        ResponseType::IdToken => &grant.terms.scope,
        _ => "",
    };
    told(user, scope, &grant.terms.claims.id_token)
}
