//! The consent to face processing: explicit, to one version of the text, recorded with its time (GDPR Article 7(1), 9(2)(a)).

use std::sync::Arc;

use super::{
    browser::Browser,
    ceremony::{FaceRoom, Served, Visit},
    step_up::run_at_step,
};
use crate::domain::{audit::AuditKind, id::InteractionId};

/// Consents.
pub struct Consents {
    room: Arc<FaceRoom>,
}

impl Consents {
    /// In a face room.
    pub fn new(room: Arc<FaceRoom>) -> Self {
        Self { room }
    }

    /// Records the consent to the text of this version. To decline is [`super::step_up::StepUp::give_up`].
    pub async fn give(
        &self,
        interaction: &InteractionId,
        browser: &Browser,
        text_version: &str,
    ) -> Served<()> {
        let (id, browser, version) = (interaction.clone(), browser.clone(), text_version.to_owned());
        self.room
            .change(move |db, scribe| {
                let visit = Visit::find(db, &id, &browser, scribe.now)?;
                let mut run = run_at_step(&visit)?;
                run.consent(&version, scribe.now)?;
                db.save_run(&run)?;
                let event = scribe.run_event(AuditKind::ConsentGiven, &visit.interaction, &run);
                Ok(db.append_event(&event.with("text_version", version.clone()))?)
            })
            .await
    }
}
