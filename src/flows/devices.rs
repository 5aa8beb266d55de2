//! Browsers that an account succeeded on: their tries are counted apart, so that a stranger with the password cannot shut
//! the owner out. A device cookie proves nothing else.

use super::ceremony::Scribe;
use crate::{
    domain::{
        device::KnownDevice,
        id::{DeviceId, UserId},
        secret::TokenHash,
    },
    ports::{fault::Fault, store::Db},
};

/// Remembers a browser on which the account just succeeded, by the hash of its cookie's secret; once, should two of its
/// captures succeed side by side.
pub(super) fn remember(
    db: &mut dyn Db,
    scribe: &Scribe,
    user: &UserId,
    token_hash: TokenHash,
) -> Result<(), Fault> {
    if db.find_device(user, &token_hash)?.is_some() {
        return Ok(());
    }
    db.insert_device(&KnownDevice {
        id: DeviceId::from_random(scribe.entropy.bytes()),
        user: user.clone(),
        token_hash,
        first_success_at: scribe.now,
    })
}
