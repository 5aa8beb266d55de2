//! Sessions as administrators see them, and their end.

use std::sync::Arc;

use jiff::Timestamp;

use super::AdminRoom;
use crate::{
    domain::{
        authn::{
            acr::{Assurance, Moment},
            ledger::AssuranceEntry,
        },
        change::Change,
        id::{SessionId, UserId},
        session::Session,
        user::Username,
    },
    flows::{Unserved, logout, settled},
    ports::{fault::Fault, store::Db},
};

/// How many sessions a page lists.
pub const PAGE: usize = 50;

/// Where a page begins: behind the session that was last on the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPlace {
    /// When that one was used last.
    pub seen_at: Timestamp,
    /// Its name.
    pub id: SessionId,
}

/// A session as the console lists it.
#[derive(Clone, Debug)]
pub struct SessionLine {
    /// Its name.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Their name.
    pub username: Username,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was used last.
    pub seen_at: Timestamp,
    /// What was proven, in the order in which it was.
    pub entries: Vec<AssuranceEntry>,
    /// What that is worth now.
    pub worth: Option<Assurance>,
}

impl SessionLine {
    /// A session that is live, of somebody.
    pub(super) fn of(db: &mut dyn Db, room: &AdminRoom, session: Session) -> Result<Option<Self>, Fault> {
        let now = room.clock.now();
        let Some(user) = session.user.clone().filter(|_| session.is_live(now, room.sessions)) else {
            return Ok(None);
        };
        let Some(account) = db.find_user(&user)? else { return Ok(None) };
        let moment = Moment { now, max_age: None, since: now };
        let worth = room.book.in_force(db)?.set.catalogue().first_earned(&session.ledger, moment);
        Ok(Some(Self {
            id: session.id,
            user,
            username: account.username,
            opened_at: session.opened_at,
            seen_at: session.seen_at,
            entries: session.ledger.entries().to_vec(),
            worth,
        }))
    }
}

/// Sessions.
pub struct SessionDesk(Arc<AdminRoom>);

impl SessionDesk {
    /// In a room.
    pub fn new(room: Arc<AdminRoom>) -> Self {
        Self(room)
    }

    /// The live sessions that somebody is signed in to, of one account or of all, the one used last first; and where the
    /// next page begins.
    pub async fn list(
        &self,
        user: Option<&UserId>,
        behind: Option<SessionPlace>,
    ) -> Result<(Vec<SessionLine>, Option<SessionPlace>), Fault> {
        let (room, user) = (self.0.clone(), user.cloned());
        self.0
            .store
            .read(move |db| {
                let behind = behind.as_ref().map(|place| (place.seen_at, &place.id));
                let most = i64::try_from(PAGE).unwrap_or(i64::MAX);
                let found = db.sessions(user.as_ref(), behind, most)?;
                let last = found.last().filter(|_| found.len() == PAGE);
                let next = last.map(|last| SessionPlace { seen_at: last.seen_at, id: last.id.clone() });
                let mut lines = Vec::with_capacity(found.len());
                for session in found {
                    lines.extend(SessionLine::of(db, &room, session)?);
                }
                Ok((lines, next))
            })
            .await
    }

    /// Ends a session for its person: what was granted in it, too, and clients are told; `false` where there is none.
    pub async fn end(&self, session: &SessionId, change: &Change) -> Result<bool, Fault> {
        let ended = settled::<_, std::convert::Infallible, _>(|| {
            let (room, session, by) = (self.0.clone(), session.clone(), change.by.to_string());
            self.0.store.transact(move |db| {
                let Some(session) = db.find_session_by_id(&session)? else { return Ok(Ok(false)) };
                logout::end(db, &session, &by, room.clock.now(), room.entropy.as_ref())?;
                Ok(Ok(true))
            })
        });
        let is_done = ended.await.map_err(|unserved| match unserved {
            Unserved::Fault(fault) => fault,
            Unserved::Refused(never) => match never {},
        })?;
        self.0.bell.notify_one();
        Ok(is_done)
    }
}
