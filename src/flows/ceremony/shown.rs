//! What an account showed in its captures before: opened to judge the next one, and added to when one was judged.

use super::FaceRoom;
use crate::{
    domain::{
        face::injection::replay::{KEPT_CAPTURES, Keepsake},
        id::{CeremonyId, UserId},
    },
    flows::ceremony::Scribe,
    ports::{
        envelope::SealedKind,
        fault::Fault,
        store::{Db, ShownCapture},
    },
};

impl FaceRoom {
    /// What the account's last captures left. One that does not open is passed over: it can make a replay pass unseen, and
    /// must not keep its owner out for good. The operator is told.
    pub(super) async fn shown_before(&self, user: &UserId) -> Result<Vec<Keepsake>, Fault> {
        let of = user.clone();
        let shown = self.store.read(move |db| db.shown_captures(&of)).await?;
        Ok(shown.iter().filter_map(|shown| self.open_shown(shown)).collect())
    }

    fn open_shown(&self, shown: &ShownCapture) -> Option<Keepsake> {
        let owner = shown.ceremony.as_str();
        match self.vault.unseal(SealedKind::ShownCapture, owner, &shown.sealed_prints) {
            Ok(plain) => Keepsake::from_bytes(&plain),
            Err(fault) => {
                tracing::error!(%fault, "what an earlier capture showed cannot be opened");
                None
            }
        }
    }

    /// Seals what is kept of a capture; nothing where no face was measured in it.
    pub(super) fn seal_shown(
        &self,
        ceremony: &CeremonyId,
        keepsake: &Keepsake,
    ) -> Result<Option<Vec<u8>>, Fault> {
        if keepsake.is_empty() {
            return Ok(None);
        }
        let sealed = self.vault.seal(SealedKind::ShownCapture, ceremony.as_str(), &keepsake.to_bytes())?;
        Ok(Some(sealed))
    }
}

/// Adds what a capture showed to what is kept of its account.
pub(super) fn keep(
    db: &mut dyn Db,
    scribe: &Scribe,
    (ceremony, user): (&CeremonyId, &UserId),
    passed: bool,
    sealed_prints: Vec<u8>,
) -> Result<(), Fault> {
    let (ceremony, user) = (ceremony.clone(), user.clone());
    let shown = ShownCapture { ceremony, user, passed, shown_at: scribe.now, sealed_prints };
    db.add_shown_capture(&shown, KEPT_CAPTURES)
}
