//! Local accounts.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    connection::{EitherConnection, find_one, on_each_engine},
    row::{Place, json, milliseconds},
    schema::users,
    transaction::Transaction,
};
use crate::{
    domain::{
        id::UserId,
        user::{PasswordHash, User, Username, VerifiedAttributes, profile::Profile},
    },
    ports::{fault::Fault, store::UserStore},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
struct UserRow {
    id: String,
    username: String,
    password_hash: String,
    verified: Option<String>,
    created_at: i64,
    profile: String,
    updated_at: Option<i64>,
    member_of: String,
}

impl UserRow {
    fn of(user: &User) -> Result<Self, Fault> {
        Ok(Self {
            id: user.id.as_str().to_owned(),
            username: user.username.as_str().to_owned(),
            password_hash: user.password.0.clone(),
            verified: user.verified.as_ref().map(json).transpose()?,
            created_at: milliseconds(user.created_at),
            profile: json(&user.profile)?,
            updated_at: Some(milliseconds(user.updated_at)),
            member_of: json(&user.groups)?,
        })
    }

    fn parse(self) -> Result<User, Fault> {
        let at = Place::new("users", &self.id);
        Ok(User {
            id: at.proven("id", UserId::parse(&self.id))?,
            // A name that would be written otherwise today could never be signed in with.
            username: at.proven(
                "username",
                Username::parse(&self.username).filter(|name| name.as_str() == self.username),
            )?,
            password: PasswordHash(self.password_hash),
            verified: at.json_if_any("verified", self.verified.as_deref())?,
            profile: at.json("profile", &self.profile)?,
            groups: at.json("member_of", &self.member_of)?,
            created_at: at.time("created_at", self.created_at)?,
            updated_at: at.time("updated_at", self.updated_at.unwrap_or(self.created_at))?,
        })
    }
}

impl UserStore for Transaction<'_> {
    fn set_groups(&mut self, id: &UserId, groups: &[String]) -> Result<bool, Fault> {
        self.step(|c| {
            let change = users::member_of.eq(json(&groups)?);
            Ok(diesel::update(users::table.find(id.as_str())).set(change).execute(c)? == 1)
        })
    }

    fn find_user(&mut self, id: &UserId) -> Result<Option<User>, Fault> {
        self.step(|c| {
            let row = find_one!(c, users::table.find(id.as_str()).select(UserRow::as_select()))?;
            row.map(UserRow::parse).transpose()
        })
    }

    fn find_user_by_name(&mut self, name: &Username) -> Result<Option<User>, Fault> {
        self.step(|c| {
            let named = users::table.filter(users::username.eq(name.as_str()));
            let row = find_one!(c, named.select(UserRow::as_select()))?;
            row.map(UserRow::parse).transpose()
        })
    }

    fn insert_user(&mut self, user: &User) -> Result<bool, Fault> {
        self.step(|c| {
            let row = UserRow::of(user)?;
            let added = on_each_engine!(c, |inner| diesel::insert_into(users::table)
                .values(&row)
                .on_conflict(users::username)
                .do_nothing()
                .execute(inner)?);
            Ok(added == 1)
        })
    }

    fn set_profile(&mut self, id: &UserId, profile: &Profile, at: Timestamp) -> Result<bool, Fault> {
        self.step(|c| {
            let said = (users::profile.eq(json(profile)?), users::updated_at.eq(milliseconds(at)));
            Ok(diesel::update(users::table.find(id.as_str())).set(said).execute(c)? == 1)
        })
    }

    fn set_password(&mut self, id: &UserId, password: &PasswordHash) -> Result<bool, Fault> {
        self.step(|c| {
            let set = users::password_hash.eq(&password.0);
            Ok(diesel::update(users::table.find(id.as_str())).set(set).execute(c)? == 1)
        })
    }

    fn set_verified(&mut self, id: &UserId, verified: &VerifiedAttributes) -> Result<bool, Fault> {
        self.step(|c| {
            let bare = users::table.find(id.as_str()).filter(users::verified.is_null());
            Ok(diesel::update(bare).set(users::verified.eq(json(verified)?)).execute(c)? == 1)
        })
    }

    fn users(
        &mut self,
        containing: Option<&str>,
        behind: Option<&Username>,
        most: i64,
    ) -> Result<Vec<User>, Fault> {
        self.step(|c| {
            // `\` is what PostgreSQL escapes with unless told otherwise, and SQLite where it is told so.
            let text = containing.unwrap_or_default().to_lowercase();
            let text = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let rows: Vec<UserRow> = users::table
                .filter(users::username.gt(behind.map_or("", Username::as_str)))
                .filter(users::username.like(format!("%{text}%")).escape('\\'))
                .order(users::username)
                .limit(most)
                .select(UserRow::as_select())
                .load(c)?;
            rows.into_iter().map(UserRow::parse).collect()
        })
    }

    fn groups_in_use(&mut self) -> Result<Vec<String>, Fault> {
        self.step(|c| {
            let memberships: Vec<String> = users::table.select(users::member_of).distinct().load(c)?;
            let at = Place::new("users", "some account");
            let mut groups = Vec::new();
            for membership in memberships {
                groups.extend(at.json::<Vec<String>>("member_of", &membership)?);
            }
            groups.sort();
            groups.dedup();
            Ok(groups)
        })
    }

    fn erase_user(&mut self, id: &UserId) -> Result<bool, Fault> {
        // Everything that is the account's goes by the foreign keys' ON DELETE CASCADE.
        self.step(|c: &mut EitherConnection| {
            Ok(diesel::delete(users::table.find(id.as_str())).execute(c)? == 1)
        })
    }
}
