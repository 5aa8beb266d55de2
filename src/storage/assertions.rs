//! Assertions that clients proved themselves with.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    connection::on_each_engine, row::milliseconds, schema::used_assertions, transaction::Transaction,
};
use crate::{
    domain::oidc::assertion::UsedAssertion,
    ports::{fault::Fault, store::AssertionStore},
};

#[derive(Insertable)]
#[diesel(table_name = used_assertions)]
struct UsedRow<'a> {
    client_id: &'a str,
    jti_hash: &'a str,
    expires_at: i64,
}

impl AssertionStore for Transaction<'_> {
    fn use_assertion(&mut self, used: &UsedAssertion) -> Result<bool, Fault> {
        let row = UsedRow {
            client_id: used.client.as_str(),
            jti_hash: used.jti_hash.as_str(),
            expires_at: milliseconds(used.expires_at),
        };
        self.step(|c| {
            let added = on_each_engine!(c, |inner| diesel::insert_into(used_assertions::table)
                .values(&row)
                .on_conflict((used_assertions::client_id, used_assertions::jti_hash))
                .do_nothing()
                .execute(inner)?);
            Ok(added == 1)
        })
    }

    fn purge_assertions(&mut self, before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let lapsed = used_assertions::table.filter(used_assertions::expires_at.lt(milliseconds(before)));
            Ok(diesel::delete(lapsed).execute(c)?)
        })
    }
}
