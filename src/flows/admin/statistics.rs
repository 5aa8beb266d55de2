//! Statistics of some days, for the console's plots and for the API.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    domain::statistics::Statistics,
    flows::Unserved,
    ports::{clock::Clock, fault::Fault, store::Store},
};

/// The most days that are told of at once.
pub const MOST_DAYS: i32 = 92;

/// Why no statistics are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoStatistics {
    /// The last day is before the first.
    #[error("the last day is before the first")]
    Backwards,
    /// More than [`MOST_DAYS`].
    #[error("at most {MOST_DAYS} days are told of at once")]
    TooLong,
}

/// Counts.
pub struct StatisticsDesk {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl StatisticsDesk {
    /// Over its ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The day that it is, of UTC.
    pub fn today(&self) -> Date {
        self.clock.now().to_zoned(TimeZone::UTC).date()
    }

    /// The figures of the days from one to another, both included; a day is one of UTC.
    pub async fn read(&self, first: Date, last: Date) -> Result<Statistics, Unserved<NoStatistics>> {
        let days = (last - first).get_days();
        if days < 0 {
            return Err(Unserved::Refused(NoStatistics::Backwards));
        }
        if days >= MOST_DAYS {
            return Err(Unserved::Refused(NoStatistics::TooLong));
        }
        let (from, until) = (start_of(first)?, start_of(last.tomorrow().unwrap_or(last))?);
        let count =
            self.store.read(move |db| Ok((db.count_events(from, until)?, db.count_ends(from, until)?)));
        let (events, ends) = count.await?;
        let days = first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last);
        Ok(Statistics::of(days, &events, &ends))
    }
}

fn start_of(day: Date) -> Result<Timestamp, Fault> {
    let start = day.to_zoned(TimeZone::UTC).map_err(|_| Fault::Internal("a day has no start".into()))?;
    Ok(start.timestamp())
}
