//! Opaque access tokens, and what clients got for themselves.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    connection::{find_one, run},
    row::{Place, json, milliseconds},
    schema::{access_tokens, client_grants},
    transaction::Transaction,
};
use crate::{
    domain::{
        id::{ClientId, GrantId},
        oidc::{
            access_token::{KeptAccessToken, TokenSource},
            client_grant::ClientGrant,
            tokens::Claims,
        },
        secret::TokenHash,
    },
    ports::{fault::Fault, store::AccessTokenStore},
};

#[derive(Insertable)]
#[diesel(table_name = access_tokens)]
struct AccessRow<'a> {
    token_hash: &'a str,
    grant_id: Option<&'a str>,
    client_grant_id: Option<&'a str>,
    claims: String,
    expires_at: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = client_grants)]
struct ClientGrantRow {
    id: String,
    client_id: String,
    issued_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
}

impl ClientGrantRow {
    fn of(grant: &ClientGrant) -> Self {
        Self {
            id: grant.id.as_str().to_owned(),
            client_id: grant.client.as_str().to_owned(),
            issued_at: milliseconds(grant.issued_at),
            expires_at: milliseconds(grant.expires_at),
            revoked_at: grant.revoked_at.map(milliseconds),
        }
    }

    fn parse(self) -> Result<ClientGrant, Fault> {
        let at = Place::new("client_grants", &self.id);
        Ok(ClientGrant {
            id: at.proven("id", GrantId::parse(&self.id))?,
            client: at.proven("client_id", ClientId::parse(&self.client_id))?,
            issued_at: at.time("issued_at", self.issued_at)?,
            expires_at: at.time("expires_at", self.expires_at)?,
            revoked_at: at.time_if_any("revoked_at", self.revoked_at)?,
        })
    }
}

impl AccessTokenStore for Transaction<'_> {
    fn insert_access_token(&mut self, token: &KeptAccessToken) -> Result<(), Fault> {
        let (grant_id, client_grant_id) = match &token.source {
            TokenSource::Grant(id) => (Some(id.as_str()), None),
            TokenSource::ClientGrant(id) => (None, Some(id.as_str())),
        };
        let row = AccessRow {
            token_hash: token.hash.as_str(),
            grant_id,
            client_grant_id,
            claims: json(&token.claims)?,
            expires_at: milliseconds(token.expires_at),
        };
        self.step(|c| {
            run!(c, diesel::insert_into(access_tokens::table).values(&row))?;
            Ok(())
        })
    }

    fn find_access_token(&mut self, hash: &TokenHash) -> Result<Option<Claims>, Fault> {
        self.step(|c| {
            let found = access_tokens::table.find(hash.as_str()).select(access_tokens::claims);
            let claims: Option<String> = find_one!(c, found)?;
            // The hash finds the token's holder no token, so it may stand in a fault.
            claims.map(|text| Place::new("access_tokens", hash.as_str()).json("claims", &text)).transpose()
        })
    }

    fn purge_access_tokens(&mut self, before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let lapsed = access_tokens::table.filter(access_tokens::expires_at.lt(milliseconds(before)));
            Ok(diesel::delete(lapsed).execute(c)?)
        })
    }

    fn insert_client_grant(&mut self, grant: &ClientGrant) -> Result<(), Fault> {
        self.step(|c| {
            diesel::insert_into(client_grants::table).values(&ClientGrantRow::of(grant)).execute(c)?;
            Ok(())
        })
    }

    fn find_client_grant(&mut self, id: &GrantId) -> Result<Option<ClientGrant>, Fault> {
        self.step(|c| {
            let found = client_grants::table.find(id.as_str());
            find_one!(c, found.select(ClientGrantRow::as_select()))?.map(ClientGrantRow::parse).transpose()
        })
    }

    fn revoke_client_grant(&mut self, id: &GrantId, at: Timestamp) -> Result<(), Fault> {
        self.step(|c| {
            let unrevoked = client_grants::table
                .filter(client_grants::id.eq(id.as_str()))
                .filter(client_grants::revoked_at.is_null());
            diesel::update(unrevoked).set(client_grants::revoked_at.eq(milliseconds(at))).execute(c)?;
            Ok(())
        })
    }

    fn purge_client_grants(&mut self, before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let lapsed = client_grants::table.filter(client_grants::expires_at.lt(milliseconds(before)));
            Ok(diesel::delete(lapsed).execute(c)?)
        })
    }
}
