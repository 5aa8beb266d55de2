//! Statistics of some days.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::{Span, civil::Date};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::{Answer, guard, problem::Problem, query::Query};
use crate::{
    domain::statistics::{Figures, Passages, Statistics},
    flows::admin::statistics::NoStatistics,
    web::state::App,
};

/// How many days are told of unless it is said.
const USUAL_DAYS: i64 = 30;

/// Which days are told of.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `read` reads")]
pub struct DayParameters {
    /// The first day (UTC); 30 days are told of where none is named.
    from: Option<Date>,
    /// The last day (UTC), at most 91 days later; today where none is named.
    to: Option<Date>,
}

/// The figures of some days.
#[derive(Serialize, ToSchema)]
pub struct StatisticsDocument {
    /// The first day.
    from: Date,
    /// The last day.
    to: Date,
    /// All days together.
    whole: FiguresDocument,
    /// Each day, also those on which nothing happened.
    #[schema(value_type = BTreeMap<String, FiguresDocument>)]
    days: BTreeMap<Date, FiguresDocument>,
    /// Each client of which something is told.
    clients: BTreeMap<String, FiguresDocument>,
}

/// What is counted.
#[derive(Serialize, ToSchema)]
pub struct FiguresDocument {
    /// Enrolled people who were asked for their face.
    step_ups: PassagesDocument,
    /// People who were enrolled, or tried to.
    enrolments: PassagesDocument,
    /// Captures that passed.
    captures_passed: u64,
    /// Captures that did not, by their finer cause.
    captures_failed: BTreeMap<String, u64>,
    /// Codes, by the context that they were issued in.
    grants: BTreeMap<String, u64>,
    /// Requests that ended in an error, by the reason that the client was told.
    refusals: BTreeMap<String, u64>,
    /// Accounts for which face step-up was suspended.
    suspensions: u64,
}

/// Passages through one workflow. What was begun and neither passed nor failed was left by its person.
#[derive(Serialize, ToSchema)]
pub struct PassagesDocument {
    /// How many were begun.
    begun: u64,
    /// How many ended well.
    passed: u64,
    /// How many ended otherwise, by reason.
    failed: BTreeMap<String, u64>,
    /// The seconds within which half of those passed who passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_median: Option<u64>,
    /// The seconds within which nine of ten passed who passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_ninety_percent: Option<u64>,
}

impl From<&Figures> for FiguresDocument {
    fn from(figures: &Figures) -> Self {
        Self {
            step_ups: (&figures.step_ups).into(),
            enrolments: (&figures.enrolments).into(),
            captures_passed: figures.captures_passed,
            captures_failed: figures.captures_failed.clone(),
            grants: figures.grants.clone(),
            refusals: figures.refusals.clone(),
            suspensions: figures.suspensions,
        }
    }
}

impl From<&Passages> for PassagesDocument {
    fn from(passages: &Passages) -> Self {
        Self {
            begun: passages.begun,
            passed: passages.passed,
            failed: passages.failed.clone(),
            seconds_median: passages.seconds_to_pass(50),
            seconds_ninety_percent: passages.seconds_to_pass(90),
        }
    }
}

impl From<NoStatistics> for Problem {
    fn from(refusal: NoStatistics) -> Self {
        Self::malformed(
            "from",
            match refusal {
                NoStatistics::Backwards => "the last day is before the first",
                NoStatistics::TooLong => "at most 92 days are told of at once",
            },
        )
    }
}

/// Step-ups, enrolments, captures, codes and refusals, by day and by client.
#[utoipa::path(get, path = "/statistics", tag = "statistics", params(DayParameters), responses(
    (status = 200, description = "The figures", body = StatisticsDocument),
))]
pub async fn read(app: web::Data<App>, request: HttpRequest) -> Answer {
    guard::reader(&app, &request).await?;
    let mut query = Query::of(&request)?;
    let (from, to) = (query.take_as("from", day)?, query.take_as("to", day)?);
    query.end()?;
    let to = to.unwrap_or_else(|| app.desks.statistics.today());
    let first = || to.checked_sub(Span::new().days(USUAL_DAYS - 1)).unwrap_or(to);
    let from = from.unwrap_or_else(first);
    let told = app.desks.statistics.read(from, to).await?;
    Ok(HttpResponse::Ok().json(document(from, to, &told)))
}

fn document(from: Date, to: Date, told: &Statistics) -> StatisticsDocument {
    StatisticsDocument {
        from,
        to,
        whole: (&told.whole).into(),
        days: told.days.iter().map(|(day, figures)| (*day, figures.into())).collect(),
        clients: told.clients.iter().map(|(client, figures)| (client.to_string(), figures.into())).collect(),
    }
}

/// A day as RFC 3339 writes it (`full-date`), and no other way.
fn day(text: &str) -> Option<Date> {
    let day: Date = text.parse().ok()?;
    (day.to_string() == text && day.year() >= 1970).then_some(day)
}
