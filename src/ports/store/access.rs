//! What people allowed clients.

use crate::{
    domain::{
        id::{ClientId, UserId},
        oidc::consent::AccessConsent,
    },
    ports::fault::Fault,
};

/// Remembered consents, one for each person and client.
pub trait AccessConsentStore {
    /// What this person allowed this client.
    fn find_access_consent(
        &mut self,
        user: &UserId,
        client: &ClientId,
    ) -> Result<Option<AccessConsent>, Fault>;
    /// All that this person allowed, by client.
    fn access_consents_of(&mut self, user: &UserId) -> Result<Vec<AccessConsent>, Fault>;
    /// Puts one in place of what was allowed before.
    fn put_access_consent(&mut self, consent: &AccessConsent) -> Result<(), Fault>;
    /// Forgets one; `false` when there was none.
    fn remove_access_consent(&mut self, user: &UserId, client: &ClientId) -> Result<bool, Fault>;
}
