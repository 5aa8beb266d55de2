//! What administrators decided, version by version.

use crate::{
    domain::{
        id::ClientId,
        versions::{ClientVersion, PolicyVersion},
    },
    ports::fault::Fault,
};

/// Versions of the policy document; the one with the highest number is in force.
pub trait PolicyStore {
    /// The highest number; 0 where there is none, and what ships is in force.
    fn policy_number(&mut self) -> Result<i64, Fault>;
    /// The version of this number.
    fn find_policy(&mut self, number: i64) -> Result<Option<PolicyVersion>, Fault>;
    /// Versions below a number, the highest first.
    fn policy_versions(&mut self, below: i64, most: i64) -> Result<Vec<PolicyVersion>, Fault>;
    /// Adds one; `false` where its number is taken: somebody else was faster.
    fn insert_policy(&mut self, version: &PolicyVersion) -> Result<bool, Fault>;
}

/// Versions of clients' registrations.
pub trait ClientVersionStore {
    /// The highest number of a client's versions; 0 where there is none.
    fn client_version_number(&mut self, client: &ClientId) -> Result<i64, Fault>;
    /// A client's versions below a number, the highest first.
    fn client_versions(
        &mut self,
        client: &ClientId,
        below: i64,
        most: i64,
    ) -> Result<Vec<ClientVersion>, Fault>;
    /// Adds one; [`Fault::Conflict`] where its number is taken.
    fn insert_client_version(&mut self, version: &ClientVersion) -> Result<(), Fault>;
}
