//! Refresh tokens.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    connection::{find_one, run},
    prepared::prepared,
    row::{Place, milliseconds},
    schema::refresh_tokens,
    transaction::Transaction,
};
use crate::{
    domain::{
        id::{GrantId, RefreshId},
        oidc::refresh::RefreshToken,
        secret::TokenHash,
    },
    ports::{fault::Fault, store::RefreshTokenStore},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens)]
struct RefreshRow {
    id: String,
    grant_id: String,
    secret_hash: String,
    issued_at: i64,
    expires_at: i64,
    ends_at: i64,
}

impl RefreshRow {
    fn of(token: &RefreshToken) -> Self {
        Self {
            id: token.id.as_str().to_owned(),
            grant_id: token.grant.as_str().to_owned(),
            secret_hash: token.secret_hash.as_str().to_owned(),
            issued_at: milliseconds(token.issued_at),
            expires_at: milliseconds(token.expires_at),
            ends_at: milliseconds(token.ends_at),
        }
    }

    fn parse(self) -> Result<RefreshToken, Fault> {
        let at = Place::new("refresh_tokens", &self.id);
        Ok(RefreshToken {
            id: at.proven("id", RefreshId::parse(&self.id))?,
            grant: at.proven("grant_id", GrantId::parse(&self.grant_id))?,
            secret_hash: TokenHash::from_kept(self.secret_hash),
            issued_at: at.time("issued_at", self.issued_at)?,
            expires_at: at.time("expires_at", self.expires_at)?,
            ends_at: at.time("ends_at", self.ends_at)?,
        })
    }
}

impl RefreshTokenStore for Transaction<'_> {
    fn insert_refresh_token(&mut self, token: &RefreshToken) -> Result<(), Fault> {
        self.step(|c| {
            run!(c, diesel::insert_into(refresh_tokens::table).values(&RefreshRow::of(token)))?;
            Ok(())
        })
    }

    fn find_refresh_token(&mut self, id: &RefreshId) -> Result<Option<RefreshToken>, Fault> {
        self.step(|c| {
            let found = refresh_tokens::table.find(id.as_str());
            find_one!(c, found.select(RefreshRow::as_select()))?.map(RefreshRow::parse).transpose()
        })
    }

    fn rotate_refresh_token(&mut self, used: &TokenHash, next: &RefreshToken) -> Result<bool, Fault> {
        use refresh_tokens::{expires_at, issued_at, secret_hash, table};
        self.step(|c| {
            let unused = table.find(next.id.as_str()).filter(secret_hash.eq(used.as_str()));
            let rotated = diesel::update(unused).set((
                secret_hash.eq(next.secret_hash.as_str()),
                issued_at.eq(milliseconds(next.issued_at)),
                expires_at.eq(milliseconds(next.expires_at)),
            ));
            Ok(run!(c, prepared(rotated))? == 1)
        })
    }

    fn purge_refresh_tokens(&mut self, before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let lapsed = refresh_tokens::table.filter(refresh_tokens::expires_at.lt(milliseconds(before)));
            Ok(diesel::delete(lapsed).execute(c)?)
        })
    }
}
