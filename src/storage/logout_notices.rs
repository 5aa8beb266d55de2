//! Clients that are still to hear of a logout.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    row::{Place, milliseconds},
    schema::logout_notices,
    transaction::Transaction,
};
use crate::{
    domain::{
        id::{ClientId, LogoutNoticeId, SessionId, Subject},
        oidc::logout::notice::LogoutNotice,
    },
    ports::{fault::Fault, store::LogoutNoticeStore},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = logout_notices)]
struct LogoutNoticeRow {
    id: String,
    client_id: String,
    subject: String,
    session_id: String,
    opened_at: i64,
    next_try_at: i64,
    tries: i32,
}

impl LogoutNoticeRow {
    fn of(notice: &LogoutNotice) -> Self {
        Self {
            id: notice.id.as_str().to_owned(),
            client_id: notice.client.as_str().to_owned(),
            subject: notice.subject.as_str().to_owned(),
            session_id: notice.session.as_str().to_owned(),
            opened_at: milliseconds(notice.opened_at),
            next_try_at: milliseconds(notice.next_try_at),
            tries: notice.tries,
        }
    }

    fn parse(self) -> Result<LogoutNotice, Fault> {
        let at = Place::new("logout_notices", &self.id);
        Ok(LogoutNotice {
            id: at.proven("id", LogoutNoticeId::parse(&self.id))?,
            client: at.proven("client_id", ClientId::parse(&self.client_id))?,
            subject: at.proven("subject", Subject::parse(&self.subject))?,
            session: at.proven("session_id", SessionId::parse(&self.session_id))?,
            opened_at: at.time("opened_at", self.opened_at)?,
            next_try_at: at.time("next_try_at", self.next_try_at)?,
            tries: self.tries,
        })
    }
}

impl LogoutNoticeStore for Transaction<'_> {
    fn insert_logout_notice(&mut self, notice: &LogoutNotice) -> Result<(), Fault> {
        self.step(|c| {
            diesel::insert_into(logout_notices::table).values(&LogoutNoticeRow::of(notice)).execute(c)?;
            Ok(())
        })
    }

    fn due_logout_notices(&mut self, now: Timestamp, most: u32) -> Result<Vec<LogoutNotice>, Fault> {
        self.step(|c| {
            let due = logout_notices::table.filter(logout_notices::next_try_at.le(milliseconds(now)));
            let rows = due
                .order((logout_notices::next_try_at.asc(), logout_notices::id.asc()))
                .limit(i64::from(most))
                .select(LogoutNoticeRow::as_select())
                .load(c)?;
            rows.into_iter().map(LogoutNoticeRow::parse).collect()
        })
    }

    fn claim_logout_notice(&mut self, read: &LogoutNotice, until: Timestamp) -> Result<bool, Fault> {
        self.step(|c| {
            let as_read = logout_notices::table
                .filter(logout_notices::id.eq(read.id.as_str()))
                .filter(logout_notices::next_try_at.eq(milliseconds(read.next_try_at)));
            let claim = logout_notices::next_try_at.eq(milliseconds(until));
            Ok(diesel::update(as_read).set(claim).execute(c)? == 1)
        })
    }

    fn postpone_logout_notice(&mut self, notice: &LogoutNotice) -> Result<(), Fault> {
        self.step(|c| {
            let change = (
                logout_notices::next_try_at.eq(milliseconds(notice.next_try_at)),
                logout_notices::tries.eq(notice.tries),
            );
            diesel::update(logout_notices::table.find(notice.id.as_str())).set(change).execute(c)?;
            Ok(())
        })
    }

    fn remove_logout_notice(&mut self, id: &LogoutNoticeId) -> Result<(), Fault> {
        self.step(|c| {
            diesel::delete(logout_notices::table.find(id.as_str())).execute(c)?;
            Ok(())
        })
    }
}
