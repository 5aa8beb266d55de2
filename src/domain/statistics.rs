//! What an operator is told in numbers: how often people were asked for their face, what came of it, and how long it took.
//! Counted from audit events; each number stands for the whole, for each day (UTC) and for each client.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    audit::{AuditKind, facet},
    id::ClientId,
};

/// The kinds of events that are counted.
pub const COUNTED: [AuditKind; 5] = [
    AuditKind::RunOpened,
    AuditKind::CeremonyConcluded,
    AuditKind::InteractionRefused,
    AuditKind::GrantIssued,
    AuditKind::FaceSuspended,
];

/// The workflow of a first face check, as events name it.
const PARENT: &str = "parent";

/// How many events there are of one sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCount {
    /// Their kind.
    pub kind: AuditKind,
    /// Their facet ([`facet`]).
    pub facet: Option<String>,
    /// For which client.
    pub client: Option<ClientId>,
    /// On which day.
    pub day: Date,
    /// How many.
    pub count: u64,
}

/// How many runs ended one way after the same whole seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndCount {
    /// Through which workflow.
    pub workflow: String,
    /// [`facet::COMPLETED`], or why not.
    pub outcome: String,
    /// For which client.
    pub client: Option<ClientId>,
    /// On which day they ended.
    pub day: Date,
    /// How long they took.
    pub seconds: u64,
    /// How many.
    pub count: u64,
}

/// The figures of a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// All of it.
    pub whole: Figures,
    /// Each day, also those on which nothing happened.
    pub days: BTreeMap<Date, Figures>,
    /// Each client of which something is told.
    pub clients: BTreeMap<ClientId, Figures>,
}

/// What is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Enrolled people who were asked for their face.
    pub step_ups: Passages,
    /// People who were enrolled, or tried to.
    pub enrolments: Passages,
    /// Captures that passed.
    pub captures_passed: u64,
    /// Captures that did not, by their finer cause.
    pub captures_failed: BTreeMap<String, u64>,
    /// Codes, by the context that they were issued in.
    pub grants: BTreeMap<String, u64>,
    /// Requests that ended in an error, by the reason that the client was told.
    pub refusals: BTreeMap<String, u64>,
    /// Accounts for which face step-up was suspended.
    pub suspensions: u64,
}

/// Passages through one workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passages {
    /// How many were begun.
    pub begun: u64,
    /// How many ended well.
    pub passed: u64,
    /// How many ended otherwise, by reason. What was begun and never ended was left by its person.
    pub failed: BTreeMap<String, u64>,
    /// How many passed in each number of seconds.
    seconds: BTreeMap<u64, u64>,
}

impl Statistics {
    /// Puts counts together for the days from one to another, both included.
    pub fn of(days: impl Iterator<Item = Date>, events: &[EventCount], ends: &[EndCount]) -> Self {
        let days = days.map(|day| (day, Figures::default())).collect();
        let mut all = Self { whole: Figures::default(), days, clients: BTreeMap::new() };
        for event in events {
            all.each(event.day, event.client.as_ref(), |figures| figures.add_event(event));
        }
        for end in ends {
            all.each(end.day, end.client.as_ref(), |figures| figures.passages(&end.workflow).add_end(end));
        }
        all
    }

    fn each(&mut self, day: Date, client: Option<&ClientId>, add: impl Fn(&mut Figures)) {
        add(&mut self.whole);
        add(self.days.entry(day).or_default());
        if let Some(client) = client {
            add(self.clients.entry(client.clone()).or_default());
        }
    }
}

impl Figures {
    fn add_event(&mut self, event: &EventCount) {
        let facet = event.facet.as_deref().unwrap_or_default();
        match event.kind {
            AuditKind::RunOpened => self.passages(facet).begun += event.count,
            AuditKind::CeremonyConcluded if facet == facet::PASSED => self.captures_passed += event.count,
            AuditKind::CeremonyConcluded => add(&mut self.captures_failed, facet, event.count),
            AuditKind::GrantIssued => add(&mut self.grants, facet, event.count),
            AuditKind::InteractionRefused => add(&mut self.refusals, facet, event.count),
            AuditKind::FaceSuspended => self.suspensions += event.count,
            _ => {}
        }
    }

    fn passages(&mut self, workflow: &str) -> &mut Passages {
        if workflow == PARENT { &mut self.enrolments } else { &mut self.step_ups }
    }
}

impl Passages {
    fn add_end(&mut self, end: &EndCount) {
        if end.outcome == facet::COMPLETED {
            self.passed += end.count;
            *self.seconds.entry(end.seconds).or_default() += end.count;
        } else {
            add(&mut self.failed, &end.outcome, end.count);
        }
    }

    /// The seconds within which so many of a hundred passed who did pass: the nearest rank, no value in between.
    pub fn seconds_to_pass(&self, percent: u64) -> Option<u64> {
        let rank = (self.passed * percent).div_ceil(100).max(1);
        let mut within = 0;
        self.seconds.iter().find_map(|(seconds, count)| {
            within += count;
            (within >= rank).then_some(*seconds)
        })
    }
}

fn add(to: &mut BTreeMap<String, u64>, name: &str, count: u64) {
    *to.entry(name.to_owned()).or_default() += count;
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn end(outcome: &str, seconds: u64, count: u64) -> EndCount {
        let client = ClientId::parse("bank");
        let (workflow, outcome) = ("child".to_owned(), outcome.to_owned());
        EndCount { workflow, outcome, client, day: date(2026, 5, 1), seconds, count }
    }

    #[test]
    fn half_of_those_who_passed_took_no_longer_than_the_median() {
        let ends = [
            end("completed", 4, 1),
            end("completed", 6, 2),
            end("completed", 30, 1),
            end("user_declined", 1, 9),
        ];
        let told = Statistics::of(std::iter::empty(), &[], &ends).whole.step_ups;
        assert_eq!((told.passed, told.seconds_to_pass(50), told.seconds_to_pass(90)), (4, Some(6), Some(30)));
        assert_eq!(told.seconds_to_pass(1), Some(4));
        assert_eq!(told.failed, BTreeMap::from([("user_declined".to_owned(), 9)]));
        assert_eq!(Passages::default().seconds_to_pass(50), None);
    }

    #[test]
    fn a_day_without_events_is_told_and_each_event_counts_once_in_every_view() {
        let day = date(2026, 5, 1);
        let event = |kind, facet: &str, count| EventCount {
            kind,
            facet: Some(facet.to_owned()),
            client: ClientId::parse("bank"),
            day,
            count,
        };
        let events = [
            event(AuditKind::RunOpened, "child", 5),
            event(AuditKind::RunOpened, "parent", 2),
            event(AuditKind::CeremonyConcluded, "passed", 4),
            event(AuditKind::CeremonyConcluded, "mismatch", 3),
        ];
        let days = [day.yesterday().unwrap(), day];
        let told = Statistics::of(days.into_iter(), &events, &[]);
        assert_eq!(told.days.len(), 2);
        assert_eq!(told.days[&days[0]], Figures::default());
        assert_eq!(told.days[&day], told.whole);
        assert_eq!(told.clients.values().collect::<Vec<_>>(), [&told.whole]);
        let Figures { step_ups, enrolments, captures_passed, captures_failed, .. } = told.whole;
        assert_eq!((step_ups.begun, enrolments.begun, captures_passed), (5, 2, 4));
        assert_eq!(captures_failed, BTreeMap::from([("mismatch".to_owned(), 3)]));
    }
}
