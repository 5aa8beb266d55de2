//! What happened: events that are written in the change's own transaction and chained later by one sealer.

pub mod facet;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::id::{AuditId, CeremonyId, ClientId, InteractionId, RunId, SessionId, UserId};

/// What kind of thing happened. The name is stable: operators search for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditKind {
    /// An authorization request was accepted.
    InteractionOpened,
    /// A client pushed a request.
    RequestPushed,
    /// Policy decided what comes next.
    Decided,
    /// A code was issued.
    GrantIssued,
    /// A code was redeemed.
    GrantRedeemed,
    /// A code was presented a second time.
    GrantReplayed,
    /// The interaction ended in an error for the client.
    InteractionRefused,
    /// A password was right.
    SignedIn,
    /// A password was wrong.
    SignInFailed,
    /// The person agreed to face processing.
    ConsentGiven,
    /// The person did not agree, or gave up.
    Declined,
    /// The government source answered.
    IdentityChecked,
    /// A workflow run was opened.
    RunOpened,
    /// A workflow run ended.
    RunEnded,
    /// A capture was opened.
    CeremonyOpened,
    /// An attempt was spent.
    AttemptSpent,
    /// An attempt was given back: the analysis had no room, and nothing was judged.
    AttemptReturned,
    /// A capture broke off after a turn was revealed, before an attempt was spent.
    CeremonyBrokenOff,
    /// A capture was judged.
    CeremonyConcluded,
    /// A template was sealed.
    Enrolled,
    /// A run that checked the person anew put its enrolment in place of an older one.
    EnrolmentReplaced,
    /// Face step-up was suspended for an account.
    FaceSuspended,
    /// The person withdrew their consent: the enrolment was revoked and its template wiped.
    FaceForgotten,
    /// An operator restored face step-up for an account.
    FaceRestored,
    /// An account was added.
    UserAdded,
    /// What is said of an account's person was changed.
    UserChanged,
    /// An account and all that was kept of it was erased.
    UserErased,
    /// A client was added.
    ClientAdded,
    /// A client registered itself (RFC 7591).
    ClientRegistered,
    /// A client's registration was changed.
    ClientChanged,
    /// A client was removed, with all that it was granted.
    ClientRemoved,
    /// The person allowed a client what it asked.
    AccessAllowed,
    /// The person took back what they allowed a client.
    AccessWithdrawn,
    /// A refresh token was used.
    TokenRefreshed,
    /// A refresh token was used a second time: what its grant yielded was revoked (RFC 9700 §4.14.2).
    RefreshReused,
    /// What a grant yielded was revoked.
    GrantRevoked,
    /// A client got a token for itself.
    ClientTokenIssued,
    /// A person signed out, or was signed out.
    SignedOut,
    /// A client was told of a logout.
    LogoutDelivered,
    /// A client could not be told of a logout.
    LogoutUndelivered,
    /// Another account was chosen in a browser.
    AccountChosen,
    /// A passed face check bound a browser's key to its account.
    DeviceKeyBound,
    /// A passed capture was signed with a key that does not count.
    DeviceKeyRefused,
    /// A browser's key was revoked.
    DeviceKeyRevoked,
    /// A browser's key was forgotten, for the account had as many as it may.
    DeviceKeyDropped,
    /// A signing key was made.
    KeyMade,
    /// A signing key is published no more.
    KeyRetired,
    /// A key-encryption key was put in use: from now on new keys are wrapped by it.
    KeyEncryptionKeyUsed,
    /// Keys were wrapped anew under the key-encryption key in use.
    KeysRewrapped,
    /// A key-encryption key by which nothing is wrapped any more was given up.
    KeyEncryptionKeyRetired,
    /// A template was issued anew under fresh keys, without a new capture.
    TemplateRenewed,
    /// Someone was invited by a one-time link.
    InvitationMade,
    /// One-time links were taken back.
    InvitationWithdrawn,
    /// A one-time link was used.
    InvitationUsed,
    /// Someone became an administrator, or got another role.
    AdministratorGranted,
    /// Someone is no administrator any more.
    AdministratorRevoked,
    /// An owner's way in was broken open from the machine itself (break-glass).
    AdministratorRecovered,
    /// The installer or an officer attested a person's document.
    IdentityAttested,
    /// Such an attestation was taken back.
    IdentityWithdrawn,
    /// A version of the policy document came into force.
    PolicyApplied,
}

impl AuditKind {
    /// The kind of this stable name.
    pub fn parse(name: &str) -> Option<Self> {
        serde_json::from_value(Value::String(name.to_owned())).ok()
    }

    /// The stable name.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(Value::String(name)) => name,
            _ => String::new(),
        }
    }
}

/// One thing that happened. Details hold causes and names; never a score, a frame or a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Its own name.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: AuditKind,
    /// For which account.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user: Option<UserId>,
    /// For which client.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client: Option<ClientId>,
    /// In which session.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub session: Option<SessionId>,
    /// In which interaction.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub interaction: Option<InteractionId>,
    /// In which workflow run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub run: Option<RunId>,
    /// In which capture.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ceremony: Option<CeremonyId>,
    /// The finer cause and facts, in sorted order.
    #[serde(default)]
    pub details: Map<String, Value>,
}

impl AuditEvent {
    /// An event without any names or details yet.
    pub fn new(id: AuditId, at: Timestamp, kind: AuditKind) -> Self {
        Self {
            id,
            at,
            kind,
            user: None,
            client: None,
            session: None,
            interaction: None,
            run: None,
            ceremony: None,
            details: Map::new(),
        }
    }

    /// Adds a detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}

/// The key that chains the log; it is never in the database.
pub struct AuditKey(Zeroizing<[u8; 32]>);

impl AuditKey {
    /// Takes the key.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// The chain's link for one event: HMAC-SHA-256 over the previous link, the position and the event as it is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChainLink(pub [u8; 32]);

impl ChainLink {
    /// What the first event follows.
    pub const START: Self = Self([0; 32]);

    /// The link of the event at `position` (from 1), given its stored JSON text.
    pub fn next(&self, key: &AuditKey, position: i64, event: &str) -> Self {
        // HMAC takes a key of any length, so this cannot fail; a fallback keeps the function total.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.0.as_ref()) else { return Self::START };
        mac.update(&self.0);
        mac.update(&position.to_be_bytes());
        mac.update(event.as_bytes());
        Self(mac.finalize().into_bytes().into())
    }

    /// Compares in constant time.
    pub fn equals(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}
