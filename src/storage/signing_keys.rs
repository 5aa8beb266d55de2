//! Signing keys.

use diesel::prelude::*;

use super::{
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
}

impl KeyRow {
    fn of(key: &SigningKey) -> Self {
        Self {
            id: key.id.as_str().to_owned(),
            algorithm: key.algorithm.name().to_owned(),
            public_jwk: key.public_jwk.clone(),
            sealed_private_jwk: key.sealed_private_jwk.clone(),
            created_at: milliseconds(key.created_at),
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
        })
    }
}

impl SigningKeyStore for Transaction<'_> {
    fn signing_keys(&mut self) -> Result<Vec<SigningKey>, Fault> {
        self.step(|c| {
            let newest_first = signing_keys::table.order((signing_keys::created_at.desc(), signing_keys::id));
            let rows = newest_first.select(KeyRow::as_select()).load(c)?;
            rows.into_iter().map(KeyRow::parse).collect()
        })
    }

    fn insert_signing_key(&mut self, key: &SigningKey) -> Result<(), Fault> {
        self.step(|c| {
            diesel::insert_into(signing_keys::table).values(&KeyRow::of(key)).execute(c)?;
            Ok(())
        })
    }
}
