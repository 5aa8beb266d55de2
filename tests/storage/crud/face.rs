//! Ceremonies and attempt budgets.

use facestep::domain::{
    face::{
        attempts::DeviceScope,
        capture::FrameHash,
        ceremony::{CeremonyStage, Commitment, Transcript},
        injection::probe::{Probe, Said},
    },
    id::{CeremonyId, DeviceId},
    secret::base64url,
};

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_ceremony_reads_back_at_every_stage() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                db.insert_user(&user("u1"))?;
                db.insert_run(&run("r1", "u1", "i1"))?;
                db.insert_ceremony(&ceremony("k1", "u1", "r1"))
            })
            .await
            .unwrap();
        let hash = FrameHash::parse(&base64url(&[3; 32])).unwrap();
        let transcript = Transcript {
            revealed_at: vec![at(1), at(2)],
            seen_done_at: vec![at(2)],
            committed: vec![Commitment { hash, at: at(3) }],
            finished_at: Some(at(4)),
            probe: Some(Probe { asked: (560, 420), said: Some(Said { delivers: None, at: at(5) }) }),
        };
        let stages = [
            CeremonyStage::Connected,
            CeremonyStage::Captured { transcript },
            CeremonyStage::Spent,
            CeremonyStage::Concluded { passed: true },
            CeremonyStage::Abandoned,
        ];
        let find = async || {
            let found = store.read(|db| db.find_ceremony(&CeremonyId::parse("k1").unwrap())).await;
            found.unwrap().unwrap()
        };
        let mut expected = ceremony("k1", "u1", "r1");
        assert_eq!(find().await, expected);
        for stage in stages {
            let mut read = find().await;
            read.stage = stage.clone();
            store.transact(move |db| db.save_ceremony(&read)).await.unwrap();
            expected.stage = stage;
            expected.version += 1;
            assert_eq!(find().await, expected);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn budgets_are_kept_apart_by_account_and_by_device() {
    on_each_engine(async |Database { store, .. }: Database| {
        let known = || DeviceScope::Known(DeviceId::parse("d1").unwrap());
        store
            .transact(move |db| {
                fill(db, 1)?;
                fill(db, 2)?;
                let mut spent = db.find_budget(&user_id("u1"), &known())?.unwrap();
                assert_eq!(spent.version, 1);
                spent.failures_in_a_row = 5;
                spent.last_spent_at = None;
                spent.suspended_at = Some(at(99));
                db.save_budget(&spent)
            })
            .await
            .unwrap();
        let (saved, unknown, other, absent) = store
            .read(move |db| {
                Ok((
                    db.find_budget(&user_id("u1"), &known())?.unwrap(),
                    db.find_budget(&user_id("u1"), &DeviceScope::Unknown)?.unwrap(),
                    db.find_budget(&user_id("u2"), &DeviceScope::Unknown)?,
                    db.find_budget(&user_id("u2"), &known())?,
                ))
            })
            .await
            .unwrap();
        assert_eq!(
            (saved.failures_in_a_row, saved.last_spent_at, saved.suspended_at),
            (5, None, Some(at(99)))
        );
        assert_eq!((unknown.failures_in_a_row, unknown.version), (1, 1));
        assert!(other.is_some() && absent.is_none());
        store.transact(|db| db.clear_budgets(&user_id("u1"))).await.unwrap();
        let (theirs, others) = store
            .read(move |db| {
                let theirs = db.find_budget(&user_id("u1"), &known())?;
                Ok((theirs, db.find_budget(&user_id("u2"), &DeviceScope::Unknown)?))
            })
            .await
            .unwrap();
        assert!(theirs.is_none() && others.is_some());
    })
    .await;
}
