//! Tells clients of logouts (OpenID Connect Back-Channel Logout 1.0 §2.5): from a queue in the database, so that a restart
//! forgets none; at once when a session ends, and again after a wait where the failure may pass. Front-channel notices would
//! be another adapter's: pages that load in the browser while it signs out.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use tokio::{sync::Notify, task::JoinSet};
use url::Url;

use super::signing_keys::SigningKeys;
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        id::{AuditId, LogoutNoticeId},
        oidc::{client::Client, issuer::Issuer, logout::notice::LogoutNotice},
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        fault::Fault,
        outbound::{Outbound, OutboundFailure},
        store::Store,
        tokens::TokenType,
    },
};

/// How many notices are read at a time.
const BATCH: u32 = 64;
/// How many clients are told at the same time.
const AT_ONCE: usize = 8;
/// How often the queue is looked at when nobody rings: for what waits, and for what another node left.
const EVERY: Duration = Duration::from_secs(5);

/// Tells clients of logouts.
pub struct LogoutNotices {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    keys: Arc<SigningKeys>,
    outbound: Arc<dyn Outbound>,
    issuer: Issuer,
    bell: Arc<Notify>,
}

impl LogoutNotices {
    /// Over its ports; `bell` rings when a session ended.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        keys: Arc<SigningKeys>,
        outbound: Arc<dyn Outbound>,
        issuer: Issuer,
        bell: Arc<Notify>,
    ) -> Self {
        Self { store, clock, entropy, keys, outbound, issuer, bell }
    }

    /// Delivers what is due, whenever there is something, until the end.
    pub async fn run(self: Arc<Self>, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            // Nobody else hears of a fault here, so this is where it is logged.
            if let Err(fault) = self.deliver_due().await {
                tracing::error!(%fault, "clients could not be told of logouts");
            }
            tokio::select! {
                () = &mut shutdown => break,
                () = self.bell.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Delivers what is due now, once; returns how many notices this node tried.
    pub async fn deliver_due(self: &Arc<Self>) -> Result<usize, Fault> {
        let now = self.clock.now();
        let mut due = self.store.read(move |db| db.due_logout_notices(now, BATCH)).await?.into_iter();
        let (mut telling, mut tried) = (JoinSet::new(), 0);
        loop {
            while telling.len() < AT_ONCE
                && let Some(notice) = due.next()
            {
                let this = self.clone();
                telling.spawn(async move { this.deliver(notice).await });
            }
            let Some(told) = telling.join_next().await else { return Ok(tried) };
            let told = told.map_err(|_| Fault::Internal("telling a client of a logout broke off".into()))?;
            tried += usize::from(told?);
        }
    }

    /// Delivers one; `false` where another node was faster.
    async fn deliver(&self, notice: LogoutNotice) -> Result<bool, Fault> {
        let (read, now) = (notice.clone(), self.clock.now());
        let claimed = self.store.transact(move |db| {
            let claimed = db.claim_logout_notice(&read, LogoutNotice::claimed_until(now))?;
            Ok(if claimed { db.find_client(&read.client)? } else { None })
        });
        let Some(client) = claimed.await? else { return Ok(false) };
        let Some(address) = address_of(&client) else {
            // The client wants to hear of nothing any more.
            self.store.transact(move |db| db.remove_logout_notice(&notice.id)).await?;
            return Ok(true);
        };
        let jti = LogoutNoticeId::from_random(self.entropy.bytes());
        let claims = notice.claims(&self.issuer, jti.as_str(), self.clock.now());
        let token = self.keys.sign(client.id_token_algorithm, TokenType::LogoutToken, &claims).await?;
        let outcome = self.outbound.post_form(&address, &[("logout_token", &token)]).await;
        self.conclude(notice, outcome).await?;
        Ok(true)
    }

    async fn conclude(
        &self,
        notice: LogoutNotice,
        outcome: Result<(), OutboundFailure>,
    ) -> Result<(), Fault> {
        let (id, now) = (AuditId::from_random(self.entropy.bytes()), self.clock.now());
        let again = match &outcome {
            Err(failure) if may_pass(failure) => notice.again(now),
            _ => None,
        };
        if let Err(failure) = &outcome {
            tracing::warn!(client = %notice.client, tries = notice.tries, %failure, "a client was not told of a logout");
        }
        let kind = if outcome.is_ok() { AuditKind::LogoutDelivered } else { AuditKind::LogoutUndelivered };
        let mut event = AuditEvent::new(id, now, kind).with("tries", notice.tries + 1);
        if let Err(failure) = outcome {
            event = event.with("cause", failure.to_string());
        }
        event.client = Some(notice.client.clone());
        event.session = Some(notice.session.clone());
        self.store
            .transact(move |db| match again {
                Some(later) => db.postpone_logout_notice(&later),
                None => {
                    db.remove_logout_notice(&notice.id)?;
                    db.append_event(&event)
                }
            })
            .await
    }
}

fn address_of(client: &Client) -> Option<Url> {
    Url::parse(client.metadata.backchannel_logout_uri.as_deref()?).ok()
}

/// Whether another try makes sense: after a failure of the network or of the client's server, and not where the client
/// refused the token (OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8).
fn may_pass(failure: &OutboundFailure) -> bool {
    match failure {
        OutboundFailure::Unreachable(_) => true,
        OutboundFailure::Status(status) => *status >= 500 || matches!(status, 408 | 425 | 429),
        OutboundFailure::Forbidden(_) | OutboundFailure::TooLarge(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_token_is_not_sent_again() {
        // OpenID Connect Back-Channel Logout 1.0 §2.5: the token is sent again only where the failure may pass
        assert!(may_pass(&OutboundFailure::Unreachable("reset".into())));
        assert!(may_pass(&OutboundFailure::Status(503)) && may_pass(&OutboundFailure::Status(429)));
        assert!(!may_pass(&OutboundFailure::Status(400)) && !may_pass(&OutboundFailure::Status(302)));
        assert!(!may_pass(&OutboundFailure::Forbidden("private".into())));
    }
}
