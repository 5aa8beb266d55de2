//! What the installer or an officer attested.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    connection::find_one,
    row::{Place, json, milliseconds, name},
    schema::identity_checks::{self, dsl},
    transaction::Transaction,
};
use crate::{
    domain::{
        admin::check::IdentityCheck,
        change::Author,
        id::{IdentityCheckId, UserId},
        workflow::document::DocumentHash,
    },
    ports::{fault::Fault, store::IdentityCheckStore},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = identity_checks)]
struct CheckRow {
    id: String,
    user_id: String,
    source: String,
    document: String,
    document_hash: String,
    attested: String,
    sealed_portrait: Vec<u8>,
    portrait_sha256: String,
    checked_by: String,
    answered_for_by: String,
    checked_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    withdrawn_at: Option<i64>,
}

impl CheckRow {
    fn of(check: &IdentityCheck) -> Result<Self, Fault> {
        Ok(Self {
            id: check.id.as_str().to_owned(),
            user_id: check.user.as_str().to_owned(),
            source: name(&check.source)?,
            document: check.document.clone(),
            document_hash: check.document_hash.as_str().to_owned(),
            attested: json(&check.attested)?,
            sealed_portrait: check.sealed_portrait.clone(),
            portrait_sha256: check.portrait_sha256.clone(),
            checked_by: check.checked_by.to_string(),
            answered_for_by: check.answered_for_by.clone(),
            checked_at: milliseconds(check.checked_at),
            expires_at: milliseconds(check.expires_at),
            used_at: check.used_at.map(milliseconds),
            withdrawn_at: check.withdrawn_at.map(milliseconds),
        })
    }

    fn parse(self) -> Result<IdentityCheck, Fault> {
        let at = Place::new("identity_checks", &self.id);
        Ok(IdentityCheck {
            id: at.proven("id", IdentityCheckId::parse(&self.id))?,
            user: at.proven("user_id", UserId::parse(&self.user_id))?,
            source: at.named("source", self.source)?,
            document: self.document,
            document_hash: DocumentHash::from_kept(self.document_hash),
            attested: at.json("attested", &self.attested)?,
            sealed_portrait: self.sealed_portrait,
            portrait_sha256: self.portrait_sha256,
            checked_by: at.proven("checked_by", Author::parse(&self.checked_by))?,
            answered_for_by: self.answered_for_by,
            checked_at: at.time("checked_at", self.checked_at)?,
            expires_at: at.time("expires_at", self.expires_at)?,
            used_at: at.time_if_any("used_at", self.used_at)?,
            withdrawn_at: at.time_if_any("withdrawn_at", self.withdrawn_at)?,
        })
    }
}

/// Checks that no enrolment rests on and that nobody took back.
#[diesel::dsl::auto_type]
fn unspent() -> _ {
    identity_checks::table.filter(dsl::used_at.is_null()).filter(dsl::withdrawn_at.is_null())
}

impl IdentityCheckStore for Transaction<'_> {
    fn insert_identity_check(&mut self, check: &IdentityCheck) -> Result<(), Fault> {
        self.step(|c| {
            let withdrawn = (
                dsl::withdrawn_at.eq(milliseconds(check.checked_at)),
                dsl::sealed_portrait.eq(Vec::<u8>::new()),
            );
            diesel::update(
                identity_checks::table
                    .filter(dsl::user_id.eq(check.user.as_str()))
                    .filter(dsl::used_at.is_null())
                    .filter(dsl::withdrawn_at.is_null()),
            )
            .set(withdrawn)
            .execute(c)?;
            diesel::insert_into(identity_checks::table).values(&CheckRow::of(check)?).execute(c)?;
            Ok(())
        })
    }

    fn find_identity_check(&mut self, id: &IdentityCheckId) -> Result<Option<IdentityCheck>, Fault> {
        self.step(|c| {
            let named = identity_checks::table.find(id.as_str());
            let row = find_one!(c, named.select(CheckRow::as_select()))?;
            row.map(CheckRow::parse).transpose()
        })
    }

    fn find_open_check(
        &mut self,
        user: &UserId,
        document: &DocumentHash,
        now: Timestamp,
    ) -> Result<Option<IdentityCheck>, Fault> {
        self.step(|c| {
            // At most one of an account is open: a new one takes the others back.
            let row: Option<CheckRow> = unspent()
                .filter(dsl::user_id.eq(user.as_str()))
                .filter(dsl::document_hash.eq(document.as_str()))
                .filter(dsl::expires_at.gt(milliseconds(now)))
                .order((dsl::checked_at.desc(), dsl::id))
                .select(CheckRow::as_select())
                .first(c)
                .optional()?;
            row.map(CheckRow::parse).transpose()
        })
    }

    fn identity_checks_of(&mut self, user: &UserId) -> Result<Vec<IdentityCheck>, Fault> {
        self.step(|c| {
            let rows: Vec<CheckRow> = identity_checks::table
                .filter(dsl::user_id.eq(user.as_str()))
                .order((dsl::checked_at.desc(), dsl::id))
                .select(CheckRow::as_select())
                .load(c)?;
            rows.into_iter().map(CheckRow::parse).collect()
        })
    }

    fn count_open_checks(&mut self, now: Timestamp) -> Result<i64, Fault> {
        self.step(|c| {
            let open = unspent().filter(dsl::expires_at.gt(milliseconds(now)));
            Ok(open.count().get_result(c)?)
        })
    }

    fn spend_identity_check(&mut self, id: &IdentityCheckId, now: Timestamp) -> Result<bool, Fault> {
        self.step(|c| {
            let spent = (dsl::used_at.eq(milliseconds(now)), dsl::sealed_portrait.eq(Vec::<u8>::new()));
            let open = identity_checks::table
                .find(id.as_str())
                .filter(dsl::used_at.is_null())
                .filter(dsl::withdrawn_at.is_null());
            Ok(diesel::update(open).set(spent).execute(c)? == 1)
        })
    }

    fn withdraw_identity_check(&mut self, id: &IdentityCheckId, now: Timestamp) -> Result<bool, Fault> {
        self.step(|c| {
            let taken_back =
                (dsl::withdrawn_at.eq(milliseconds(now)), dsl::sealed_portrait.eq(Vec::<u8>::new()));
            let open = identity_checks::table
                .find(id.as_str())
                .filter(dsl::used_at.is_null())
                .filter(dsl::withdrawn_at.is_null());
            Ok(diesel::update(open).set(taken_back).execute(c)? == 1)
        })
    }

    fn purge_identity_checks(&mut self, before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let lapsed = identity_checks::table.filter(dsl::expires_at.lt(milliseconds(before)));
            Ok(diesel::delete(lapsed).execute(c)?)
        })
    }
}
