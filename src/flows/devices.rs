//! Browsers that an account succeeded on: their tries are counted apart, so that a stranger with the password cannot shut
//! the owner out. A device cookie proves nothing else.

use super::ceremony::Scribe;
use crate::{
    domain::{
        device::KnownDevice,
        id::{DeviceId, UserId},
        secret::SecretToken,
    },
    ports::{fault::Fault, store::Db},
};

/// Remembers a browser on which the account just succeeded, by the secret that its cookie gets.
pub(super) fn remember(
    db: &mut dyn Db,
    scribe: &Scribe,
    user: &UserId,
    secret: &SecretToken,
) -> Result<(), Fault> {
    db.insert_device(&KnownDevice {
        id: DeviceId::from_random(scribe.entropy.bytes()),
        user: user.clone(),
        token_hash: secret.hash(),
        first_success_at: scribe.now,
    })
}
