//! Accounts as administrators see them: who they are, how they are enrolled, where they are signed in, and what can be done
//! for them. Nothing biometric is shown to anyone.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    AdminRoom, administrators::AdminRefusal, name_of, recovery::end_all_sessions, sessions::SessionLine,
};
use crate::{
    domain::{
        admin::{check::CheckStanding, role::Role},
        audit::AuditKind,
        change::Change,
        device::KeyThumbprint,
        id::{EnrolmentId, IdentityCheckId, UserId},
        user::{User, Username},
        workflow::enrolment::Enrolment,
    },
    flows::settled,
    ports::{fault::Fault, store::Db},
};

/// How many accounts a page lists.
pub const PAGE: usize = 50;
/// How many groups an account may be in.
const MOST_GROUPS: usize = 32;
/// How many sessions of an account are shown beside it.
const SESSIONS: i64 = 20;

/// An account as the console lists it.
#[derive(Clone, Debug)]
pub struct UserLine {
    /// The account.
    pub user: User,
    /// Whether a face is enrolled.
    pub is_enrolled: bool,
    /// Whether face step-up is suspended somewhere.
    pub is_suspended: bool,
    /// Its role in the console, if it has one.
    pub role: Option<Role>,
}

/// An enrolment as administrators see it: never the template.
#[derive(Clone, Debug)]
pub struct EnrolmentLine {
    /// Its name.
    pub id: EnrolmentId,
    /// Which source confirmed the document.
    pub source: String,
    /// When it was made.
    pub completed_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Whether it is by the embedder in use; one by another compares with nothing.
    pub is_usable: bool,
}

/// A document check as administrators see it: never its portrait or number.
#[derive(Clone, Debug)]
pub struct CheckLine {
    /// Its name.
    pub id: IdentityCheckId,
    /// Who attested it: the installer or an officer.
    pub source: &'static str,
    /// Which kind of document.
    pub document: String,
    /// The account of who checked it, by its name.
    pub checked_by: String,
    /// By which name they answer for it.
    pub answered_for_by: String,
    /// When.
    pub checked_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// What it is still good for.
    pub standing: CheckStanding,
}

/// A browser's key as administrators see it.
#[derive(Clone, Debug)]
pub struct KeyLine {
    /// By which it is named.
    pub thumbprint: KeyThumbprint,
    /// Since when it is bound.
    pub bound_at: Timestamp,
    /// When it was used last.
    pub last_used_at: Timestamp,
}

/// Everything about an account that administrators see.
#[derive(Clone, Debug)]
pub struct UserView {
    /// The account.
    pub line: UserLine,
    /// Its enrolments, the latest first.
    pub enrolments: Vec<EnrolmentLine>,
    /// The checks of its documents, the latest first.
    pub checks: Vec<CheckLine>,
    /// Its live sessions, the one used last first.
    pub sessions: Vec<SessionLine>,
    /// The keys of its browsers that are in force.
    pub keys: Vec<KeyLine>,
}

/// Accounts.
pub struct UserDesk(Arc<AdminRoom>);

impl UserDesk {
    /// In a room.
    pub fn new(room: Arc<AdminRoom>) -> Self {
        Self(room)
    }

    /// Accounts by name, those whose name contains a text where one is given; and behind which name the next page begins.
    pub async fn list(
        &self,
        containing: Option<&str>,
        behind: Option<Username>,
    ) -> Result<(Vec<UserLine>, Option<Username>), Fault> {
        let containing = containing.map(str::to_owned);
        self.0
            .store
            .read(move |db| {
                let most = i64::try_from(PAGE).unwrap_or(i64::MAX);
                let found = db.users(containing.as_deref(), behind.as_ref(), most)?;
                let last = found.last().filter(|_| found.len() == PAGE);
                let next = last.map(|last| last.username.clone());
                let lines = found.into_iter().map(|user| line(db, user)).collect::<Result<_, _>>()?;
                Ok((lines, next))
            })
            .await
    }

    /// Everything about one account.
    pub async fn find(&self, user: &UserId) -> Result<Option<UserView>, Fault> {
        let (room, user) = (self.0.clone(), user.clone());
        self.0
            .store
            .read(move |db| {
                let Some(found) = db.find_user(&user)? else { return Ok(None) };
                let mut sessions = Vec::new();
                for session in db.sessions(Some(&user), None, SESSIONS)? {
                    sessions.extend(SessionLine::of(db, &room, session)?);
                }
                let keys = db.device_keys_of(&user)?.into_iter().filter(|key| key.is_in_force());
                let keys = keys.map(|key| KeyLine {
                    thumbprint: key.key.thumbprint(),
                    bound_at: key.bound_at,
                    last_used_at: key.last_used_at,
                });
                Ok(Some(UserView {
                    enrolments: db
                        .enrolments_of(&user)?
                        .into_iter()
                        .map(|one| enrolment(&room, one))
                        .collect(),
                    checks: checks(db, &room, &user)?,
                    keys: keys.collect(),
                    line: line(db, found)?,
                    sessions,
                }))
            })
            .await
    }

