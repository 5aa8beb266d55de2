//! Registered clients.

use diesel::prelude::*;

use super::{
    connection::{find_one, on_each_engine},
    row::{Place, json, milliseconds, name},
    schema::clients,
    transaction::Transaction,
};
use crate::{
    domain::{
        authn::acr::Acr, id::ClientId, keys::SigningAlgorithm, oidc::client::Client, secret::TokenHash,
    },
    ports::{fault::Fault, store::ClientStore},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = clients, treat_none_as_null = true)]
struct ClientRow {
    id: String,
    name: String,
    authentication: String,
    secret_hash: Option<String>,
    redirect_uris: String,
    id_token_algorithm: String,
    minimum_acr: Option<String>,
    acr_values_are_necessary: bool,
    protected_scopes: String,
    created_at: i64,
    sealed_secret: Option<Vec<u8>>,
    metadata: String,
    registration_token_hash: Option<String>,
}

impl ClientRow {
    fn of(client: &Client) -> Result<Self, Fault> {
        Ok(Self {
            id: client.id.as_str().to_owned(),
            name: client.name.clone(),
            authentication: name(&client.authentication)?,
            secret_hash: client.secret_hash.as_ref().map(|hash| hash.as_str().to_owned()),
            redirect_uris: json(&client.redirect_uris)?,
            id_token_algorithm: client.id_token_algorithm.name().to_owned(),
            minimum_acr: client.minimum_acr.as_ref().map(|acr| acr.0.clone()),
            acr_values_are_necessary: client.acr_values_are_necessary,
            protected_scopes: json(&client.protected_scopes)?,
            created_at: milliseconds(client.created_at),
            sealed_secret: client.sealed_secret.clone(),
            metadata: json(&client.metadata)?,
            registration_token_hash: client
                .registration_token_hash
                .as_ref()
                .map(|hash| hash.as_str().to_owned()),
        })
    }

    fn parse(self) -> Result<Client, Fault> {
        let at = Place::new("clients", &self.id);
        Ok(Client {
            id: at.proven("id", ClientId::parse(&self.id))?,
            name: self.name,
            authentication: at.named("authentication", self.authentication)?,
            secret_hash: self.secret_hash.map(TokenHash::from_kept),
            redirect_uris: at.json("redirect_uris", &self.redirect_uris)?,
            id_token_algorithm: at
                .proven("id_token_algorithm", SigningAlgorithm::parse(&self.id_token_algorithm))?,
            minimum_acr: self.minimum_acr.map(Acr),
            acr_values_are_necessary: self.acr_values_are_necessary,
            protected_scopes: at.json("protected_scopes", &self.protected_scopes)?,
            sealed_secret: self.sealed_secret,
            metadata: at.json("metadata", &self.metadata)?,
            registration_token_hash: self.registration_token_hash.map(TokenHash::from_kept),
            created_at: at.time("created_at", self.created_at)?,
        })
    }
}

impl ClientStore for Transaction<'_> {
    fn find_client(&mut self, id: &ClientId) -> Result<Option<Client>, Fault> {
        if let Some(known) = self.client.as_ref().filter(|known| known.id == *id) {
            return Ok(Some(known.clone()));
        }
        self.client = self.step(|c| {
            let row = find_one!(c, clients::table.find(id.as_str()).select(ClientRow::as_select()))?;
            row.map(ClientRow::parse).transpose()
        })?;
        Ok(self.client.clone())
    }

    fn insert_client(&mut self, client: &Client) -> Result<bool, Fault> {
        self.step(|c| {
            let row = ClientRow::of(client)?;
            let added = on_each_engine!(c, |inner| diesel::insert_into(clients::table)
                .values(&row)
                .on_conflict(clients::id)
                .do_nothing()
                .execute(inner)?);
            Ok(added == 1)
        })
    }

    fn save_client(&mut self, client: &Client) -> Result<bool, Fault> {
        self.client = None;
        self.step(|c| {
            let kept = clients::table.find(client.id.as_str());
            Ok(diesel::update(kept).set(&ClientRow::of(client)?).execute(c)? == 1)
        })
    }

    fn remove_client(&mut self, id: &ClientId) -> Result<bool, Fault> {
        self.client = None;
        self.step(|c| Ok(diesel::delete(clients::table.find(id.as_str())).execute(c)? == 1))
    }

    fn clients(&mut self) -> Result<Vec<Client>, Fault> {
        self.step(|c| {
            let rows = clients::table.order(clients::id.asc()).select(ClientRow::as_select()).load(c)?;
            rows.into_iter().map(ClientRow::parse).collect()
        })
    }

    fn clients_behind(&mut self, behind: Option<&ClientId>, most: i64) -> Result<Vec<Client>, Fault> {
        self.step(|c| {
            // Every name is behind the empty one.
            let behind = clients::table.filter(clients::id.gt(behind.map_or("", ClientId::as_str)));
            let page = behind.order(clients::id.asc()).limit(most);
            let rows = page.select(ClientRow::as_select()).load(c)?;
            rows.into_iter().map(ClientRow::parse).collect()
        })
    }
}
