//! APCER, BPCER, IAPAR and RIAPAR of judged presentations (ISO/IEC 30107-3), with exact intervals.

use jiff::civil::Date;
use std::collections::BTreeMap;

use serde::Serialize;

use super::captures::Captures;
use crate::{
    domain::face::presentation::{Response, Responses},
    evaluation::{
        bootstrap::Interval,
        intervals::{clopper_pearson, clopper_pearson_at},
    },
};

/// What a measurement of presentations found. `null` is "no data".
#[derive(Debug, Serialize)]
pub struct Report {
    /// The passive models alone.
    pub passive: Column,
    /// The geometry alone.
    pub geometry: Column,
    /// The whole verdict.
    pub verdict: Column,
    /// Which comparison `iapar`, `frr` and `riapar` have: `enrolled`, with the people of `enrol/`, or `assumed`: every
    /// presentation is taken to match, which is the worst that an attack can do.
    pub comparison: &'static str,
    /// Attacks that the whole verdict takes for the enrolled person, by species.
    pub iapar: BTreeMap<String, Impostors>,
    /// Live people whom the whole verdict does not take for themselves.
    pub frr: Impostors,
    /// IAPAR of the worst species and FRR, added up.
    pub riapar: Riapar,
    /// The program's version.
    pub program: &'static str,
    /// When.
    pub date: String,
}

/// What one of the three made of the presentations.
#[derive(Debug, Serialize)]
pub struct Column {
    /// Live people.
    pub bona_fide: BonaFide,
    /// Attacks by species.
    pub attacks: BTreeMap<String, Attacks>,
    /// The species with the highest APCER.
    pub worst: Option<Worst>,
}

/// How live people fared.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct BonaFide {
    /// How many presentations.
    pub n: u64,
    /// The share that is refused: BPCER.
    pub bpcer: Option<f64>,
    /// Its 95 % interval (Clopper and Pearson).
    pub ci95: Option<Interval>,
    /// How many could not be judged; they count as refused.
    pub no_response: u64,
    /// The share of those that could be judged that is refused.
    pub bpcer_of_responses: Option<f64>,
}

/// How the attacks of one species fared.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Attacks {
    /// How many presentations.
    pub n: u64,
    /// The share that is taken for a live person: APCER.
    pub apcer: Option<f64>,
    /// Its 95 % interval (Clopper and Pearson).
    pub ci95: Option<Interval>,
    /// How many could not be judged; they count as refused.
    pub no_response: u64,
    /// The share of those that could be judged that is taken for a live person.
    pub apcer_of_responses: Option<f64>,
}

/// The species that fares best against us.
#[derive(Clone, Debug, Serialize)]
pub struct Worst {
    /// Its name.
    pub species: String,
    /// Its APCER.
    pub apcer: f64,
}

/// A share of presentations.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Impostors {
    /// How many presentations.
    pub n: u64,
    /// The share.
    pub rate: Option<f64>,
    /// Its 95 % interval (Clopper and Pearson).
    pub ci95: Option<Interval>,
}

/// IAPAR and FRR added up.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Riapar {
    /// The sum.
    pub rate: Option<f64>,
    /// The sum of both 97.5 % intervals, which holds it in at least 95 %.
    pub ci95: Option<Interval>,
}

/// Counts what was made of presentations, in the order of [`Captures::all`].
pub(super) fn report(captures: &Captures, found: &[Responses], is_compared: bool, date: Date) -> Report {
    let (bona_fide, mut rest) = found.split_at(captures.bona_fide.len().min(found.len()));
    let mut attacks: BTreeMap<&str, &[Responses]> = BTreeMap::new();
    for (species, presentations) in &captures.attacks {
        let (own, after) = rest.split_at(presentations.len().min(rest.len()));
        attacks.insert(species, own);
        rest = after;
    }
    let accepted = |one: &Responses| match is_compared {
        true => one.matched,
        false => Some(one.verdict == Response::BonaFide),
    };
    // A presentation of nobody who is enrolled is no attempt on anyone.
    let attempts = |of: &[Responses]| of.iter().filter_map(accepted).collect::<Vec<bool>>();
    let iapar: BTreeMap<String, Impostors> = attacks
        .iter()
        .map(|(species, of)| ((*species).to_owned(), Impostors::count(&attempts(of), true)))
        .collect();
    let frr = Impostors::count(&attempts(bona_fide), false);
    Report {
        passive: Column::count(bona_fide, &attacks, |one| one.passive),
        geometry: Column::count(bona_fide, &attacks, |one| one.geometry),
        verdict: Column::count(bona_fide, &attacks, |one| one.verdict),
        comparison: if is_compared { "enrolled" } else { "assumed" },
        riapar: Riapar::of(iapar.values(), &frr),
        iapar,
        frr,
        program: concat!("facestep ", env!("CARGO_PKG_VERSION")),
        date: date.to_string(),
    }
}

impl Column {
    fn count(
        bona_fide: &[Responses],
        attacks: &BTreeMap<&str, &[Responses]>,
        of: impl Fn(&Responses) -> Response,
    ) -> Self {
        let attacks: BTreeMap<String, Attacks> = attacks
            .iter()
            .map(|(species, found)| ((*species).to_owned(), Attacks::of(&Counts::of(found, &of))))
            .collect();
        let rates = attacks.iter().filter_map(|(species, attacks)| Some((species, attacks.apcer?)));
        let worst = rates.max_by(|(_, a), (_, b)| a.total_cmp(b));
        let worst = worst.map(|(species, apcer)| Worst { species: species.clone(), apcer });
        Self { bona_fide: BonaFide::of(&Counts::of(bona_fide, &of)), attacks, worst }
    }
}

