//! Requests that clients pushed.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    connection::{find_one, run},
    row::{Place, json, milliseconds},
    schema::pushed_requests,
    transaction::Transaction,
};
use crate::{
    domain::{
        id::{ClientId, InteractionId},
        oidc::{interaction::Interaction, pushed::PushedRequest},
        secret::TokenHash,
    },
    ports::{fault::Fault, store::PushedRequestStore},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = pushed_requests)]
struct PushedRow {
    reference: String,
    client_id: String,
    parameters: String,
    signed: bool,
    expires_at: i64,
    interaction_id: Option<String>,
}

impl PushedRow {
    fn of(pushed: &PushedRequest) -> Result<Self, Fault> {
        Ok(Self {
            reference: pushed.reference.as_str().to_owned(),
            client_id: pushed.client.as_str().to_owned(),
            parameters: json(&pushed.parameters)?,
            signed: pushed.signed,
            expires_at: milliseconds(pushed.expires_at),
            interaction_id: pushed.opened_as.as_ref().map(|interaction| interaction.as_str().to_owned()),
        })
    }

    fn parse(self) -> Result<PushedRequest, Fault> {
        let at = Place::new("pushed_requests", &self.reference);
        let opened_as = self.interaction_id.map(|id| at.proven("interaction_id", InteractionId::parse(&id)));
        Ok(PushedRequest {
            client: at.proven("client_id", ClientId::parse(&self.client_id))?,
            parameters: at.json("parameters", &self.parameters)?,
            signed: self.signed,
            expires_at: at.time("expires_at", self.expires_at)?,
            opened_as: opened_as.transpose()?,
            reference: TokenHash::from_kept(self.reference),
        })
    }
}

impl PushedRequestStore for Transaction<'_> {
    fn insert_pushed_request(&mut self, pushed: &PushedRequest) -> Result<(), Fault> {
        self.step(|c| {
            let row = PushedRow::of(pushed)?;
            run!(c, diesel::insert_into(pushed_requests::table).values(&row))?;
            Ok(())
        })
    }

    fn find_pushed_request(&mut self, reference: &TokenHash) -> Result<Option<PushedRequest>, Fault> {
        self.step(|c| {
            let named = pushed_requests::table.find(reference.as_str());
            let row = find_one!(c, named.select(PushedRow::as_select()))?;
            row.map(PushedRow::parse).transpose()
        })
    }

    fn open_pushed_request(
        &mut self,
        reference: &TokenHash,
        interaction: &Interaction,
    ) -> Result<bool, Fault> {
        self.step(|c| {
            let unopened = pushed_requests::table
                .filter(pushed_requests::reference.eq(reference.as_str()))
                .filter(pushed_requests::interaction_id.is_null());
            let opening = (
                pushed_requests::interaction_id.eq(interaction.id.as_str()),
                pushed_requests::expires_at.eq(milliseconds(interaction.expires_at)),
            );
            Ok(run!(c, diesel::update(unopened).set(opening))? == 1)
        })
    }

    fn purge_pushed_requests(&mut self, before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let lapsed = pushed_requests::table.filter(pushed_requests::expires_at.lt(milliseconds(before)));
            Ok(diesel::delete(lapsed).execute(c)?)
        })
    }
}
