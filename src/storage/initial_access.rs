//! Initial access tokens.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    row::{Place, milliseconds},
    schema::initial_access_tokens,
    transaction::Transaction,
};
use crate::{
    domain::{oidc::initial_access::InitialAccessToken, secret::TokenHash},
    ports::{fault::Fault, store::InitialAccessStore},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = initial_access_tokens)]
struct TokenRow {
    token_hash: String,
    uses_left: i32,
    created_at: i64,
    expires_at: i64,
}

impl TokenRow {
    fn of(token: &InitialAccessToken) -> Self {
        Self {
            token_hash: token.hash.as_str().to_owned(),
            uses_left: i32::try_from(token.uses_left).unwrap_or(i32::MAX),
            created_at: milliseconds(token.created_at),
            expires_at: milliseconds(token.expires_at),
        }
    }

    fn parse(self) -> Result<InitialAccessToken, Fault> {
        let at = Place::new("initial_access_tokens", &self.token_hash);
        Ok(InitialAccessToken {
            uses_left: at.proven("uses_left", u32::try_from(self.uses_left).ok())?,
            created_at: at.time("created_at", self.created_at)?,
            expires_at: at.time("expires_at", self.expires_at)?,
            hash: TokenHash::from_kept(self.token_hash),
        })
    }
}

impl InitialAccessStore for Transaction<'_> {
    fn insert_initial_access(&mut self, token: &InitialAccessToken) -> Result<(), Fault> {
        self.step(|c| {
            diesel::insert_into(initial_access_tokens::table).values(&TokenRow::of(token)).execute(c)?;
            Ok(())
        })
    }

    fn find_initial_access(&mut self, hash: &TokenHash) -> Result<Option<InitialAccessToken>, Fault> {
        self.step(|c| {
            let row = initial_access_tokens::table.find(hash.as_str());
            let row = row.select(TokenRow::as_select()).first(c).optional()?;
            row.map(TokenRow::parse).transpose()
        })
    }

    fn spend_initial_access(&mut self, hash: &TokenHash, now: Timestamp) -> Result<bool, Fault> {
        use initial_access_tokens::{expires_at, uses_left};
        self.step(|c| {
            let good = initial_access_tokens::table
                .find(hash.as_str())
                .filter(uses_left.gt(0))
                .filter(expires_at.gt(milliseconds(now)));
            Ok(diesel::update(good).set(uses_left.eq(uses_left - 1)).execute(c)? == 1)
        })
    }

    fn purge_initial_access(&mut self, before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let lapsed = initial_access_tokens::expires_at.lt(milliseconds(before));
            Ok(diesel::delete(initial_access_tokens::table.filter(lapsed)).execute(c)?)
        })
    }
}