    /// Restores face step-up for an account whose tries were exhausted.
    pub async fn restore_face(&self, user: &UserId, change: &Change) -> Result<(), AdminRefusal> {
        let event = self.0.event_of(AuditKind::FaceRestored, change, user);
        self.change(user, move |db, _, user| {
            db.clear_budgets(user)?;
            db.append_event(&event)
        })
        .await
    }

    /// Revokes the enrolment of an account and wipes what was kept of the face; the next step-up begins with a new one.
    pub async fn revoke_enrolment(&self, user: &UserId, change: &Change) -> Result<(), AdminRefusal> {
        let event = self.0.event_of(AuditKind::FaceForgotten, change, user);
        self.change(user, move |db, room, user| match db.find_enrolment_of(user)? {
            Some(enrolment) => {
                db.revoke_enrolment(&enrolment.id, room.clock.now())?;
                db.append_event(&event.clone().with("enrolment", enrolment.id.as_str()))
            }
            None => Ok(()),
        })
        .await
    }

    /// Puts an account into these groups and no others: what policies know it by. Names have 1 to 64 characters of
    /// `a-z 0-9 - _ .`; anything else is left out.
    pub async fn set_groups(
        &self,
        user: &UserId,
        groups: &[String],
        change: &Change,
    ) -> Result<(), AdminRefusal> {
        let is_plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-_.".contains(&c);
        let fits = |name: &&String| (1..=64).contains(&name.len()) && name.bytes().all(is_plain);
        let mut groups: Vec<String> = groups.iter().filter(fits).take(MOST_GROUPS).cloned().collect();
        groups.sort();
        groups.dedup();
        let event = self.0.event_of(AuditKind::UserChanged, change, user).with("groups", groups.clone());
        self.change(user, move |db, _, user| {
            db.set_groups(user, &groups)?;
            db.append_event(&event)
        })
        .await
    }

    /// Revokes a browser's key.
    pub async fn revoke_key(
        &self,
        user: &UserId,
        key: &KeyThumbprint,
        change: &Change,
    ) -> Result<(), AdminRefusal> {
        let event = self.0.event_of(AuditKind::DeviceKeyRevoked, change, user);
        let (event, key) = (event.with("device_key", key.as_str()), key.clone());
        self.change(user, move |db, room, user| match db.revoke_device_key(user, &key, room.clock.now())? {
            true => db.append_event(&event),
            false => Ok(()),
        })
        .await
    }

    /// Ends every session of an account.
    pub async fn sign_out(&self, user: &UserId, change: &Change) -> Result<(), AdminRefusal> {
        let told = change.clone();
        self.change(user, move |db, room, user| end_all_sessions(db, room, user, &told).map(drop)).await?;
        self.0.bell.notify_one();
        Ok(())
    }

    async fn change(
        &self,
        user: &UserId,
        change: impl Fn(&mut dyn Db, &AdminRoom, &UserId) -> Result<(), Fault> + Clone + Send + 'static,
    ) -> Result<(), AdminRefusal> {
        let changed = settled(|| {
            let (room, user, change) = (self.0.clone(), user.clone(), change.clone());
            self.0.store.transact(move |db| match db.find_user(&user)? {
                Some(_) => change(db, &room, &user).map(Ok),
                None => Ok(Err(AdminRefusal::Unknown)),
            })
        });
        Ok(changed.await?)
    }
}

fn line(db: &mut dyn Db, user: User) -> Result<UserLine, Fault> {
    Ok(UserLine {
        is_enrolled: db.find_enrolment_of(&user.id)?.is_some(),
        is_suspended: db.is_suspended(&user.id)?,
        role: db.find_administrator(&user.id)?.map(|administrator| administrator.role),
        user,
    })
}

fn enrolment(room: &AdminRoom, enrolment: Enrolment) -> EnrolmentLine {
    EnrolmentLine {
        source: enrolment.evidence.evidence().source.clone(),
        completed_at: enrolment.completed_at,
        revoked_at: enrolment.revoked_at,
        is_usable: enrolment.model == room.analyzer.model(),
        id: enrolment.id,
    }
}

fn checks(db: &mut dyn Db, room: &AdminRoom, user: &UserId) -> Result<Vec<CheckLine>, Fault> {
    let now = room.clock.now();
    let mut lines = Vec::new();
    for check in db.identity_checks_of(user)? {
        lines.push(CheckLine {
            source: check.source.name(),
            checked_by: name_of(db, &check.checked_by)?,
            standing: check.standing(now),
            checked_at: check.checked_at,
            expires_at: check.expires_at,
            document: check.document,
            answered_for_by: check.answered_for_by,
            id: check.id,
        });
    }
    Ok(lines)
}
