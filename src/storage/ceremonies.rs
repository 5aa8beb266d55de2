//! Face captures.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    row::{Place, json, milliseconds, one_row},
    schema::ceremonies,
    transaction::Transaction,
};
use crate::{
    domain::{
        face::ceremony::{Ceremony, CeremonyKeys},
        id::{CeremonyId, InteractionId, RunId, SessionId, UserId},
    },
    ports::{fault::Fault, store::CeremonyStore},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = ceremonies)]
struct CeremonyRow {
    id: String,
    run_id: String,
    interaction_id: String,
    session_id: String,
    user_id: String,
    challenge: String,
    nonce: String,
    capture_public_jwk: String,
    hint_public_jwk: String,
    sealed_private_jwks: Vec<u8>,
    stage: String,
    opened_at: i64,
    expires_at: i64,
    version: i64,
}

impl CeremonyRow {
    fn of(ceremony: &Ceremony) -> Result<Self, Fault> {
        Ok(Self {
            id: ceremony.id.as_str().to_owned(),
            run_id: ceremony.run.as_str().to_owned(),
            interaction_id: ceremony.interaction.as_str().to_owned(),
            session_id: ceremony.session.as_str().to_owned(),
            user_id: ceremony.user.as_str().to_owned(),
            challenge: json(&ceremony.challenge)?,
            nonce: ceremony.nonce.as_str().to_owned(),
            capture_public_jwk: ceremony.keys.capture_public_jwk.clone(),
            hint_public_jwk: ceremony.keys.hint_public_jwk.clone(),
            sealed_private_jwks: ceremony.keys.sealed_private_jwks.clone(),
            stage: json(&ceremony.stage)?,
            opened_at: milliseconds(ceremony.opened_at),
            expires_at: milliseconds(ceremony.expires_at),
            version: ceremony.version,
        })
    }

    fn parse(self) -> Result<Ceremony, Fault> {
        let at = Place::new("ceremonies", &self.id);
        Ok(Ceremony {
            id: at.proven("id", CeremonyId::parse(&self.id))?,
            run: at.proven("run_id", RunId::parse(&self.run_id))?,
            interaction: at.proven("interaction_id", InteractionId::parse(&self.interaction_id))?,
            session: at.proven("session_id", SessionId::parse(&self.session_id))?,
            user: at.proven("user_id", UserId::parse(&self.user_id))?,
            challenge: at.json("challenge", &self.challenge)?,
            nonce: at.named("nonce", self.nonce)?,
            keys: CeremonyKeys {
                capture_public_jwk: self.capture_public_jwk,
                hint_public_jwk: self.hint_public_jwk,
                sealed_private_jwks: self.sealed_private_jwks,
            },
            stage: at.json("stage", &self.stage)?,
            opened_at: at.time("opened_at", self.opened_at)?,
            expires_at: at.time("expires_at", self.expires_at)?,
            version: self.version,
        })
    }
}

impl CeremonyStore for Transaction<'_> {
    fn find_ceremony(&mut self, id: &CeremonyId) -> Result<Option<Ceremony>, Fault> {
        self.step(|c| {
            let named = ceremonies::table.find(id.as_str());
            let row = named.select(CeremonyRow::as_select()).first(c).optional()?;
            row.map(CeremonyRow::parse).transpose()
        })
    }

    fn insert_ceremony(&mut self, ceremony: &Ceremony) -> Result<(), Fault> {
        self.step(|c| {
            diesel::insert_into(ceremonies::table).values(&CeremonyRow::of(ceremony)?).execute(c)?;
            Ok(())
        })
    }

    fn save_ceremony(&mut self, ceremony: &Ceremony) -> Result<(), Fault> {
        self.step(|c| {
            let row = CeremonyRow { version: ceremony.version + 1, ..CeremonyRow::of(ceremony)? };
            let read_before = ceremonies::table
                .filter(ceremonies::id.eq(ceremony.id.as_str()))
                .filter(ceremonies::version.eq(ceremony.version));
            one_row(diesel::update(read_before).set(&row).execute(c)?, "ceremony")
        })
    }

    fn purge_ceremonies(&mut self, before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let lapsed = ceremonies::table.filter(ceremonies::expires_at.lt(milliseconds(before)));
            Ok(diesel::delete(lapsed).execute(c)?)
        })
    }
}
