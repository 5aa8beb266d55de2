//! Audit events as an operator looks for them, and as they are counted.

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Nullable, Text},
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{
    connection::on_each_engine,
    row::{Place, milliseconds},
    schema::audit_events,
    transaction::Transaction,
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::{ClientId, InteractionId},
        statistics::{COUNTED, EndCount, EventCount},
    },
    ports::{
        fault::Fault,
        store::{AuditPlace, AuditQuery, AuditSearch, FoundEvent},
    },
};

diesel::define_sql_function! {
    /// The same in small letters.
    fn lower(text: Text) -> Text;
}

type FoundColumns = (i64, i64, String, String, Option<i64>);

impl AuditSearch for Transaction<'_> {
    fn search_events(
        &mut self,
        query: &AuditQuery,
        before: Option<AuditPlace>,
        most: i64,
    ) -> Result<Vec<FoundEvent>, Fault> {
        use audit_events as e;
        self.step(|c| {
            let columns = (e::at, e::seq, e::id, e::event, e::position);
            let rows: Vec<FoundColumns> = on_each_engine!(c, |inner| {
                let mut found = e::table.select(columns).into_boxed();
                if !query.kinds.is_empty() {
                    let kinds = query.kinds.iter().map(|kind| kind.name());
                    found = found.filter(e::kind.eq_any(kinds.collect::<Vec<_>>()));
                }
                if let Some(user) = &query.user {
                    found = found.filter(e::user_id.eq(user.as_str()));
                }
                if let Some(client) = &query.client {
                    found = found.filter(e::client_id.eq(client.as_str()));
                }
                if let Some(session) = &query.session {
                    found = found.filter(e::session_id.eq(session.as_str()));
                }
                if let Some(interaction) = &query.interaction {
                    found = found.filter(e::interaction_id.eq(interaction.as_str()));
                }
                if let Some(from) = query.from {
                    found = found.filter(e::at.ge(milliseconds(from)));
                }
                if let Some(until) = query.until {
                    found = found.filter(e::at.lt(milliseconds(until)));
                }
                for word in &query.words {
                    found = found.filter(lower(e::event).like(pattern(word)).escape('!'));
                }
                if let Some(AuditPlace { at, seq }) = before {
                    let earlier = e::at.lt(at).or(e::at.eq(at).and(e::seq.lt(seq)));
                    found = found.filter(e::at.le(at)).filter(earlier);
                }
                found.order((e::at.desc(), e::seq.desc())).limit(most).load(inner)?
            });
            rows.into_iter().map(parse_found).collect()
        })
    }

    fn events_of_interaction(&mut self, interaction: &InteractionId) -> Result<Vec<AuditEvent>, Fault> {
        self.step(|c| {
            let of_it = audit_events::table.filter(audit_events::interaction_id.eq(interaction.as_str()));
            let columns = (audit_events::id, audit_events::event);
            let rows: Vec<(String, String)> =
                of_it.order((audit_events::at, audit_events::seq)).select(columns).load(c)?;
            rows.iter().map(|(id, event)| Place::new("audit_events", id).json("event", event)).collect()
        })
    }

    fn count_events(&mut self, from: Timestamp, until: Timestamp) -> Result<Vec<EventCount>, Fault> {
        let kinds = COUNTED.map(|kind| format!("'{}'", kind.name())).join(", ");
        let sql = format!(
            "SELECT kind, facet, client_id, at / {DAY} AS day, count(*) AS total FROM audit_events
             WHERE at >= $1 AND at < $2 AND kind IN ({kinds}) GROUP BY kind, facet, client_id, at / {DAY}"
        );
        self.step(|c| {
            let rows: Vec<EventRow> = on_each_engine!(c, |inner| sql_query(sql)
                .bind::<BigInt, _>(milliseconds(from))
                .bind::<BigInt, _>(milliseconds(until))
                .load(inner)?);
            rows.into_iter().map(EventRow::parse).collect()
        })
    }

    fn count_ends(&mut self, from: Timestamp, until: Timestamp) -> Result<Vec<EndCount>, Fault> {
        let sql = format!(
            "SELECT opened.facet AS workflow, ended.facet AS outcome, ended.client_id AS client_id,
                 ended.at / {DAY} AS day, (ended.at - opened.at) / 1000 AS seconds, count(*) AS total
             FROM audit_events ended JOIN audit_events opened ON opened.interaction_id = ended.interaction_id
                 AND opened.run_id = ended.run_id AND opened.kind = 'run_opened'
             WHERE ended.kind = 'run_ended' AND ended.at >= $1 AND ended.at < $2
             GROUP BY opened.facet, ended.facet, ended.client_id, ended.at / {DAY},
                 (ended.at - opened.at) / 1000"
        );
        self.step(|c| {
            let rows: Vec<EndRow> = on_each_engine!(c, |inner| sql_query(sql)
                .bind::<BigInt, _>(milliseconds(from))
                .bind::<BigInt, _>(milliseconds(until))
                .load(inner)?);
            rows.into_iter().map(EndRow::parse).collect()
        })
    }
}

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

#[derive(QueryableByName)]
struct EventRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    facet: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    client_id: Option<String>,
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

impl EventRow {
    fn parse(self) -> Result<EventCount, Fault> {
        let at = Place::new("audit_events", "counted");
        Ok(EventCount {
            kind: at.proven("kind", AuditKind::parse(&self.kind))?,
            facet: self.facet,
            client: client(&at, self.client_id)?,
            day: at.proven("at", day(self.day))?,
            count: self.total.unsigned_abs(),
        })
    }
}

#[derive(QueryableByName)]
struct EndRow {
    #[diesel(sql_type = Nullable<Text>)]
    workflow: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    outcome: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    client_id: Option<String>,
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = BigInt)]
    seconds: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

impl EndRow {
    fn parse(self) -> Result<EndCount, Fault> {
        let at = Place::new("audit_events", "ended");
        Ok(EndCount {
            workflow: self.workflow.unwrap_or_default(),
            outcome: self.outcome.unwrap_or_default(),
            client: client(&at, self.client_id)?,
            day: at.proven("at", day(self.day))?,
            // Of two nodes whose clocks are apart, the later one may say the earlier time.
            seconds: u64::try_from(self.seconds).unwrap_or(0),
            count: self.total.unsigned_abs(),
        })
    }
}

fn client(at: &Place, id: Option<String>) -> Result<Option<ClientId>, Fault> {
    id.map(|id| at.proven("client_id", ClientId::parse(&id))).transpose()
}

fn day(since_1970: i64) -> Option<Date> {
    let start =
        Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_hours(since_1970.checked_mul(24)?)).ok()?;
    Some(start.to_zoned(TimeZone::UTC).date())
}

/// Finds a word anywhere in a text; what means something to `LIKE` means itself.
fn pattern(word: &str) -> String {
    let mut pattern = String::from("%");
    for letter in word.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

fn parse_found((at, seq, id, event, position): FoundColumns) -> Result<FoundEvent, Fault> {
    let event = Place::new("audit_events", &id).json("event", &event)?;
    Ok(FoundEvent { place: AuditPlace { at, seq }, position, event })
}
