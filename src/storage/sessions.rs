//! Browser sessions.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use super::{
    connection::{find_one, run},
    prepared::prepared,
    row::{Place, json, milliseconds, one_row},
    schema::sessions,
    transaction::Transaction,
};
use crate::{
    domain::{
        id::{SessionId, UserId},
        secret::{SecretToken, TokenHash},
        session::Session,
    },
    ports::{fault::Fault, store::SessionStore},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sessions, treat_none_as_null = true)]
struct SessionRow {
    id: String,
    token_hash: String,
    csrf: String,
    user_id: Option<String>,
    ledger: String,
    opened_at: i64,
    seen_at: i64,
    version: i64,
    longest_idle: i64,
}

impl SessionRow {
    fn of(session: &Session) -> Result<Self, Fault> {
        Ok(Self {
            id: session.id.as_str().to_owned(),
            token_hash: session.token_hash.as_str().to_owned(),
            csrf: session.csrf.expose().to_owned(),
            user_id: session.user.as_ref().map(|user| user.as_str().to_owned()),
            ledger: json(&session.ledger)?,
            opened_at: milliseconds(session.opened_at),
            seen_at: milliseconds(session.seen_at),
            version: session.version,
            longest_idle: i64::try_from(session.longest_idle.as_millis()).unwrap_or(i64::MAX),
        })
    }

    fn parse(self) -> Result<Session, Fault> {
        let at = Place::new("sessions", &self.id);
        let user = self.user_id.map(|user| at.proven("user_id", UserId::parse(&user))).transpose()?;
        Ok(Session {
            id: at.proven("id", SessionId::parse(&self.id))?,
            token_hash: TokenHash::from_kept(self.token_hash),
            csrf: SecretToken::from_outside(&self.csrf),
            user,
            ledger: at.json("ledger", &self.ledger)?,
            opened_at: at.time("opened_at", self.opened_at)?,
            seen_at: at.time("seen_at", self.seen_at)?,
            longest_idle: SignedDuration::from_millis(self.longest_idle),
            version: self.version,
        })
    }
}

impl SessionStore for Transaction<'_> {
    fn find_session(&mut self, token: &TokenHash) -> Result<Option<Session>, Fault> {
        self.step(|c| {
            let held = sessions::table.filter(sessions::token_hash.eq(token.as_str()));
            let row = find_one!(c, held.select(SessionRow::as_select()))?;
            row.map(SessionRow::parse).transpose()
        })
    }

    fn find_session_by_id(&mut self, id: &SessionId) -> Result<Option<Session>, Fault> {
        self.step(|c| {
            let row = find_one!(c, sessions::table.find(id.as_str()).select(SessionRow::as_select()))?;
            row.map(SessionRow::parse).transpose()
        })
    }

    fn sessions(
        &mut self,
        user: Option<&UserId>,
        behind: Option<(Timestamp, &SessionId)>,
        most: i64,
    ) -> Result<Vec<Session>, Fault> {
        use sessions::{id, seen_at, user_id};
        self.step(|c| {
            let (before, last) =
                behind.map_or((i64::MAX, ""), |(at, last)| (milliseconds(at), last.as_str()));
            let of = user.map(UserId::as_str);
            let rows: Vec<SessionRow> = sessions::table
                .filter(user_id.is_not_null())
                .filter(user_id.nullable().eq(of).or(of.is_none().into_sql::<diesel::sql_types::Bool>()))
                .filter(seen_at.lt(before).or(seen_at.eq(before).and(id.gt(last))))
                .order((seen_at.desc(), id))
                .limit(most)
                .select(SessionRow::as_select())
                .load(c)?;
            rows.into_iter().map(SessionRow::parse).collect()
        })
    }

    fn insert_session(&mut self, session: &Session) -> Result<(), Fault> {
        self.step(|c| {
            let row = SessionRow::of(session)?;
            run!(c, diesel::insert_into(sessions::table).values(&row))?;
            Ok(())
        })
    }

    fn save_session(&mut self, session: &Session) -> Result<(), Fault> {
        self.step(|c| {
            let row = SessionRow { version: session.version + 1, ..SessionRow::of(session)? };
            let read_before = sessions::table
                .filter(sessions::id.eq(session.id.as_str()))
                .filter(sessions::version.eq(session.version));
            one_row(run!(c, prepared(diesel::update(read_before).set(&row)))?, "session")
        })
    }

    fn remove_session(&mut self, id: &SessionId) -> Result<bool, Fault> {
        self.step(|c| Ok(diesel::delete(sessions::table.find(id.as_str())).execute(c)? == 1))
    }

    fn purge_sessions(&mut self, seen_before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let lapsed = sessions::table.filter(sessions::seen_at.lt(milliseconds(seen_before)));
            Ok(diesel::delete(lapsed).execute(c)?)
        })
    }
}
