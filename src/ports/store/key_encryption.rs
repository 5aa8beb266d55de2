//! Key-encryption keys by name, and what is wrapped by them.

use crate::{
    domain::{
        id::{EnrolmentId, KekId},
        key_encryption::{KeyEncryptionKey, KeyPurpose, WrappedKey},
    },
    ports::fault::Fault,
};

/// A wrapped key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// The enrolment that it is of.
    pub enrolment: EnrolmentId,
    /// That enrolment's count of renewals, which the key is bound to.
    pub renewal: u32,
    /// The key.
    pub wrapped: WrappedKey,
}

/// Which key-encryption keys there are, and what each wraps. The keys themselves are never here.
pub trait KeyEncryptionStore {
    /// All of them, oldest first.
    fn key_encryption_keys(&mut self) -> Result<Vec<KeyEncryptionKey>, Fault>;
    /// Puts a key in use in place of the one before, which stays readable. [`Fault::Conflict`] when somebody else put one
    /// in use at the same moment.
    fn use_key_encryption_key(&mut self, key: &KeyEncryptionKey) -> Result<(), Fault>;
    /// Gives up a key: `false`, and nothing is changed, when there is none of this name or it is in use.
    /// [`Fault::Conflict`] while anything is wrapped by it.
    fn retire_key_encryption_key(&mut self, id: &KekId) -> Result<bool, Fault>;
    /// How many keys of this purpose are wrapped by this key.
    fn count_wrapped(&mut self, purpose: KeyPurpose, by: &KekId) -> Result<i64, Fault>;
    /// Some keys of this purpose that are wrapped by another key than this one, in the order of their enrolments' names,
    /// behind one.
    fn wrapped_by_others(
        &mut self,
        purpose: KeyPurpose,
        than: &KekId,
        behind: Option<&EnrolmentId>,
        most: i64,
    ) -> Result<Vec<KeptKey>, Fault>;
    /// Puts a key's new wrapping in place of the one that was read; `false` when that is not there any more.
    fn rewrap(&mut self, purpose: KeyPurpose, read: &KeptKey, anew: &WrappedKey) -> Result<bool, Fault>;
}
