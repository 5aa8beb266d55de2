//! Who may use the console: people are invited by one-time links, get other roles, and lose them; the last owner stays one.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{AdminRoom, name_of, recovery::break_open};
use crate::{
    domain::{
        admin::{
            invitation::{Invitation, InvitationKind},
            role::{Administrator, LastOwner, Role, may_become},
        },
        audit::AuditKind,
        change::Change,
        id::UserId,
        secret::SecretToken,
        user::{PasswordHash, User, Username, VerifiedAttributes, profile::Profile},
    },
    flows::{Unserved, accounts::SHORTEST_OWN_PASSWORD, settled},
    ports::{fault::Fault, store::Db},
};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AdminRefusal {
    /// Not a name to sign in with.
    #[error("a username has 1 to 128 characters and no control characters")]
    BadUsername,
    /// Someone has it.
    #[error("this username is taken")]
    Taken,
    /// Nobody has it.
    #[error("there is no such account")]
    Unknown,
    /// The account has no role.
    #[error("this account is no administrator")]
    NoAdministrator,
    /// The last owner would be gone.
    #[error(transparent)]
    LastOwner(#[from] LastOwner),
    /// Name or birth date are not those that were verified on the account before.
    #[error("another name or birth date was verified on this account before")]
    OtherPerson,
    /// The link was used, lapsed, or never was.
    #[error("this link is not valid any more")]
    LinkOver,
    /// Too easy to guess.
    #[error("a password has at least {SHORTEST_OWN_PASSWORD} characters")]
    ShortPassword,
    /// The outside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<Unserved<AdminRefusal>> for AdminRefusal {
    fn from(unserved: Unserved<AdminRefusal>) -> Self {
        match unserved {
            Unserved::Refused(refusal) => refusal,
            Unserved::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Whom a link is for.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The name that they sign in with; an account is made where none has it.
    pub username: String,
    /// The role that they get; none for an account alone.
    pub role: Option<Role>,
    /// What was verified of them, where that was done.
    pub verified: Option<VerifiedAttributes>,
    /// How long the link is good.
    pub lifetime: SignedDuration,
}

/// A link that was made. Its secret is kept as a hash, so this is the only time that it is known.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The account.
    pub user: UserId,
    /// Its name.
    pub username: Username,
    /// The link.
    pub link: SecretToken,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// What a link's page shows.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// What the link is for.
    pub kind: InvitationKind,
    /// The account's name.
    pub username: Username,
    /// The role that it gives.
    pub role: Option<Role>,
    /// Whether a password is to be set with it.
    pub sets_password: bool,
}

/// An administrator as the console lists them.
#[derive(Clone, Debug)]
pub struct AdministratorLine {
    /// The administrator.
    pub administrator: Administrator,
    /// Their name.
    pub username: Username,
    /// The name of who gave them the role.
    pub granted_by: String,
    /// Whether a face is enrolled, without which they are not let in.
    pub is_enrolled: bool,
}

/// A link that is still to be used.
#[derive(Clone, Debug)]
pub struct InvitationLine {
    /// The link.
    pub invitation: Invitation,
    /// For whom.
    pub username: Username,
    /// The name of who made it.
    pub invited_by: String,
}

/// Administrators.
pub struct Administrators(Arc<AdminRoom>);

impl Administrators {
    /// In a room.
    pub fn new(room: Arc<AdminRoom>) -> Self {
        Self(room)
    }

    /// All administrators by name, and the links that are still to be used.
    pub async fn list(&self) -> Result<(Vec<AdministratorLine>, Vec<InvitationLine>), Fault> {
        let now = self.0.clock.now();
        self.0
            .store
            .read(move |db| {
                let mut lines = Vec::new();
                for administrator in db.administrators()? {
                    let Some(user) = db.find_user(&administrator.user)? else { continue };
                    lines.push(AdministratorLine {
                        username: user.username,
                        granted_by: name_of(db, &administrator.granted_by)?,
                        is_enrolled: db.find_enrolment_of(&administrator.user)?.is_some(),
                        administrator,
                    });
                }
                lines.sort_by(|one, other| one.username.as_str().cmp(other.username.as_str()));
                let mut links = Vec::new();
                for invitation in db.open_invitations(now)? {
                    let Some(user) = db.find_user(&invitation.user)? else { continue };
                    let invited_by = name_of(db, &invitation.invited_by)?;
                    links.push(InvitationLine { username: user.username, invited_by, invitation });
                }
                Ok((lines, links))
            })
            .await
    }

    /// Makes a link that lets someone in once. An account alone is never one that is there already.
    pub async fn invite(&self, guest: &Guest, change: &Change) -> Result<Invited, AdminRefusal> {
        self.open(guest, InvitationKind::Invite, change).await
    }

    /// Breaks an owner's way in open: the password, the enrolment and the sessions of before count no more, and a link lets
    /// its holder set a password and enrol anew.
    pub async fn recover(&self, guest: &Guest, change: &Change) -> Result<Invited, AdminRefusal> {
        let guest = Guest { role: Some(Role::Owner), ..guest.clone() };
        let invited = self.open(&guest, InvitationKind::Recover, change).await?;
        // Someone else's logout notices may wait for this, too.
        self.0.bell.notify_one();
        Ok(invited)
    }

    async fn open(
        &self,
        guest: &Guest,
        kind: InvitationKind,
        change: &Change,
    ) -> Result<Invited, AdminRefusal> {
        let username = Username::parse(&guest.username).ok_or(AdminRefusal::BadUsername)?;
        let opened = settled(|| {
            let (room, change) = (self.0.clone(), change.clone());
            let (guest, username) = (guest.clone(), username.clone());
            let now = room.clock.now();
            self.0.store.transact(move |db| {
                let user = match find_or_add(db, &room, username, &guest, &change)? {
                    Ok(user) => user,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                if kind == InvitationKind::Recover {
                    break_open(db, &room, &user, &change)?;
                }
                let (link, by) = (room.entropy.token(), change.by.clone());
                let user_id = user.id.clone();
                let invitation = Invitation::open(&link, kind, user_id, guest.role, by, now, guest.lifetime);
                db.insert_invitation(&invitation)?;
                let event = room.event_of(AuditKind::InvitationMade, &change, &user.id);
                db.append_event(&event.with("role", guest.role.map(Role::name)))?;
                let expires_at = invitation.expires_at;
                Ok(Ok(Invited { user: user.id, username: user.username, link, expires_at }))
            })
        });
        Ok(opened.await?)
    }

    /// The address of a link.
    pub fn address(&self, invited: &Invited) -> String {
        self.0.issuer.address(&format!("/admin/invitation/{}", invited.link.expose()))
    }

    /// What a link's page shows; `None` where it is not valid any more.
    pub async fn welcome(&self, link: &SecretToken) -> Result<Option<Welcome>, Fault> {
        let (hash, now) = (link.hash(), self.0.clock.now());
        self.0
            .store
            .read(move |db| {
                let found = db.find_invitation(&hash)?.filter(|invitation| invitation.is_open(now));
                let Some(invitation) = found else { return Ok(None) };
                let Some(user) = db.find_user(&invitation.user)? else { return Ok(None) };
                Ok(Some(Welcome {
                    kind: invitation.kind,
                    username: user.username,
                    role: invitation.role,
                    sets_password: !user.password.is_set(),
                }))
            })
            .await
    }

    /// Uses a link up: its holder sets a password where the account has none, and gets the role. A link never replaces a
    /// password, so that whoever can invite cannot take accounts over.
    pub async fn accept(&self, link: &SecretToken, password: &str) -> Result<Username, AdminRefusal> {
        let welcome = self.welcome(link).await?.ok_or(AdminRefusal::LinkOver)?;
        let hash = match welcome.sets_password {
            false => None,
            true if password.chars().count() < SHORTEST_OWN_PASSWORD => {
                return Err(AdminRefusal::ShortPassword);
            }
            true => Some(self.0.passwords.hash(password).await?),
        };
        let accepted = settled(|| {
            let (room, token, hash) = (self.0.clone(), link.hash(), hash.clone());
            self.0.store.transact(move |db| {
                let now = room.clock.now();
                let Some(invitation) = db.find_invitation(&token)? else {
                    return Ok(Err(AdminRefusal::LinkOver));
                };
                let Some(user) = db.find_user(&invitation.user)? else {
                    return Ok(Err(AdminRefusal::LinkOver));
                };
                if user.password.is_set() == hash.is_some() || !db.use_invitation(&token, now)? {
                    return Ok(Err(AdminRefusal::LinkOver));
                }
                accept(db, &room, &invitation, user, hash).map(Ok)
            })
        });
        Ok(accepted.await?)
    }

    /// Gives an administrator another role, or none.
    pub async fn set_role(
        &self,
        user: &UserId,
        role: Option<Role>,
        change: &Change,
    ) -> Result<(), AdminRefusal> {
        let set = settled(|| {
            let (room, user, change) = (self.0.clone(), user.clone(), change.clone());
            self.0.store.transact(move |db| {
                let owners = db.hold_owners()?;
                if db.find_administrator(&user)?.is_none() {
                    return Ok(Err(AdminRefusal::NoAdministrator));
                }
                if let Err(last) = may_become(&owners, &user, role) {
                    return Ok(Err(last.into()));
                }
                put(db, &room, &user, role, &change).map(Ok)
            })
        });
        Ok(set.await?)
    }

    /// Takes back every link of an account that is still to be used.
    pub async fn withdraw_links(&self, user: &UserId, change: &Change) -> Result<(), AdminRefusal> {
        let event = self.0.event_of(AuditKind::InvitationWithdrawn, change, user);
        let user = user.clone();
        let withdrawn = self.0.store.transact(move |db| match db.withdraw_invitations(&user)? {
            0 => Ok(()),
            _ => db.append_event(&event),
        });
        Ok(withdrawn.await?)
    }
}

/// The account of a guest, made where there is none.
fn find_or_add(
    db: &mut dyn Db,
    room: &AdminRoom,
    username: Username,
    guest: &Guest,
    change: &Change,
) -> Result<Result<User, AdminRefusal>, Fault> {
    if let Some(user) = db.find_user_by_name(&username)? {
        if guest.role.is_none() && user.password.is_set() {
            return Ok(Err(AdminRefusal::Taken));
        }
        return Ok(match &guest.verified {
            Some(verified) => verify(db, room, &user, verified, change)?.map(|()| user),
            None => Ok(user),
        });
    }
    let now = room.clock.now();
    let user = User {
        id: UserId::from_random(room.entropy.bytes()),
        username,
        password: PasswordHash::unset(),
        verified: guest.verified.clone(),
        profile: Profile::default(),
        groups: Vec::new(),
        created_at: now,
        updated_at: now,
    };
    if !db.insert_user(&user)? {
        return Err(Fault::Conflict("user"));
    }
    db.append_event(&room.event_of(AuditKind::UserAdded, change, &user.id))?;
    Ok(Ok(user))
}

/// Records what was verified of a person; never in place of what was verified before.
pub(super) fn verify(
    db: &mut dyn Db,
    room: &AdminRoom,
    user: &User,
    verified: &VerifiedAttributes,
    change: &Change,
) -> Result<Result<(), AdminRefusal>, Fault> {
    match &user.verified {
        Some(before) if before.is_same_person_as(verified) => Ok(Ok(())),
        Some(_) => Ok(Err(AdminRefusal::OtherPerson)),
        None => {
            if !db.set_verified(&user.id, verified)? {
                return Err(Fault::Conflict("user"));
            }
            let event = room.event_of(AuditKind::UserChanged, change, &user.id);
            db.append_event(&event.with("verified", true)).map(Ok)
        }
    }
}

fn accept(
    db: &mut dyn Db,
    room: &AdminRoom,
    invitation: &Invitation,
    user: User,
    password: Option<PasswordHash>,
) -> Result<Username, Fault> {
    let change = Change::by(invitation.invited_by.clone());
    let event = room.event_of(AuditKind::InvitationUsed, &change, &user.id);
    db.append_event(&event.with("sets_password", password.is_some()))?;
    if let Some(password) = password {
        db.set_password(&user.id, &password)?;
    }
    if let Some(role) = invitation.role {
        let before = db.find_administrator(&user.id)?.map(|administrator| administrator.role);
        // A link for less than someone has by now takes nothing away.
        if before.is_none_or(|before| !before.may(role)) {
            put(db, room, &user.id, Some(role), &change)?;
        }
    }
    Ok(user.username)
}

fn put(
    db: &mut dyn Db,
    room: &AdminRoom,
    user: &UserId,
    role: Option<Role>,
    change: &Change,
) -> Result<(), Fault> {
    let Some(role) = role else {
        db.remove_administrator(user)?;
        return db.append_event(&room.event_of(AuditKind::AdministratorRevoked, change, user));
    };
    db.put_administrator(&Administrator {
        user: user.clone(),
        role,
        granted_by: change.by.clone(),
        granted_at: room.clock.now(),
    })?;
    let event = room.event_of(AuditKind::AdministratorGranted, change, user);
    db.append_event(&event.with("role", role.name()))
}
