//! Which ways of a face check may be chosen, and which of them count.

use super::ledger::{AssuranceLedger, Method, Methods};
use crate::domain::face::way::{Way, Ways};

/// The rule of ways.
#[derive(Clone, Copy, Debug)]
pub struct WayPolicy {
    /// Those that there are.
    pub offered: Ways,
    /// Those that earn the face context.
    pub counted: Ways,
    /// The other factors beside which a face that did not move counts: every one of them must have been proven. None named:
    /// it never counts.
    pub still_with: Methods,
}

impl Default for WayPolicy {
    /// Both ways that move; without moving, none.
    fn default() -> Self {
        let moving: Ways = [Way::Turns, Way::Distance].into_iter().collect();
        Self { offered: moving, counted: moving, still_with: Methods::default() }
    }
}

impl WayPolicy {
    /// Whether a face that was shown in this way counts, beside what else the session has proven.
    pub fn counts(&self, way: Way, ledger: &AssuranceLedger) -> bool {
        let is_beside_others = || {
            let mut named = self.still_with.iter().filter(|method| *method != Method::Face).peekable();
            named.peek().is_some() && named.all(|method| ledger.latest(method).is_some())
        };
        self.counted.contains(way) && (way != Way::Still || is_beside_others())
    }

    /// The ways that a session may choose from: those that would count.
    pub fn open_to(&self, ledger: &AssuranceLedger) -> Ways {
        self.offered.iter().filter(|way| self.counts(*way, ledger)).collect()
    }

    /// Whether every face that counts here counts there, too.
    pub fn is_within(&self, other: &Self) -> bool {
        let named_by = |policy: &Self| policy.still_with.iter().filter(|method| *method != Method::Face);
        let admits_still =
            |policy: &Self| policy.counted.contains(Way::Still) && named_by(policy).next().is_some();
        let moving = [Way::Turns, Way::Distance];
        let moves_within =
            moving.iter().all(|way| !self.counted.contains(*way) || other.counted.contains(*way));
        let is_as_strict =
            || admits_still(other) && named_by(other).all(|method| self.still_with.contains(method));
        moves_within && (!admits_still(self) || is_as_strict())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::authn::ledger::{AssuranceEntry, Evidence};

    fn signed_in() -> AssuranceLedger {
        let mut ledger = AssuranceLedger::default();
        let achieved_at = Timestamp::from_second(1_800_000_000).unwrap();
        ledger.record(AssuranceEntry::own(Method::Pwd, achieved_at, Evidence::Password));
        ledger
    }

    fn policy(still_with: &[Method]) -> WayPolicy {
        let all: Ways = Way::ALL.into_iter().collect();
        WayPolicy { offered: all, counted: all, still_with: still_with.iter().copied().collect() }
    }

    #[test]
    fn a_still_face_counts_only_beside_every_factor_that_policy_names() {
        let nobody = AssuranceLedger::default();
        let cases = [
            (policy(&[]), signed_in(), false),
            (policy(&[Method::Pwd]), nobody, false),
            (policy(&[Method::Pwd]), signed_in(), true),
            // A face is no other factor than itself.
            (policy(&[Method::Face]), signed_in(), false),
        ];
        for (policy, ledger, counts) in cases {
            assert_eq!(policy.counts(Way::Still, &ledger), counts);
            assert!(policy.counts(Way::Turns, &ledger));
            assert_eq!(policy.open_to(&ledger).contains(Way::Still), counts);
        }
    }

    #[test]
    fn only_what_would_count_can_be_chosen() {
        let narrow = WayPolicy { counted: [Way::Turns].into_iter().collect(), ..WayPolicy::default() };
        assert!(narrow.open_to(&signed_in()).iter().eq([Way::Turns]));
        assert!(WayPolicy::default().open_to(&signed_in()).iter().eq([Way::Turns, Way::Distance]));
    }

    #[test]
    fn a_stricter_rule_lies_within_a_laxer_one() {
        let narrow = WayPolicy { counted: [Way::Turns].into_iter().collect(), ..WayPolicy::default() };
        assert!(narrow.is_within(&WayPolicy::default()) && !WayPolicy::default().is_within(&narrow));
        // Where no other factor is named, a face that did not move counts nowhere; that is the strictest of all.
        assert!(policy(&[]).is_within(&policy(&[Method::Pwd])));
        assert!(!policy(&[Method::Pwd]).is_within(&policy(&[])));
        assert!(policy(&[Method::Face]).is_within(&policy(&[])));
    }
}
