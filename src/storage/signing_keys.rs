//! Signing keys.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    connection::on_each_engine,
    row::{Place, milliseconds},
    schema::signing_keys,
    transaction::Transaction,
};
use crate::{
    domain::{
        id::KeyId,
        keys::{SigningAlgorithm, SigningKey},
    },
    ports::{fault::Fault, store::SigningKeyStore},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
struct KeyRow {
    id: String,
    algorithm: String,
    public_jwk: String,
    sealed_private_jwk: Vec<u8>,
    created_at: i64,
    generation: i64,
    signs_from: i64,
    withdrawn_at: Option<i64>,
    certificate: Option<Vec<u8>>,
}

impl KeyRow {
    fn of(key: &SigningKey) -> Self {
        Self {
            id: key.id.as_str().to_owned(),
            algorithm: key.algorithm.name().to_owned(),
            public_jwk: key.public_jwk.clone(),
            sealed_private_jwk: key.sealed_private_jwk.clone(),
            created_at: milliseconds(key.created_at),
            generation: key.generation,
            signs_from: milliseconds(key.signs_from),
            withdrawn_at: key.withdrawn_at.map(milliseconds),
            certificate: key.certificate.clone(),
        }
    }

    fn parse(self) -> Result<SigningKey, Fault> {
        let at = Place::new("signing_keys", &self.id);
        Ok(SigningKey {
            id: at.proven("id", KeyId::parse(&self.id))?,
            algorithm: at.proven("algorithm", SigningAlgorithm::parse(&self.algorithm))?,
            public_jwk: self.public_jwk,
            sealed_private_jwk: self.sealed_private_jwk,
            created_at: at.time("created_at", self.created_at)?,
            generation: self.generation,
            signs_from: at.time("signs_from", self.signs_from)?,
            withdrawn_at: self.withdrawn_at.map(|t| at.time("withdrawn_at", t)).transpose()?,
            certificate: self.certificate,
        })
    }
}

impl SigningKeyStore for Transaction<'_> {
    fn signing_keys(&mut self) -> Result<Vec<SigningKey>, Fault> {
        self.step(|c| {
            let rows = signing_keys::table
                .order((signing_keys::algorithm, signing_keys::generation))
                .select(KeyRow::as_select())
                .load(c)?;
            rows.into_iter().map(KeyRow::parse).collect()
        })
    }

    fn insert_signing_key(&mut self, key: &SigningKey) -> Result<bool, Fault> {
        self.step(|c| {
            let row = KeyRow::of(key);
            let added = on_each_engine!(c, |inner| diesel::insert_into(signing_keys::table)
                .values(&row)
                .on_conflict((signing_keys::algorithm, signing_keys::generation))
                .do_nothing()
                .execute(inner)?);
            Ok(added == 1)
        })
    }

    fn withdraw_signing_key(&mut self, id: &KeyId, at: Timestamp) -> Result<bool, Fault> {
        self.step(|c| {
            let in_use = signing_keys::table.find(id.as_str()).filter(signing_keys::withdrawn_at.is_null());
            let withdrawn = signing_keys::withdrawn_at.eq(milliseconds(at));
            Ok(diesel::update(in_use).set(withdrawn).execute(c)? == 1)
        })
    }

    fn certify_signing_key(&mut self, id: &KeyId, certificate: &[u8]) -> Result<bool, Fault> {
        self.step(|c| {
            let lacking = signing_keys::table.find(id.as_str()).filter(signing_keys::certificate.is_null());
            Ok(diesel::update(lacking).set(signing_keys::certificate.eq(certificate)).execute(c)? == 1)
        })
    }

    fn destroy_signing_key(&mut self, id: &KeyId) -> Result<bool, Fault> {
        self.step(|c| {
            let nothing: &[u8] = &[];
            let whole =
                signing_keys::table.find(id.as_str()).filter(signing_keys::sealed_private_jwk.ne(nothing));
            Ok(diesel::update(whole).set(signing_keys::sealed_private_jwk.eq(nothing)).execute(c)? == 1)
        })
    }

    fn forget_signing_key(&mut self, id: &KeyId) -> Result<bool, Fault> {
        self.step(|c| Ok(diesel::delete(signing_keys::table.find(id.as_str())).execute(c)? == 1))
    }
}
