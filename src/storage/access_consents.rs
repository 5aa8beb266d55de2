//! What people allowed clients.

use diesel::prelude::*;

use super::{
    connection::{find_one, on_each_engine},
    row::{Place, json, milliseconds},
    schema::access_consents,
    transaction::Transaction,
};
use crate::{
    domain::{
        id::{ClientId, UserId},
        oidc::consent::AccessConsent,
    },
    ports::{fault::Fault, store::AccessConsentStore},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = access_consents)]
struct AccessConsentRow {
    user_id: String,
    client_id: String,
    allowed: String,
    allowed_at: i64,
}

impl AccessConsentRow {
    fn of(consent: &AccessConsent) -> Result<Self, Fault> {
        Ok(Self {
            user_id: consent.user.as_str().to_owned(),
            client_id: consent.client.as_str().to_owned(),
            allowed: json(&consent.allowed)?,
            allowed_at: milliseconds(consent.allowed_at),
        })
    }

    fn parse(self) -> Result<AccessConsent, Fault> {
        let at = Place::new("access_consents", &self.client_id);
        Ok(AccessConsent {
            user: at.proven("user_id", UserId::parse(&self.user_id))?,
            client: at.proven("client_id", ClientId::parse(&self.client_id))?,
            allowed: at.json("allowed", &self.allowed)?,
            allowed_at: at.time("allowed_at", self.allowed_at)?,
        })
    }
}

impl AccessConsentStore for Transaction<'_> {
    fn find_access_consent(
        &mut self,
        user: &UserId,
        client: &ClientId,
    ) -> Result<Option<AccessConsent>, Fault> {
        self.step(|c| {
            let given = access_consents::table.find((user.as_str(), client.as_str()));
            let row = find_one!(c, given.select(AccessConsentRow::as_select()))?;
            row.map(AccessConsentRow::parse).transpose()
        })
    }

    fn access_consents_of(&mut self, user: &UserId) -> Result<Vec<AccessConsent>, Fault> {
        self.step(|c| {
            let given = access_consents::table.filter(access_consents::user_id.eq(user.as_str()));
            let rows = given
                .order(access_consents::client_id.asc())
                .select(AccessConsentRow::as_select())
                .load(c)?;
            rows.into_iter().map(AccessConsentRow::parse).collect()
        })
    }

    fn put_access_consent(&mut self, consent: &AccessConsent) -> Result<(), Fault> {
        self.step(|c| {
            let row = AccessConsentRow::of(consent)?;
            on_each_engine!(c, |inner| diesel::insert_into(access_consents::table)
                .values(&row)
                .on_conflict((access_consents::user_id, access_consents::client_id))
                .do_update()
                .set(&row)
                .execute(inner)?);
            Ok(())
        })
    }

    fn remove_access_consent(&mut self, user: &UserId, client: &ClientId) -> Result<bool, Fault> {
        self.step(|c| {
            let given = access_consents::table.find((user.as_str(), client.as_str()));
            Ok(diesel::delete(given).execute(c)? == 1)
        })
    }
}
