//! Authorization requests in progress.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    connection::{find_one, run},
    prepared::prepared,
    row::{Place, json, milliseconds, name, one_row, workflow_name},
    schema::interactions,
    transaction::Transaction,
};
use crate::{
    domain::{
        id::{ClientId, InteractionId, SessionId},
        oidc::interaction::Interaction,
    },
    ports::{fault::Fault, store::InteractionStore},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = interactions, treat_none_as_null = true)]
struct InteractionRow {
    id: String,
    client_id: String,
    parameters: String,
    session_id: Option<String>,
    account_chosen_at: Option<i64>,
    allowed_at: Option<i64>,
    missed: Option<String>,
    ceremonies_opened: i32,
    opened_at: i64,
    expires_at: i64,
    ended: Option<String>,
    version: i64,
    workflow: Option<String>,
}

impl InteractionRow {
    fn of(interaction: &Interaction) -> Result<Self, Fault> {
        Ok(Self {
            id: interaction.id.as_str().to_owned(),
            client_id: interaction.client.as_str().to_owned(),
            parameters: json(&interaction.parameters)?,
            session_id: interaction.session.as_ref().map(|session| session.as_str().to_owned()),
            account_chosen_at: interaction.account_chosen_at.map(milliseconds),
            allowed_at: interaction.allowed_at.map(milliseconds),
            missed: interaction.missed.as_ref().map(name).transpose()?,
            ceremonies_opened: interaction.ceremonies_opened,
            opened_at: milliseconds(interaction.opened_at),
            expires_at: milliseconds(interaction.expires_at),
            ended: interaction.end.as_ref().map(name).transpose()?,
            version: interaction.version,
            workflow: interaction.workflow.as_ref().map(|name| name.as_str().to_owned()),
        })
    }

    fn parse(self) -> Result<Interaction, Fault> {
        let at = Place::new("interactions", &self.id);
        let session =
            self.session_id.map(|session| at.proven("session_id", SessionId::parse(&session))).transpose()?;
        Ok(Interaction {
            id: at.proven("id", InteractionId::parse(&self.id))?,
            client: at.proven("client_id", ClientId::parse(&self.client_id))?,
            parameters: at.json("parameters", &self.parameters)?,
            session,
            account_chosen_at: at.time_if_any("account_chosen_at", self.account_chosen_at)?,
            allowed_at: at.time_if_any("allowed_at", self.allowed_at)?,
            workflow: workflow_name(&at, self.workflow.as_deref())?,
            missed: self.missed.map(|missed| at.named("missed", missed)).transpose()?,
            ceremonies_opened: self.ceremonies_opened,
            opened_at: at.time("opened_at", self.opened_at)?,
            expires_at: at.time("expires_at", self.expires_at)?,
            end: self.ended.map(|ended| at.named("ended", ended)).transpose()?,
            version: self.version,
        })
    }
}

impl InteractionStore for Transaction<'_> {
    fn find_interaction(&mut self, id: &InteractionId) -> Result<Option<Interaction>, Fault> {
        self.step(|c| {
            let named = interactions::table.find(id.as_str());
            let row = find_one!(c, named.select(InteractionRow::as_select()))?;
            row.map(InteractionRow::parse).transpose()
        })
    }

    fn insert_interaction(&mut self, interaction: &Interaction) -> Result<(), Fault> {
        self.step(|c| {
            let row = InteractionRow::of(interaction)?;
            run!(c, diesel::insert_into(interactions::table).values(&row))?;
            Ok(())
        })
    }

    fn save_interaction(&mut self, interaction: &Interaction) -> Result<(), Fault> {
        self.step(|c| {
            let row = InteractionRow { version: interaction.version + 1, ..InteractionRow::of(interaction)? };
            let read_before = interactions::table
                .filter(interactions::id.eq(interaction.id.as_str()))
                .filter(interactions::version.eq(interaction.version));
            one_row(run!(c, prepared(diesel::update(read_before).set(&row)))?, "interaction")
        })
    }

    fn hand_over_interactions(&mut self, from: &SessionId, to: &SessionId) -> Result<(), Fault> {
        self.step(|c| {
            let open = interactions::table
                .filter(interactions::session_id.eq(from.as_str()))
                .filter(interactions::ended.is_null());
            let change = (
                interactions::session_id.eq(to.as_str()),
                interactions::version.eq(interactions::version + 1),
            );
            diesel::update(open).set(change).execute(c)?;
            Ok(())
        })
    }

    fn purge_interactions(&mut self, before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let lapsed = interactions::table.filter(interactions::expires_at.lt(milliseconds(before)));
            Ok(diesel::delete(lapsed).execute(c)?)
        })
    }
}
