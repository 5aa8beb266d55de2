//! Who is let into the console, judged anew at each request by what the session has proven: to read, a face shown within the
//! hour; to change something, the face context itself.

use jiff::{SignedDuration, Timestamp};

use super::role::Role;
use crate::domain::authn::{
    acr::{Acr, AcrCatalogue, Moment},
    ledger::{AssuranceLedger, Method},
    ways::WayPolicy,
};

/// How old a face may be to read.
pub const READING: SignedDuration = SignedDuration::from_hours(1);

/// How someone stands at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The account has no role.
    Stranger,
    /// The account has a role, and its face must be shown before anything is.
    Unproven,
    /// They may read; and change what their role may where their face is fresh.
    Admitted {
        /// Their role.
        role: Role,
        /// Whether the session earns the face context now.
        is_fresh: bool,
    },
}

/// Judges a session of an account with this role, or none.
pub fn judge(
    role: Option<Role>,
    ledger: &AssuranceLedger,
    catalogue: &AcrCatalogue,
    ways: &WayPolicy,
    now: Timestamp,
) -> Standing {
    let Some(role) = role else { return Standing::Stranger };
    let moment = Moment { now, max_age: None, since: now };
    let rule = catalogue.rule(&Acr::face());
    let is_fresh = rule.is_some_and(|rule| rule.judge(ledger, moment).is_some());
    match is_fresh || (rule.is_some() && was_seen(ledger, ways, now)) {
        true => Standing::Admitted { role, is_fresh },
        false => Standing::Unproven,
    }
}

/// Whether a face that counts was shown within the hour, beside a password.
fn was_seen(ledger: &AssuranceLedger, ways: &WayPolicy, now: Timestamp) -> bool {
    let Some(face) = ledger.latest(Method::Face) else { return false };
    let counts = face.evidence.way().is_some_and(|way| ways.counts(way, ledger));
    counts && ledger.latest(Method::Pwd).is_some() && now.duration_since(face.achieved_at) <= READING
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        authn::{
            document::{House, PolicyDocument},
            ledger::{AssuranceEntry, Evidence, Showing},
            policy_set::PolicySet,
        },
        face::way::{Way, Ways},
        id::RunId,
    };

    /// What ships, for a program with or without an engine.
    fn policies(offers_face: bool) -> PolicySet {
        let house = House { offers_face, ..House::default() };
        PolicyDocument::shipped(&house).compile(&house).unwrap()
    }

    fn ledger(face: Option<Way>) -> AssuranceLedger {
        let achieved_at = Timestamp::UNIX_EPOCH;
        let mut ledger = AssuranceLedger::default();
        ledger.record(AssuranceEntry::own(Method::Pwd, achieved_at, Evidence::Password));
        if let Some(way) = face {
            let evidence = Evidence::ChildRun(Showing::new(RunId::parse("r").unwrap(), way));
            ledger.record(AssuranceEntry::own(Method::Face, achieved_at, evidence));
        }
        ledger
    }

    fn at(seconds: i64, role: Option<Role>, ledger: &AssuranceLedger) -> Standing {
        let now = Timestamp::from_second(seconds).unwrap();
        judge(role, ledger, policies(true).catalogue(), &WayPolicy::default(), now)
    }

    #[test]
    fn a_fresh_face_changes_a_face_within_the_hour_reads_and_an_older_one_does_neither() {
        let proven = ledger(Some(Way::Turns));
        let admitted = |is_fresh| Standing::Admitted { role: Role::Owner, is_fresh };
        let owner = Some(Role::Owner);
        assert_eq!(at(300, owner, &proven), admitted(true));
        assert_eq!(at(301, owner, &proven), admitted(false));
        assert_eq!(at(3600, owner, &proven), admitted(false));
        assert_eq!(at(3601, owner, &proven), Standing::Unproven);
        assert_eq!(at(0, owner, &ledger(None)), Standing::Unproven);
        assert_eq!(at(0, None, &proven), Standing::Stranger);
    }

    #[test]
    fn a_face_that_does_not_count_or_cannot_be_looked_at_opens_nothing() {
        assert_eq!(at(0, Some(Role::Owner), &ledger(Some(Way::Still))), Standing::Unproven);
        let turns = WayPolicy { counted: Ways::default(), ..WayPolicy::default() };
        let now = Timestamp::UNIX_EPOCH;
        let proven = ledger(Some(Way::Turns));
        assert_eq!(
            judge(Some(Role::Owner), &proven, policies(false).catalogue(), &turns, now),
            Standing::Unproven
        );
    }
}
