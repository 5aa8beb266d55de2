//! What has lapsed is dropped, and nothing before its time.

use std::sync::Arc;

use facestep::{
    domain::{id::*, workflow::run::RunStage},
    flows::housekeeping::{Housekeeping, Purged, Retention},
    ports::clock::Clock,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

struct Fixed(Timestamp);

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        self.0
    }
}

const RETENTION: Retention = Retention {
    ceremonies: SignedDuration::from_mins(10),
    interactions: SignedDuration::from_mins(20),
    runs: SignedDuration::from_mins(40),
    sessions: SignedDuration::from_mins(50),
    grants: SignedDuration::from_mins(60),
};

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_is_dropped_when_its_time_has_come() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                fill(db, 1)?;
                db.insert_pushed_request(&pushed_request("p1", "c1"))?;
                // A run that broke off with a portrait in it; no enrolment rests on it.
                let mut broken_off = run("r9", "u1", "i1");
                broken_off.stage = RunStage::Ended { at: at(7), reason: "declined".into() };
                db.insert_run(&broken_off)
            })
            .await
            .unwrap();
        let purge_at = async |minutes: i64| {
            let clock = Arc::new(Fixed(at(minutes * 60_000)));
            Housekeeping::new(store.clone(), clock, RETENTION).purge().await.unwrap()
        };
        let none = Purged::default();
        // The sample document check lapses at two seconds.
        assert_eq!(purge_at(1).await, Purged { identity_checks: 1, ..none });
        assert_eq!(purge_at(10).await, Purged { pushed_requests: 1, ..none });
        // The sample ceremony lapses at 1.5 minutes, the pushed request at 1, the interaction at 10, tokens at 11; all else
        // counts from the start.
        let lapsed = Purged { ceremonies: 1, access_tokens: 1, client_grants: 1, ..none };
        assert_eq!(purge_at(12).await, lapsed);
        assert_eq!(purge_at(30).await, none);
        assert_eq!(purge_at(31).await, Purged { interactions: 1, ..none });
        assert_eq!(purge_at(41).await, Purged { runs: 1, ..none });
        assert_eq!(purge_at(51).await, Purged { sessions: 1, ..none });
        // The sample refresh token lapses at 70 minutes, and its grant is kept for it; a used assertion at 62.
        assert_eq!(purge_at(61).await, none);
        assert_eq!(purge_at(63).await, Purged { assertions: 1, ..none });
        assert_eq!(purge_at(71).await, Purged { refresh_tokens: 1, grants: 1, ..none });
        // The sample invitation is open for a week, 10,080 minutes.
        assert_eq!(purge_at(10_000).await, none);
        assert_eq!(purge_at(1_000_000).await, Purged { invitations: 1, ..none });
        let (parent, enrolment) = store
            .read(|db| {
                Ok((db.find_run(&RunId::parse("r1").unwrap())?, db.find_enrolment_of(&user_id("u1"))?))
            })
            .await
            .unwrap();
        assert!(parent.is_some() && enrolment.is_some(), "an enrolment keeps its parent run");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn housekeeping_ends_when_asked() {
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        let clock = Arc::new(Fixed(at(100 * 60_000)));
        let hour = std::time::Duration::from_secs(3600);
        Housekeeping::new(store.clone(), clock, RETENTION).run(hour, std::future::ready(())).await;
        let left = store.read(|db| db.find_grant(&GrantId::parse("g1").unwrap())).await.unwrap();
        assert_eq!(left, None);
    })
    .await;
}
