//! Keys that browsers sign their captures with.

use jiff::Timestamp;

use crate::{
    domain::{
        device::{KeyBinding, KeyThumbprint},
        id::{DeviceId, UserId},
    },
    ports::fault::Fault,
};

/// Device keys that passed face checks bound to accounts.
pub trait DeviceKeyStore {
    /// The binding of this key, whichever account's it is.
    fn find_device_key(&mut self, key: &KeyThumbprint) -> Result<Option<KeyBinding>, Fault>;
    /// All of an account's, those that were revoked too, by the time of their binding.
    fn device_keys_of(&mut self, user: &UserId) -> Result<Vec<KeyBinding>, Fault>;
    /// Adds one. A key is bound to one account: [`Fault::Conflict`] otherwise.
    fn bind_device_key(&mut self, binding: &KeyBinding) -> Result<(), Fault>;
    /// Records that a key in force was used, in this browser.
    fn use_device_key(&mut self, key: &KeyThumbprint, device: &DeviceId, at: Timestamp) -> Result<(), Fault>;
    /// Takes every key from a browser: what it signs with from now on, if anything, is yet to be recorded.
    fn release_device(&mut self, device: &DeviceId) -> Result<(), Fault>;
    /// Revokes a key of this account; `false` where none of its keys in force is this one.
    fn revoke_device_key(&mut self, user: &UserId, key: &KeyThumbprint, at: Timestamp)
    -> Result<bool, Fault>;
    /// Forgets a key, as if it had never been bound.
    fn drop_device_key(&mut self, key: &KeyThumbprint) -> Result<(), Fault>;
}
