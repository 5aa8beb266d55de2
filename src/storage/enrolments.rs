//! Stored biometric references. What is read back here is not proven yet: only the flow holds the key of proofs.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    row::{Place, json, milliseconds},
    schema::enrolments,
    transaction::Transaction,
};
use crate::{
    domain::{
        face::template::ModelId,
        id::{EnrolmentId, RunId, UserId},
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
        })
    }
}

impl EnrolmentStore for Transaction<'_> {
    fn find_enrolment_of(&mut self, user: &UserId) -> Result<Option<Enrolment>, Fault> {
        self.step(|c| {
            let in_force = enrolments::table
                .filter(enrolments::user_id.eq(user.as_str()))
                .filter(enrolments::revoked_at.is_null());
            let row = in_force.select(EnrolmentRow::as_select()).first(c).optional()?;
            row.map(EnrolmentRow::parse).transpose()
        })
    }

    fn find_enrolment(&mut self, id: &EnrolmentId) -> Result<Option<Enrolment>, Fault> {
        self.step(|c| {
            let named = enrolments::table.find(id.as_str());
            let row = named.select(EnrolmentRow::as_select()).first(c).optional()?;
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
        self.step(|c| {
            let in_force = enrolments::table
                .filter(enrolments::id.eq(id.as_str()))
                .filter(enrolments::revoked_at.is_null());
            let wiped = (
                enrolments::revoked_at.eq(milliseconds(at)),
                enrolments::sealed_template.eq(Vec::<u8>::new()),
            );
            diesel::update(in_force).set(wiped).execute(c)?;
            Ok(())
        })
    }
}
