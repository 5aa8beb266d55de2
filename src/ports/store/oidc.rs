//! Clients, interactions, grants and signing keys.

use jiff::Timestamp;

use crate::{
    domain::{
        id::{ClientId, GrantId, InteractionId, KeyId, SessionId, UserId},
        keys::SigningKey,
        oidc::{client::Client, grant::Grant, interaction::Interaction, pushed::PushedRequest},
        secret::TokenHash,
    },
    ports::fault::Fault,
};

/// Registered clients.
pub trait ClientStore {
    /// The client of this name.
    fn find_client(&mut self, id: &ClientId) -> Result<Option<Client>, Fault>;
    /// Adds a client; `false` when the name is taken.
    fn insert_client(&mut self, client: &Client) -> Result<bool, Fault>;
    /// Puts a client in place of the one of its name; `false` when there is none.
    fn save_client(&mut self, client: &Client) -> Result<bool, Fault>;
    /// Removes a client with its requests and grants; `false` when there is none.
    fn remove_client(&mut self, id: &ClientId) -> Result<bool, Fault>;
    /// All clients, by name.
    fn clients(&mut self) -> Result<Vec<Client>, Fault>;
    /// Clients behind one, by name, at most so many.
    fn clients_behind(&mut self, behind: Option<&ClientId>, most: i64) -> Result<Vec<Client>, Fault>;
}

/// Authorization requests in progress.
pub trait InteractionStore {
    /// The interaction of this name.
    fn find_interaction(&mut self, id: &InteractionId) -> Result<Option<Interaction>, Fault>;
    /// Adds one.
    fn insert_interaction(&mut self, interaction: &Interaction) -> Result<(), Fault>;
    /// Saves one that was read before.
    fn save_interaction(&mut self, interaction: &Interaction) -> Result<(), Fault>;
    /// Hands the open ones of one session over to another.
    fn hand_over_interactions(&mut self, from: &SessionId, to: &SessionId) -> Result<(), Fault>;
    /// Drops those that lapsed before this moment; returns how many.
    fn purge_interactions(&mut self, before: Timestamp) -> Result<usize, Fault>;
}

/// Requests that clients pushed (RFC 9126).
pub trait PushedRequestStore {
    /// Adds one.
    fn insert_pushed_request(&mut self, pushed: &PushedRequest) -> Result<(), Fault>;
    /// The one under this reference.
    fn find_pushed_request(&mut self, reference: &TokenHash) -> Result<Option<PushedRequest>, Fault>;
    /// Notes what its browser opened with it, as long as which it is kept from now on: `true` for one caller only.
    fn open_pushed_request(
        &mut self,
        reference: &TokenHash,
        interaction: &Interaction,
    ) -> Result<bool, Fault>;
    /// Drops those that lapsed before this moment; returns how many.
    fn purge_pushed_requests(&mut self, before: Timestamp) -> Result<usize, Fault>;
}

/// Authorization codes and what they yielded.
pub trait GrantStore {
    /// Adds one.
    fn insert_grant(&mut self, grant: &Grant) -> Result<(), Fault>;
    /// The grant whose code has this hash.
    fn find_grant_by_code(&mut self, code: &TokenHash) -> Result<Option<Grant>, Fault>;
    /// The grant of this name.
    fn find_grant(&mut self, id: &GrantId) -> Result<Option<Grant>, Fault>;
    /// Marks a grant redeemed if it is neither redeemed nor revoked: `true` for one caller only (RFC 6749 §4.1.2).
    fn claim_grant(&mut self, id: &GrantId, at: Timestamp) -> Result<bool, Fault>;
    /// Revokes what a grant yielded.
    fn revoke_grant(&mut self, id: &GrantId, at: Timestamp) -> Result<(), Fault>;
    /// All grants that were given in a session, the first one first.
    fn grants_in_session(&mut self, session: &SessionId) -> Result<Vec<Grant>, Fault>;
    /// Revokes what all grants of a user to one client yielded.
    fn revoke_grants_to(&mut self, user: &UserId, client: &ClientId, at: Timestamp) -> Result<(), Fault>;
    /// Revokes what all grants of a user yielded.
    fn revoke_grants_of(&mut self, user: &UserId, at: Timestamp) -> Result<(), Fault>;
    /// Revokes what the grants of a session yielded that do not outlive it, as when its person signs out: those without
    /// `offline_access` (OpenID Connect Core 1.0 §11). Returns how many.
    fn revoke_grants_of_session(&mut self, session: &SessionId, at: Timestamp) -> Result<usize, Fault>;
    /// Drops those issued before this moment that no refresh token rests on; returns how many.
    fn purge_grants(&mut self, before: Timestamp) -> Result<usize, Fault>;
}

/// Signing keys.
pub trait SigningKeyStore {
    /// All keys.
    fn signing_keys(&mut self) -> Result<Vec<SigningKey>, Fault>;
    /// Adds one; `false` where its algorithm has one of its number already.
    fn insert_signing_key(&mut self, key: &SigningKey) -> Result<bool, Fault>;
    /// Takes one out of use before its time; `false` where there is none, or it was taken out before.
    fn withdraw_signing_key(&mut self, id: &KeyId, at: Timestamp) -> Result<bool, Fault>;
    /// Adds a certificate (DER); `false` where there is no such key, or it has one.
    fn certify_signing_key(&mut self, id: &KeyId, certificate: &[u8]) -> Result<bool, Fault>;
    /// Wipes the private half; `false` where there is no such key, or it was wiped before.
    fn destroy_signing_key(&mut self, id: &KeyId) -> Result<bool, Fault>;
    /// Removes one; `false` where there is none.
    fn forget_signing_key(&mut self, id: &KeyId) -> Result<bool, Fault>;
}
