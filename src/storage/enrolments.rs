//! Stored biometric references. What is read back here is not proven yet: only the flow holds the key of proofs.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    connection::find_one,
    row::{Place, json, milliseconds, one_row},
    schema::{data_keys, enrolments, shown_captures, transform_keys},
    transaction::Transaction,
};
use crate::{
    domain::{
        face::{coverage::Coverage, template::ModelId},
        id::{EnrolmentId, KekId, RunId, UserId},
        key_encryption::{EnrolmentKeys, WrappedKey},
        workflow::enrolment::Enrolment,
    },
    ports::{fault::Fault, store::EnrolmentStore},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = enrolments)]
struct EnrolmentRow {
    id: String,
    user_id: String,
    run_id: String,
    model: String,
    sealed_template: Vec<u8>,
    evidence: String,
    completed_at: i64,
    proof: Vec<u8>,
    revoked_at: Option<i64>,
    renewal: i64,
    coverage: Option<String>,
}

impl EnrolmentRow {
    fn of(enrolment: &Enrolment) -> Result<Self, Fault> {
        Ok(Self {
            id: enrolment.id.as_str().to_owned(),
            user_id: enrolment.user.as_str().to_owned(),
            run_id: enrolment.run.as_str().to_owned(),
            model: enrolment.model.as_str().to_owned(),
            sealed_template: enrolment.sealed_template.clone(),
            evidence: json(&enrolment.evidence)?,
            completed_at: milliseconds(enrolment.completed_at),
            proof: enrolment.proof.clone(),
            revoked_at: enrolment.revoked_at.map(milliseconds),
            renewal: enrolment.renewal.into(),
            coverage: enrolment.coverage.map(|coverage| coverage.to_string()),
        })
    }

    fn parse(self) -> Result<Enrolment, Fault> {
        let at = Place::new("enrolments", &self.id);
        Ok(Enrolment {
            id: at.proven("id", EnrolmentId::parse(&self.id))?,
            user: at.proven("user_id", UserId::parse(&self.user_id))?,
            run: at.proven("run_id", RunId::parse(&self.run_id))?,
            model: ModelId(self.model),
            sealed_template: self.sealed_template,
            evidence: at.json("evidence", &self.evidence)?,
            completed_at: at.time("completed_at", self.completed_at)?,
            proof: self.proof,
            revoked_at: at.time_if_any("revoked_at", self.revoked_at)?,
            renewal: at.proven("renewal", u32::try_from(self.renewal).ok())?,
            coverage: self.coverage.map(|text| at.proven("coverage", Coverage::parse(&text))).transpose()?,
        })
    }
}

/// A wrapped key's columns: by which key, and the ciphertext.
type Wrapped = (String, Vec<u8>);

fn wrapped_key(at: &Place, (kek, bytes): Wrapped) -> Result<WrappedKey, Fault> {
    Ok(WrappedKey { kek: at.proven("kek_id", KekId::parse(&kek))?, bytes })
}

