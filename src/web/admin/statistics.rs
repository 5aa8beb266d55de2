//! Statistics: how often people were asked for their face, what came of it, and how long it took. Every plot stands beside a
//! table of its numbers. No score is counted anywhere, so none is shown.

pub mod plot;

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web};
use askama::Template;
use jiff::{Span, civil::Date};

use self::plot::{Bar, Plot};
use super::{Admin, Answer, Frame, asked::Asked, frame::console_page, phrases::say};
use crate::{
    domain::statistics::{Figures, Passages, Statistics},
    flows::{Unserved, admin::statistics::NoStatistics},
    web::{
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// Where it is.
pub const PATH: &str = "/admin/statistics";
/// How many days are told of unless it is said.
const USUAL_DAYS: i64 = 30;
/// The shares for which it is told how long people took, in percent.
const SHARES: [u64; 5] = [10, 50, 75, 90, 100];

/// A plot with the table of its numbers.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Its id on the page, by which its texts are named.
    pub id: &'static str,
    /// How many events it counts.
    pub n: u64,
    /// The plot; none where there is nothing to draw.
    pub plot: Option<Plot>,
    /// Whether its bars have two parts, which are explained then.
    pub has_parts: bool,
    /// The headings of the table.
    pub headings: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

/// `GET /admin/statistics`.
#[derive(Template)]
#[template(path = "admin/statistics.html")]
pub struct StatisticsPage {
    /// What stands around it.
    pub frame: Frame,
    /// The first day, as it is in the form.
    pub from: String,
    /// The last day.
    pub to: String,
    /// What is wrong with the days.
    pub problem: Option<String>,
    /// The figures, in words and numbers.
    pub facts: Vec<(&'static str, String)>,
    /// The plots; none where nothing was counted.
    pub charts: Vec<Chart>,
}

console_page!(StatisticsPage);

/// Shows it.
pub async fn show(app: web::Data<App>, admin: Admin, request: HttpRequest) -> Answer {
    let asked = Asked::of(&request);
    let today = app.desks.statistics.today();
    let day = |name: &str| asked.text(name).and_then(|text| text.parse::<Date>().ok());
    let to = day("to").unwrap_or(today);
    let usual = || to.checked_sub(Span::new().days(USUAL_DAYS - 1)).unwrap_or(to);
    let from = day("from").unwrap_or_else(usual);
    let frame = admin.frame(PATH);
    let told = match app.desks.statistics.read(from, to).await {
        Ok(told) => told,
        Err(Unserved::Fault(fault)) => return Err(fault.into()),
        Err(Unserved::Refused(refusal)) => {
            let key = match refusal {
                NoStatistics::Backwards => "admin-statistics-backwards",
                NoStatistics::TooLong => "admin-statistics-too-long",
            };
            let page =
                StatisticsPage { problem: Some(say(key, &[])), ..StatisticsPage::of(frame, from, to, None) };
            return Ok(pages::shown(&page));
        }
    };
    Ok(pages::shown(&StatisticsPage::of(frame, from, to, Some(&told))))
}

impl StatisticsPage {
    /// The page of some days.
    pub fn of(frame: Frame, from: Date, to: Date, told: Option<&Statistics>) -> Self {
        let told = told.filter(|told| told.whole != Figures::default());
        Self {
            frame,
            from: from.to_string(),
            to: to.to_string(),
            problem: None,
            facts: told.map(|told| facts(&told.whole)).unwrap_or_default(),
            charts: told.map(charts).unwrap_or_default(),
        }
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame = Frame { here: PATH, ..Frame::sample() };
        let (from, to) = (Date::constant(2026, 11, 1), Date::constant(2026, 11, 23));
        Self::of(frame, from, to, Some(&samples::statistics(from, to)))
    }
}

/// The figures that stand on top.
fn facts(whole: &Figures) -> Vec<(&'static str, String)> {
    let seconds = |passages: &Passages, percent| {
        let seconds = passages.seconds_to_pass(percent);
        seconds.map_or_else(|| say("admin-statistics-none", &[]), |seconds| seconds.to_string())
    };
    vec![
        ("step-ups", whole.step_ups.begun.to_string()),
        ("passed", whole.step_ups.passed.to_string()),
        ("failed", whole.step_ups.failed.values().sum::<u64>().to_string()),
        ("left", left(&whole.step_ups).to_string()),
        ("median", seconds(&whole.step_ups, 50)),
        ("ninety", seconds(&whole.step_ups, 90)),
        ("enrolments", whole.enrolments.passed.to_string()),
        ("suspensions", whole.suspensions.to_string()),
    ]
}

/// Those who began and neither passed nor failed.
fn left(passages: &Passages) -> u64 {
    passages.begun.saturating_sub(passages.passed + passages.failed.values().sum::<u64>())
}

fn charts(told: &Statistics) -> Vec<Chart> {
    let whole = &told.whole;
    let mut outcomes = whole.step_ups.failed.clone();
    outcomes.insert("passed".into(), whole.step_ups.passed);
    outcomes.insert("left".into(), left(&whole.step_ups));
    let captures: BTreeMap<String, u64> = whole.captures_failed.clone();
    let charts = [
        by_day("days", told, |figures| &figures.step_ups),
        by_day("enrolment-days", told, |figures| &figures.enrolments),
        by_name("outcomes", &outcomes),
        time_to_pass(&whole.step_ups),
        by_client(told),
        by_name("refusals", &whole.refusals),
        by_name("captures", &captures),
        by_name("grants", &whole.grants),
    ];
    charts.into_iter().flatten().collect()
}

fn by_day(id: &'static str, told: &Statistics, passages: impl Fn(&Figures) -> &Passages) -> Option<Chart> {
    let days = told.days.iter().map(|(day, figures)| (day, passages(figures)));
    let bars: Vec<Bar> = days
        .map(|(day, passages)| Bar {
            name: day.strftime("%-d %b").to_string(),
            first: passages.passed,
            second: passages.begun.saturating_sub(passages.passed),
        })
        .collect();
    let rows = told.days.iter().zip(&bars).filter(|(_, bar)| bar.first + bar.second > 0);
    let rows = rows.map(|((day, _), bar)| row(&day.to_string(), bar)).collect();
    let n = sum(&bars);
    let plot = plot::columns(&say(&format!("admin-statistics-{id}-unit"), &[]), &bars);
    (n > 0).then(|| Chart { id, n, plot, has_parts: true, headings: headings("day", true), rows })
}

fn by_client(told: &Statistics) -> Option<Chart> {
    let step_ups = told.clients.iter().map(|(client, figures)| (client, &figures.step_ups));
    let mut bars: Vec<Bar> = step_ups
        .filter(|(_, step_ups)| step_ups.begun > 0)
        .map(|(client, step_ups)| Bar {
            name: client.to_string(),
            first: step_ups.passed,
            second: step_ups.begun.saturating_sub(step_ups.passed),
        })
        .collect();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.first + bar.second));
    let rows = bars.iter().map(|bar| row(&bar.name, bar)).collect();
    let (n, plot) = (sum(&bars), plot::bars(&bars));
    (n > 0).then(|| Chart {
        id: "clients",
        n,
        plot,
        has_parts: true,
        headings: headings("client", true),
        rows,
    })
}

fn by_name(id: &'static str, counts: &BTreeMap<String, u64>) -> Option<Chart> {
    let mut bars: Vec<Bar> = counts
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(name, count)| Bar { name: named(name), first: *count, second: 0 })
        .collect();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.first));
    let rows = bars.iter().map(|bar| vec![bar.name.clone(), bar.first.to_string()]).collect();
    let (n, plot) = (sum(&bars), plot::bars(&bars));
    (n > 0).then(|| Chart { id, n, plot, has_parts: false, headings: headings("name", false), rows })
}

