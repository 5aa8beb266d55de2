//! Versions of the policy document and of clients' registrations.

use diesel::{dsl::max, prelude::*};

use super::{
    connection::on_each_engine,
    row::{Place, json, milliseconds},
    schema::{client_versions, policy_versions},
    transaction::Transaction,
};
use crate::{
    domain::{
        change::Author,
        id::ClientId,
        versions::{ClientVersion, PolicyVersion},
    },
    ports::{
        fault::Fault,
        store::{ClientVersionStore, PolicyStore},
    },
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = policy_versions)]
struct PolicyRow {
    number: i64,
    document: String,
    author: String,
    reason: String,
    at: i64,
}

impl PolicyRow {
    fn parse(self) -> Result<PolicyVersion, Fault> {
        let place = Place::new("policy_versions", &self.number.to_string());
        Ok(PolicyVersion {
            number: self.number,
            document: self.document,
            author: place.proven("author", Author::parse(&self.author))?,
            reason: self.reason,
            at: place.time("at", self.at)?,
        })
    }
}

impl PolicyStore for Transaction<'_> {
    fn policy_number(&mut self) -> Result<i64, Fault> {
        self.step(|c| {
            let highest: Option<i64> =
                policy_versions::table.select(max(policy_versions::number)).first(c)?;
            Ok(highest.unwrap_or(0))
        })
    }

    fn find_policy(&mut self, number: i64) -> Result<Option<PolicyVersion>, Fault> {
        self.step(|c| {
            let row =
                policy_versions::table.find(number).select(PolicyRow::as_select()).first(c).optional()?;
            row.map(PolicyRow::parse).transpose()
        })
    }

    fn policy_versions(&mut self, below: i64, most: i64) -> Result<Vec<PolicyVersion>, Fault> {
        self.step(|c| {
            let older = policy_versions::table.filter(policy_versions::number.lt(below));
            let page = older.order(policy_versions::number.desc()).limit(most);
            page.select(PolicyRow::as_select()).load(c)?.into_iter().map(PolicyRow::parse).collect()
        })
    }

    fn insert_policy(&mut self, version: &PolicyVersion) -> Result<bool, Fault> {
        self.step(|c| {
            let row = PolicyRow {
                number: version.number,
                document: version.document.clone(),
                author: version.author.to_string(),
                reason: version.reason.clone(),
                at: milliseconds(version.at),
            };
            let added = on_each_engine!(c, |inner| diesel::insert_into(policy_versions::table)
                .values(&row)
                .on_conflict(policy_versions::number)
                .do_nothing()
                .execute(inner)?);
            Ok(added == 1)
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = client_versions)]
struct ClientVersionRow {
    client_id: String,
    number: i64,
    snapshot: Option<String>,
    author: String,
    reason: String,
    at: i64,
}

impl ClientVersionRow {
    fn parse(self) -> Result<ClientVersion, Fault> {
        let place = Place::new("client_versions", &format!("{}/{}", self.client_id, self.number));
        Ok(ClientVersion {
            client: place.proven("client_id", ClientId::parse(&self.client_id))?,
            number: self.number,
            snapshot: place.json_if_any("snapshot", self.snapshot.as_deref())?,
            author: place.proven("author", Author::parse(&self.author))?,
            reason: self.reason,
            at: place.time("at", self.at)?,
        })
    }
}

impl ClientVersionStore for Transaction<'_> {
    fn client_version_number(&mut self, client: &ClientId) -> Result<i64, Fault> {
        self.step(|c| {
            let own = client_versions::table.filter(client_versions::client_id.eq(client.as_str()));
            let highest: Option<i64> = own.select(max(client_versions::number)).first(c)?;
            Ok(highest.unwrap_or(0))
        })
    }

    fn client_versions(
        &mut self,
        client: &ClientId,
        below: i64,
        most: i64,
    ) -> Result<Vec<ClientVersion>, Fault> {
        self.step(|c| {
            let own = client_versions::table.filter(client_versions::client_id.eq(client.as_str()));
            let page = own
                .filter(client_versions::number.lt(below))
                .order(client_versions::number.desc())
                .limit(most);
            let rows = page.select(ClientVersionRow::as_select()).load(c)?;
            rows.into_iter().map(ClientVersionRow::parse).collect()
        })
    }

    fn insert_client_version(&mut self, version: &ClientVersion) -> Result<(), Fault> {
        self.step(|c| {
            let row = ClientVersionRow {
                client_id: version.client.as_str().to_owned(),
                number: version.number,
                snapshot: version.snapshot.as_ref().map(json).transpose()?,
                author: version.author.to_string(),
                reason: version.reason.clone(),
                at: milliseconds(version.at),
            };
            let added = on_each_engine!(c, |inner| diesel::insert_into(client_versions::table)
                .values(&row)
                .on_conflict((client_versions::client_id, client_versions::number))
                .do_nothing()
                .execute(inner)?);
            if added == 1 { Ok(()) } else { Err(Fault::Conflict("client version")) }
        })
    }
}
