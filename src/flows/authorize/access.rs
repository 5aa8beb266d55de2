//! Whether a client may have what it asks: the person is asked where they must be, and their answer is remembered.

use serde_json::json;

use super::{
    Authorize, Next,
    moment::{Here, Scene},
};
use crate::{
    domain::{
        audit::AuditKind,
        authn::requirement::Prompt,
        id::{InteractionId, UserId},
        oidc::{
            consent::{Access, AccessConsent, AccessFacts},
            error::NOT_ALLOWED,
        },
    },
    flows::{
        Lost, Unserved,
        browser::{Browser, find_own},
        settled,
    },
    ports::{fault::Fault, store::Db},
};

/// What stands between a decided request and its answer.
pub(super) enum Permission {
    /// Nothing: it is allowed.
    Given,
    /// The person is to be asked.
    Asked,
    /// The person would have to be asked, and may not be.
    Missing,
}

impl Authorize {
    /// Records that the person allows what a page of this digest asked, and goes on. Should the request ask for something
    /// else by now, they are asked again.
    pub async fn allow(
        &self,
        interaction: &InteractionId,
        browser: &Browser,
        digest: &str,
    ) -> Result<Next, Unserved<Lost>> {
        let next = settled(|| {
            let (here, interaction, browser) = (self.here(), interaction.clone(), browser.clone());
            let digest = digest.to_owned();
            self.store.transact(move |db| {
                let (interaction, session) = match find_own(db, &interaction, &browser, here.now)? {
                    Ok(own) => own,
                    Err(lost) => return Ok(Err(lost)),
                };
                let mut scene = match here.scene(db, interaction, &session)? {
                    Ok(scene) => scene,
                    Err(elsewhere) => return Ok(elsewhere),
                };
                if let Some(user) = session.user.clone()
                    && Access::of(&scene.request.terms).digest() == digest
                {
                    here.remember_access(db, &mut scene, user)?;
                }
                here.advance(db, scene.interaction, &session, &browser.whence())
            })
        })
        .await?;
        Ok(self.answered(next).await?)
    }

    /// Ends an interaction whose person does not allow what is asked.
    pub async fn deny(&self, interaction: &InteractionId, browser: &Browser) -> Result<Next, Unserved<Lost>> {
        let next = settled(|| {
            let (here, interaction, browser) = (self.here(), interaction.clone(), browser.clone());
            self.store.transact(move |db| match find_own(db, &interaction, &browser, here.now)? {
                Err(lost) => Ok(Err(lost)),
                Ok((interaction, session)) => here.end(db, interaction, &session, NOT_ALLOWED),
            })
        })
        .await?;
        Ok(self.answered(next).await?)
    }
}

impl Here {
    /// Whether the signed-in person has allowed what is asked, or is to be asked.
    pub(super) fn permission(
        &self,
        db: &mut dyn Db,
        scene: &Scene<'_>,
        user: &UserId,
    ) -> Result<Permission, Fault> {
        if scene.client.metadata.first_party && !scene.request.pages.consent {
            // Whatever was allowed before, nothing is asked: it need not be read.
            return Ok(Permission::Given);
        }
        let remembered = db.find_access_consent(user, &scene.client.id)?;
        let facts = AccessFacts {
            client: &scene.client,
            redirect_uri: &scene.request.terms.redirect_uri,
            asked: &Access::of(&scene.request.terms),
            remembered: remembered.as_ref(),
            prompted: scene.request.pages.consent,
            allowed_here: scene.interaction.allowed_at.is_some(),
        };
        Ok(match (facts.must_ask(), scene.request.requirement.prompt) {
            (false, _) => Permission::Given,
            (true, Prompt::None) => Permission::Missing,
            (true, Prompt::AsNeeded | Prompt::Login) => Permission::Asked,
        })
    }

    fn remember_access(&self, db: &mut dyn Db, scene: &mut Scene<'_>, user: UserId) -> Result<(), Fault> {
        let asked = Access::of(&scene.request.terms);
        let mut event = self
            .event_in(AuditKind::AccessAllowed, scene)
            .with("scopes", json!(asked.scopes))
            .with("resources", json!(asked.resources))
            .with("claims", json!(asked.claims));
        event.user = Some(user.clone());
        let before = db.find_access_consent(&user, &scene.client.id)?;
        db.put_access_consent(&AccessConsent::with(before, user, scene.client.id.clone(), asked, self.now))?;
        scene.interaction.allowed_at = Some(self.now);
        db.save_interaction(&scene.interaction)?;
        // Storage raised the version: what goes on must be what was saved.
        if let Some(saved) = db.find_interaction(&scene.interaction.id)? {
            scene.interaction = saved;
        }
        db.append_event(&event)
    }
}
