//! Cutting an account off from everything that lets anyone in: its sessions, and for the break-glass also its password, its
//! enrolment and its browsers' keys.

use super::AdminRoom;
use crate::{
    domain::{
        audit::AuditKind,
        change::Change,
        id::UserId,
        user::{PasswordHash, User},
    },
    flows::logout,
    ports::{fault::Fault, store::Db},
};

/// How many sessions are read at once.
const SESSIONS_AT_ONCE: i64 = 100;

/// Nothing that let anyone in to this account before does so any more.
pub(super) fn break_open(
    db: &mut dyn Db,
    room: &AdminRoom,
    user: &User,
    change: &Change,
) -> Result<(), Fault> {
    let now = room.clock.now();
    db.set_password(&user.id, &PasswordHash::unset())?;
    if let Some(enrolment) = db.find_enrolment_of(&user.id)? {
        db.revoke_enrolment(&enrolment.id, now)?;
        let event = room.event_of(AuditKind::FaceForgotten, change, &user.id);
        db.append_event(&event.with("enrolment", enrolment.id.as_str()))?;
    }
    for key in db.device_keys_of(&user.id)?.into_iter().filter(|key| key.is_in_force()) {
        db.revoke_device_key(&user.id, &key.key.thumbprint(), now)?;
    }
    db.clear_budgets(&user.id)?;
    let ended = end_all_sessions(db, room, &user.id, change)?;
    let event = room.event_of(AuditKind::AdministratorRecovered, change, &user.id);
    db.append_event(&event.with("sessions_ended", ended))
}

/// Ends every session of an account; how many there were.
pub(super) fn end_all_sessions(
    db: &mut dyn Db,
    room: &AdminRoom,
    user: &UserId,
    change: &Change,
) -> Result<usize, Fault> {
    let (now, by) = (room.clock.now(), change.by.to_string());
    let mut ended = 0;
    loop {
        let some = db.sessions(Some(user), None, SESSIONS_AT_ONCE)?;
        if some.is_empty() {
            return Ok(ended);
        }
        for session in some {
            logout::end(db, &session, &by, now, room.entropy.as_ref())?;
            ended += 1;
        }
    }
}
