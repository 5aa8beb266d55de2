//! Administrators and the one-time links that let people in.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    connection::{find_one, on_each_engine},
    row::{Place, milliseconds, name},
    schema::{admin_invitations, administrators},
    transaction::Transaction,
};
use crate::{
    domain::{
        admin::{
            invitation::Invitation,
            role::{Administrator, Role},
        },
        change::Author,
        id::UserId,
        secret::TokenHash,
    },
    ports::{
        fault::Fault,
        store::{AdministratorStore, InvitationStore},
    },
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = administrators, primary_key(user_id))]
struct AdministratorRow {
    user_id: String,
    role: String,
    granted_by: String,
    granted_at: i64,
}

impl AdministratorRow {
    fn of(administrator: &Administrator) -> Self {
        Self {
            user_id: administrator.user.as_str().to_owned(),
            role: administrator.role.name().to_owned(),
            granted_by: administrator.granted_by.to_string(),
            granted_at: milliseconds(administrator.granted_at),
        }
    }

    fn parse(self) -> Result<Administrator, Fault> {
        let at = Place::new("administrators", &self.user_id);
        Ok(Administrator {
            user: at.proven("user_id", UserId::parse(&self.user_id))?,
            role: at.proven("role", Role::parse(&self.role))?,
            granted_by: at.proven("granted_by", Author::parse(&self.granted_by))?,
            granted_at: at.time("granted_at", self.granted_at)?,
        })
    }
}

impl AdministratorStore for Transaction<'_> {
    fn find_administrator(&mut self, user: &UserId) -> Result<Option<Administrator>, Fault> {
        self.step(|c| {
            let named = administrators::table.find(user.as_str());
            let row = find_one!(c, named.select(AdministratorRow::as_select()))?;
            row.map(AdministratorRow::parse).transpose()
        })
    }

    fn administrators(&mut self) -> Result<Vec<Administrator>, Fault> {
        self.step(|c| {
            let all = administrators::table.order(administrators::user_id);
            let rows: Vec<AdministratorRow> = all.select(AdministratorRow::as_select()).load(c)?;
            rows.into_iter().map(AdministratorRow::parse).collect()
        })
    }

    fn hold_owners(&mut self) -> Result<Vec<Administrator>, Fault> {
        self.step(|c| {
            let owners = || administrators::table.filter(administrators::role.eq(Role::Owner.name()));
            // An update that changes nothing takes the rows' locks on PostgreSQL; SQLite has one writer at a time.
            diesel::update(owners()).set(administrators::role.eq(Role::Owner.name())).execute(c)?;
            let rows: Vec<AdministratorRow> = owners().select(AdministratorRow::as_select()).load(c)?;
            rows.into_iter().map(AdministratorRow::parse).collect()
        })
    }

    fn put_administrator(&mut self, administrator: &Administrator) -> Result<(), Fault> {
        self.step(|c| {
            let row = AdministratorRow::of(administrator);
            on_each_engine!(c, |inner| diesel::insert_into(administrators::table)
                .values(&row)
                .on_conflict(administrators::user_id)
                .do_update()
                .set(&row)
                .execute(inner)?);
            Ok(())
        })
    }

    fn remove_administrator(&mut self, user: &UserId) -> Result<bool, Fault> {
        self.step(|c| Ok(diesel::delete(administrators::table.find(user.as_str())).execute(c)? == 1))
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = admin_invitations)]
struct InvitationRow {
    token_hash: String,
    kind: String,
    user_id: String,
    role: Option<String>,
    invited_by: String,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

impl InvitationRow {
    fn of(invitation: &Invitation) -> Result<Self, Fault> {
        Ok(Self {
            token_hash: invitation.token_hash.as_str().to_owned(),
            kind: name(&invitation.kind)?,
            user_id: invitation.user.as_str().to_owned(),
            role: invitation.role.map(|role| role.name().to_owned()),
            invited_by: invitation.invited_by.to_string(),
            created_at: milliseconds(invitation.created_at),
            expires_at: milliseconds(invitation.expires_at),
            used_at: invitation.used_at.map(milliseconds),
        })
    }

    fn parse(self) -> Result<Invitation, Fault> {
        let at = Place::new("admin_invitations", &self.token_hash);
        Ok(Invitation {
            kind: at.named("kind", self.kind)?,
            user: at.proven("user_id", UserId::parse(&self.user_id))?,
            role: self.role.map(|role| at.proven("role", Role::parse(&role))).transpose()?,
            invited_by: at.proven("invited_by", Author::parse(&self.invited_by))?,
            created_at: at.time("created_at", self.created_at)?,
            expires_at: at.time("expires_at", self.expires_at)?,
            used_at: at.time_if_any("used_at", self.used_at)?,
            token_hash: TokenHash::from_kept(self.token_hash),
        })
    }
}

impl InvitationStore for Transaction<'_> {
    fn insert_invitation(&mut self, invitation: &Invitation) -> Result<(), Fault> {
        self.withdraw_invitations(&invitation.user)?;
        self.step(|c| {
            diesel::insert_into(admin_invitations::table)
                .values(&InvitationRow::of(invitation)?)
                .execute(c)?;
            Ok(())
        })
    }

    fn find_invitation(&mut self, token: &TokenHash) -> Result<Option<Invitation>, Fault> {
        self.step(|c| {
            let named = admin_invitations::table.find(token.as_str());
            let row = find_one!(c, named.select(InvitationRow::as_select()))?;
            row.map(InvitationRow::parse).transpose()
        })
    }

    fn use_invitation(&mut self, token: &TokenHash, now: Timestamp) -> Result<bool, Fault> {
        use admin_invitations::{expires_at, used_at};
        self.step(|c| {
            let open = admin_invitations::table
                .find(token.as_str())
                .filter(used_at.is_null())
                .filter(expires_at.gt(milliseconds(now)));
            Ok(diesel::update(open).set(used_at.eq(milliseconds(now))).execute(c)? == 1)
        })
    }

    fn open_invitations(&mut self, now: Timestamp) -> Result<Vec<Invitation>, Fault> {
        use admin_invitations::{expires_at, token_hash, used_at};
        self.step(|c| {
            let open = admin_invitations::table
                .filter(used_at.is_null())
                .filter(expires_at.gt(milliseconds(now)))
                .order((expires_at, token_hash));
            let rows: Vec<InvitationRow> = open.select(InvitationRow::as_select()).load(c)?;
            rows.into_iter().map(InvitationRow::parse).collect()
        })
    }

    fn withdraw_invitations(&mut self, user: &UserId) -> Result<usize, Fault> {
        use admin_invitations::{used_at, user_id};
        self.step(|c| {
            let open = admin_invitations::table.filter(user_id.eq(user.as_str())).filter(used_at.is_null());
            Ok(diesel::delete(open).execute(c)?)
        })
    }

    fn purge_invitations(&mut self, before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let lapsed = admin_invitations::expires_at.lt(milliseconds(before));
            Ok(diesel::delete(admin_invitations::table.filter(lapsed)).execute(c)?)
        })
    }
}
