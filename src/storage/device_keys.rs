//! Keys that browsers sign their captures with.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    connection::find_one,
    row::{Place, milliseconds, one_row},
    schema::device_keys,
    transaction::Transaction,
};
use crate::{
    domain::{
        device::{DeviceKey, KeyBinding, KeyThumbprint},
        id::{DeviceId, RunId, UserId},
    },
    ports::{fault::Fault, store::DeviceKeyStore},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = device_keys)]
struct DeviceKeyRow {
    thumbprint: String,
    user_id: String,
    public_jwk: String,
    device_id: Option<String>,
    bound_at: i64,
    bound_by: String,
    last_used_at: i64,
    revoked_at: Option<i64>,
}

impl DeviceKeyRow {
    fn of(binding: &KeyBinding) -> Self {
        Self {
            thumbprint: binding.key.thumbprint().as_str().to_owned(),
            user_id: binding.user.as_str().to_owned(),
            public_jwk: binding.key.jwk(),
            device_id: binding.device.as_ref().map(|device| device.as_str().to_owned()),
            bound_at: milliseconds(binding.bound_at),
            bound_by: binding.bound_by.as_str().to_owned(),
            last_used_at: milliseconds(binding.last_used_at),
            revoked_at: binding.revoked_at.map(milliseconds),
        }
    }

    fn parse(self) -> Result<KeyBinding, Fault> {
        let at = Place::new("device_keys", &self.thumbprint);
        // A key that is not the one of its thumbprint would be another's under this one's name.
        let key =
            DeviceKey::parse(&self.public_jwk).filter(|key| key.thumbprint().as_str() == self.thumbprint);
        Ok(KeyBinding {
            user: at.proven("user_id", UserId::parse(&self.user_id))?,
            key: at.proven("public_jwk", key)?,
            device: self.device_id.map(|id| at.proven("device_id", DeviceId::parse(&id))).transpose()?,
            bound_at: at.time("bound_at", self.bound_at)?,
            bound_by: at.proven("bound_by", RunId::parse(&self.bound_by))?,
            last_used_at: at.time("last_used_at", self.last_used_at)?,
            revoked_at: at.time_if_any("revoked_at", self.revoked_at)?,
        })
    }
}

impl DeviceKeyStore for Transaction<'_> {
    fn find_device_key(&mut self, key: &KeyThumbprint) -> Result<Option<KeyBinding>, Fault> {
        self.step(|c| {
            let named = device_keys::table.find(key.as_str());
            let row = find_one!(c, named.select(DeviceKeyRow::as_select()))?;
            row.map(DeviceKeyRow::parse).transpose()
        })
    }

    fn device_keys_of(&mut self, user: &UserId) -> Result<Vec<KeyBinding>, Fault> {
        self.step(|c| {
            let rows: Vec<DeviceKeyRow> = device_keys::table
                .filter(device_keys::user_id.eq(user.as_str()))
                .order((device_keys::bound_at, device_keys::thumbprint))
                .select(DeviceKeyRow::as_select())
                .load(c)?;
            rows.into_iter().map(DeviceKeyRow::parse).collect()
        })
    }

    fn bind_device_key(&mut self, binding: &KeyBinding) -> Result<(), Fault> {
        self.step(|c| {
            diesel::insert_into(device_keys::table).values(&DeviceKeyRow::of(binding)).execute(c)?;
            Ok(())
        })
    }

    fn use_device_key(&mut self, key: &KeyThumbprint, device: &DeviceId, at: Timestamp) -> Result<(), Fault> {
        self.step(|c| {
            let in_force = device_keys::table
                .filter(device_keys::thumbprint.eq(key.as_str()))
                .filter(device_keys::revoked_at.is_null());
            let used =
                (device_keys::device_id.eq(device.as_str()), device_keys::last_used_at.eq(milliseconds(at)));
            one_row(diesel::update(in_force).set(used).execute(c)?, "device key")
        })
    }

    fn release_device(&mut self, device: &DeviceId) -> Result<(), Fault> {
        self.step(|c| {
            let held = device_keys::table.filter(device_keys::device_id.eq(device.as_str()));
            diesel::update(held).set(device_keys::device_id.eq(None::<String>)).execute(c)?;
            Ok(())
        })
    }

    fn revoke_device_key(
        &mut self,
        user: &UserId,
        key: &KeyThumbprint,
        at: Timestamp,
    ) -> Result<bool, Fault> {
        self.step(|c| {
            let in_force = device_keys::table
                .filter(device_keys::thumbprint.eq(key.as_str()))
                .filter(device_keys::user_id.eq(user.as_str()))
                .filter(device_keys::revoked_at.is_null());
            let revoked =
                (device_keys::revoked_at.eq(milliseconds(at)), device_keys::device_id.eq(None::<String>));
            Ok(diesel::update(in_force).set(revoked).execute(c)? == 1)
        })
    }

    fn drop_device_key(&mut self, key: &KeyThumbprint) -> Result<(), Fault> {
        self.step(|c| {
            diesel::delete(device_keys::table.find(key.as_str())).execute(c)?;
            Ok(())
        })
    }
}
