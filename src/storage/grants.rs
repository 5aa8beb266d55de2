//! Authorization codes and what they yielded.

use diesel::{dsl, prelude::*};
use jiff::Timestamp;

use super::{
    connection::{find_one, run},
    prepared::prepared,
    row::{Place, json, milliseconds},
    schema::{grants, refresh_tokens},
    transaction::Transaction,
};
use crate::{
    domain::{
        id::{ClientId, GrantId, SessionId, Subject, UserId},
        oidc::grant::Grant,
        secret::TokenHash,
    },
    ports::{fault::Fault, store::GrantStore},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = grants)]
struct GrantRow {
    id: String,
    code_hash: String,
    client_id: String,
    user_id: String,
    subject: String,
    session_id: String,
    offline: bool,
    terms: String,
    assurance: String,
    issued_at: i64,
    expires_at: i64,
    redeemed_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl GrantRow {
    fn of(grant: &Grant) -> Result<Self, Fault> {
        Ok(Self {
            id: grant.id.as_str().to_owned(),
            code_hash: grant.code_hash.as_str().to_owned(),
            client_id: grant.client.as_str().to_owned(),
            user_id: grant.user.as_str().to_owned(),
            subject: grant.subject.as_str().to_owned(),
            session_id: grant.session.as_str().to_owned(),
            offline: grant.is_offline(),
            terms: json(&grant.terms)?,
            assurance: json(&grant.assurance)?,
            issued_at: milliseconds(grant.issued_at),
            expires_at: milliseconds(grant.expires_at),
            redeemed_at: grant.redeemed_at.map(milliseconds),
            revoked_at: grant.revoked_at.map(milliseconds),
        })
    }

    fn parse(self) -> Result<Grant, Fault> {
        let at = Place::new("grants", &self.id);
        Ok(Grant {
            id: at.proven("id", GrantId::parse(&self.id))?,
            code_hash: TokenHash::from_kept(self.code_hash),
            client: at.proven("client_id", ClientId::parse(&self.client_id))?,
            user: at.proven("user_id", UserId::parse(&self.user_id))?,
            subject: at.proven("subject", Subject::parse(&self.subject))?,
            session: at.proven("session_id", SessionId::parse(&self.session_id))?,
            terms: at.json("terms", &self.terms)?,
            assurance: at.json("assurance", &self.assurance)?,
            issued_at: at.time("issued_at", self.issued_at)?,
            expires_at: at.time("expires_at", self.expires_at)?,
            redeemed_at: at.time_if_any("redeemed_at", self.redeemed_at)?,
            revoked_at: at.time_if_any("revoked_at", self.revoked_at)?,
        })
    }
}

impl GrantStore for Transaction<'_> {
    fn insert_grant(&mut self, grant: &Grant) -> Result<(), Fault> {
        self.step(|c| {
            run!(c, diesel::insert_into(grants::table).values(&GrantRow::of(grant)?))?;
            Ok(())
        })
    }

    fn find_grant_by_code(&mut self, code: &TokenHash) -> Result<Option<Grant>, Fault> {
        self.step(|c| {
            let coded = grants::table.filter(grants::code_hash.eq(code.as_str()));
            let row = find_one!(c, coded.select(GrantRow::as_select()))?;
            row.map(GrantRow::parse).transpose()
        })
    }

    fn find_grant(&mut self, id: &GrantId) -> Result<Option<Grant>, Fault> {
        self.step(|c| {
            let row = find_one!(c, grants::table.find(id.as_str()).select(GrantRow::as_select()))?;
            row.map(GrantRow::parse).transpose()
        })
    }

    fn claim_grant(&mut self, id: &GrantId, at: Timestamp) -> Result<bool, Fault> {
        self.step(|c| {
            let unclaimed = grants::table
                .filter(grants::id.eq(id.as_str()))
                .filter(grants::redeemed_at.is_null())
                .filter(grants::revoked_at.is_null());
            let claim = diesel::update(unclaimed).set(grants::redeemed_at.eq(milliseconds(at)));
            Ok(run!(c, prepared(claim))? == 1)
        })
    }

    fn revoke_grant(&mut self, id: &GrantId, at: Timestamp) -> Result<(), Fault> {
        self.step(|c| {
            // The first revocation is the one that counts.
            let unrevoked =
                grants::table.filter(grants::id.eq(id.as_str())).filter(grants::revoked_at.is_null());
            diesel::update(unrevoked).set(grants::revoked_at.eq(milliseconds(at))).execute(c)?;
            Ok(())
        })
    }

    fn grants_in_session(&mut self, session: &SessionId) -> Result<Vec<Grant>, Fault> {
        self.step(|c| {
            let given = grants::table.filter(grants::session_id.eq(session.as_str()));
            let rows = given.order(grants::issued_at.asc()).select(GrantRow::as_select()).load(c)?;
            rows.into_iter().map(GrantRow::parse).collect()
        })
    }

    fn revoke_grants_to(&mut self, user: &UserId, client: &ClientId, at: Timestamp) -> Result<(), Fault> {
        self.step(|c| {
            let unrevoked = grants::table
                .filter(grants::user_id.eq(user.as_str()))
                .filter(grants::client_id.eq(client.as_str()))
                .filter(grants::revoked_at.is_null());
            diesel::update(unrevoked).set(grants::revoked_at.eq(milliseconds(at))).execute(c)?;
            Ok(())
        })
    }

    fn revoke_grants_of(&mut self, user: &UserId, at: Timestamp) -> Result<(), Fault> {
        self.step(|c| {
            let unrevoked =
                grants::table.filter(grants::user_id.eq(user.as_str())).filter(grants::revoked_at.is_null());
            diesel::update(unrevoked).set(grants::revoked_at.eq(milliseconds(at))).execute(c)?;
            Ok(())
        })
    }

    fn revoke_grants_of_session(&mut self, session: &SessionId, at: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let bound = grants::table
                .filter(grants::session_id.eq(session.as_str()))
                .filter(grants::offline.eq(false))
                .filter(grants::revoked_at.is_null());
            Ok(diesel::update(bound).set(grants::revoked_at.eq(milliseconds(at))).execute(c)?)
        })
    }

    fn purge_grants(&mut self, before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let chains = refresh_tokens::table.filter(refresh_tokens::grant_id.eq(grants::id));
            let old = grants::table
                .filter(grants::issued_at.lt(milliseconds(before)))
                .filter(dsl::not(dsl::exists(chains)));
            Ok(diesel::delete(old).execute(c)?)
        })
    }
}
