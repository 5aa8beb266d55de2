//! The digital-ID simulator's personas.

use diesel::prelude::*;

use super::{connection::on_each_engine, row::Place, schema::personas, transaction::Transaction};
use crate::ports::{
    fault::Fault,
    store::{Persona, PersonaStore},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = personas)]
struct PersonaRow {
    document_number: String,
    behaviour: String,
    given_name: String,
    family_name: String,
    birth_date: String,
    sealed_portrait: Vec<u8>,
}

impl PersonaRow {
    fn of(persona: &Persona) -> Self {
        Self {
            document_number: persona.document_number.clone(),
            behaviour: persona.behaviour.clone(),
            given_name: persona.given_name.clone(),
            family_name: persona.family_name.clone(),
            birth_date: persona.birth_date.to_string(),
            sealed_portrait: persona.sealed_portrait.clone(),
        }
    }

    fn parse(self) -> Result<Persona, Fault> {
        let at = Place::new("personas", &self.document_number);
        Ok(Persona {
            birth_date: at.proven("birth_date", self.birth_date.parse().ok())?,
            document_number: self.document_number,
            behaviour: self.behaviour,
            given_name: self.given_name,
            family_name: self.family_name,
            sealed_portrait: self.sealed_portrait,
        })
    }
}

impl PersonaStore for Transaction<'_> {
    fn find_persona(&mut self, document_number: &str) -> Result<Option<Persona>, Fault> {
        self.step(|c| {
            let numbered = personas::table.find(document_number);
            let row = numbered.select(PersonaRow::as_select()).first(c).optional()?;
            row.map(PersonaRow::parse).transpose()
        })
    }

    fn personas(&mut self) -> Result<Vec<Persona>, Fault> {
        self.step(|c| {
            let rows =
                personas::table.order(personas::document_number).select(PersonaRow::as_select()).load(c)?;
            rows.into_iter().map(PersonaRow::parse).collect()
        })
    }

    fn put_persona(&mut self, persona: &Persona) -> Result<(), Fault> {
        self.step(|c| {
            let row = PersonaRow::of(persona);
            on_each_engine!(c, |inner| diesel::insert_into(personas::table)
                .values(&row)
                .on_conflict(personas::document_number)
                .do_update()
                .set(&row)
                .execute(inner)?);
            Ok(())
        })
    }
}
