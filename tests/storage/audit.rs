//! The audit log's chain: gapless whoever seals, and every change to it is found.

use std::sync::Arc;

use facestep::{
    domain::audit::{AuditEvent, AuditKey, ChainLink},
    flows::audit_seal::{Anchor, AuditFlaw, AuditSealer, AuditVerdict, AuditVerifier},
    ports::{
        fault::Fault,
        store::{Db, Store},
    },
};

use crate::{
    database::{Database, on_each_engine, on_each_kept_engine},
    samples::*,
};

fn key() -> Arc<AuditKey> {
    Arc::new(AuditKey::new([42; 32]))
}

fn sealer(store: &Arc<dyn Store>) -> AuditSealer {
    AuditSealer::new(store.clone(), key())
}

async fn verify(store: &Arc<dyn Store>, anchor: Option<Anchor>) -> AuditVerdict {
    AuditVerifier::new(store.clone(), key()).verify(anchor).await.unwrap()
}

/// Writes events `a1` to `a{count}`, and seals them.
async fn sealed_log(store: &Arc<dyn Store>, count: u32) -> Anchor {
    store
        .transact(move |db| (1..=count).try_for_each(|n| db.append_event(&event(&format!("a{n}")))))
        .await
        .unwrap();
    assert_eq!(sealer(store).seal_pending().await.unwrap(), count as usize);
    match verify(store, None).await {
        AuditVerdict::Whole(Some(end)) => end,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_log_is_whole() {
    on_each_engine(async |Database { store, .. }: Database| {
        assert_eq!(sealer(&store).seal_pending().await.unwrap(), 0);
        assert_eq!(verify(&store, None).await, AuditVerdict::Whole(None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_chained_in_the_order_of_writing_over_their_very_bytes() {
    on_each_engine(async |Database { store, .. }: Database| {
        // More than one batch of the sealer and more than one page of the verifier.
        let end = sealed_log(&store, 1100).await;
        assert_eq!(end.position, 1100);
        let events = store.read(|db| db.sealed_events(1, 2000)).await.unwrap();
        let mut link = ChainLink::START;
        for (n, sealed) in events.iter().enumerate() {
            let position = n as i64 + 1;
            assert_eq!(sealed.position, position);
            let read: AuditEvent = serde_json::from_str(&sealed.event).unwrap();
            assert_eq!(read, event(&format!("a{position}")));
            link = link.next(&key(), position, &sealed.event);
            assert_eq!(sealed.link, link);
        }
        assert_eq!(store.read(|db| db.audit_head()).await.unwrap(), Some((1100, link)));
        assert_eq!(store.read(|db| db.unsealed_events(10)).await.unwrap(), []);
        let page = store.read(|db| db.sealed_events(1099, 1)).await.unwrap();
        assert_eq!(page, events[1098..1099]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_a_transaction_that_failed_is_not_in_the_log() {
    on_each_engine(async |Database { store, .. }: Database| {
        let failed: Result<(), Fault> = store
            .transact(|db| {
                db.append_event(&event("lost"))?;
                Err(Fault::Conflict("on purpose"))
            })
            .await;
        assert!(failed.is_err());
        assert_eq!(sealed_log(&store, 3).await.position, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sealers_that_race_make_one_gapless_chain_of_everything() {
    on_each_engine(async |Database { store, .. }: Database| {
        let writers = (0..4).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in 0..75 {
                    let event = event(&format!("w{writer}-{n}"));
                    store.transact(move |db| db.append_event(&event)).await.unwrap();
                }
                0
            })
        });
        let sealers = (0..4).map(|_| {
            let sealer = sealer(&store);
            tokio::spawn(async move {
                let mut sealed = 0;
                for _ in 0..25 {
                    sealed += sealer.seal_pending().await.unwrap();
                }
                sealed
            })
        });
        let tasks: Vec<_> = writers.chain(sealers).collect();
        let mut sealed = 0;
        for task in tasks {
            sealed += task.await.unwrap();
        }
        sealed += sealer(&store).seal_pending().await.unwrap();
        assert_eq!(sealed, 300);
        match verify(&store, None).await {
            AuditVerdict::Whole(Some(end)) => assert_eq!(end.position, 300),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sealer_seals_what_is_left_when_asked_to_end() {
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| db.append_event(&event("a1"))).await.unwrap();
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let running = tokio::spawn(sealer(&store).run(async { drop(ended.await) }));
        store.transact(|db| db.append_event(&event("a2"))).await.unwrap();
        end.send(()).unwrap();
        running.await.unwrap();
        assert!(matches!(verify(&store, None).await, AuditVerdict::Whole(Some(Anchor { position: 2, .. }))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_to_a_sealed_log_is_found_at_its_first_position() {
    let tail = "DELETE FROM audit_events WHERE position > 7";
    let head_to_7 =
        "UPDATE audit_head SET position = 7, link = (SELECT link FROM audit_events WHERE position = 7)";
    let cases: [(&str, &[&str], i64, AuditFlaw); 10] = [
        (
            "text",
            &["UPDATE audit_events SET event = replace(event, 'decided', 'signed_in') WHERE position = 4"],
            4,
            AuditFlaw::Altered,
        ),
        (
            "link",
            &[
                "UPDATE audit_events SET link = (SELECT link FROM audit_events WHERE position = 3) WHERE position = 4",
            ],
            4,
            AuditFlaw::Altered,
        ),
        (
            "short link",
            &["UPDATE audit_events SET link = substr(link, 1, 8) WHERE position = 4"],
            4,
            AuditFlaw::Altered,
        ),
        ("missing", &["DELETE FROM audit_events WHERE position = 4"], 4, AuditFlaw::Missing),
        ("first missing", &["DELETE FROM audit_events WHERE position = 1"], 1, AuditFlaw::Missing),
        (
            "closed up",
            &[
                "DELETE FROM audit_events WHERE position = 4",
                "UPDATE audit_events SET position = -position WHERE position > 4",
                "UPDATE audit_events SET position = -position - 1 WHERE position < 0",
                "UPDATE audit_head SET position = 9",
            ],
            4,
            AuditFlaw::Altered,
        ),
        (
            "reordered",
            &[
                "UPDATE audit_events SET position = -5 WHERE position = 5",
                "UPDATE audit_events SET position = 5 WHERE position = 6",
                "UPDATE audit_events SET position = 6 WHERE position = -5",
            ],
            5,
            AuditFlaw::Altered,
        ),
        ("tail", &[tail], 8, AuditFlaw::CutOff),
        ("head back", &[head_to_7], 8, AuditFlaw::HeadMoved),
        (
            "head's link",
            &["UPDATE audit_head SET link = (SELECT link FROM audit_events WHERE position = 7)"],
            10,
            AuditFlaw::HeadMoved,
        ),
    ];
    for (name, changes, position, flaw) in cases {
        on_each_kept_engine(async |database: Database| {
            sealed_log(&database.store, 10).await;
            changes.iter().for_each(|sql| database.tamper(sql));
            assert_eq!(
                verify(&database.store, None).await,
                AuditVerdict::Broken { position, flaw },
                "{name}"
            );
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_cut_off_with_its_head_is_found_by_an_anchor_only() {
    on_each_kept_engine(async |database: Database| {
        let anchor = sealed_log(&database.store, 10).await;
        database.tamper("DELETE FROM audit_events WHERE position > 7");
        database.tamper(
            "UPDATE audit_head SET position = 7, link = (SELECT link FROM audit_events WHERE position = 7)",
        );
        assert!(matches!(verify(&database.store, None).await, AuditVerdict::Whole(Some(_))));
        let cut_off = AuditVerdict::Broken { position: 8, flaw: AuditFlaw::CutOff };
        assert_eq!(verify(&database.store, Some(anchor)).await, cut_off);
        // Other events sealed in the tail's place do not help.
        database
            .store
            .transact(|db| (20..30).try_for_each(|n| db.append_event(&event(&format!("a{n}")))))
            .await
            .unwrap();
        sealer(&database.store).seal_pending().await.unwrap();
        let replaced = AuditVerdict::Broken { position: 10, flaw: AuditFlaw::NotAsAnchored };
        assert_eq!(verify(&database.store, Some(anchor)).await, replaced);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_goes_on_fits_an_older_anchor_but_no_other_key() {
    on_each_engine(async |Database { store, .. }: Database| {
        let anchor = sealed_log(&store, 5).await;
        store.transact(|db| db.append_event(&event("later"))).await.unwrap();
        sealer(&store).seal_pending().await.unwrap();
        let noted: Anchor = anchor.to_string().parse().unwrap();
        assert!(matches!(
            verify(&store, Some(noted)).await,
            AuditVerdict::Whole(Some(Anchor { position: 6, .. }))
        ));
        let stranger = AuditVerifier::new(store.clone(), Arc::new(AuditKey::new([7; 32])));
        let broken = AuditVerdict::Broken { position: 1, flaw: AuditFlaw::Altered };
        assert_eq!(stranger.verify(None).await.unwrap(), broken);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_sealed_behind_the_head_and_nowhere_else() {
    on_each_engine(async |Database { store, .. }: Database| {
        let append = |db: &mut dyn Db| ["a1", "a2"].iter().try_for_each(|id| db.append_event(&event(id)));
        store.transact(append).await.unwrap();
        let seal = async |id: &'static str, head| {
            store.transact(move |db| db.seal_events(head, &[(id, ChainLink([1; 32]))])).await
        };
        assert!(matches!(seal("a1", 1).await, Err(Fault::Conflict(_))), "beyond the head");
        seal("a1", 0).await.unwrap();
        assert!(matches!(seal("a2", 0).await, Err(Fault::Conflict(_))), "at the head");
        assert!(matches!(seal("a2", 2).await, Err(Fault::Conflict(_))), "beyond the head");
        assert!(matches!(seal("a1", 1).await, Err(Fault::Conflict(_))), "a second time");
        assert_eq!(store.read(|db| db.audit_head()).await.unwrap(), Some((1, ChainLink([1; 32]))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_was_moved_back_stops_the_sealer_with_a_fault() {
    on_each_kept_engine(async |database: Database| {
        sealed_log(&database.store, 3).await;
        database.tamper("UPDATE audit_head SET position = 1");
        database.store.transact(|db| db.append_event(&event("next"))).await.unwrap();
        assert!(matches!(sealer(&database.store).seal_pending().await, Err(Fault::Conflict(_))));
    })
    .await;
}

#[test]
fn an_anchor_is_a_position_and_a_link() {
    let link = "ab".repeat(32);
    assert!(format!("12:{link}\n").parse::<Anchor>().is_ok());
    for bad in ["", "12", &link, &format!("0:{link}"), &format!("-1:{link}"), "12:abcd", &format!("x:{link}")]
    {
        assert!(bad.parse::<Anchor>().is_err(), "{bad}");
    }
}