struct Counts {
    n: u64,
    accepted: u64,
    no_response: u64,
}

impl Counts {
    fn of(found: &[Responses], of: impl Fn(&Responses) -> Response) -> Self {
        let count = |response| found.iter().filter(|one| of(one) == response).count() as u64;
        Self {
            n: found.len() as u64,
            accepted: count(Response::BonaFide),
            no_response: count(Response::None),
        }
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl BonaFide {
    fn of(counts: &Counts) -> Self {
        let Counts { n, accepted, no_response } = *counts;
        Self {
            n,
            bpcer: share(n - accepted, n),
            ci95: clopper_pearson(n - accepted, n),
            no_response,
            bpcer_of_responses: share(n - accepted - no_response, n - no_response),
        }
    }
}

impl Attacks {
    fn of(counts: &Counts) -> Self {
        let Counts { n, accepted, no_response } = *counts;
        Self {
            n,
            apcer: share(accepted, n),
            ci95: clopper_pearson(accepted, n),
            no_response,
            apcer_of_responses: share(accepted, n - no_response),
        }
    }
}

impl Impostors {
    /// The share of attempts that came out like this.
    fn count(attempts: &[bool], like: bool) -> Self {
        let (n, k) = (attempts.len() as u64, attempts.iter().filter(|one| **one == like).count() as u64);
        Self { n, rate: share(k, n), ci95: clopper_pearson(k, n) }
    }

    fn errors(&self) -> u64 {
        self.rate.map_or(0, |rate| (rate * self.n as f64).round() as u64)
    }
}

impl Riapar {
    fn of<'a>(iapar: impl Iterator<Item = &'a Impostors>, frr: &Impostors) -> Self {
        let worst = iapar
            .filter(|species| species.rate.is_some())
            .max_by(|a, b| a.rate.unwrap_or_default().total_cmp(&b.rate.unwrap_or_default()));
        let parts = worst.zip(Some(frr)).filter(|(_, frr)| frr.n > 0);
        let end = |one: &Impostors| clopper_pearson_at(one.errors(), one.n, 0.0125);
        let ci95 = parts.and_then(|(worst, frr)| {
            let ([a, b], [c, d]) = (end(worst)?, end(frr)?);
            Some([a + c, b + d])
        });
        Self { rate: parts.and_then(|(worst, frr)| Some(worst.rate? + frr.rate?)), ci95 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::attack::captures::Capture;

    const DAY: Date = jiff::civil::date(2026, 11, 23);

    fn responses(verdict: Response, matched: Option<bool>) -> Responses {
        Responses { passive: verdict, geometry: Response::None, verdict, matched }
    }

    fn captures(bona_fide: usize, attacks: &[(&str, usize)]) -> Captures {
        let some = |n| vec![Capture { name: String::new(), path: Default::default() }; n];
        Captures {
            bona_fide: some(bona_fide),
            attacks: attacks.iter().map(|(species, n)| ((*species).to_owned(), some(*n))).collect(),
            enrolled: vec![],
        }
    }

    #[test]
    fn every_species_has_its_rate_and_the_worst_is_named() {
        // ISO/IEC 30107-3: APCER is told by species, and the highest is the system's.
        let (yes, no) = (responses(Response::BonaFide, None), responses(Response::Attack, None));
        let found = [yes, yes, yes, no, no, no, yes, no, no];
        let report = report(&captures(4, &[("mask", 0), ("print", 3), ("screen", 2)]), &found, false, DAY);
        let column = &report.verdict;
        assert_eq!((column.bona_fide.n, column.bona_fide.bpcer), (4, Some(0.25)));
        assert_eq!(column.attacks["mask"].apcer, None, "no data");
        assert_eq!(column.attacks["print"].apcer, Some(1.0 / 3.0));
        assert_eq!(column.worst.as_ref().unwrap().species, "print");
        assert_eq!((report.comparison, report.frr.rate), ("assumed", Some(0.25)));
        assert!((report.riapar.rate.unwrap() - (0.25 + 1.0 / 3.0)).abs() < 1e-12);
        let ([low, high], sum) = (report.riapar.ci95.unwrap(), report.riapar.rate.unwrap());
        assert!(low < sum && sum < high);
    }

    #[test]
    fn what_cannot_be_judged_is_refused_and_counted_apart() {
        let found = [responses(Response::Attack, None); 5];
        let report = report(&captures(2, &[("print", 3)]), &found, false, DAY);
        let (live, print) = (report.geometry.bona_fide, report.geometry.attacks["print"]);
        assert_eq!((live.bpcer, live.no_response, live.bpcer_of_responses), (Some(1.0), 2, None));
        assert_eq!((print.apcer, print.no_response, print.apcer_of_responses), (Some(0.0), 3, None));
    }

    #[test]
    fn with_enrolled_people_only_their_presentations_are_attempts() {
        let found = [
            responses(Response::BonaFide, Some(true)),
            responses(Response::BonaFide, Some(false)),
            responses(Response::BonaFide, None),
            responses(Response::BonaFide, Some(false)),
        ];
        let report = report(&captures(2, &[("print", 2)]), &found, true, DAY);
        assert_eq!((report.frr.n, report.frr.rate), (2, Some(0.5)));
        assert_eq!((report.iapar["print"].n, report.iapar["print"].rate), (1, Some(0.0)));
        assert_eq!(report.verdict.attacks["print"].apcer, Some(1.0));
    }
}
