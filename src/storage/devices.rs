//! Browsers that accounts succeeded on before.

use diesel::prelude::*;

use super::{
    connection::find_one,
    row::{Place, milliseconds},
    schema::devices,
    transaction::Transaction,
};
use crate::{
    domain::{
        device::KnownDevice,
        id::{DeviceId, UserId},
        secret::TokenHash,
    },
    ports::{fault::Fault, store::DeviceStore},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = devices)]
struct DeviceRow {
    id: String,
    user_id: String,
    token_hash: String,
    first_success_at: i64,
}

impl DeviceRow {
    fn of(device: &KnownDevice) -> Self {
        Self {
            id: device.id.as_str().to_owned(),
            user_id: device.user.as_str().to_owned(),
            token_hash: device.token_hash.as_str().to_owned(),
            first_success_at: milliseconds(device.first_success_at),
        }
    }

    fn parse(self) -> Result<KnownDevice, Fault> {
        let at = Place::new("devices", &self.id);
        Ok(KnownDevice {
            id: at.proven("id", DeviceId::parse(&self.id))?,
            user: at.proven("user_id", UserId::parse(&self.user_id))?,
            token_hash: TokenHash::from_kept(self.token_hash),
            first_success_at: at.time("first_success_at", self.first_success_at)?,
        })
    }
}

impl DeviceStore for Transaction<'_> {
    fn find_device(&mut self, user: &UserId, token: &TokenHash) -> Result<Option<KnownDevice>, Fault> {
        self.step(|c| {
            let known = devices::table
                .filter(devices::user_id.eq(user.as_str()))
                .filter(devices::token_hash.eq(token.as_str()));
            let row = find_one!(c, known.select(DeviceRow::as_select()))?;
            row.map(DeviceRow::parse).transpose()
        })
    }

    fn insert_device(&mut self, device: &KnownDevice) -> Result<(), Fault> {
        self.step(|c| {
            diesel::insert_into(devices::table).values(&DeviceRow::of(device)).execute(c)?;
            Ok(())
        })
    }
}
