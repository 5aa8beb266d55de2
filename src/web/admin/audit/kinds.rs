//! The kinds of events as they are chosen from: group by group, each by its name in words.

use crate::{
    domain::audit::AuditKind::{self, *},
    web::admin::phrases::say,
};

/// Every kind, in groups that belong together.
const GROUPS: [(&str, &[AuditKind]); 8] = [
    (
        "requests",
        &[
            InteractionOpened,
            RequestPushed,
            Decided,
            InteractionRefused,
            GrantIssued,
            GrantRedeemed,
            GrantReplayed,
            GrantRevoked,
            TokenRefreshed,
            RefreshReused,
            ClientTokenIssued,
        ],
    ),
    ("sign-in", &[SignedIn, SignInFailed, SignedOut, AccountChosen, LogoutDelivered, LogoutUndelivered]),
    (
        "face",
        &[
            ConsentGiven,
            Declined,
            IdentityChecked,
            RunOpened,
            RunEnded,
            CeremonyOpened,
            AttemptSpent,
            AttemptReturned,
            CeremonyBrokenOff,
            CeremonyConcluded,
            Enrolled,
            EnrolmentReplaced,
            FaceSuspended,
            FaceForgotten,
            FaceRestored,
            TemplateRenewed,
            IdentityAttested,
            IdentityWithdrawn,
        ],
    ),
    ("devices", &[DeviceKeyBound, DeviceKeyRefused, DeviceKeyRevoked, DeviceKeyDropped]),
    ("accounts", &[UserAdded, UserChanged, UserErased, AccessAllowed, AccessWithdrawn]),
    ("clients", &[ClientAdded, ClientRegistered, ClientChanged, ClientRemoved]),
    ("keys", &[KeyMade, KeyRetired, KeyEncryptionKeyUsed, KeysRewrapped, KeyEncryptionKeyRetired]),
    (
        "administration",
        &[
            InvitationMade,
            InvitationUsed,
            InvitationWithdrawn,
            AdministratorGranted,
            AdministratorRevoked,
            AdministratorRecovered,
            PolicyApplied,
        ],
    ),
];

/// Some kinds under a name.
#[derive(Clone, Debug)]
pub struct Group {
    /// Their name in words.
    pub label: String,
    /// They.
    pub kinds: Vec<Choice>,
}

/// A kind that can be chosen.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its stable name.
    pub name: String,
    /// In words.
    pub label: String,
    /// Whether it is chosen now.
    pub is_chosen: bool,
}

/// All groups, with one kind chosen.
pub fn choices(chosen: Option<AuditKind>) -> Vec<Group> {
    let choice = |kind: &AuditKind| Choice {
        name: kind.name(),
        label: label(*kind),
        is_chosen: chosen == Some(*kind),
    };
    let group = |(name, kinds): (&str, &[AuditKind])| Group {
        label: say(&format!("admin-kinds-{name}"), &[]),
        kinds: kinds.iter().map(choice).collect(),
    };
    GROUPS.into_iter().map(group).collect()
}

/// A kind in words.
pub fn label(kind: AuditKind) -> String {
    say(&format!("admin-kind-{}", key(kind)), &[])
}

/// A kind as it stands in the keys of texts.
pub fn key(kind: AuditKind) -> String {
    kind.name().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::web::pages::text;

    #[test]
    fn every_kind_can_be_chosen_and_told() {
        // What serde expects is the list of all kinds that there are.
        let error = serde_json::from_str::<AuditKind>("\"\"").unwrap_err().to_string();
        let all: BTreeSet<&str> = error.split('`').skip(3).step_by(2).collect();
        assert!(all.len() > 50 && all.contains("decided"), "{all:?}");
        let offered: Vec<AuditKind> = GROUPS.iter().flat_map(|(_, kinds)| kinds.iter().copied()).collect();
        let names: BTreeSet<String> = offered.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), offered.len(), "one is offered twice");
        assert_eq!(names.iter().map(String::as_str).collect::<BTreeSet<_>>(), all);
        for (group, kinds) in GROUPS {
            assert!(text::find(&format!("admin-kinds-{group}")).is_some(), "{group}");
            for kind in kinds {
                for part in ["kind", "event"] {
                    let key = format!("admin-{part}-{}", key(*kind));
                    let names = [("user", "ada".into()), ("client", "bank".into())];
                    assert!(text::find_with(&key, &names).is_some(), "no text {key}");
                }
            }
        }
    }
}
