//! Drops what has lapsed: what is not kept cannot leak.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::ports::{
    clock::Clock,
    fault::Fault,
    store::{Db, Store},
};

/// How long things are kept after their use is over.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Captures, after they lapsed; their keys go with them.
    pub ceremonies: SignedDuration,
    /// Requests, after they lapsed.
    pub interactions: SignedDuration,
    /// Workflow runs that no enrolment rests on, after they were opened. It must be longer than a request lives.
    pub runs: SignedDuration,
    /// Sessions, after they were used last. It must not be shorter than they may be idle.
    pub sessions: SignedDuration,
    /// Grants, after their code was issued, or their last refresh token lapsed. It must be longer than access tokens live,
    /// for replays revoke those.
    pub grants: SignedDuration,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            ceremonies: SignedDuration::from_mins(10),
            interactions: SignedDuration::from_hours(1),
            runs: SignedDuration::from_hours(24),
            sessions: SignedDuration::from_hours(24),
            grants: SignedDuration::from_hours(7 * 24),
        }
    }
}

/// How many of each were dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Captures.
    pub ceremonies: usize,
    /// Requests.
    pub interactions: usize,
    /// Requests that were pushed.
    pub pushed_requests: usize,
    /// Workflow runs.
    pub runs: usize,
    /// Sessions.
    pub sessions: usize,
    /// Refresh tokens.
    pub refresh_tokens: usize,
    /// Opaque access tokens.
    pub access_tokens: usize,
    /// What clients got for themselves.
    pub client_grants: usize,
    /// Grants.
    pub grants: usize,
    /// Used assertions.
    pub assertions: usize,
    /// One-time links.
    pub invitations: usize,
    /// Document checks of officers, with their portraits.
    pub identity_checks: usize,
}

/// Drops what has lapsed.
pub struct Housekeeping {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    retention: Retention,
}

impl Housekeeping {
    /// Housekeeping under these rules.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, retention: Retention) -> Self {
        Self { store, clock, retention }
    }

    /// Purges at once and then at intervals, until the end.
    pub async fn run(self, every: Duration, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            // Nobody else hears of a fault here, so this is where it is logged.
            match self.purge().await {
                Ok(purged) if purged == Purged::default() => {}
                Ok(purged) => tracing::info!(?purged, "dropped what has lapsed"),
                Err(fault) => tracing::error!(%fault, "what has lapsed could not be dropped"),
            }
            tokio::select! {
                () = &mut shutdown => break,
                () = tokio::time::sleep(every) => {}
            }
        }
    }

    /// Purges once; each kind in a transaction of its own, so that nobody waits long behind it.
    pub async fn purge(&self) -> Result<Purged, Fault> {
        let now = self.clock.now();
        let Retention { ceremonies, interactions, runs, sessions, grants } = self.retention;
        let before = |kept: SignedDuration| now.saturating_sub(kept).unwrap_or(Timestamp::MIN);
        Ok(Purged {
            ceremonies: self.drop_before(before(ceremonies), |db, at| db.purge_ceremonies(at)).await?,
            interactions: self.drop_before(before(interactions), |db, at| db.purge_interactions(at)).await?,
            pushed_requests: self.drop_before(now, |db, at| db.purge_pushed_requests(at)).await?,
            runs: self.drop_before(before(runs), |db, at| db.purge_runs(at)).await?,
            sessions: self.drop_before(before(sessions), |db, at| db.purge_sessions(at)).await?,
            refresh_tokens: self.drop_before(now, |db, at| db.purge_refresh_tokens(at)).await?,
            access_tokens: self.drop_before(now, |db, at| db.purge_access_tokens(at)).await?,
            client_grants: self.drop_before(now, |db, at| db.purge_client_grants(at)).await?,
            assertions: self.drop_before(now, |db, at| db.purge_assertions(at)).await?,
            invitations: self.drop_before(now, |db, at| db.purge_invitations(at)).await?,
            identity_checks: self.drop_before(now, |db, at| db.purge_identity_checks(at)).await?,
            // After the refresh tokens, which hold their grants.
            grants: self.drop_before(before(grants), |db, at| db.purge_grants(at)).await?,
        })
    }

    async fn drop_before(
        &self,
        moment: Timestamp,
        purge: fn(&mut dyn Db, Timestamp) -> Result<usize, Fault>,
    ) -> Result<usize, Fault> {
        self.store.transact(move |db| purge(db, moment)).await
    }
}
