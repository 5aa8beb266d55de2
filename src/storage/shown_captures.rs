//! What accounts showed in their last captures.

use diesel::prelude::*;

use super::{
    row::{Place, milliseconds},
    schema::shown_captures,
    transaction::Transaction,
};
use crate::{
    domain::id::{CeremonyId, UserId},
    ports::{
        fault::Fault,
        store::{ShownCapture, ShownCaptureStore},
    },
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = shown_captures)]
struct ShownRow {
    ceremony_id: String,
    user_id: String,
    passed: bool,
    shown_at: i64,
    sealed_prints: Vec<u8>,
}

impl ShownRow {
    fn of(shown: &ShownCapture) -> Self {
        Self {
            ceremony_id: shown.ceremony.as_str().to_owned(),
            user_id: shown.user.as_str().to_owned(),
            passed: shown.passed,
            shown_at: milliseconds(shown.shown_at),
            sealed_prints: shown.sealed_prints.clone(),
        }
    }

    fn parse(self) -> Result<ShownCapture, Fault> {
        let at = Place::new("shown_captures", &self.ceremony_id);
        Ok(ShownCapture {
            ceremony: at.proven("ceremony_id", CeremonyId::parse(&self.ceremony_id))?,
            user: at.proven("user_id", UserId::parse(&self.user_id))?,
            passed: self.passed,
            shown_at: at.time("shown_at", self.shown_at)?,
            sealed_prints: self.sealed_prints,
        })
    }
}

impl ShownCaptureStore for Transaction<'_> {
    fn shown_captures(&mut self, user: &UserId) -> Result<Vec<ShownCapture>, Fault> {
        use shown_captures::{ceremony_id, shown_at, table, user_id};
        self.step(|c| {
            let theirs = table.filter(user_id.eq(user.as_str())).order((shown_at.desc(), ceremony_id));
            let rows = theirs.select(ShownRow::as_select()).load(c)?;
            rows.into_iter().map(ShownRow::parse).collect()
        })
    }

    fn add_shown_capture(&mut self, shown: &ShownCapture, most: usize) -> Result<(), Fault> {
        use shown_captures::{ceremony_id, passed, shown_at, table, user_id};
        let row = ShownRow::of(shown);
        self.step(|c| {
            diesel::insert_into(table).values(&row).execute(c)?;
            let of_its_kind = table.filter(user_id.eq(&row.user_id)).filter(passed.eq(row.passed));
            let last_first = of_its_kind.order((shown_at.desc(), ceremony_id)).select(ceremony_id);
            let kept: Vec<String> = last_first.load(c)?;
            let old: Vec<String> = kept.into_iter().skip(most).collect();
            diesel::delete(table.filter(ceremony_id.eq_any(old))).execute(c)?;
            Ok(())
        })
    }
}