impl EnrolmentStore for Transaction<'_> {
    fn find_enrolment_of(&mut self, user: &UserId) -> Result<Option<Enrolment>, Fault> {
        self.step(|c| {
            let in_force = enrolments::table
                .filter(enrolments::user_id.eq(user.as_str()))
                .filter(enrolments::revoked_at.is_null());
            let row = find_one!(c, in_force.select(EnrolmentRow::as_select()))?;
            row.map(EnrolmentRow::parse).transpose()
        })
    }

    fn enrolments_of(&mut self, user: &UserId) -> Result<Vec<Enrolment>, Fault> {
        self.step(|c| {
            let rows: Vec<EnrolmentRow> = enrolments::table
                .filter(enrolments::user_id.eq(user.as_str()))
                .order((enrolments::completed_at.desc(), enrolments::id))
                .select(EnrolmentRow::as_select())
                .load(c)?;
            rows.into_iter().map(EnrolmentRow::parse).collect()
        })
    }

    fn find_enrolment(&mut self, id: &EnrolmentId) -> Result<Option<Enrolment>, Fault> {
        self.step(|c| {
            let named = enrolments::table.find(id.as_str());
            let row = find_one!(c, named.select(EnrolmentRow::as_select()))?;
            row.map(EnrolmentRow::parse).transpose()
        })
    }

    fn insert_enrolment(&mut self, enrolment: &Enrolment) -> Result<(), Fault> {
        self.step(|c| {
            // A second one in force is a unique violation, which is a conflict.
            diesel::insert_into(enrolments::table).values(&EnrolmentRow::of(enrolment)?).execute(c)?;
            Ok(())
        })
    }

    fn revoke_enrolment(&mut self, id: &EnrolmentId, at: Timestamp) -> Result<(), Fault> {
        self.supersede_enrolment(id, at)?;
        self.step(|c| {
            let owner = enrolments::table.find(id.as_str()).select(enrolments::user_id);
            let shown = shown_captures::table.filter(shown_captures::user_id.eq_any(owner));
            diesel::delete(shown).execute(c)?;
            Ok(())
        })
    }

    fn supersede_enrolment(&mut self, id: &EnrolmentId, at: Timestamp) -> Result<(), Fault> {
        self.step(|c| {
            let in_force = enrolments::table
                .filter(enrolments::id.eq(id.as_str()))
                .filter(enrolments::revoked_at.is_null());
            let wiped = (
                enrolments::revoked_at.eq(milliseconds(at)),
                enrolments::sealed_template.eq(Vec::<u8>::new()),
            );
            diesel::update(in_force).set(wiped).execute(c)?;
            diesel::delete(data_keys::table.find(id.as_str())).execute(c)?;
            diesel::delete(transform_keys::table.find(id.as_str())).execute(c)?;
            Ok(())
        })
    }

    fn find_enrolment_keys(&mut self, id: &EnrolmentId) -> Result<Option<EnrolmentKeys>, Fault> {
        self.step(|c| {
            let pair = data_keys::table
                .inner_join(
                    transform_keys::table.on(transform_keys::enrolment_id.eq(data_keys::enrolment_id)),
                )
                .filter(data_keys::enrolment_id.eq(id.as_str()))
                .select((
                    (data_keys::kek_id, data_keys::wrapped),
                    (transform_keys::kek_id, transform_keys::wrapped),
                ));
            let row: Option<(Wrapped, Wrapped)> = find_one!(c, pair)?;
            let Some((data, transform)) = row else { return Ok(None) };
            Ok(Some(EnrolmentKeys {
                data: wrapped_key(&Place::new("data_keys", id.as_str()), data)?,
                transform: wrapped_key(&Place::new("transform_keys", id.as_str()), transform)?,
            }))
        })
    }

    fn put_enrolment_keys(&mut self, id: &EnrolmentId, keys: &EnrolmentKeys) -> Result<(), Fault> {
        self.step(|c| {
            diesel::delete(data_keys::table.find(id.as_str())).execute(c)?;
            diesel::delete(transform_keys::table.find(id.as_str())).execute(c)?;
            let data = (
                data_keys::enrolment_id.eq(id.as_str()),
                data_keys::kek_id.eq(keys.data.kek.as_str()),
                data_keys::wrapped.eq(&keys.data.bytes),
            );
            diesel::insert_into(data_keys::table).values(data).execute(c)?;
            let transform = (
                transform_keys::enrolment_id.eq(id.as_str()),
                transform_keys::kek_id.eq(keys.transform.kek.as_str()),
                transform_keys::wrapped.eq(&keys.transform.bytes),
            );
            diesel::insert_into(transform_keys::table).values(transform).execute(c)?;
            Ok(())
        })
    }

    fn renew_enrolment(&mut self, renewed: &Enrolment, proof_before: &[u8]) -> Result<(), Fault> {
        self.step(|c| {
            let as_read = enrolments::table
                .filter(enrolments::id.eq(renewed.id.as_str()))
                .filter(enrolments::proof.eq(proof_before))
                .filter(enrolments::revoked_at.is_null());
            let anew = (
                enrolments::sealed_template.eq(&renewed.sealed_template),
                enrolments::renewal.eq(i64::from(renewed.renewal)),
                enrolments::proof.eq(&renewed.proof),
            );
            one_row(diesel::update(as_read).set(anew).execute(c)?, "enrolment")
        })
    }

    fn enrolments_in_force(
        &mut self,
        behind: Option<&EnrolmentId>,
        most: i64,
    ) -> Result<Vec<EnrolmentId>, Fault> {
        self.step(|c| {
            let names: Vec<String> = enrolments::table
                .filter(enrolments::revoked_at.is_null())
                .filter(enrolments::id.gt(behind.map_or("", EnrolmentId::as_str)))
                .order(enrolments::id)
                .limit(most)
                .select(enrolments::id)
                .load(c)?;
            let parse =
                |name: String| Place::new("enrolments", &name).proven("id", EnrolmentId::parse(&name));
            names.into_iter().map(parse).collect()
        })
    }
}
