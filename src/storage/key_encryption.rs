//! Key-encryption keys by name, and what is wrapped by them. Foreign keys hold that a key by which anything is wrapped is
//! not given up, whoever wraps at the same moment.

use diesel::prelude::*;

use super::{
    row::{Place, milliseconds},
    schema::{data_keys, enrolments, key_encryption_keys, transform_keys},
    transaction::Transaction,
};
use crate::{
    domain::{
        id::{EnrolmentId, KekId},
        key_encryption::{KeyEncryptionKey, KeyPurpose, WrappedKey},
    },
    ports::{
        fault::Fault,
        store::{KeptKey, KeyEncryptionStore},
    },
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = key_encryption_keys)]
struct KekRow {
    id: String,
    purpose: String,
    known_answer: Vec<u8>,
    in_use: bool,
    used_since: i64,
}

impl KekRow {
    fn of(key: &KeyEncryptionKey) -> Self {
        Self {
            id: key.id.as_str().to_owned(),
            purpose: key.purpose.name().to_owned(),
            known_answer: key.known_answer.clone(),
            in_use: key.in_use,
            used_since: milliseconds(key.used_since),
        }
    }

    fn parse(self) -> Result<KeyEncryptionKey, Fault> {
        let at = Place::new("key_encryption_keys", &self.id);
        Ok(KeyEncryptionKey {
            id: at.proven("id", KekId::parse(&self.id))?,
            purpose: at.proven("purpose", KeyPurpose::parse(&self.purpose))?,
            known_answer: self.known_answer,
            in_use: self.in_use,
            used_since: at.time("used_since", self.used_since)?,
        })
    }
}

/// Runs one body on the table of a purpose; both have the same columns.
macro_rules! on_table_of {
    ($purpose:expr, |$table:ident| $body:expr) => {
        match $purpose {
            KeyPurpose::Template => {
                use data_keys as $table;
                $body
            }
            KeyPurpose::Transform => {
                use transform_keys as $table;
                $body
            }
        }
    };
}

impl KeyEncryptionStore for Transaction<'_> {
    fn key_encryption_keys(&mut self) -> Result<Vec<KeyEncryptionKey>, Fault> {
        self.step(|c| {
            let oldest_first =
                key_encryption_keys::table.order((key_encryption_keys::used_since, key_encryption_keys::id));
            let rows = oldest_first.select(KekRow::as_select()).load(c)?;
            rows.into_iter().map(KekRow::parse).collect()
        })
    }

    fn use_key_encryption_key(&mut self, key: &KeyEncryptionKey) -> Result<(), Fault> {
        self.step(|c| {
            let before = key_encryption_keys::table
                .filter(key_encryption_keys::purpose.eq(key.purpose.name()))
                .filter(key_encryption_keys::in_use.eq(true));
            diesel::update(before).set(key_encryption_keys::in_use.eq(false)).execute(c)?;
            // One that was in use before keeps its row; a second one in use is a unique violation, which is a conflict.
            let named = key_encryption_keys::table
                .filter(key_encryption_keys::id.eq(key.id.as_str()))
                .filter(key_encryption_keys::purpose.eq(key.purpose.name()));
            let again = (
                key_encryption_keys::in_use.eq(true),
                key_encryption_keys::used_since.eq(milliseconds(key.used_since)),
            );
            if diesel::update(named).set(again).execute(c)? == 0 {
                let row = KekRow { in_use: true, ..KekRow::of(key) };
                diesel::insert_into(key_encryption_keys::table).values(&row).execute(c)?;
            }
            Ok(())
        })
    }

    fn retire_key_encryption_key(&mut self, id: &KekId) -> Result<bool, Fault> {
        self.step(|c| {
            let idle = key_encryption_keys::table
                .filter(key_encryption_keys::id.eq(id.as_str()))
                .filter(key_encryption_keys::in_use.eq(false));
            Ok(diesel::delete(idle).execute(c)? == 1)
        })
    }

    fn count_wrapped(&mut self, purpose: KeyPurpose, by: &KekId) -> Result<i64, Fault> {
        self.step(|c| {
            on_table_of!(purpose, |keys| {
                let wrapped = keys::table.filter(keys::kek_id.eq(by.as_str()));
                Ok(wrapped.count().get_result(c)?)
            })
        })
    }

    fn wrapped_by_others(
        &mut self,
        purpose: KeyPurpose,
        than: &KekId,
        behind: Option<&EnrolmentId>,
        most: i64,
    ) -> Result<Vec<KeptKey>, Fault> {
        self.step(|c| {
            let rows: Vec<(String, i64, String, Vec<u8>)> = on_table_of!(purpose, |keys| {
                keys::table
                    .inner_join(enrolments::table.on(enrolments::id.eq(keys::enrolment_id)))
                    .filter(keys::kek_id.ne(than.as_str()))
                    .filter(keys::enrolment_id.gt(behind.map_or("", EnrolmentId::as_str)))
                    .order(keys::enrolment_id)
                    .limit(most)
                    .select((keys::enrolment_id, enrolments::renewal, keys::kek_id, keys::wrapped))
                    .load(c)?
            });
            let parse = |(enrolment, renewal, kek, bytes): (String, i64, String, Vec<u8>)| {
                let at = Place::new("enrolments", &enrolment);
                let renewal = u32::try_from(renewal).ok();
                Ok(KeptKey {
                    enrolment: at.proven("id", EnrolmentId::parse(&enrolment))?,
                    renewal: at.proven("renewal", renewal)?,
                    wrapped: WrappedKey { kek: at.proven("kek_id", KekId::parse(&kek))?, bytes },
                })
            };
            rows.into_iter().map(parse).collect()
        })
    }

    fn rewrap(&mut self, purpose: KeyPurpose, read: &KeptKey, anew: &WrappedKey) -> Result<bool, Fault> {
        self.step(|c| {
            let changed = on_table_of!(purpose, |keys| {
                let as_read = keys::table
                    .filter(keys::enrolment_id.eq(read.enrolment.as_str()))
                    .filter(keys::wrapped.eq(&read.wrapped.bytes));
                let set = (keys::kek_id.eq(anew.kek.as_str()), keys::wrapped.eq(&anew.bytes));
                diesel::update(as_read).set(set).execute(c)?
            });
            Ok(changed == 1)
        })
    }
}