fn time_to_pass(step_ups: &Passages) -> Option<Chart> {
    let within = |percent: u64| step_ups.seconds_to_pass(percent).map(|seconds| (percent, seconds));
    let points: Vec<(u64, u64)> = (1..=20).filter_map(|n| within(n * 5)).collect();
    let rows = SHARES.into_iter().filter_map(within);
    let rows = rows.map(|(percent, seconds)| vec![format!("{percent} %"), seconds.to_string()]).collect();
    let [across, up] = ["admin-statistics-seconds", "admin-statistics-percent"].map(|key| say(key, &[]));
    let plot = plot::within(&across, &up, &points);
    let headings = vec![say("admin-statistics-share", &[]), across];
    let n = step_ups.passed;
    (n > 0).then_some(Chart { id: "seconds", n, plot, has_parts: false, headings, rows })
}

fn row(name: &str, bar: &Bar) -> Vec<String> {
    vec![name.to_owned(), bar.first.to_string(), bar.second.to_string()]
}

fn headings(of: &str, has_parts: bool) -> Vec<String> {
    let numbers: &[&str] = if has_parts { &["passed", "not-passed"] } else { &["count"] };
    [of].iter().chain(numbers).map(|name| say(&format!("admin-statistics-column-{name}"), &[])).collect()
}

/// A reason or an outcome in words, where there are some; else as the log has it.
fn named(name: &str) -> String {
    let key = format!("admin-outcome-{}", name.replace('_', "-"));
    text::find(&key).unwrap_or_else(|| name.strip_prefix("urn:facestep:acr:").unwrap_or(name).to_owned())
}

fn sum(bars: &[Bar]) -> u64 {
    bars.iter().map(|bar| bar.first + bar.second).sum()
}

/// Figures for the render test.
mod samples {
    use super::{Date, Statistics};
    use crate::domain::{
        audit::AuditKind,
        id::ClientId,
        statistics::{EndCount, EventCount},
    };

    pub(super) fn statistics(from: Date, to: Date) -> Statistics {
        let days: Vec<Date> = from.series(jiff::Span::new().days(1)).take_while(|day| *day <= to).collect();
        let (mut events, mut ends) = (Vec::new(), Vec::new());
        for (n, day) in (0u64..).zip(&days) {
            let (day, client) = (*day, ClientId::parse(if n % 3 == 0 { "shop" } else { "harbour-bank" }));
            let mut event = |kind, facet: &str, count| {
                let (facet, client) = (Some(facet.to_owned()), client.clone());
                events.push(EventCount { kind, facet, client, day, count });
            };
            event(AuditKind::RunOpened, "child", 6 + n * 7 % 11);
            event(AuditKind::RunOpened, "parent", n % 4);
            event(AuditKind::CeremonyConcluded, "mismatch", n % 2);
            event(AuditKind::GrantIssued, "urn:facestep:acr:face", 5 + n * 5 % 7);
            event(AuditKind::InteractionRefused, "face_not_verified", n % 3);
            for (outcome, seconds, count) in [("completed", 5 + n % 9, 5), ("user_declined", 2, n % 2)] {
                let (workflow, outcome) = ("child".to_owned(), outcome.to_owned());
                ends.push(EndCount { workflow, outcome, client: client.clone(), day, seconds, count });
            }
        }
        Statistics::of(days.into_iter(), &events, &ends)
    }
}
