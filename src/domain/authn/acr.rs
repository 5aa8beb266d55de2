//! Authentication context classes: the predicate over the ledger that earns each one.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    amr::Amr,
    ledger::{AssuranceLedger, Method},
    ways::WayPolicy,
};

/// The name of an authentication context class (OpenID Connect Core 1.0 §2, `acr`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Acr(pub String);

impl Acr {
    /// Signed in with a password.
    pub const PWD: &str = "urn:facestep:acr:pwd";
    /// Signed in with a password and, freshly, with a live face matched against the enrolment.
    pub const FACE: &str = "urn:facestep:acr:face";

    /// The password context.
    pub fn pwd() -> Self {
        Self(Self::PWD.to_owned())
    }

    /// The face context.
    pub fn face() -> Self {
        Self(Self::FACE.to_owned())
    }
}

/// The predicate that earns a context: each method must have an entry, and the deciding one must be fresh.
#[derive(Clone, Debug)]
pub struct AcrRule {
    /// The context it earns.
    pub acr: Acr,
    /// The methods that must have an entry.
    pub methods: Vec<Method>,
    /// The method whose entry the context ages by; `auth_time` is its time.
    pub ages_by: Method,
    /// How old that entry may be; `None` for as old as the session.
    pub freshness: Option<SignedDuration>,
    /// Which ways of a face check count, where it needs one.
    pub ways: WayPolicy,
}

/// What a session's ledger is worth in one context, ready for a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assurance {
    /// The context.
    pub acr: Acr,
    /// How it was reached (RFC 8176).
    pub amr: Vec<Amr>,
    /// When the person was last actively authenticated for it.
    pub auth_time: Timestamp,
}

/// The moment by which a ledger is judged, and how old a proof may be at it.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Now.
    pub now: Timestamp,
    /// The request's `max_age` (OpenID Connect Core 1.0 §3.1.2.1).
    pub max_age: Option<SignedDuration>,
    /// When the request began: a proof given since then meets any `max_age`, even 0.
    pub since: Timestamp,
}

impl AcrRule {
    /// What the ledger is worth under this rule.
    pub fn judge(&self, ledger: &AssuranceLedger, moment: Moment) -> Option<Assurance> {
        if !self.methods.iter().all(|method| self.has(ledger, *method)) {
            return None;
        }
        let auth_time = ledger.latest(self.ages_by)?.achieved_at;
        let age = moment.now.duration_since(auth_time);
        let fresh = self.freshness.is_none_or(|most| age <= most);
        let active = auth_time >= moment.since || moment.max_age.is_none_or(|most| age <= most);
        (fresh && active).then(|| Assurance { acr: self.acr.clone(), amr: amr_of(&self.methods), auth_time })
    }

    /// Whether the ledger has an entry of this method that counts here.
    fn has(&self, ledger: &AssuranceLedger, method: Method) -> bool {
        let counts = |way| self.ways.counts(way, ledger);
        ledger.latest(method).is_some_and(|entry| entry.evidence.way().is_none_or(counts))
    }

    /// Whether whoever earns this context has given every proof that the other one asks for.
    pub fn implies(&self, other: &Self) -> bool {
        let ways_are_within = !other.methods.contains(&Method::Face) || self.ways.is_within(&other.ways);
        ways_are_within && other.methods.iter().all(|method| self.methods.contains(method))
    }
}

/// The methods' references, sorted, with `mfa` beside two distinct factors (RFC 8176 §2).
fn amr_of(methods: &[Method]) -> Vec<Amr> {
    let mut amr: Vec<Amr> = methods.iter().map(|method| method.amr()).collect();
    if amr.contains(&Amr::Pwd) && amr.contains(&Amr::Face) {
        amr.push(Amr::Mfa);
    }
    amr.sort();
    amr.dedup();
    amr
}

/// All contexts there are, strongest first.
#[derive(Clone, Debug)]
pub struct AcrCatalogue {
    rules: Vec<AcrRule>,
}

impl AcrCatalogue {
    /// The contexts that ship: face over password.
    pub fn shipped(face_freshness: SignedDuration, ways: WayPolicy) -> Self {
        Self {
            rules: vec![
                AcrRule {
                    acr: Acr::face(),
                    methods: vec![Method::Pwd, Method::Face],
                    ages_by: Method::Face,
                    freshness: Some(face_freshness),
                    ways,
                },
                AcrRule {
                    acr: Acr::pwd(),
                    methods: vec![Method::Pwd],
                    ages_by: Method::Pwd,
                    freshness: None,
                    ways,
                },
            ],
        }
    }

    /// The password context alone: what is left where no face can be looked at. Nothing here ever says `face`, whatever a
    /// ledger holds.
    pub fn without_face() -> Self {
        let pwd = AcrRule {
            acr: Acr::pwd(),
            methods: vec![Method::Pwd],
            ages_by: Method::Pwd,
            freshness: None,
            ways: WayPolicy::default(),
        };
        Self { rules: vec![pwd] }
    }

    /// The rule of a context; `None` for a context that does not exist here.
    pub fn rule(&self, acr: &Acr) -> Option<&AcrRule> {
        self.rules.iter().find(|rule| rule.acr == *acr)
    }

    /// The strongest context that the ledger earns now.
    pub fn strongest(&self, ledger: &AssuranceLedger, moment: Moment) -> Option<Assurance> {
        self.rules.iter().find_map(|rule| rule.judge(ledger, moment))
    }

    /// The names of all contexts, for `acr_values_supported` (OpenID Connect Discovery 1.0 §3).
    pub fn names(&self) -> impl Iterator<Item = &Acr> {
        self.rules.iter().map(|rule| &rule.acr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        authn::ledger::{AssuranceEntry, Evidence, Showing},
        face::way::Way,
        id::RunId,
    };

    #[test]
    fn without_face_a_face_in_the_ledger_is_worth_nothing() {
        // OpenID Connect Core 1.0 §2: an acr says what was done; who cannot look at faces says nothing of them.
        let now = Timestamp::UNIX_EPOCH;
        let seen = Evidence::ChildRun(Showing { run: RunId::from_random([1; 16]), way: Way::Turns });
        let entries = [(Method::Pwd, Evidence::Password), (Method::Face, seen)];
        let mut ledger = AssuranceLedger::default();
        for (method, evidence) in entries {
            ledger.record(AssuranceEntry { method, achieved_at: now, evidence });
        }
        let moment = Moment { now, max_age: None, since: now };
        let shipped = AcrCatalogue::shipped(SignedDuration::from_secs(300), WayPolicy::default());
        assert_eq!(shipped.strongest(&ledger, moment).unwrap().acr, Acr::face());
        let without = AcrCatalogue::without_face();
        let earned = without.strongest(&ledger, moment).unwrap();
        assert_eq!((earned.acr, earned.amr), (Acr::pwd(), vec![Amr::Pwd]));
        assert!(without.rule(&Acr::face()).is_none());
        assert_eq!(without.names().collect::<Vec<_>>(), [&Acr::pwd()]);
    }
}
